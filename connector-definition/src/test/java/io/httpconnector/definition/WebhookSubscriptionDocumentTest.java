package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.SubscriptionAction;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of webhooks in documents that the library registers at the service. */
class WebhookSubscriptionDocumentTest {

    private static final String DOCUMENT = """
            connector: 1
            id: code
            version: 1.0.0
            title: Code
            connection: {baseUrl: "{{auth.site}}"}
            inputs:
              - {name: site, label: Site}
              - {name: owner, label: Owner}
            webhooks:
              pushed:
                key: {body: /after}
                subscription:
                  preset: github
                  events: [push]
                  parameters: {owner: "{{auth.owner}}", repository: app}
            """;

    private final StateStore state = StateStore.inMemory();
    private final TokenStore tokens = TokenStore.inMemory();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private RepositoryService service;

    @BeforeEach
    void start() throws Exception {
        service = new RepositoryService();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private ConnectorContext.Builder context(WebhookRouter router) {
        return ConnectorContext.forTenant("acme")
                .value("site", service.baseUrl())
                .value("owner", "octo")
                .state(state)
                .tokens(tokens)
                .webhooks(router);
    }

    private static WebhookRouter router() {
        return WebhookRouter.at("https://hooks.example.com/in");
    }

    @Test
    void startedConnectorRegistersItsWebhookAndVerifiesItsEvents() throws Exception {
        WebhookRouter router = router();
        try (Connector connector =
                ConnectorDefinition.parse(DOCUMENT).connect(context(router).build())) {
            connector.on(
                    "pushed", event -> events.add(event.payload().path("after").asText()));
            assertThat(service.hooks()).isEmpty();

            connector.start();

            Await.until(() -> service.hooks().size() == 1);
            RepositoryService.Hook hook = service.hooks().get(0);
            assertThat(hook.repository()).isEqualTo("octo/app");
            assertThat(URI.create(hook.url()))
                    .isEqualTo(connector.webhookUrl("pushed").orElseThrow());
            assertThat(service.send(router, hook, "{\"after\":\"c1\"}")).isEqualTo(200);
            assertThat(events).containsExactly("c1");
            Await.until(() ->
                    connector.subscription("pushed").orElseThrow().status().state() == SubscriptionState.ACTIVE);
        }
    }

    @Test
    void closedConnectorKeepsItsSubscriptionForTheNextStart() throws Exception {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT);
        URI url;
        try (Connector connector = definition.connect(context(router()).build())) {
            connector.on("pushed", event -> {});
            connector.start();
            Await.until(() ->
                    connector.subscription("pushed").orElseThrow().status().state() == SubscriptionState.ACTIVE);
            url = connector.webhookUrl("pushed").orElseThrow();
        }
        String id = service.hooks().get(0).id();
        WebhookRouter router = router();

        try (Connector connector = definition.connect(context(router).build())) {
            connector.start();
            connector.on("pushed", event -> events.add("again"));
            assertThat(connector.webhookUrl("pushed")).contains(url);
            Await.until(() -> connector
                    .subscription("pushed")
                    .orElseThrow()
                    .status()
                    .lastCheck()
                    .isPresent());
            assertThat(service.hooks()).hasSize(1);
            assertThat(service.hooks().get(0).id()).isEqualTo(id);
            assertThat(service.send(router, service.hooks().get(0), "{\"after\":\"c2\"}"))
                    .isEqualTo(200);
            assertThat(events).containsExactly("again");

            assertThat(connector.stopSubscriptions().get("pushed").state()).isEqualTo(SubscriptionState.NOT_REGISTERED);

            assertThat(service.hooks()).isEmpty();
        }
    }

    @Test
    void subscriptionOfAWebhookWithoutAHandlerIsNotRegistered() throws Exception {
        try (Connector connector =
                ConnectorDefinition.parse(DOCUMENT).connect(context(router()).build())) {
            connector.start();

            assertThat(connector.subscription("pushed").orElseThrow().status().state())
                    .isEqualTo(SubscriptionState.NOT_REGISTERED);
            assertThat(service.requests()).isEmpty();
            assertThatThrownBy(() -> connector.subscription("push"))
                    .hasMessageContaining("there is no webhook \"push\": did you mean \"pushed\"?");
        }
    }

