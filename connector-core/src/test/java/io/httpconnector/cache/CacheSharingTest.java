package io.httpconnector.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.cache.ResponseCache.CacheResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A full cache that the connections of many tenants share: each tenant gets its own responses only, and the limits hold. */
@Timeout(120)
class CacheSharingTest {

    private static final int TENANTS = 40;
    private static final int THREADS = 8;
    private static final int MAX_ENTRIES = 50;
    private static final int MAX_BYTES = 60_000;

    private final AtomicInteger served = new AtomicInteger();
    private final List<HttpConnection> connections = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
    private final ExecutorService handlers = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(handlers);
        server.createContext("/", exchange -> {
            int number = served.incrementAndGet();
            String tenant =
                    exchange.getRequestHeaders().getFirst("Authorization").replace("Bearer tk-", "");
            exchange.getResponseHeaders().set("Cache-Control", "max-age=60");
            // The same tag for all tenants.
            exchange.getResponseHeaders().set("ETag", "\"1\"");
            exchange.getResponseHeaders().set("Vary", "Accept-Language");
            byte[] body = (tenant + " " + exchange.getRequestURI() + " "
                            + exchange.getRequestHeaders().getFirst("Accept-Language") + " "
                            + "x".repeat(number % 7 * 100))
                    .getBytes(StandardCharsets.UTF_8);
            if (exchange.getRequestMethod().equals("DELETE")) {
                exchange.sendResponseHeaders(204, -1);
            } else if (exchange.getRequestHeaders().containsKey("If-None-Match")) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        connections.forEach(HttpConnection::close);
        threads.shutdownNow();
        server.stop(0);
        handlers.shutdownNow();
    }

    private HttpConnection connection(String token, ResponseCache cache) {
        HttpConnection connection = HttpConnection.named("shop")
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .auth(request -> request.header("Authorization", "Bearer tk-" + token))
                .around(cache)
                .build();
        connections.add(connection);
        return connection;
    }

    @Test
    void noTenantSeesTheResponseToAnotherOneAndTheLimitsHold() throws Exception {
        ResponseCache cache = ResponseCache.of(
                CacheSettings.defaults().maxEntries(MAX_ENTRIES).maxBytes(MAX_BYTES));
        for (int i = 0; i < TENANTS; i++) {
            // Two connections of each tenant do not share responses either.
            connection("tenant-" + i / 2, cache);
        }
        AtomicBoolean isEnded = new AtomicBoolean();
        Future<Integer> watch = threads.submit(() -> {
            int max = 0;
            while (!isEnded.get()) {
                ResponseCache.Statistics now = cache.statistics();
                assertThat(now.entries()).isLessThanOrEqualTo(MAX_ENTRIES);
                assertThat(now.bytes()).isBetween(0L, (long) MAX_BYTES);
                max = Math.max(max, now.entries());
                Thread.onSpinWait();
            }
            return max;
        });
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(i);
            all.add(threads.submit(() -> send(random)));
        }
        int hits = 0;
        for (Future<Integer> one : all) {
            hits += one.get();
        }
        isEnded.set(true);

        assertThat(watch.get()).isGreaterThan(MAX_ENTRIES / 2);
        assertThat(hits).isPositive().isLessThan(THREADS * 1000);
        assertThat(cache.statistics().hits()).isEqualTo(hits);
        for (int path = 0; path < 4; path++) {
            connections.get(0).send(Request.delete("/items/" + path));
        }
        assertThat(cache.statistics().entries()).isZero();
        assertThat(cache.statistics().bytes()).isZero();
    }

    private int send(Random random) {
        int hits = 0;
        for (int i = 0; i < 1000; i++) {
            int tenant = random.nextInt(TENANTS);
            String language = random.nextBoolean() ? "de" : "en";
            String path = "/items/" + random.nextInt(4);
            Request request = Request.get(path).header("Accept-Language", language);
            if (random.nextInt(5) == 0) {
                request = request.header("Cache-Control", random.nextBoolean() ? "no-cache" : "no-store");
            }
            Response response = connections.get(tenant).send(request);
            assertThat(response.text()).startsWith("tenant-" + tenant / 2 + " " + path + " " + language + " ");
            hits += ResponseCache.result(response.headers()).equals(Optional.of(CacheResult.HIT)) ? 1 : 0;
            if (random.nextInt(200) == 0) {
                connections.get(tenant).send(Request.delete(path));
            }
        }
        return hits;
    }

    @Test
    void theResponsesOfManyTenantsToOneUrlAreFoundFast() {
        ResponseCache cache = ResponseCache.of(CacheSettings.defaults().maxEntries(100_000));
        ThreadLocal<String> user = new ThreadLocal<>();
        HttpConnection connection = HttpConnection.named("shop")
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .auth(request -> request.header("Authorization", "Bearer tk-" + user.get()))
                .around(cache)
                .build();
        connections.add(connection);

        long[] nanos = new long[8];
        for (int i = 0; i < nanos.length; i++) {
            long start = System.nanoTime();
            for (int k = 0; k < 1000; k++) {
                user.set("user-" + i + "-" + k);
                connection.send(Request.get("/items"));
            }
            nanos[i] = System.nanoTime() - start;
        }

        assertThat(nanos[7]).as("ns: %s", Arrays.toString(nanos)).isLessThan(2 * nanos[0]);
        assertThat(cache.statistics().entries()).isEqualTo(8000);
    }
}
