package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.OrderService;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.AttemptResult.Outcome;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the stored events of hybrid triggers whose instance is stopped, has failed or moves to another node. */
@Timeout(120)
class HybridInboxTest {

    /** Polls only when it is started, or when webhooks may be missing. */
    private static final String RARE = OrderService.DOCUMENT.replace("{every: PT1H}", "{every: P10D, startAfter: P5D}");

    private static final TokenEncryption ENCRYPTION =
            TokenEncryption.aesGcm(Secret.of(Base64.getEncoder().encodeToString(new byte[32])));

    @TempDir
    Path directory;

    private final OrderService service = new OrderService();
    private final StateStore state = StateStore.inMemory();
    private final TokenStore tokens = TokenStore.inMemory();
    private final InstanceStore instances = InstanceStore.inMemory();
    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger attempts = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private Instant time = Instant.parse("2026-01-01T00:00:00Z");

    HybridInboxTest() {
        pool.setMaxConnections(60);
        JdbcSchema.create(pool);
    }

    @AfterEach
    void close() {
        released.countDown();
        service.close();
        pool.dispose();
    }

    private ConnectorRegistry start(ConnectorRegistryBuilder settings) {
        ConnectorRegistry registry = settings.build();
        registry.define(ConnectorDefinition.parse(RARE));
        registry.on("shop", "orders", (instance, event) -> handle(event));
        registry.start();
        return registry;
    }

    private ConnectorRegistryBuilder alone(Inbox inbox) {
        return ConnectorRegistry.in(instances)
                .state(state)
                .tokens(tokens)
                .webhooks(router)
                .inbox(inbox)
                .webhookListener(counting());
    }

    private WebhookListener counting() {
        return new WebhookListener() {
            @Override
            public AttemptObserver onAttempt(DeliveryAttempt attempt) {
                attempts.incrementAndGet();
                return (result, failure) -> {
                    if (result.outcome() == Outcome.RETRY || result.outcome() == Outcome.DEAD_LETTER) {
                        failures.add(attempt.events().get(0).key() + " " + failure);
                    }
                };
            }

            @Override
            public void onResponse(RequestOutcome outcome) {}
        };
    }

    private void handle(TriggerEvent event) throws InterruptedException {
        if (event.key().equals("slow")) {
            released.await();
        }
        // Long enough for work of other nodes in between.
        TimeUnit.MILLISECONDS.sleep(10);
        String version = event.payload().path("updated").asText();
        events.add(event.key() + (event.change() == ChangeType.DELETED ? " deleted" : " " + version));
    }

    private InstanceSettings settings() {
        return InstanceSettings.of(Map.of("site", service.baseUrl()));
    }

    private JsonNode change(String id) {
        time = time.plusSeconds(10);
        return service.change(id, time.toString());
    }

    private static JsonNode deleted(String id) {
        return JsonNodeFactory.instance.objectNode().put("id", id);
    }

    private static void awaitActive(ConnectorInstance instance) {
        Await.until(() -> instance.subscription("changed").orElseThrow().state() == SubscriptionState.ACTIVE);
    }

    @Test
    void eventsOfAFileWaitWhileTheInstanceIsStopped() throws Exception {
        try (Inbox inbox = Inbox.file(directory);
                ConnectorRegistry registry = start(alone(inbox))) {
            pendingEventsWaitForTheRestart(registry);
        }
    }

    @Test
    void eventsOfADatabaseWaitWhileTheInstanceIsStopped() throws Exception {
        try (ConnectorRegistry registry = start(alone(JdbcInbox.of(pool)))) {
            pendingEventsWaitForTheRestart(registry);
        }
    }

    private void pendingEventsWaitForTheRestart(ConnectorRegistry registry) throws Exception {
        ConnectorInstance acme = registry.add("acme", "shop", settings());
        awaitActive(acme);
        Await.until(() -> acme.nextPoll("orders").isPresent());
        // The trigger handles one event at a time.
        assertThat(service.send(router, "changed", change("slow"))).isEqualTo(200);
        Await.until(() -> attempts.get() == 1);
        assertThat(service.send(router, "changed", change("a"))).isEqualTo(200);
        // No poll finds it.
        assertThat(service.send(router, "deleted", deleted("d"))).isEqualTo(200);
        Await.until(() -> attempts.get() == 3);
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(acme::stop);
        Await.until(() -> acme.state() == InstanceState.DISABLED);
        TimeUnit.MILLISECONDS.sleep(200);
        released.countDown();
        stopping.get(20, TimeUnit.SECONDS);
        // The stored events are tried again meanwhile.
        int before = attempts.get();
        Await.until(() -> attempts.get() >= before + 2);

        assertThat(failures).isEmpty();
        assertThat(acme.deadLetters("changed")).isEmpty();
        assertThat(acme.state()).isEqualTo(InstanceState.DISABLED);
        acme.start();

        Await.until(Duration.ofSeconds(20), () -> events.size() == 3);
        awaitActive(acme);
        assertThat(acme.deadLetters("changed")).isEmpty();
        assertThat(acme.deadLetters("orders")).isEmpty();
        assertThat(service.hooks()).hasSize(1);
        assertThat(events)
                .containsExactlyInAnyOrder("slow 2026-01-01T00:00:10Z", "a 2026-01-01T00:00:20Z", "d deleted");
    }

