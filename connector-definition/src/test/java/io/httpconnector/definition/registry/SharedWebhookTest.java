package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.DefinitionChange;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.definition.SharedWebhook;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

/** Tests webhooks whose URL all instances share, with payloads as Slack documents them. */
class SharedWebhookTest {

    private static final String SIGNING = "8f742231b10e8888abcd99yyyzzz85a5";
    private static final String TEXT = """
            connector: 1
            id: slack
            version: 1.0.0
            title: Slack
            inputs:
              - {name: team, label: Workspace}
              - {name: region, label: Region, default: eu}
            connection:
              baseUrl: https://slack.com/api
              headers: {X-Region: "{{auth.region}}", X-Workspace: "{{auth.team}}"}
            auth:
              token:
                type: custom
                fields: [{name: token, label: Token, secret: true}]
                headers: {Authorization: "Bearer {{auth.token}}"}
            webhooks:
              events:
                verify: [{type: preset, name: slack, secrets: [signing]}]
                handshake: [{type: slack}]
                id: {body: /event_id}
                tenant: {body: /team_id, or: {body: /payload/team/id, or: {body: /enterprise_id}}}
                tenantValue: "{{auth.team}}"
            """;

    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
    private final TokenStore tokens = TokenStore.inMemory();
    private final InstanceStore instances = InstanceStore.inMemory();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final List<String> unknown = new CopyOnWriteArrayList<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    /** The signing secret belongs to the application, the tokens to customers. */
    private static final SecretSource SECRETS = reference -> switch (reference.name()) {
        case "signing" -> reference.tenant().equals(SecretReference.APPLICATION) ? Secret.of(SIGNING) : null;
        default ->
            reference.tenant().equals(SecretReference.APPLICATION) ? null : Secret.of("xoxb-" + reference.tenant());
    };

    private static ConnectorDefinition definition(String version, String... replacements) {
        String text = TEXT.replace("version: 1.0.0", "version: " + version);
        for (int i = 0; i < replacements.length; i += 2) {
            assertThat(text).contains(replacements[i]);
            text = text.replace(replacements[i], replacements[i + 1]);
        }
        return ConnectorDefinition.parse(text);
    }

    private WebhookListener listener() {
        return new WebhookListener() {
            @Override
            public void onResponse(RequestOutcome outcome) {}

            @Override
            public void onUnknownTenant(WebhookEvent event) {
                unknown.add(event.tenant());
            }
        };
    }

    private ConnectorRegistryBuilder builder() {
        return ConnectorRegistry.in(instances)
                .secrets(SECRETS)
                .tokens(tokens)
                .webhooks(router)
                .context(context -> context.receivers(receiver -> receiver.listener(listener())));
    }

    private ConnectorRegistry started(ConnectorRegistry registry, ConnectorDefinition... others) {
        registry.define(definition("1.0.0"));
        for (ConnectorDefinition other : others) {
            registry.define(other);
        }
        registry.on("slack", "events", this::handle);
        registry.start();
        return registry;
    }

    private void handle(ConnectorInstance instance, TriggerEvent event) {
        if (failing.contains(instance.tenant())) {
            throw new IllegalStateException("down");
        }
        events.add(instance.tenant() + " " + event.id() + " " + event.trigger());
    }

    private static InstanceSettings team(String team) {
        return InstanceSettings.of(Map.of("team", team));
    }

    private static String event(String team, String id) {
        return "{\"token\": \"XXYYZZ\", \"team_id\": \"" + team + "\", \"api_app_id\": \"A0FFV41KK\", \"event\":"
                + " {\"type\": \"reaction_added\", \"user\": \"U061F1EUR\", \"event_ts\": \"1465244570.336841\"},"
                + " \"type\": \"event_callback\", \"event_id\": \"" + id + "\", \"event_time\": 1465244570}";
    }

    private static WebhookResponse post(WebhookRouter router, URI url, String type, String body) {
        WebhookRequest request = WebhookRequest.of(
                "POST",
                url.getPath(),
                "",
                Map.of("Content-Type", List.of(type)),
                body.getBytes(StandardCharsets.UTF_8));
        return router.receive(WebhookSigner.preset("slack", Secret.of(SIGNING)).sign(request));
    }

