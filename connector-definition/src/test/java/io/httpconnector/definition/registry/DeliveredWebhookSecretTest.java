package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of webhooks whose service delivers its secret in a handshake: the document alone describes it. */
class DeliveredWebhookSecretTest {

    private static final ConnectorDefinition ASANA = ConnectorDefinition.parse("""
            connector: 1
            id: tasks
            version: 1.0.0
            title: Tasks
            connection: {baseUrl: "https://tasks.example.com"}
            requests:
              list: {method: GET, url: /tasks}
            triggers:
              tasks: {request: list, key: [/id], schedule: {every: PT1H}}
            webhooks:
              changed:
                handshake: [{type: asana, secret: hookSecret}]
                verify: [{type: preset, name: asana, secrets: [hookSecret]}]
                each: /events
            """);

    private static final String BODY = "{\"events\":[{\"action\":\"added\"}]}";

    @TempDir
    private Path directory;

    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
    private final BlockingQueue<TriggerEvent> events = new LinkedBlockingQueue<>();

    private TokenStore tokens() {
        return TokenStore.file(directory.resolve("tokens"), Secret.of("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
    }

    private Connector connect(String tenant) {
        Connector connector = ASANA.connect(ConnectorContext.forTenant(tenant)
                .tokens(tokens())
                .webhooks(router)
                .webhookToken("changed", tenant.repeat(32).substring(0, 32))
                .build());
        connector.on("changed", events::add);
        return connector;
    }

    private WebhookResponse post(URI url, String body, String header, String value) {
        return router.receive(WebhookRequest.of(
                "POST", url.getPath(), "", Map.of(header, List.of(value)), body.getBytes(StandardCharsets.UTF_8)));
    }

    private int deliver(URI url, String secret) {
        return post(url, "", "X-Hook-Secret", secret).status();
    }

    private int event(URI url, String secret) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(BODY.getBytes(StandardCharsets.UTF_8)));
        return post(url, BODY, "X-Hook-Signature", signature).status();
    }

    private static Map<String, Secret> delivered(ConnectorInstance instance) {
        return instance.with(connector -> connector.deliveredSecrets("changed"));
    }

    @Test
    void documentNeedsNoSecretOfTheApplication() {
        assertThat(ASANA.secrets("none")).isEmpty();
        assertThat(ConnectorDefinition.parse(ASANA.toJson().toString()).toJson())
                .isEqualTo(ASANA.toJson());
    }

