package io.httpconnector.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random requests of random users: none sees the response to another user, whatever the service permits to store. */
@Timeout(120)
class CacheIsolationTest {

    private static final int THREADS = 4;
    private static final int REQUESTS = 1_500;
    private static final String[] CONTROLS = {
        "max-age=60",
        "public, max-age=60",
        "private, max-age=1",
        "no-cache",
        "no-store",
        "max-age=0, stale-if-error=60",
        "public"
    };

    /** The user of the current thread, whose token the connection sends. */
    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    @Test
    void noUserSeesTheResponseToAnotherOne() throws Exception {
        long seed = Long.getLong("seed", 42L);
        AtomicInteger served = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService handlers = Executors.newCachedThreadPool();
        server.setExecutor(handlers);
        server.createContext("/", exchange -> {
            Random random = new Random(seed + served.incrementAndGet());
            String user = owner(
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    exchange.getRequestURI().getQuery(),
                    exchange.getRequestHeaders().getFirst("X-Key"));
            String tag = "\"" + user.hashCode() + exchange.getRequestURI().getPath() + "\"";
            exchange.getResponseHeaders().set("Cache-Control", CONTROLS[random.nextInt(CONTROLS.length)]);
            // One tag for all users would be a mistake of the service: it must not mix users either.
            exchange.getResponseHeaders().set("ETag", random.nextBoolean() ? tag : "\"1\"");
            if (random.nextInt(4) == 0) {
                exchange.getResponseHeaders().set("Vary", "Accept-Language");
            }
            if (random.nextInt(10) == 0) {
                exchange.sendResponseHeaders(503, -1);
            } else if (exchange.getRequestHeaders().containsKey("If-None-Match") && random.nextBoolean()) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                byte[] body =
                        ("for " + user + " at " + exchange.getRequestURI().getPath()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
        FakeTime time = new FakeTime();
        ResponseCache shared =
                ResponseCache.of(CacheSettings.defaults().maxEntries(60).staleIfError(Duration.ofSeconds(30)));
        List<HttpConnection> connections = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int i = 0; i < 3; i++) {
                connections.add(HttpConnection.named("c" + i)
                        .baseUrl("http://localhost:" + server.getAddress().getPort())
                        .timeSource(time)
                        .auth(request -> request.header("Authorization", "Bearer tk-" + USER.get()))
                        .around(shared)
                        .build());
            }
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed * 31 + i);
                all.add(threads.submit(() -> run(connections, random, time)));
            }
            int responses = 0;
            for (Future<Integer> one : all) {
                responses += one.get();
            }
            ResponseCache.Statistics statistics = shared.statistics();
            assertThat(responses).isGreaterThan(THREADS * REQUESTS * 8 / 10);
            assertThat(statistics.hits()).isGreaterThan(100);
            assertThat(statistics.revalidations()).isGreaterThan(100);
            assertThat(statistics.stale()).isPositive();
            assertThat(statistics.entries()).isLessThanOrEqualTo(60);
        } finally {
            threads.shutdownNow();
            connections.forEach(HttpConnection::close);
            server.stop(0);
            handlers.shutdownNow();
        }
    }

    private static String owner(String authorization, String query, String key) {
        return authorization.replace("Bearer tk-", "")
                + (query == null ? "" : query.replace("key=", "/"))
                + (key == null ? "" : "/" + key);
    }

    private static int run(List<HttpConnection> connections, Random random, FakeTime time) throws IOException {
        int responses = 0;
        for (int i = 0; i < REQUESTS; i++) {
            String user = "user" + random.nextInt(5);
            USER.set(user);
            String path = "/items/" + random.nextInt(3);
            Request request = Request.get(path).acceptStatus(503);
            String owner = user;
            switch (random.nextInt(4)) {
                case 0 -> {
                    String key = "k" + random.nextInt(2);
                    request = request.query("key", Secret.of(key));
                    owner += "/" + key;
                }
                case 1 -> {
                    String key = "h" + random.nextInt(2);
                    request = request.header("X-Key", Secret.of(key));
                    owner += "/" + key;
                }
                case 2 -> request = request.header("Accept-Language", random.nextBoolean() ? "de" : "en");
                default -> {}
            }
            Response response =
                    connections.get(random.nextInt(connections.size())).send(request);
            if (response.status() == 200) {
                responses++;
                assertThat(response.text()).isEqualTo("for " + owner + " at " + path);
            }
            if (random.nextInt(20) == 0) {
                time.pass(Duration.ofSeconds(random.nextInt(20)));
            }
        }
        return responses;
    }
}