    private int send(URI url, String team, String id) {
        return post(router, url, "application/json", event(team, id)).status();
    }

    private String taken() throws InterruptedException {
        return String.valueOf(events.poll(20, TimeUnit.SECONDS));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void eventsReachTheInstanceOfTheirWorkspace() throws Exception {
        URI url;
        try (ConnectorRegistry registry = started(builder().build())) {
            url = registry.webhookUrl("slack", "events").orElseThrow();
            WebhookResponse challenge = post(
                    router, url, "application/json", "{\"type\": \"url_verification\", \"challenge\": \"3eZbrw1a\"}");
            assertThat(new String(challenge.body(), StandardCharsets.UTF_8)).contains("3eZbrw1a");
            ConnectorInstance acme = registry.add("acme", "slack", team("T0001"));
            ConnectorInstance bolt = registry.add("bolt", "slack", team("T0002"));
            assertThat(acme.webhookUrl("events")).contains(url).isEqualTo(bolt.webhookUrl("events"));

            assertThat(send(url, "T0001", "Ev1")).isEqualTo(200);
            assertThat(send(url, "T0002", "Ev1")).isEqualTo(200);
            assertThat(send(url, "T0002", "Ev1")).as("repeated").isEqualTo(200);
            String interaction = "payload="
                    + URLEncoder.encode(
                            "{\"type\": \"block_actions\", \"team\": {\"id\": \"T0001\"}}", StandardCharsets.UTF_8);
            assertThat(post(router, url, "application/x-www-form-urlencoded", interaction)
                            .status())
                    .isEqualTo(200);

            assertThat(taken()).isEqualTo("acme T0001:Ev1 acme/slack/events");
            assertThat(taken()).isEqualTo("bolt T0002:Ev1 bolt/slack/events");
            assertThat(taken()).startsWith("acme T0001:");
            assertThat(send(url, "T0009", "Ev2")).isEqualTo(200);
            assertThat(unknown).containsExactly("T0009");
            WebhookRequest forged = WebhookRequest.of(
                    "POST", url.getPath(), "", Map.of(), event("T0001", "Ev3").getBytes(StandardCharsets.UTF_8));
            assertThat(router.receive(forged).status()).isEqualTo(401);
            assertThat(events).isEmpty();
        }
        assertThat(send(url, "T0001", "Ev4")).as("closed").isEqualTo(404);
        try (ConnectorRegistry registry = started(builder().build())) {
            assertThat(registry.webhookUrl("slack", "events"))
                    .as("after a restart")
                    .contains(url);
            assertThat(send(url, "T0001", "Ev5")).isEqualTo(200);
            assertThat(taken()).startsWith("acme T0001:Ev5");
        }
    }

    @Test
    void valueFollowsChangesUpgradesAndStops() throws Exception {
        ConnectorDefinition second =
                definition("2.0.0", "tenantValue: \"{{auth.team}}\"", "tenantValue: \"{{auth.team}}-{{auth.region}}\"");
        ConnectorDefinition third = definition("3.0.0", "    tenantValue: \"{{auth.team}}\"\n", "");
        try (ConnectorRegistry registry = started(builder().build())) {
            URI url = registry.webhookUrl("slack", "events").orElseThrow();
            ConnectorInstance acme = registry.add("acme", "slack", team("T0001"));
            acme.change(team("T0002"));
            assertThat(send(url, "T0001", "Ev1")).isEqualTo(200);
            assertThat(send(url, "T0002", "Ev2")).isEqualTo(200);
            assertThat(taken()).startsWith("acme T0002:Ev2");
            assertThat(unknown).containsExactly("T0001");

            registry.define(second);
            registry.define(third);
            assertThat(acme.changes("2.0.0"))
                    .extracting(DefinitionChange::pointer)
                    .contains("/webhooks/events/tenantValue");
            acme.upgrade("2.0.0");
            assertThat(send(url, "T0002-eu", "Ev3")).isEqualTo(200);
            assertThat(taken()).startsWith("acme T0002-eu:Ev3");

            acme.stop();
            assertThat(send(url, "T0002-eu", "Ev4")).as("stopped").isEqualTo(200);
            assertThat(unknown).as("a stopped instance is not unknown").hasSize(1);
            acme.start();
            assertThat(send(url, "T0002-eu", "Ev5")).isEqualTo(200);
            assertThat(taken()).startsWith("acme T0002-eu:Ev5");

            // A version with a URL for each instance.
            acme.upgrade("3.0.0");
            assertThat(acme.webhookUrl("events").orElseThrow()).isNotEqualTo(url);
            acme.remove();
            assertThat(send(url, "T0002-eu", "Ev6")).isEqualTo(200);
            assertThat(unknown).containsExactly("T0001", "T0002-eu");
            assertThat(events).isEmpty();
        }
    }

    @Test
    void failureOfAnInstanceDoesNotAffectOthersOfTheSameWorkspace() throws Exception {
        failing.add("acme");
        try (Inbox inbox = Inbox.inMemory();
                ConnectorRegistry registry = started(builder().inbox(inbox).build())) {
            URI url = registry.webhookUrl("slack", "events").orElseThrow();
            ConnectorInstance acme = registry.add("acme", "slack", team("T0001"));
            registry.add("bolt", "slack", team("T0001"));

            assertThat(send(url, "T0001", "Ev1")).isEqualTo(200);
            assertThat(taken()).startsWith("bolt T0001:Ev1");
            await(() -> acme.lastFailure().isPresent());
            failing.clear();
            assertThat(taken()).startsWith("acme T0001:Ev1");
            assertThat(send(url, "T0001", "Ev1")).isEqualTo(200);
            assertThat(events.poll(200, TimeUnit.MILLISECONDS))
                    .as("once for each instance")
                    .isNull();
        }
    }

    @Test
    void withoutInboxTheSenderRepeatsAnEventThatAnInstanceCouldNotHandle() throws Exception {
        failing.add("acme");
        try (ConnectorRegistry registry = started(builder().build())) {
            URI url = registry.webhookUrl("slack", "events").orElseThrow();
            registry.add("acme", "slack", team("T0001"));
            registry.add("bolt", "slack", team("T0001"));

            assertThat(send(url, "T0001", "Ev1")).isEqualTo(500);
            assertThat(taken()).startsWith("bolt T0001:Ev1");
            failing.clear();
            assertThat(send(url, "T0001", "Ev1")).isEqualTo(200);
            assertThat(List.of(taken(), taken())).anyMatch(event -> event.startsWith("acme T0001:Ev1"));
        }
    }

    @Test
    void unknownTenantsMayBeRefusedUntilTheirInstanceIsAdded() throws Exception {
        try (ConnectorRegistry registry =
                started(builder().unknownTenants(WebhookResponse.of(503)).build())) {
            URI url = registry.webhookUrl("slack", "events").orElseThrow();

            assertThat(send(url, "T0001", "Ev1")).isEqualTo(503);
            registry.add("acme", "slack", team("T0001"));
            assertThat(send(url, "T0001", "Ev1")).isEqualTo(200);

            assertThat(taken()).startsWith("acme T0001:Ev1");
        }
    }

    @Test
    void instanceThatAnotherNodeHasJustAddedReceivesItsEvents() throws Exception {
        TokenEncryption encryption =
                TokenEncryption.aesGcm(Secret.of(Base64.getEncoder().encodeToString(new byte[32])));
        JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
        pool.setMaxConnections(40);
        JdbcSchema.create(pool);
        StoredSecrets secrets = StoredSecrets.in(JdbcTokenStore.of(pool, encryption));
        secrets.put(SecretReference.APPLICATION, "slack", "signing", Secret.of(SIGNING));
        WebhookRouter routerOfB = WebhookRouter.at("https://app.example.com/hooks");
        try (ConnectorRegistry a = started(ConnectorRegistry.clustered(pool, encryption)
                        .webhooks(router)
                        .build());
                ConnectorRegistry b = started(ConnectorRegistry.clustered(pool, encryption)
                        .webhooks(routerOfB)
                        .build())) {
            URI url = a.webhookUrl("slack", "events").orElseThrow();
            assertThat(b.webhookUrl("slack", "events")).contains(url);
            for (int i = 0; i < 3; i++) {
                secrets.put("t" + i, "slack", "token", Secret.of("xoxb-1"));
                a.add("t" + i, "slack", team("T000" + i));
                TimeUnit.MILLISECONDS.sleep(1100);
                assertThat(post(routerOfB, url, "application/json", event("T000" + i, "Ev" + i))
                                .status())
                        .isEqualTo(200);
                assertThat(taken()).startsWith("t" + i + " T000" + i + ":Ev" + i);
            }
        } finally {
            pool.dispose();
        }
    }

    @Test
    void connectorWithoutRegistryReceivesTheEventsOfItsTenantOnly() throws Exception {
        ConnectorContext context = ConnectorContext.forTenant("acme")
                .value("team", "T0001")
                .secrets(SecretSource.of(Map.of("signing", Secret.of(SIGNING), "token", Secret.of("t"))))
                .tokens(tokens)
                .webhooks(router)
                .build();
        try (Connector acme = definition("1.0.0").connect(context)) {
            acme.on("events", event -> events.add(event.id()));
            URI url = acme.webhookUrl("events").orElseThrow();

            assertThat(send(url, "T0001", "Ev1")).isEqualTo(200);
            assertThat(send(url, "T0002", "Ev2")).isEqualTo(200);

            assertThat(events).containsExactly("T0001:Ev1");
        }
    }

    @Test
    void valueHasDefaultsAndMayBeMissing() {
        ConnectorDefinition definition =
                definition("1.0.0", "tenantValue: \"{{auth.team}}", "tenantValue: \"{{auth.region}}");
        assertThat(SharedWebhook.namesIn(definition)).containsExactly("events");
        assertThat(SharedWebhook.tenantOf(definition, "events", null, Map.of())).contains("eu");
        assertThat(SharedWebhook.tenantOf(definition, "events", "token", Map.of("region", "us")))
                .contains("us");
        assertThat(SharedWebhook.tenantOf(definition("1.0.0"), "events", null, Map.of()))
                .isEmpty();
        assertThat(SharedWebhook.tenantOf(definition, "other", null, Map.of())).isEqualTo(Optional.empty());
        assertThat(ConnectorDefinition.parse(definition.toYaml())).isEqualTo(definition);
    }

    @Test
    void mistakesAreReportedWithTheirPlace() {
        assertThatThrownBy(() -> definition("1.0.0", "tenant: {body", "key: {body"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/webhooks/events/tenantValue")
                .hasMessageContaining("the location of this value in the events is missing: set it by tenant");
        assertThatThrownBy(() -> definition("1.0.0", "tenantValue: \"{{auth.team}}", "tenantValue: \"T0001"))
                .hasMessageContaining("/webhooks/events/tenantValue")
                .hasMessageContaining("it is the same for all instances: refer to an input");
        assertThatThrownBy(() -> definition(
                        "1.0.0", "id: {body: /event_id}", "publicUrl: \"https://a.example/{{auth.region}}\""))
                .hasMessageContaining("/webhooks/events/publicUrl")
                .hasMessageContaining("only tenantValue can refer to {{auth.region}}");
        assertThatThrownBy(() -> definition("1.0.0", "tenantValue: \"{{auth.team}}", "tenantValue: \"{{auth.teem}}"))
                .hasMessageContaining("/webhooks/events/tenantValue")
                .hasMessageContaining("team");
        assertThatThrownBy(() -> definition("1.0.0", "tenant: {body: /team_id,", "tenant: {header: X-Team,"))
                .hasMessageContaining("tenant")
                .hasMessageContaining("header X-Team is not signed");
        assertThatThrownBy(() -> new InstanceId(SecretReference.APPLICATION, "slack"))
                .hasMessageContaining("is reserved");
    }
}