    @Test
    void chosenTokenAndPublicUrlAreUsed() throws Exception {
        String token = WebhookRouter.newToken();
        try (Connector connector = ConnectorDefinition.parse(DOCUMENT)
                .connect(context(router()).webhookToken("pushed", token).build())) {
            connector.on("pushed", event -> {});
            connector.start();
            Await.until(() -> service.hooks().size() == 1);
            assertThat(service.hooks().get(0).url()).isEqualTo("https://hooks.example.com/in/" + token);
        }
        try (Connector connector = ConnectorDefinition.parse(DOCUMENT)
                .connect(context(router())
                        .webhookUrl("pushed", URI.create("https://gateway.example.com/code"))
                        .build())) {
            connector.on("pushed", event -> {});
            assertThat(connector.webhookUrl("pushed")).contains(URI.create("https://gateway.example.com/code"));
            connector.start();
            Await.until(() -> service.hooks().size() == 1
                    && service.hooks().get(0).url().equals("https://gateway.example.com/code"));
        }
    }

    @Test
    void missingStoresAreReported() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT);
        ConnectorContext context = ConnectorContext.forTenant("acme")
                .value("site", service.baseUrl())
                .value("owner", "octo")
                .webhooks(router())
                .build();

        Connector connector = definition.connect(context);
        assertThatThrownBy(() -> connector.on("pushed", event -> {}))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "/webhooks/pushed/subscription: its state needs a store: set it by state(...) of the"
                                                + " context",
                                        "/webhooks/pushed/subscription: its secret and the token of its URL need a store: set"
                                                + " it by tokens(...) of the context"));
        connector.close();
    }

    @Test
    void missingStoresOfARegisteredHandlerAreProblemsOfConnect() {
        ConnectorComponents components = ConnectorComponents.none().handler("store", event -> {});
        ConnectorDefinition definition =
                ConnectorDefinition.parse(DOCUMENT.replace("key: {body: /after}", "handler: store"), components);

        assertThatThrownBy(() -> definition.connect(ConnectorContext.forTenant("acme")
                        .value("site", service.baseUrl())
                        .value("owner", "octo")
                        .webhooks(router())
                        .build()))
                .hasMessageContaining("set it by state(...)")
                .hasMessageContaining("set it by tokens(...)");
    }

    @Test
    void missingRouterIsReported() {
        try (Connector connector = ConnectorDefinition.parse(DOCUMENT)
                .connect(ConnectorContext.forTenant("acme")
                        .value("site", service.baseUrl())
                        .value("owner", "octo")
                        .state(state)
                        .tokens(tokens)
                        .build())) {
            assertThatThrownBy(() -> connector.subscription("pushed"))
                    .hasMessageContaining("set the router by webhooks(...) of the context");
        }
    }

    @Test
    void documentIsWrittenWithoutLoss() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT);

        JsonNode written = definition.toJson().at("/webhooks/pushed/subscription");

        assertThat(written).isEqualTo(JsonSupport.parse("""
                        {"preset": "github", "events": ["push"],
                         "parameters": {"owner": "{{auth.owner}}", "repository": "app"}}"""));
        assertThat(ConnectorDefinition.parse(definition.toYaml())).isEqualTo(definition);
        assertThat(definition.secrets(definition.strategies().get(0))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            preset: github | preset: gitub | /webhooks/pushed/subscription/preset: there is no preset "gitub": did you mean "github"?
            preset: github | presets: github | /webhooks/pushed/subscription/presets: unknown member; did you mean "preset"?
            preset: github | preset: 7 | /webhooks/pushed/subscription/preset: expected a string
            repository: app | repository: "{{auth.sites}}" | /webhooks/pushed/subscription/parameters/repository: {{auth.sites}} is not an input: did you mean {{auth.site}}?
            repository: app | other: app | the parameter "repository" is missing
            events: [push] | events: push | /webhooks/pushed/subscription/events: expected a list
            events: [push] | checkEvery: PT0S | /webhooks/pushed/subscription/checkEvery:
            events: [push] | id: "/{{auth.owner}}" | /webhooks/pushed/subscription/id: only parameters and events can refer to inputs
            events: [push] | verify: [{type: preset, name: githup, secrets: [current]}] | /webhooks/pushed/subscription/verify/0/name
            key: {body: /after} | tenant: {body: /team}, tenantValue: "{{auth.owner}}" | /webhooks/pushed/subscription: all instances share the URL
            """)
    void problemsAreReportedWhereTheyAre(String text, String replacement, String problem) {
        String document = DOCUMENT.replace(
                text,
                replacement.startsWith("tenant:")
                        ? replacement.replace(", tenantValue", "\n    tenantValue")
                        : replacement);

        assertThatThrownBy(() -> ConnectorDefinition.parse(document))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .anyMatch(found -> found.replaceAll(" \\(line \\d+, column \\d+\\)", "")
                                        .contains(problem)));
    }

    @Test
    void literalSecretInARequestIsReported() {
        String document = DOCUMENT.replace("events: [push]", """
                delete:
                        name: Delete
                        method: DELETE
                        url: /hooks/{{subscription.id}}
                        headers: [{name: Authorization, value: Bearer abcdef0123456789}]
                """.stripTrailing());

        assertThatThrownBy(() -> ConnectorDefinition.parse(document))
                .hasMessageContaining("/webhooks/pushed/subscription/delete/headers/0/value")
                .hasMessageContaining("it is a secret as literal text");
    }

    @Test
    void changedSubscriptionIsAChangeOfTheDocument() {
        ConnectorDefinition older = ConnectorDefinition.parse(DOCUMENT);
        ConnectorDefinition newer = ConnectorDefinition.parse(DOCUMENT.replace("[push]", "[push, issues]")
                .replace("preset: github", "preset: github\n      checkEvery: PT1H")
                .replace("1.0.0", "1.1.0"));
        ConnectorDefinition without =
                ConnectorDefinition.parse(DOCUMENT.substring(0, DOCUMENT.indexOf("    subscription"))
                        + "    verify: [{type: preset, name: github, secrets: [signing]}]\n"
                        + "requests:\n  repositories: {method: GET, url: \"/orgs/{{auth.owner}}/repos\"}\n");

        Map<String, DefinitionChange.Impact> changes = new TreeMap<>();
        older.changes(newer).forEach(change -> changes.put(change.pointer(), change.impact()));

        assertThat(changes)
                .isEqualTo(Map.of(
                        "/webhooks/pushed/subscription/events", DefinitionChange.Impact.STATE,
                        "/webhooks/pushed/subscription/checkEvery", DefinitionChange.Impact.NONE));
        assertThat(older.changes(newer).get(0).consequence()).contains("is created again at the service");
        assertThat(older.changes(without)).anySatisfy(change -> {
            assertThat(change.pointer()).isEqualTo("/webhooks/pushed/subscription");
            assertThat(change.consequence()).contains("register its URL at the service");
        });
        assertThat(without.changes(older))
                .anySatisfy(change ->
                        assertThat(change.consequence()).contains("remove the webhook that you have registered"));
    }

    /** A secret input in the parameters is masked, although it is in the URL of a request. */
    @Test
    void secretInputInParametersIsMasked() {
        String document = """
                connector: 1
                id: boards
                version: 1.0.0
                title: Boards
                connection: {baseUrl: "{{auth.site}}"}
                inputs:
                  - {name: site, label: Site}
                  - {name: owner, label: Owner}
                  - {name: userToken, label: Token, secret: true}
                webhooks:
                  changed:
                    verify: [{type: preset, name: trello, secrets: [app]}]
                    subscription:
                      preset: trello
                      parameters: {model: "{{auth.owner}}", token: "{{auth.userToken}}"}
                """;
        String token = "9eb76d9a9d02b8dd40c2f3e5df18556c831d4d1fadbe2c45f8310e6c93b5c548";
        List<String> failures = new CopyOnWriteArrayList<>();
        ConnectorContext context = context(router())
                .secrets(SecretSource.of(
                        Map.of("userToken", Secret.of(token), "app", Secret.of("the-application-secret"))))
                .subscriptions(builder -> builder.listener(new SubscriptionListener() {
                    @Override
                    public void onFailure(
                            String subscription, SubscriptionAction action, Exception failure, int count) {
                        failures.add(failure.getMessage());
                    }
                }))
                .build();
        try (Connector connector = ConnectorDefinition.parse(document).connect(context)) {
            connector.subscription("changed").orElseThrow().manage();

            assertThat(failures)
                    .singleElement()
                    .asString()
                    .contains("/tokens/***/webhooks")
                    .doesNotContain(token);
            assertThat(service.requests()).containsExactly("GET /tokens/" + token + "/webhooks");
        }
    }
}