    @Test
    void eventsWaitWhileTheVersionOfTheInstanceIsNotDefined() throws Exception {
        try (Inbox inbox = Inbox.file(directory)) {
            ConnectorRegistry before = start(alone(inbox));
            awaitActive(before.add("acme", "shop", settings()));
            assertThat(service.send(router, "changed", change("slow"))).isEqualTo(200);
            Await.until(() -> attempts.get() == 1);
            assertThat(service.send(router, "deleted", deleted("d"))).isEqualTo(200);
            Await.until(() -> attempts.get() == 2);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(before::close);
            TimeUnit.MILLISECONDS.sleep(200);
            released.countDown();
            closing.get(40, TimeUnit.SECONDS);
            assertThat(events).containsExactly("slow 2026-01-01T00:00:10Z");

            try (ConnectorRegistry after = alone(inbox).build()) {
                after.define(ConnectorDefinition.parse(RARE.replace("version: 1.0.0", "version: 1.1.0")));
                after.on("shop", "orders", (instance, event) -> handle(event));
                after.start();
                ConnectorInstance acme = after.instance("acme", "shop").orElseThrow();
                assertThat(acme.state()).isEqualTo(InstanceState.FAILED);
                int tried = attempts.get();
                Await.until(() -> attempts.get() >= tried + 2);
                assertThat(failures).isEmpty();

                after.define(ConnectorDefinition.parse(RARE));
                acme.start();

                Await.until(Duration.ofSeconds(20), () -> events.size() == 2);
                assertThat(acme.deadLetters("changed")).isEmpty();
            }
            assertThat(events).containsExactly("slow 2026-01-01T00:00:10Z", "d deleted");
        }
    }

    /** A node of a cluster, with its own URLs. */
    private record Node(ConnectorRegistry registry, WebhookRouter router) {

        void await(Duration timeout) {
            Await.until(timeout, () -> registry.instance("acme", "shop").isPresent());
        }
    }

    private Node node() {
        WebhookRouter urls = WebhookRouter.at("https://app.example.com/hooks");
        return new Node(
                start(ConnectorRegistry.clustered(pool, ENCRYPTION)
                        .webhooks(urls)
                        .webhookListener(counting())),
                urls);
    }

    /** Sends a webhook to the nodes in turn until one accepts it, as a load balancer and the service do. */
    private void send(String type, JsonNode order, List<Node> nodes) {
        AtomicInteger turn = new AtomicInteger(events.size());
        Await.until(Duration.ofSeconds(30), () -> {
            Node node = nodes.get(turn.getAndIncrement() % nodes.size());
            return service.send(node.router(), type, order) == 200;
        });
    }

    @Test
    void instanceMovesFromNodeToNodeWithoutLossAndWithOneSubscription() throws Exception {
        List<String> expected = new ArrayList<>();
        Node old = node();
        ConnectorInstance acme = old.registry().add("acme", "shop", settings());
        awaitActive(acme);
        String url = service.hooks().get(0).path("url").asText();
        for (int move = 1; move <= 3; move++) {
            Node next = node();
            next.await(Duration.ofSeconds(20));
            List<Node> both = List.of(old, next);
            Node leaving = old;
            CompletableFuture<Void> closing = null;
            for (int i = 0; i < 12; i++) {
                String id = "o" + move + "-" + i;
                JsonNode order = change(id);
                expected.add(id + " " + time);
                if (i % 4 != 3) {
                    send("changed", order, both);
                }
                if (i % 3 == 0) {
                    send("deleted", deleted("d" + id), both);
                    expected.add("d" + id + " deleted");
                }
                if (i == 5) {
                    closing = CompletableFuture.runAsync(leaving.registry()::close);
                }
            }
            assertThat(closing).succeedsWithin(Duration.ofSeconds(40));
            old = next;
            // The subscription was dropped while no node managed it.
            service.dropHooks();
            ConnectorInstance moved = next.registry().instance("acme", "shop").orElseThrow();
            Await.until(
                    Duration.ofSeconds(20),
                    () -> moved.<Boolean>with(connector -> connector
                                    .subscription("changed")
                                    .orElseThrow()
                                    .checkNow()
                                    .lastCheck()
                                    .isPresent())
                            && service.hooks().size() == 1);
            assertThat(service.hooks().get(0).path("url").asText()).isEqualTo(url);
            int count = expected.size();
            Await.until(Duration.ofSeconds(30), () -> events.size() >= count);
        }
        ConnectorInstance last = old.registry().instance("acme", "shop").orElseThrow();
        assertThat(last.deadLetters("orders")).isEmpty();
        assertThat(last.deadLetters("changed")).isEmpty();
        last.stop();
        Await.until(() -> service.hooks().isEmpty());
        old.registry().close();

        assertThat(events).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void eventsOfAStoppedInstanceAreHandledByTheNodeThatStartsIt() throws Exception {
        Node a = node();
        ConnectorInstance onA = a.registry().add("acme", "shop", settings());
        awaitActive(onA);
        Node b = node();
        b.await(Duration.ofSeconds(20));
        assertThat(service.send(a.router(), "changed", change("slow"))).isEqualTo(200);
        Await.until(() -> attempts.get() == 1);
        assertThat(service.send(a.router(), "deleted", deleted("d"))).isEqualTo(200);
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(onA::stop);
        Await.until(() -> onA.state() == InstanceState.DISABLED);
        released.countDown();
        stopping.get(40, TimeUnit.SECONDS);
        a.registry().close();
        ConnectorInstance onB = b.registry().instance("acme", "shop").orElseThrow();
        Await.until(Duration.ofSeconds(20), () -> onB.state() == InstanceState.DISABLED);

        onB.start();

        Await.until(Duration.ofSeconds(30), () -> events.size() == 2);
        awaitActive(onB);
        assertThat(service.hooks()).hasSize(1);
        assertThat(onB.deadLetters("changed")).isEmpty();
        assertThat(failures).isEmpty();
        b.registry().close();
        assertThat(events).containsExactlyInAnyOrder("slow 2026-01-01T00:00:10Z", "d deleted");
    }
}
