package io.httpconnector.definition.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
}
