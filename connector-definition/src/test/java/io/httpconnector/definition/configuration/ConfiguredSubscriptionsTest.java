package io.httpconnector.definition.configuration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests subscriptions of connector documents by properties, without a framework. */
class ConfiguredSubscriptionsTest {

    private static final String DOCUMENT = """
            connector: 1
            id: code
            version: 1.0.0
            title: Code
            inputs:
              - {name: url, label: URL}
            connection: {baseUrl: "{{auth.url}}"}
            webhooks:
              pushed:
                title: Pushed
                subscription:
                  create:
                    name: Create
                    method: POST
                    url: /hooks
                    body: {json: {url: "{{webhook.url}}", secret: "{{webhook.secret}}"}}
                  id: /id
                  delete: {name: Delete, method: DELETE, url: "/hooks/{{subscription.id}}"}
                  verify: [{type: preset, name: github, secrets: [current, previous, next]}]
            """;

    @TempDir
    private Path directory;

    private final MockService service = MockService.start()
            .on("POST", "/hooks", MockResponse.json("{\"id\":\"h1\"}"))
            .on("DELETE", "/hooks/h1", MockResponse.json("{}"));

    @BeforeEach
    void write() throws Exception {
        Files.writeString(directory.resolve("code.connector.yaml"), DOCUMENT);
    }

    @AfterEach
    void close() {
        service.close();
    }

    private ConfiguredConnectors connectors(String... namesAndValues) {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of(
                "connectors.documents",
                directory + "/",
                "connectors.store.directory",
                directory.resolve("data").toString(),
                "connectors.connections.acme.connector",
                "code",
                "connectors.connections.acme.values.url",
                service.baseUrl()));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ConfiguredConnectors.of(properties).build();
    }

    private static void register(ConfiguredConnectors connectors) {
        connectors.on("pushed", event -> {});
        connectors.start();
        Await.until(() -> connectors
                        .connector("acme")
                        .subscription("pushed")
                        .orElseThrow()
                        .status()
                        .state()
                == SubscriptionState.ACTIVE);
    }

    private long count(String method) {
        return service.requests().stream()
                .filter(request -> request.method().equals(method))
                .count();
    }

    @Test
    void subscriptionIsKeptForTheNextStart() {
        for (int i = 0; i < 2; i++) {
            try (ConfiguredConnectors connectors =
                    connectors("connectors.webhooks.public-url", "https://app.example.com/hooks/")) {
                register(connectors);
            }
        }
        assertThat(count("POST")).isEqualTo(1);
        assertThat(count("DELETE")).isZero();
        assertThat(service.requests().get(0).body()).contains("\"https://app.example.com/hooks/acme/pushed\"");
    }

    @Test
    void subscriptionIsDeletedOnRequest() {
        ConfiguredConnectors connectors = connectors(
                "connectors.webhooks.public-url", "https://app.example.com/hooks",
                "connectors.subscriptions.delete-on-shutdown", "true");
        register(connectors);

        connectors.close();
        connectors.close();

        assertThat(count("DELETE")).isEqualTo(1);
    }

    @Test
    void publicUrlIsRequiredAndChecked() {
        try (ConfiguredConnectors connectors = connectors()) {
            assertThatThrownBy(() -> connectors.on("pushed", event -> {}))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining(
                            "property connectors.webhooks.public-url: it is missing: the webhook acme/pushed");
        }
        assertThatThrownBy(() -> connectors("connectors.webhooks.public-url", "app.example.com"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("connectors.webhooks.public-url: it is no absolute URL");
    }

    /** The properties of a connection without a document, whose webhook has a subscription at GitHub. */
    private Map<String, Object> webhookByProperties() {
        return new LinkedHashMap<>(Map.of(
                "connectors.store.directory", directory.resolve("data").toString(),
                "connectors.webhooks.public-url", "https://app.example.com/hooks",
                "connectors.connections.git.base-url", service.baseUrl(),
                "connectors.connections.git.webhooks.pushed.subscription.preset", "github",
                "connectors.connections.git.webhooks.pushed.subscription.events", "push, ping",
                "connectors.connections.git.webhooks.pushed.subscription.parameters.owner", "acme",
                "connectors.connections.git.webhooks.pushed.subscription.parameters.repository", "{{auth.repository}}",
                "connectors.connections.git.values.repository", "app"));
    }

    @Test
    void aConnectionWithoutADocumentHasWebhooks() {
        service.on("GET", "/repos/acme/app/hooks", MockResponse.json("[]"))
                .on("POST", "/repos/acme/app/hooks", MockResponse.json("{\"id\":7}"));
        try (ConfiguredConnectors connectors =
                ConfiguredConnectors.of(webhookByProperties()).build()) {
            connectors.on("git/pushed", event -> {});
            connectors.start();
            Await.until(() -> count("POST") == 1);
        }
        assertThat(service.requests())
                .filteredOn(request -> request.method().equals("POST"))
                .singleElement()
                .satisfies(request -> assertThat(request.body())
                        .contains("\"events\":[\"push\",\"ping\"]", "\"https://app.example.com/hooks/git/pushed\""));
    }

    @Test
    void problemsOfWebhooksNameTheProperty() {
        Map<String, Object> properties = webhookByProperties();
        properties.put("connectors.connections.git.webhooks.pushed.subscription.presett", "github");

        assertThatThrownBy(() -> ConfiguredConnectors.of(properties).build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(
                        "connectors.connections.git.webhooks.pushed.subscription.presett: unknown member");
    }

    @Test
    void aWebhookByPropertiesIsVerifiedWithASecretOfTheConnection() {
        Map<String, Object> properties = Map.of(
                "connectors.store.directory", directory.resolve("data").toString(),
                "connectors.connections.git.base-url", service.baseUrl(),
                "connectors.connections.git.webhooks.pushed.verify[0].type", "preset",
                "connectors.connections.git.webhooks.pushed.verify[0].name", "github",
                "connectors.connections.git.webhooks.pushed.verify[0].secrets", "hookSecret",
                "connectors.connections.git.webhooks.pushed.id.body", "/id",
                "connectors.connections.git.secrets.hook-secret", "s1");
        List<String> events = new CopyOnWriteArrayList<>();
        try (ConfiguredConnectors connectors =
                ConfiguredConnectors.of(properties).build()) {
            connectors.on("git/pushed", event -> events.add(event.id()));
            connectors.start();
            WebhookRequest request = WebhookRequest.of(
                    "POST",
                    "/hooks/git/pushed",
                    null,
                    Map.of("Content-Type", List.of("application/json")),
                    "{\"id\":\"e1\"}".getBytes(UTF_8));

            assertThat(connectors.webhooks().receive(request).status()).isEqualTo(401);
            assertThat(connectors
                            .webhooks()
                            .receive(WebhookSigner.preset("github", Secret.of("s1"))
                                    .sign(request))
                            .status())
                    .isEqualTo(200);
            assertThat(events).hasSize(1);
        }
    }
}
