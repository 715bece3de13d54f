package io.httpconnector.benchmarks;

import io.httpconnector.Secret;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceId;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.InstanceState;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.definition.registry.StoredInstance;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookRouter;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Measures heap, threads and start-up time of a registry with 10,000 instances of one connector document. */
final class Instances {

    private static final int COUNT = 10_000;
    private static final String DOCUMENT = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            inputs:
              - {name: url, label: Shop URL}
              - {name: shop, label: Shop}
            connection: {baseUrl: "{{auth.url}}", retry: {maxAttempts: 2}}
            auth:
              key:
                type: custom
                fields: [{name: key, label: API key, secret: true}]
                headers: {X-Api-Key: "{{auth.key}}"}
            requests:
              get-order: {method: GET, url: "/items/{{order.id}}"}
            triggers:
              orders:
                request: {method: GET, url: /records, query: [{name: count, value: "1"}, {name: shop, value: "{{auth.shop}}"}]}
                records: {path: /items}
                key: [/id]
                startPosition: {everything: true}
                schedule: {every: PT1H}
            webhooks:
              paid: {verify: [{type: preset, name: github, secrets: [hook]}], key: {body: /id}}
            """;

    private Instances() {}

    static void print() throws IOException, InterruptedException {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT);
        InstanceStore instances = InstanceStore.inMemory();
        StateStore state = StateStore.inMemory();
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        try (Server server = Server.start()) {
            String baseUrl = "http://127.0.0.1:" + server.port();
            // Loads all classes.
            run(definition, InstanceStore.inMemory(), StateStore.inMemory(), router, baseUrl, 100);
            add(instances, baseUrl, COUNT);
            System.out.println(COUNT + " instances of one connector document, with a polling trigger and a webhook\n");
            int threads = Thread.activeCount();
            CountDownLatch polled = new CountDownLatch(COUNT);
            long start = System.nanoTime();
            ConnectorRegistry registry = registry(definition, instances, state, router, polled);
            registry.start();
            long started = System.nanoTime();
            if (!polled.await(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException(polled.getCount() + " instances have not polled");
            }
            long all = System.nanoTime();
            long open = usedHeap();
            int threadsMore = Thread.activeCount() - threads;
            registry.close();
            // The stores remain.
            long closed = usedHeap();
            System.out.println("| | |");
            System.out.println("|---|---|");
            System.out.printf("| start() | %d ms |%n", (started - start) / 1_000_000);
            System.out.printf("| all have polled once, after | %.1f s |%n", (all - start) / 1e9);
            System.out.printf("| heap of each, beyond its state | %.2f KB |%n", (open - closed) / 1024.0 / COUNT);
            System.out.printf("| additional threads of idle instances | %d |%n", threadsMore);
            System.out.println("| stored instances | " + instances.list().size() + " |");
        }
    }

    private static void run(
            ConnectorDefinition definition,
            InstanceStore instances,
            StateStore state,
            WebhookRouter router,
            String baseUrl,
            int count)
            throws InterruptedException {
        add(instances, baseUrl, count);
        CountDownLatch polled = new CountDownLatch(count);
        try (ConnectorRegistry registry = registry(definition, instances, state, router, polled)) {
            registry.start();
            boolean unused = polled.await(1, TimeUnit.MINUTES);
        }
    }

    private static void add(InstanceStore instances, String baseUrl, int count) {
        for (int i = 0; i < count; i++) {
            instances.put(
                    new StoredInstance(
                            new InstanceId("customer-" + i, "shop"),
                            "1.0.0",
                            InstanceSettings.of(Map.of("url", baseUrl, "shop", "shop-" + i)),
                            InstanceState.ACTIVE,
                            "",
                            1,
                            1),
                    0);
        }
    }

    private static ConnectorRegistry registry(
            ConnectorDefinition definition,
            InstanceStore instances,
            StateStore state,
            WebhookRouter router,
            CountDownLatch polled) {
        ConnectorRegistry registry = ConnectorRegistry.in(instances)
                .secrets(reference -> Secret.of("secret-of-" + reference.tenant()))
                .state(state)
                .webhooks(router)
                .build();
        registry.define(definition);
        registry.on("shop", "orders", (instance, event) -> polled.countDown());
        registry.on("shop", "paid", (instance, event) -> {});
        return registry;
    }

    private static long usedHeap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            LockSupport.parkNanos(100_000_000);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
