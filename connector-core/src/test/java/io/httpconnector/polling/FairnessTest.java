package io.httpconnector.polling;

import static io.httpconnector.polling.Waits.eventually;
import static io.httpconnector.polling.Waits.pause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.TimedOutException;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service that hangs delays only its own polls. */
@Timeout(90)
class FairnessTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<AutoCloseable> resources = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() throws Exception {
        Collections.reverse(resources);
        for (AutoCloseable resource : resources) {
            resource.close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        resources.add(resource);
        return resource;
    }

    /** A service that accepts connections and then sends the bytes of the test. */
    private interface Slow {
        void serve(Socket socket) throws Exception;
    }

    private String slow(Slow behaviour) throws IOException {
        ServerSocket server = closing(new ServerSocket(0, 500, InetAddress.getLoopbackAddress()));
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread serving = new Thread(() -> {
                        try (socket) {
                            behaviour.serve(socket);
                        } catch (Exception e) {
                            // The client has disconnected.
                            Thread.currentThread().interrupt();
                        }
                    });
                    serving.setDaemon(true);
                    serving.start();
                } catch (IOException e) {
                    return;
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** Accepts connections only, without a thread for each. */
    private String hanging() throws IOException {
        ServerSocket server = closing(new ServerSocket(0, 2000, InetAddress.getLoopbackAddress()));
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private HttpConnection connection(String url, Duration total) {
        return closing(HttpConnection.named("Service")
                .baseUrl(url)
                .totalTimeout(total)
                .maxConnections(500)
                .build());
    }

    private PollingTriggerBuilder trigger(String id, HttpConnection connection) {
        return PollingTrigger.named(id)
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .store(StateStore.inMemory())
                .handler(event -> {});
    }

    @Test
    void pollEndsWithinTotalTimeout() throws Exception {
        Slow silent = socket -> new CountDownLatch(1).await();
        Slow trickling = socket -> {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n["
                            .getBytes(StandardCharsets.US_ASCII));
            while (true) {
                socket.getOutputStream().write(' ');
                Thread.sleep(100);
            }
        };
        Slow tricklingHead = socket -> {
            while (true) {
                socket.getOutputStream().write('H');
                Thread.sleep(100);
            }
        };
        for (Slow behaviour : List.of(silent, trickling, tricklingHead)) {
            HttpConnection connection = closing(HttpConnection.named("Service")
                    .baseUrl(slow(behaviour))
                    .responseTimeout(Duration.ofMillis(200))
                    .totalTimeout(Duration.ofMillis(300))
                    .build());
            try (PollingTrigger trigger = trigger("t", connection).build()) {
                long begin = System.nanoTime();
                assertThatThrownBy(trigger::pollOnce)
                        .satisfiesAnyOf(
                                e -> assertThat(e).isInstanceOf(TimedOutException.class),
                                e -> assertThat(e).isInstanceOf(io.httpconnector.TransferException.class));
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
                assertThat(trigger.status().consecutiveFailures()).isEqualTo(1);
            }
        }
    }

    @Test
    void handlerTimeDoesNotCount() {
        MockService service = closing(new MockService());
        service.behaviour = asked -> MockResponse.json(List.of(
                java.util.Map.of("id", 1),
                java.util.Map.of("id", 2),
                java.util.Map.of("id", 3),
                java.util.Map.of("id", 4)));
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        try (PollingTrigger trigger = trigger("t", connection(service.baseUrl(), SECOND))
                .startPosition(StartPosition.everything())
                .maxInMemory(1)
                .pollTimeout(SECOND)
                .handler(event -> {
                    Thread.sleep(350);
                    handled.add(event.key());
                })
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(4);
        }
        assertThat(handled).hasSize(4);
    }

    @Test
    void pollOfManySlowPagesEndsAtPollTimeoutAndContinuesLater() {
        MockService service = closing(new MockService());
        service.behaviour = asked -> {
            pause(200);
            return MockResponse.json(List.of(java.util.Map.of("id", asked.number("page", 0))));
        };
        try (PollingTrigger trigger = trigger("t", connection(service.baseUrl(), Duration.ofSeconds(10)))
                .pagination(Pagination.pages("page"))
                .pollTimeout(SECOND)
                .build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOfAny(PollingException.class, TimedOutException.class);
            assertThat(service.requests).hasSizeBetween(2, 6);
        }
        assertThatThrownBy(() -> trigger("t", connection(service.baseUrl(), SECOND))
                        .pollTimeout(Duration.ZERO)
                        .build())
                .hasMessageContaining("pollTimeout: PT0S is out of range");
    }

    @Test
    void manyTriggersAreOnTimeAlthoughThirdOfServicesHang() throws Exception {
        int all = 100;
        Duration period = Duration.ofMillis(700);
        MockService service = closing(new MockService());
        HttpConnection healthy = connection(service.baseUrl(), SECOND);
        List<HttpConnection> hanging = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            hanging.add(connection(hanging(), period.dividedBy(2)));
        }
        // 30 triggers hang for half of their period: more than there are workers, and fewer than slots for slow polls.
        PollingEngine engine = closing(PollingEngine.create(8));
        List<PollingTrigger> good = new ArrayList<>();
        List<PollingTrigger> triggers = new ArrayList<>();
        for (int i = 0; i < all; i++) {
            boolean hangs = i % 10 < 3;
            PollingTrigger trigger = trigger("t" + i, hangs ? hanging.get(i % 4) : healthy)
                    .engine(engine)
                    .every(period)
                    .minInterval(period)
                    .build();
            triggers.add(trigger);
            if (!hangs) {
                good.add(trigger);
            }
        }
        long begin = System.nanoTime();
        triggers.forEach(PollingTrigger::start);
        pause(3700);
        long due = Duration.ofNanos(System.nanoTime() - begin).dividedBy(period);
        List<Long> polls =
                good.stream().map(trigger -> trigger.status().polls()).sorted().toList();
        triggers.parallelStream().forEach(trigger -> trigger.stop(Duration.ZERO));
        assertThat(polls.get(polls.size() / 20)).as("of " + due).isGreaterThanOrEqualTo(due * 9 / 10);
    }

    @Test
    void pollWaitingForWorkerIsShownAsLate() throws Exception {
        HttpConnection hanging = connection(hanging(), Duration.ofSeconds(30));
        PollingEngine engine = closing(PollingEngine.create(1));
        List<PollingTrigger> triggers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            triggers.add(trigger("t" + i, hanging)
                    .engine(engine)
                    .every(Duration.ofHours(1))
                    .build());
        }
        triggers.forEach(PollingTrigger::start);
        // One poll has the worker, and one the origin's slot for slow polls.
        eventually(() -> triggers.stream()
                        .filter(trigger -> trigger.status().state() == State.WAITING)
                        .count()
                == 2);
        assertThat(triggers.get(3).status().nextPoll()).isPresent();
        eventually(() -> triggers.get(3).status().lag().compareTo(Duration.ofMillis(300)) > 0);
        assertThat(engine.isHealthy()).isTrue();

        MockService service = closing(new MockService());
        try (PollingTrigger other = trigger("other", connection(service.baseUrl(), SECOND))
                .engine(engine)
                .every(Duration.ofHours(1))
                .build()) {
            assertThat(other.status().state()).isEqualTo(State.STOPPED);
        }
        triggers.parallelStream().forEach(trigger -> trigger.stop(Duration.ZERO));
    }

