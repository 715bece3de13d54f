package io.httpconnector.benchmarks;

import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Measures the cost of one connection per customer of an application if most of them are idle. */
final class Idle {

    private static final int COUNT = 10_000;

    private Idle() {}

    static void print() throws IOException {
        System.out.println(COUNT + " connections in one JVM, one for each customer\n");
        System.out.println("| | KB of heap each | threads more |");
        System.out.println("|---|---|---|");
        try (Server server = Server.start()) {
            String baseUrl = "http://127.0.0.1:" + server.port();
            measure(
                    "connector, each has sent a request",
                    i -> used(connection(baseUrl, i).build()));
            TokenStore store = TokenStore.inMemory();
            measure(
                    "connector, each with OAuth 2 tokens of its own in one store",
                    i -> used(HttpConnection.named("Customer " + i)
                            .baseUrl(baseUrl)
                            .auth(Tokens.client(store, "customer-" + i))
                            .build()));
            measure(
                    "connector, dedicatedPool()",
                    i -> connection(baseUrl, i).dedicatedPool().build()::close);
            measure("httpclient5, one client with a pool for each", i -> Peer.bareHttpClient());
        }
    }

    private static HttpConnectionBuilder connection(String baseUrl, int customer) {
        return HttpConnection.named("Customer " + customer)
                .baseUrl(baseUrl)
                .header("Authorization", Secret.of("Bearer token-of-customer-" + customer));
    }

    private static Closeable used(HttpConnection connection) {
        connection.send(Request.get("/items/1"));
        return connection::close;
    }

    private static void measure(String name, IntFunction<Closeable> create) throws IOException {
        create.apply(-1).close();
        long heap = usedHeap();
        int threads = Thread.activeCount();
        List<Closeable> all = new ArrayList<>(COUNT);
        for (int i = 0; i < COUNT; i++) {
            all.add(create.apply(i));
        }
        double each = (usedHeap() - heap) / 1024.0 / COUNT;
        System.out.printf("| %s | %.1f | %d |%n", name, each, Thread.activeCount() - threads);
        for (Closeable one : all) {
            one.close();
        }
    }

    private static long usedHeap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            LockSupport.parkNanos(100_000_000);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
