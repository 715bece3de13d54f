package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that share a store, and are killed during a refresh. */
@Timeout(120)
class ManyProcessesTest {

    private static final int THREADS = 100;
    private static final int KILLED = 137;

    @TempDir
    Path directory;

    /** A process that sends with a hundred concurrent threads when its input ends, or that is killed when it stores new tokens. */
    static final class Client {

        public static void main(String[] arguments) throws Exception {
            TokenStore store = new DyingStore(TokenStore.file(Path.of(arguments[1])), arguments[2]);
            try (HttpConnection connection = connection(arguments[0], store)) {
                System.out.println("ready");
                int unused = System.in.read();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS);
                CountDownLatch ready = new CountDownLatch(THREADS);
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    calls.add(threads.submit(() -> {
                        ready.countDown();
                        ready.await();
                        return connection.send(Request.get("/api"));
                    }));
                }
                threads.shutdown();
                for (Future<?> call : calls) {
                    call.get();
                }
            }
        }
    }

    /** A process that holds a lease until its input ends. */
    static final class Holder {

        public static void main(String[] arguments) throws Exception {
            try (TokenStore.Lease lease = TokenStore.file(Path.of(arguments[0])).lease("a", Duration.ZERO)) {
                System.out.println("ready " + lease);
                int unused = System.in.read();
            }
        }
    }

    /** A clock that is set back by an hour after each look at it. */
    private static final class ClockSetBack implements TimeSource {

        private final AtomicInteger looks = new AtomicInteger();

        @Override
        public long nanos() {
            return SYSTEM.nanos();
        }

        @Override
        public Instant now() {
            return SYSTEM.now().minus(Duration.ofHours(looks.getAndIncrement()));
        }

        @Override
        public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
            return SYSTEM.await(gate, time);
        }
    }

    /** A token store that kills its process before or after it writes new tokens. */
    private static final class DyingStore extends ForwardingStore {
        private final String when;

        DyingStore(TokenStore store, String when) {
            super(store);
            this.when = when;
        }

        @Override
        public void put(String key, Secret value, @Nullable Duration needed) {
            boolean isNew = value.reveal().contains("\"a");
            if (isNew && "before".equals(when)) {
                Runtime.getRuntime().halt(KILLED);
            }
            super.put(key, value, needed);
            if (isNew && "after".equals(when)) {
                Runtime.getRuntime().halt(KILLED);
            }
        }
    }

    private static HttpConnection connection(String url, TokenStore store) {
        return HttpConnection.named("Service")
                .baseUrl(url)
                .auth(OAuth2.refreshToken(Secret.of("r0"))
                        .tokenUrl(url + "/token")
                        .publicClient("id")
                        .tokenStore(store)
                        .build())
                .build();
    }

    private Process start(RotatingTokenServer server, String dies) throws IOException {
        return start(Client.class, server.url(), directory.toString(), dies);
    }

    private static Process start(Class<?> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static int end(Process process) throws IOException, InterruptedException {
        var unused = process.onExit().orTimeout(60, TimeUnit.SECONDS).exceptionally(late -> process.destroyForcibly());
        process.getOutputStream().close();
        String output = process.inputReader().lines().collect(Collectors.joining("\n"));
        int status = process.waitFor();
        assertThat(status).as(output).isIn(0, KILLED);
        return status;
    }

    @Test
    void leaseIsAwaitedByElapsedTimeNotByTheClock() throws Exception {
        Process holder = start(Holder.class, directory.toString());
        try {
            assertThat(holder.inputReader().readLine()).startsWith("ready");
            TokenStore store = TokenStore.file(directory, new ClockSetBack());
            long start = System.nanoTime();

            assertThatThrownBy(() -> store.lease("a", Duration.ofMillis(300)))
                    .hasMessageContaining("did not become free");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(20));
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void hundredThreadsInThreeProcessesRefreshOnlyOnce() throws Exception {
        try (RotatingTokenServer server = new RotatingTokenServer(false)) {
            List<Process> processes = List.of(start(server, "never"), start(server, "never"), start(server, "never"));
            for (Process process : processes) {
                assertThat(process.inputReader().readLine()).isEqualTo("ready");
            }
            for (Process process : processes) {
                process.getOutputStream().close();
            }
            for (Process process : processes) {
                assertThat(end(process)).isZero();
            }
            assertThat(server.refreshes()).isEqualTo(1);
            assertThat(server.calls()).isEqualTo(3 * THREADS);
        }
    }

    @Test
    void storedTokensSurviveTheProcess() throws Exception {
        try (RotatingTokenServer server = new RotatingTokenServer(false)) {
            assertThat(end(start(server, "after"))).isEqualTo(KILLED);
            send(server);
            assertThat(server.refreshes()).isEqualTo(1);
            assertThat(server.calls()).isEqualTo(1);
        }
    }

    @Test
    void tokensThatWereNotStoredAreRequestedAgain() throws Exception {
        try (RotatingTokenServer server = new RotatingTokenServer(true)) {
            assertThat(end(start(server, "before"))).isEqualTo(KILLED);
            send(server);
            assertThat(server.refreshes()).isEqualTo(2);
            assertThat(server.calls()).isEqualTo(1);
        }
    }

    @Test
    void usedUpRefreshTokenIsReported() throws Exception {
        try (RotatingTokenServer server = new RotatingTokenServer(false)) {
            assertThat(end(start(server, "before"))).isEqualTo(KILLED);
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThatThrownBy(() -> send(server))
                        .isInstanceOf(AuthorizationRequiredException.class)
                        .hasMessageContaining("not stored: the service has already used up the refresh token");
            }
            assertThat(server.refreshes()).isEqualTo(2);
        }
    }

    private void send(RotatingTokenServer server) {
        try (HttpConnection connection = connection(server.url(), TokenStore.file(directory))) {
            connection.send(Request.get("/api"));
        }
    }
}