    @Test
    void originsTakeTurns() {
        Lanes<String> lanes = new Lanes<>(8);
        Lanes.Client busy = new Lanes.Client("busy");
        for (int i = 0; i < 100; i++) {
            lanes.add("busy" + i, busy);
        }
        List<Lanes.Ticket<String>> running = new ArrayList<>();
        long now = 0;
        Lanes.Ticket<String> next = lanes.next(now);
        while (next != null) {
            running.add(next);
            next = lanes.next(now);
        }
        assertThat(running).as("alone it may take all workers").hasSize(8);
        lanes.add("other", new Lanes.Client("other"));
        lanes.ended(running.remove(0), now);
        next = lanes.next(now);
        assertThat(next.poll()).isEqualTo("other");
        lanes.ended(next, now);

        // All of them hang: the origin gets a quarter of the 32 slow slots, and a quarter of the workers.
        long later = SECOND.toNanos();
        for (int i = 0; i < 100; i++) {
            next = lanes.next(later * i);
            while (next != null) {
                running.add(next);
                next = lanes.next(later * i);
            }
        }
        assertThat(running).hasSizeBetween(8 + 2, 8 + 8);
        for (int i = 0; i < 50; i++) {
            lanes.add("other" + i, new Lanes.Client("other"));
        }
        lanes.ended(running.remove(running.size() - 1), later);
        assertThat(lanes.next(later * 200).poll()).isEqualTo("other0");
    }
}