    @Test
    void deliveredSecretIsEncryptedAndSurvivesARestart() throws Exception {
        URI url;
        try (Connector acme = connect("acme")) {
            url = acme.webhookUrl("changed").orElseThrow();
            assertThat(acme.deliveredSecrets("changed")).isEmpty();
            assertThat(event(url, "b537207f20cbfa02")).isEqualTo(401);
            assertThat(deliver(url, "b537207f20cbfa02")).isEqualTo(200);
            assertThat(event(url, "b537207f20cbfa02")).isEqualTo(200);
            assertThat(acme.deliveredSecrets("changed")).containsOnlyKeys("hookSecret");
            assertThat(acme.deliveredSecrets("changed").get("hookSecret").reveal())
                    .isEqualTo("b537207f20cbfa02");
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("b537207f20cbfa02");
            }
        }
        try (Connector again = connect("acme");
                Connector other = connect("other")) {
            assertThat(event(url, "b537207f20cbfa02")).isEqualTo(200);
            assertThat(other.deliveredSecrets("changed")).isEmpty();
            assertThat(event(other.webhookUrl("changed").orElseThrow(), "b537207f20cbfa02"))
                    .isEqualTo(401);
            assertThat(again.deliveredSecrets("changed")).hasSize(1);
        }
    }

    @Test
    void onlyTheApplicationPermitsAnotherSecret() throws Exception {
        try (Connector acme = connect("acme")) {
            URI url = acme.webhookUrl("changed").orElseThrow();
            deliver(url, "first-secret");

            assertThat(deliver(url, "attacker")).isEqualTo(403);
            assertThat(event(url, "first-secret")).isEqualTo(200);

            acme.forgetDeliveredSecrets("changed");
            assertThat(event(url, "first-secret")).isEqualTo(401);
            assertThat(deliver(url, "second-secret")).isEqualTo(200);
            assertThat(event(url, "second-secret")).isEqualTo(200);
            assertThatThrownBy(() -> acme.forgetDeliveredSecrets("chnged"))
                    .hasMessageContaining("did you mean \"changed\"");
        }
    }

    @Test
    void oneOfConcurrentHandshakesWins() throws Exception {
        try (Connector acme = connect("acme");
                Connector node = ASANA.connect(ConnectorContext.forTenant("acme")
                        .tokens(tokens())
                        .webhooks(router)
                        .webhookToken("changed", "n".repeat(32))
                        .build())) {
            node.on("changed", events::add);
            List<URI> urls = List.of(
                    acme.webhookUrl("changed").orElseThrow(),
                    node.webhookUrl("changed").orElseThrow());
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<Integer>> statuses = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                URI url = urls.get(i % 2);
                String secret = "secret-" + i;
                statuses.add(threads.submit(() -> deliver(url, secret)));
            }
            List<Integer> found = new ArrayList<>();
            for (Future<Integer> status : statuses) {
                found.add(status.get(30, TimeUnit.SECONDS));
            }
            threads.shutdown();

            assertThat(found).containsOnlyOnce(200).contains(403);
            String winner = "secret-" + found.indexOf(200);
            assertThat(event(urls.get(0), winner)).isEqualTo(200);
            assertThat(node.deliveredSecrets("changed").get("hookSecret").reveal())
                    .isEqualTo(winner);
        }
    }

    @Test
    void missingStoreIsReported() {
        ConnectorContext.Builder context = ConnectorContext.forTenant("acme").webhooks(router);
        try (Connector without = ASANA.connect(context.build());
                Connector supplied =
                        ASANA.connect(context.secrets(SecretSource.of(Map.of("hookSecret", Secret.of("supplied"))))
                                .build())) {
            assertThatThrownBy(() -> without.on("changed", events::add))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("set it by tokens(...) of the context");
            supplied.on("changed", events::add);
            URI url = supplied.webhookUrl("changed").orElseThrow();
            assertThat(deliver(url, "attacker")).isEqualTo(403);
        }
    }

    /** A handshake is no authorization of the connection, and its secret is removed with the instance. */
    @Test
    void registryRemovesTheSecretWithTheInstance() throws Exception {
        TokenStore tokens = TokenStore.inMemory();
        try (StateStore state = StateStore.file(directory.resolve("state"));
                InstanceStore instances = InstanceStore.file(directory.resolve("instances"));
                ConnectorRegistry registry = ConnectorRegistry.in(instances)
                        .state(state)
                        .tokens(tokens)
                        .webhooks(router)
                        .build()) {
            registry.define(ASANA);
            registry.on("tasks", "changed", (instance, event) -> events.add(event));
            InstanceId id = new InstanceId("acme", "tasks");
            StoredInstance added = new StoredInstance(
                    id, "1.0.0", InstanceSettings.of(Map.of()), InstanceState.NEEDS_AUTHORIZATION, "", 1, 1);
            instances.put(added, 0);
            registry.start();
            ConnectorInstance acme = registry.instance("acme", "tasks").orElseThrow();
            URI url = acme.webhookUrl("changed").orElseThrow();

            assertThat(deliver(url, "first-secret")).isEqualTo(200);
            assertThat(event(url, "first-secret")).isEqualTo(200);
            assertThat(new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(acme.state()).isEqualTo(InstanceState.NEEDS_AUTHORIZATION);
            assertThat(delivered(acme)).hasSize(1);

            acme.remove();
            ConnectorInstance next = registry.add("acme", "tasks", InstanceSettings.of(Map.of()));
            assertThat(delivered(next)).isEmpty();
        }
    }
}
