package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.InstanceState;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the values of required inputs are checked when a connector is created, whatever uses them. */
class RequiredInputsTest {

    private static final String DOCUMENT = """
            connector: 1
            id: shop
            version: VERSION
            title: Shop
            connection: {baseUrl: "http://127.0.0.1:1"}
            inputs:
            INPUTS
            """;

    private static final String REQUEST = """
            requests:
              me: {method: GET, url: "/me?m={{auth.must}}"}
            """;

    private static final String TRIGGER = """
            triggers:
              t: {request: {method: GET, url: "/links?m={{auth.must}}"}, key: [/id], schedule: {every: PT1H}}
            """;

    private static ConnectorDefinition document(String version, String inputs, String use) {
        return ConnectorDefinition.parse(DOCUMENT.replace("VERSION", version)
                        .replace("INPUTS", inputs.isEmpty() ? "  []" : "  - " + inputs.replace("\n", "\n  - "))
                + use);
    }

    private static ConnectorDefinition document(String inputs, String use) {
        return document("1.0.0", inputs, use);
    }

    private static void connect(ConnectorDefinition definition, Map<String, String> values) {
        definition
                .connect(ConnectorContext.forTenant("acme").values(values).build())
                .close();
    }

    @ParameterizedTest
    @ValueSource(strings = {REQUEST, TRIGGER})
    void missingValueIsReportedByConnect(String use) {
        ConnectorDefinition definition = document("{name: must}", use);

        assertThatThrownBy(() -> connect(definition, Map.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("must: it is missing: set it by value(\"must\", ...)");
        connect(definition, Map.of("must", "1"));
    }

    @Test
    void allMissingValuesAreReportedOnce() {
        ConnectorDefinition definition =
                document("{name: must}\n{name: site}\n{name: key, secret: true}", REQUEST + """
                auth:
                  key: {type: custom, headers: {X-Key: "{{auth.key}}", X-Site: "{{auth.site}}"}}
                """);

        assertThatThrownBy(() -> connect(definition, Map.of()))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .hasSize(3)
                                .anyMatch(problem -> problem.contains("\"key\""))
                                .anyMatch(problem -> problem.contains("\"site\""))
                                .anyMatch(problem -> problem.contains("\"must\"")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", pattern: \"[0-9]+\"", ", choices: [u, v]", ", type: integer", ", prefix: \"1\""})
    void emptyValueOfRequiredInputIsReported(String rule) {
        ConnectorDefinition definition = document("{name: must" + rule + "}", REQUEST);

        assertThatThrownBy(() -> connect(definition, Map.of("must", "")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("must: it ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: must, optional: true}",
                "{name: must, default: '1'}",
                "{name: must, default: '1', pattern: '[0-9]+'}",
                "{name: must, default: ''}"
            })
    void optionalInputAndOneWithDefaultMayBeEmpty(String input) {
        ConnectorDefinition definition = document(input, REQUEST);

        connect(definition, Map.of());
        connect(definition, Map.of("must", ""));
    }

    @Test
    void emptyValueIsReplacedByDefault() {
        ConnectorDefinition definition = document("{name: must, default: '7'}", REQUEST);
        try (Connector connector = definition.connect(
                ConnectorContext.forTenant("acme").value("must", "").build())) {

            assertThat(connector.request("me").dryRun(Pills.none()).url()).isEqualTo("/me?m=7");
        }
    }

    @Test
    void inputWhoseConditionIsNotMetIsNotRequired() {
        ConnectorDefinition definition = document(
                "{name: kind, choices: [cloud, server], default: cloud}\n"
                        + "{name: must, when: {field: kind, values: [server]}}",
                REQUEST);

        connect(definition, Map.of());
        assertThatThrownBy(() -> connect(definition, Map.of("kind", "server")))
                .hasMessageContaining("must: it is missing");
    }

    @Test
    void missingSecretIsReported() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT.replace("VERSION", "1.0.0")
                .replace("INPUTS", "  - {name: key, secret: true}")
                .replace(":1\"}", ":1\", headers: {X-Key: \"{{auth.key}}\"}}"));

        assertThatThrownBy(() -> connect(definition, Map.of()))
                .hasMessageContaining("key: it is missing: supply the secret \"key\" by the source of secrets");
        definition
                .connect(ConnectorContext.forTenant("acme")
                        .secrets(reference -> Secret.of("s"))
                        .build())
                .close();
    }

    @Test
    void registryRejectsMissingValues() {
        try (ConnectorRegistry registry = ConnectorRegistry.in(InstanceStore.inMemory())
                .state(StateStore.inMemory())
                .build()) {
            registry.define(document("1.0.0", "{name: must}", TRIGGER));
            registry.define(document("1.1.0", "{name: must}\n{name: more}", TRIGGER.replace("must", "more") + REQUEST));
            registry.on("shop", "t", (instance, event) -> {});
            registry.start();

            assertThatThrownBy(() -> registry.add("acme", "shop", InstanceSettings.of(Map.of("must", "1"))))
                    .hasMessageContaining("more: it is missing");
            ConnectorInstance instance =
                    registry.add("acme", "shop", InstanceSettings.of(Map.of("must", "1", "more", "2")));
            assertThatThrownBy(() -> instance.change(InstanceSettings.of(Map.of("more", "2"))))
                    .hasMessageContaining("must: it is missing");
            assertThat(instance.state()).isEqualTo(InstanceState.ACTIVE);
            assertThat(instance.upgrade("1.0.0", InstanceSettings.of(Map.of()))).isEqualTo(InstanceState.FAILED);
            assertThat(instance.reason().orElse("")).contains("must: it is missing");
            instance.change(InstanceSettings.of(Map.of("must", "3")));
            assertThat(instance.state()).isEqualTo(InstanceState.ACTIVE);
        }
    }

    @Test
    void referencesToSecretsAreChecked() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT.replace("VERSION", "1.0.0")
                .replace("INPUTS", "  - {name: key, secret: true}")
                .replace(":1\"}", ":1\", headers: {X-Key: \"{{auth.key}}\"}}"));
        try (ConnectorRegistry registry = ConnectorRegistry.in(InstanceStore.inMemory())
                .state(StateStore.inMemory())
                .secrets(reference -> reference.name().equals("known") ? Secret.of("s") : null)
                .build()) {
            registry.define(definition);
            registry.start();
            InstanceSettings none = InstanceSettings.of(Map.of());

            assertThatThrownBy(() -> registry.add("acme", "shop", none.secret("keyy", "known")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("keyy: there is no such secret: did you mean \"key\"?");
            assertThatThrownBy(() -> registry.add("acme", "shop", none.secret("key", "other")))
                    .hasMessageContaining("supply the secret \"other\" by the source of secrets");
            ConnectorInstance instance = registry.add("acme", "shop", none.secret("key", "known"));
            assertThatThrownBy(
                            () -> instance.change(none.secret("none", "known").secret("key", "known")))
                    .hasMessageContaining("none: there is no such secret");
            instance.remove();
            assertThatThrownBy(() -> instance.send("none", Pills.none()))
                    .hasMessageContaining("was removed")
                    .hasMessageNotContaining("start()");
        }
    }

    @Test
    void aPublicClientNeedsNoSecret() {
        ConnectorDefinition definition = ConnectorDefinition.parse("""
                connector: 1
                id: calendar
                version: 1.0.0
                title: Calendar
                connection: {baseUrl: "https://api.example.com"}
                auth:
                  user:
                    type: oauth2-authorization-code
                    authorizationUrl: https://login.example.com/authorize
                    tokenUrl: https://login.example.com/token
                  application: {type: oauth2-client-credentials, tokenUrl: "https://login.example.com/token"}
                """);
        ConnectorContext.Builder user =
                ConnectorContext.forTenant("acme").strategy("user").redirectUri("https://app.example.com/callback");

        definition.connect(user.value("clientId", "c1").build()).close();
        assertThatThrownBy(() -> definition.connect(ConnectorContext.forTenant("acme")
                        .strategy("application")
                        .build()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("clientId: it is missing");
    }

    /** Only the client of OAuth 2 is the concern of its strategy; an input of this name is one like any other. */
    @Test
    void anInputNamedLikeAFieldOfOAuthIsRequired() {
        ConnectorDefinition definition =
                document("{name: clientId}", REQUEST.replace("{{auth.must}}", "{{auth.clientId}}"));

        assertThatThrownBy(() -> connect(definition, Map.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("clientId: it is missing: set it by value(\"clientId\", ...)");
        connect(definition, Map.of("clientId", "1"));
    }
}
