package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests operations for operators: counting instances, pausing triggers, and listeners of webhooks. */
class InstanceOperationsTest {

    private final Shop shop = new Shop();
    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
    private final Map<String, String> secrets = new ConcurrentHashMap<>(Map.of("key", "k-1", "hook", "h-1"));

    /** What listeners are notified of. */
    private final List<String> noticed = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        shop.close();
    }

    private final WebhookListener listener = new WebhookListener() {
        @Override
        public void onResponse(RequestOutcome outcome) {
            noticed.add(outcome.receiver() + " " + outcome.status());
        }

        @Override
        public void onEvents(List<WebhookEvent> events) {
            events.forEach(event -> noticed.add("received " + event.id()));
        }

        @Override
        public AttemptObserver onAttempt(DeliveryAttempt attempt) {
            return (result, failure) ->
                    noticed.add("handled " + attempt.events().get(0).trigger() + " "
                            + attempt.events().get(0).id());
        }
    };

    private ConnectorRegistryBuilder builder() {
        return ConnectorRegistry.in(InstanceStore.inMemory())
                .secrets(Shop.secrets(secrets))
                .webhooks(router);
    }

    private static ConnectorRegistry started(ConnectorRegistry registry) {
        registry.define(Shop.definition());
        registry.on("shop", "orders", (instance, event) -> {});
        registry.on("shop", "paid", (instance, event) -> {});
        registry.start();
        return registry;
    }

    private static void awaitPlan(ConnectorInstance instance) {
        Await.until(() -> instance.nextPoll("orders").isPresent());
    }

    @Test
    void triggersArePausedAndResumed() {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = started(builder().build())) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            awaitPlan(acme);
            assertThat(acme.triggers())
                    .extracting(InstanceTrigger::name, InstanceTrigger::isWebhook, InstanceTrigger::isPaused)
                    .containsExactly(tuple("orders", false, false), tuple("paid", true, false));

            acme.pause("orders");
            acme.pause("orders");
            assertThat(acme.triggers().get(0).isPaused()).isTrue();
            assertThat(acme.nextPoll("orders")).isEmpty();
            int requests = shop.requests();
            assertThat(acme.withTrigger("orders", PollingTrigger::pollOnce)).isNotNull();
            assertThat(shop.requests()).as("polled on request").isGreaterThan(requests);

            acme.resume("orders");
            awaitPlan(acme);
            assertThat(acme.triggers().get(0).isPaused()).isFalse();
            acme.pause("orders");
            acme.start();
            acme.change(shop.settings("a"));
            assertThat(acme.triggers().get(0).isPaused()).as("changed").isFalse();

            assertThatThrownBy(() -> acme.pause("order"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("did you mean \"orders\"?");
            assertThatThrownBy(() -> acme.resume("paid")).hasMessageContaining("no polling trigger \"paid\"");
            acme.stop();
            assertThat(acme.triggers()).isEmpty();
            assertThatThrownBy(() -> acme.pause("orders")).isInstanceOf(ConnectorException.class);
        }
    }

    @Test
    void triggersOfAClusterArePausedAndResumed() {
        shop.customer("a", 1);
        TokenEncryption encryption =
                TokenEncryption.aesGcm(Secret.of(Base64.getEncoder().encodeToString(new byte[32])));
        JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
        JdbcSchema.create(pool);
        String every = "every: PT1H";
        try (ConnectorRegistry registry = ConnectorRegistry.clustered(pool, encryption)
                .secrets(Shop.secrets(secrets))
                .build()) {
            registry.define(Shop.definition("1.0.0", every, "every: PT1S"));
            registry.on("shop", "orders", (instance, event) -> {});
            registry.start();
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            Await.until(() -> shop.requests() > 1);

            acme.pause("orders");
            pause(1500);
            int requests = shop.requests();
            pause(2500);
            assertThat(shop.requests()).isEqualTo(requests);
            acme.resume("orders");
            Await.until(() -> shop.requests() > requests);
        } finally {
            pool.dispose();
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void instancesAreCountedByState() {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = started(builder().build())) {
            assertThat(registry.counts().get("shop"))
                    .containsEntry(InstanceState.ACTIVE, 0)
                    .hasSize(InstanceState.values().length);
            registry.add("acme", "shop", shop.settings("a"));
            registry.add("bolt", "shop", shop.settings("a")).stop();

            assertThat(registry.counts()).containsOnlyKeys("shop");
            assertThat(registry.counts().get("shop"))
                    .containsEntry(InstanceState.ACTIVE, 1)
                    .containsEntry(InstanceState.DISABLED, 1)
                    .containsEntry(InstanceState.FAILED, 0);
        }
    }

    private void send(URI url) {
        WebhookRequest request =
                WebhookRequest.of("POST", url.getPath(), "", Map.of(), "{\"id\": 7}".getBytes(StandardCharsets.UTF_8));
        assertThat(router.receive(
                                WebhookSigner.preset("github", Secret.of("h-1")).sign(request))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void listenersAreNotifiedOfEachEventOnce() {
        shop.customer("a", 1);
        for (Inbox inbox : new Inbox[] {null, Inbox.inMemory()}) {
            noticed.clear();
            ConnectorRegistryBuilder builder = builder().webhookListener(listener);
            try (ConnectorRegistry registry = started(
                    inbox == null ? builder.build() : builder.inbox(inbox).build())) {
                ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
                send(acme.webhookUrl("paid").orElseThrow());
                Await.until(() -> noticed.size() == 3);

                String id = noticed.stream()
                        .filter(each -> each.startsWith("received"))
                        .findFirst()
                        .orElseThrow()
                        .substring("received ".length());
                assertThat(noticed)
                        .containsExactlyInAnyOrder(
                                "received " + id, "handled acme/shop/paid " + id, "acme/shop/paid 200");
            }
        }
    }
}
