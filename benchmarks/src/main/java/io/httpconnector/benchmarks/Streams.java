package io.httpconnector.benchmarks;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.stream.EventStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.util.Timeout;

/** Measures event streams: the time from the first byte to the handler, and the cost of many open streams. */
final class Streams {

    private static final int OPEN = 1000;
    private static final int WARM_UP = 2000;
    private static final int ROUNDS = 4000;

    private Streams() {}

    /** Opens a stream and returns the nanoseconds from sending the first event to receiving it. */
    private interface Opening {
        long open() throws IOException;
    }

    static void print() throws IOException {
        try (EventServer server = EventServer.start()) {
            printFirst(server);
            printOpen(server);
        }
    }

    private static void printFirst(EventServer server) throws IOException {
        try (HttpConnection connection =
                        HttpConnection.named("Benchmark").baseUrl(server.url()).build();
                CloseableHttpClient client = Peer.bareHttpClient()) {
            String[] names = {"httpclient5-bare, first read", "events(connection, handler)", "Stream of events"};
            EventStream stream = EventStream.of(Request.get("/first"));
            List<Opening> openings = List.of(
                    () -> raw(client, server.url() + "/first"),
                    () -> {
                        AtomicLong time = new AtomicLong();
                        stream.events(connection, event -> {
                            time.set(System.nanoTime() - Long.parseLong(event.data()));
                            return false;
                        });
                        return time.get();
                    },
                    () -> {
                        try (var events = stream.events(connection)) {
                            return events.mapToLong(event -> System.nanoTime() - Long.parseLong(event.data()))
                                    .findFirst()
                                    .orElseThrow();
                        }
                    });
            long[][] times = new long[names.length][ROUNDS];
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                for (int i = 0; i < names.length; i++) {
                    long time =
                            openings.get((i + Math.abs(round)) % names.length).open();
                    if (round >= 0) {
                        times[(i + round) % names.length][round] = time;
                    }
                }
            }
            System.out.println(ROUNDS + " streams each, in turns: time from sending the first event to the handler\n");
            System.out.println("| | median, us | 90 % below, us | relative |\n|---|---|---|---|");
            Arrays.stream(times).forEach(Arrays::sort);
            for (int i = 0; i < names.length; i++) {
                System.out.printf(
                        "| %s | %.1f | %.1f | %.2f |%n",
                        names[i],
                        times[i][ROUNDS / 2] / 1000.0,
                        times[i][ROUNDS * 9 / 10] / 1000.0,
                        (double) times[i][ROUNDS / 2] / times[0][ROUNDS / 2]);
            }
        }
    }

    private static long raw(CloseableHttpClient client, String url) throws IOException {
        HttpGet request = new HttpGet(url);
        request.setConfig(
                RequestConfig.custom().setResponseTimeout(Timeout.ofMinutes(5)).build());
        AtomicLong time = new AtomicLong();
        try {
            client.execute(request, response -> {
                InputStream body = response.getEntity().getContent();
                byte[] bytes = new byte[8192];
                int length = body.read(bytes);
                String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
                time.set(System.nanoTime() - Long.parseLong(text.substring(6).strip()));
                boolean unused = request.cancel();
                return null;
            });
        } catch (IOException e) {
            // The stream was cancelled.
        }
        return time.get();
    }

    private static void printOpen(EventServer server) {
        try (HttpConnection connection = HttpConnection.named("Benchmark")
                .baseUrl(server.url())
                .maxConnections(OPEN + 1)
                .build()) {
            AtomicLong received = new AtomicLong();
            EventStream stream = EventStream.of(Request.get("/events")).idleTimeout(Duration.ofMinutes(1));
            stream.events(connection, event -> false);
            long heap = usedHeap();
            int threads = platformThreads();
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < OPEN; i++) {
                all.add(stream.eventsAsync(connection, event -> {
                    received.incrementAndGet();
                    return true;
                }));
            }
            while (received.get() < 5L * OPEN) {
                LockSupport.parkNanos(10_000_000);
            }
            System.out.printf(
                    "%n%d open streams, Java %s: %.1f KB of heap each, %d platform threads more, %d sockets%n",
                    OPEN,
                    Runtime.version().feature(),
                    (usedHeap() - heap) / 1024.0 / OPEN,
                    platformThreads() - threads,
                    connection.poolStatus().active());
            long start = System.nanoTime();
            all.forEach(one -> one.cancel(true));
            while (connection.poolStatus().active() > 0) {
                LockSupport.parkNanos(1_000_000);
            }
            System.out.printf("All cancelled after %d ms%n", (System.nanoTime() - start) / 1_000_000);
        }
    }

    private static int platformThreads() {
        return Thread.activeCount();
    }

    private static long usedHeap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            LockSupport.parkNanos(100_000_000);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
