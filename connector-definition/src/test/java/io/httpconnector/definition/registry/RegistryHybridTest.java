package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.OrderService;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests of hybrid triggers of instances. */
@Timeout(60)
class RegistryHybridTest {

    /** Polls only when it is started, or when webhooks may be missing. */
    private static final String RARE = OrderService.DOCUMENT.replace("{every: PT1H}", "{every: P10D, startAfter: P5D}");

    private static final String PAYLOAD = "payload: {records: [/order], deletedTypes: [deleted]}";
    private static final String SIGNING = "secret-of-the-application";

    /** All customers have the same URL. */
    private static final String SHARED = RARE.substring(0, RARE.indexOf("    subscription:"))
                    .replace(
                            "- {name: site, label: Site}", "- {name: site, label: Site}\n  - {name: team, label: Team}")
            + "    tenant: {body: /order/team}\n"
            + "    tenantValue: \"{{auth.team}}\"\n"
            + "    verify: [{type: signature, secrets: [signing], definition: {algorithm: HmacSHA256, signature:"
            + " [{header: X-Signature}]}}]\n";

    private final OrderService service = new OrderService();
    private final TokenStore tokens = TokenStore.inMemory();
    private final StateStore state = StateStore.inMemory();
    private final InstanceStore instances = InstanceStore.inMemory();
    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
    private final List<String> events = new CopyOnWriteArrayList<>();
    private Instant time = Instant.parse("2026-01-01T00:00:00Z");

    @AfterEach
    void close() {
        service.close();
    }

    private ConnectorRegistry registry(UnaryOperator<ConnectorRegistryBuilder> settings, String... documents) {
        ConnectorRegistry registry = settings.apply(ConnectorRegistry.in(instances)
                        .state(state)
                        .tokens(tokens)
                        .secrets(reference ->
                                reference.tenant().equals(SecretReference.APPLICATION) ? Secret.of(SIGNING) : null)
                        .webhooks(router))
                .build();
        return started(registry, documents);
    }

    private ConnectorRegistry started(ConnectorRegistry registry, String... documents) {
        for (String document : documents) {
            registry.define(ConnectorDefinition.parse(document));
        }
        registry.on("shop", "orders", this::handle);
        registry.start();
        return registry;
    }

    private void handle(ConnectorInstance instance, TriggerEvent event) {
        String version = event.payload().path("updated").asText("00:00:00:00:00:00:00");
        events.add(instance.tenant() + " " + event.key() + " "
                + (event.change() == ChangeType.DELETED ? "deleted" : version.substring(14, 19)));
    }

    private InstanceSettings settings() {
        return InstanceSettings.of(Map.of("site", service.baseUrl()));
    }

    private ObjectNode change(String id) {
        time = time.plusSeconds(10);
        return service.change(id, time.toString());
    }

    private static void awaitActive(ConnectorInstance instance) {
        Await.until(() -> instance.subscription("changed").orElseThrow().state() == SubscriptionState.ACTIVE);
    }

    private static PushStatus pushes(ConnectorInstance instance) {
        return instance.hybridStatus("orders").flatMap(HybridStatus::webhook).orElseThrow();
    }

    @Test
    void handlerReceivesTheEventsOfPollAndWebhookOnceWhileTheInstanceIsStarted() {
        change("old");
        try (ConnectorRegistry registry = registry(settings -> settings.maxOpen(1), RARE)) {
            ConnectorInstance acme = registry.add("acme", "shop", settings());
            awaitActive(acme);
            Await.until(() -> events.size() == 1);
            JsonNode order = change("a");

            assertThat(service.send(router, "changed", order)).isEqualTo(200);
            assertThat(service.send(router, "changed", order)).isEqualTo(200);

            assertThat(events).containsExactly("acme old 00:10", "acme a 00:20");
            assertThat(URI.create(service.hooks().get(0).path("url").asText()))
                    .isEqualTo(acme.webhookUrl("changed").orElseThrow());
            change("lost");
            service.dropHooks();
            assertThat(acme.<SubscriptionState>with(connector -> connector
                            .subscription("changed")
                            .orElseThrow()
                            .checkNow()
                            .state()))
                    .isNotNull();
            Await.until(() -> events.size() == 3);
            assertThat(pushes(acme).pushedFirst()).isEqualTo(1);
            assertThat(pushes(acme).duplicates()).isEqualTo(1);

            acme.stop();

            assertThat(service.hooks()).isEmpty();
            change("b");
            acme.start();
            Await.until(() -> events.contains("acme b 00:40"));
            awaitActive(acme);
            acme.remove();
            assertThat(service.hooks()).isEmpty();
        }
        assertThat(events).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void pausedTriggerStillReceivesWebhooksAndPollsWhenItIsResumed() {
        try (ConnectorRegistry registry = registry(settings -> settings, OrderService.DOCUMENT)) {
            ConnectorInstance acme = registry.add("acme", "shop", settings());
            awaitActive(acme);
            Await.until(() -> service.lists() > 0);
            acme.pause("orders");
            change("lost");

            assertThat(service.send(router, "changed", change("a"))).isEqualTo(200);

            assertThat(events).containsExactly("acme a 00:20");
            acme.resume("orders");
            Await.until(() -> events.size() == 2);
        }
        assertThat(events).containsExactly("acme a 00:20", "acme lost 00:10");
    }

    @Test
    void nudgeLetsTheInstancePoll() {
        try (ConnectorRegistry registry =
                registry(settings -> settings, RARE.replace(PAYLOAD, "payload: {nudge: true}"))) {
            ConnectorInstance acme = registry.add("acme", "shop", settings());
            awaitActive(acme);
            Await.until(() -> acme.nextPoll("orders").isPresent());
            JsonNode order = change("a");

            assertThat(service.send(router, "changed", order)).isEqualTo(200);

            Await.until(() -> events.size() == 1);
            assertThat(acme.hybridStatus("orders").orElseThrow().webhook()).isEmpty();
        }
    }

    @Test
    void restartPollsAtOnceAndHandlesTheEventsOfTheInbox(@TempDir Path directory) {
        Inbox inbox = Inbox.file(directory);
        try (ConnectorRegistry registry = registry(settings -> settings.inbox(inbox), RARE)) {
            awaitActive(registry.add("acme", "shop", settings()));
            assertThat(service.send(router, "changed", change("a"))).isEqualTo(200);
            Await.until(() -> events.size() == 1);
        }
        change("lost");
        try (ConnectorRegistry registry = registry(settings -> settings.inbox(inbox), RARE)) {
            Await.until(() -> events.size() == 2);
            assertThat(service.send(router, "deleted", change("a"))).isEqualTo(200);
            Await.until(() -> events.size() == 3);
            assertThat(registry.instance("acme", "shop").orElseThrow().deadLetters("changed"))
                    .isEmpty();
        }
        assertThat(events).containsExactly("acme a 00:10", "acme lost 00:20", "acme a deleted");
    }

    @Test
    void upgradeFromPollsToAHybridTriggerKeepsItsState() {
        String polls =
                OrderService.DOCUMENT.replace("    hybrid:\n      webhook: changed\n      " + PAYLOAD + "\n", "");
        try (ConnectorRegistry registry = registry(settings -> settings, polls)) {
            change("old");
            registry.on("shop", "changed", (instance, event) -> events.add("webhook"));
            ConnectorInstance acme = registry.add("acme", "shop", settings());
            awaitActive(acme);
            Await.until(() -> events.size() == 1);
            assertThat(service.send(router, "changed", change("a"))).isEqualTo(200);
            assertThat(events).containsExactly("acme old 00:10", "webhook");

            registry.define(ConnectorDefinition.parse(RARE.replace("version: 1.0.0", "version: 1.1.0")));
            acme.upgrade("1.1.0");

            Await.until(() -> events.size() == 3);
            awaitActive(acme);
            assertThat(service.send(router, "changed", change("b"))).isEqualTo(200);
            assertThat(events).containsExactly("acme old 00:10", "webhook", "acme a 00:20", "acme b 00:30");
            assertThat(service.hooks()).hasSize(1);
        }
    }

    @Test
    void webhookOfAHybridTriggerHasNoHandlerOfItsOwn() {
        try (ConnectorRegistry registry = registry(settings -> settings, RARE)) {
            assertThatThrownBy(() -> registry.on("shop", "changed", (instance, event) -> {}))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining(
                            "shop: \"changed\" is the webhook of the hybrid trigger \"orders\", whose handler"
                                    + " receives the events of both: set it by on(\"shop\", \"orders\", ...)");
        }
    }

    @Test
    void sharedWebhookIsRoutedToTheHybridTriggersOfItsTenants() {
        for (UnaryOperator<ConnectorRegistryBuilder> inbox : List.<UnaryOperator<ConnectorRegistryBuilder>>of(
                settings -> settings, settings -> settings.inbox(Inbox.inMemory()))) {
            events.clear();
            try (ConnectorRegistry registry = registry(inbox, SHARED)) {
                ConnectorInstance acme = added(registry, "acme", "T1");
                ConnectorInstance other = added(registry, "other", "T2");
                Await.until(() -> acme.nextPoll("orders").isPresent()
                        && other.nextPoll("orders").isPresent());
                events.clear();
                URI url = registry.webhookUrl("shop", "changed").orElseThrow();
                JsonNode order = change("a").put("team", "T2");

                assertThat(OrderService.send(router, url, SIGNING, event(order)))
                        .isEqualTo(200);
                assertThat(OrderService.send(router, url, SIGNING, event(order)))
                        .isEqualTo(200);

                Await.until(() -> pushes(other).received() == 2);
                assertThat(events).hasSize(1).allMatch(event -> event.startsWith("other a "));
                assertThat(pushes(acme).received()).isZero();
                acme.remove();
                other.remove();
            }
        }
    }

    private ConnectorInstance added(ConnectorRegistry registry, String tenant, String team) {
        return registry.add(tenant, "shop", InstanceSettings.of(Map.of("site", service.baseUrl(), "team", team)));
    }

    private static JsonNode event(JsonNode order) {
        return JsonSupport.parse(
                "{\"type\": \"changed\", \"delivery\": \"d" + System.nanoTime() + "\", \"order\": " + order + "}");
    }

    @Test
    void nodesOfAClusterReceiveWebhooksWhileOneOfThemPolls() {
        JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
        pool.setMaxConnections(40);
        JdbcSchema.create(pool);
        TokenEncryption encryption =
                TokenEncryption.aesGcm(Secret.of(Base64.getEncoder().encodeToString(new byte[32])));
        WebhookRouter routerOfB = WebhookRouter.at("https://app.example.com/hooks");
        change("old");
        try (ConnectorRegistry a = started(
                        ConnectorRegistry.clustered(pool, encryption)
                                .webhooks(router)
                                .build(),
                        RARE);
                ConnectorRegistry b = started(
                        ConnectorRegistry.clustered(pool, encryption)
                                .webhooks(routerOfB)
                                .build(),
                        RARE)) {
            ConnectorInstance onA = a.add("acme", "shop", settings());
            awaitActive(onA);
            Await.until(() -> events.size() == 1 && b.instance("acme", "shop").isPresent());
            ConnectorInstance onB = b.instance("acme", "shop").orElseThrow();

            assertThat(service.send(router, "changed", change("a"))).isEqualTo(200);
            // Events of other orders may overtake it in the inbox.
            Await.until(() -> events.size() == 2);
            JsonNode order = change("b");
            assertThat(service.send(routerOfB, "changed", order)).isEqualTo(200);
            assertThat(service.send(router, "changed", order)).isEqualTo(200);
            change("lost");
            service.dropHooks();
            Await.until(() -> onB.<Boolean>with(connector -> connector
                            .subscription("changed")
                            .orElseThrow()
                            .checkNow()
                            .lastCheck()
                            .isPresent())
                    && service.hooks().size() == 1);

            Await.until(() -> events.size() == 4);
            onA.pause("orders");
            assertThat(service.send(routerOfB, "changed", change("c"))).isEqualTo(200);
            Await.until(() -> events.size() == 5);
            onB.stop();
            Await.until(() -> service.hooks().isEmpty());
        } finally {
            pool.dispose();
        }
        assertThat(events)
                .containsExactly("acme old 00:10", "acme a 00:20", "acme b 00:30", "acme lost 00:40", "acme c 00:50");
    }
}
