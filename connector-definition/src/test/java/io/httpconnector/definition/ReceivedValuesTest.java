package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.AuthorizationRequiredException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests values of token responses in requests, triggers, headers and the connection test of documents. */
@SuppressWarnings("try") // A connector is closed within the test.
class ReceivedValuesTest {

    private static final String BOOKS = """
            connector: 1
            id: books
            version: 1.0.0
            title: Books
            inputs:
              - {name: url, label: URL}
              - {name: key, label: Key, secret: true}
            connection:
              baseUrl: "{{auth.url}}"
              test: "/company/{{auth.realm}}"
              headers: {X-Realm: "{{auth.realm}}", X-Fixed: "{{auth.key}}"}
              query: {realm: "{{auth.realm}}"}
            auth:
              main:
                type: TYPE
            requests:
              create-invoice:
                method: POST
                url: /v3/{{auth.realm}}/invoices
                headers: [{name: X-Url, value: "{{auth.url}}"}, {name: X-Company, value: "c-{{auth.realm}}"}]
                body: {json: {realm: "{{auth.realm}}", id: "{{invoice.id}}"}}
              list-invoices:
                method: GET
                url: /v3/{{auth.realm}}/invoices
                records: {path: /invoices}
            triggers:
              new-invoices:
                request: list-invoices
                key: [/id]
                startPosition: {everything: true}
            """;

    private static final String CLIENT = """
            oauth2-client-credentials
                tokenUrl: "{{auth.url}}/token"
                tokenFields: {realm: /realm}""";

    private static final String CODE = """
            oauth2-authorization-code
                authorizationUrl: "{{auth.url}}/authorize"
                tokenUrl: "{{auth.url}}/token"
                callbackFields: [realm]""";

    private static final String LOGIN = """
            login
                loginUrl: "{{auth.url}}/token"
                json: {key: "{{auth.key}}"}
                tokenPath: /access_token
                use: {headers: {Authorization: "Bearer {{auth.token}}"}}
                tokenFields: {realm: /realm}""";

    private final VirtualTime time = new VirtualTime(Instant.parse("2026-01-01T00:00:00Z"));
    private final MockService service = MockService.start();

    @AfterEach
    void stop() {
        service.close();
    }

    private static String document(String type) {
        return BOOKS.replace("TYPE", type.replace("\n", "\n    ").replace("        ", "    "));
    }

    private Connector connect(String document, StateStore store) {
        ConnectorContext.Builder context = ConnectorContext.forTenant("acme");
        if (!document.contains("login")) {
            context.value("clientId", "c");
        }
        return ConnectorDefinition.parse(document)
                .connect(context.value("url", service.baseUrl())
                        .secrets(SecretSource.of(
                                Map.of("key", Secret.of("s3cret"), "clientSecret", Secret.of("s3cret"))))
                        .redirectUri("http://localhost/callback")
                        .state(store)
                        .timeSource(time)
                        .build());
    }

    private void token(String value, String realm) {
        service.on(
                "POST",
                "/token",
                MockResponse.json("{\"access_token\": \"" + value + "\", \"realm\": \"" + realm + "\"}"));
    }

    private MockService.RecordedRequest last(String path) {
        return service.requests().stream()
                .filter(request -> request.uri().getPath().equals(path))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"oauth2-client-credentials", "login"})
    void valuesOfTheCurrentTokensAreSentEverywhere(String type) {
        token("t1", "r-1");
        service.on("POST", "/v3/r-1/invoices", MockResponse.status(201));
        service.on("GET", "/v3/r-1/invoices", MockResponse.json("{\"invoices\": [{\"id\": 1}]}"));
        service.on("GET", "/company/r-1", MockResponse.json("{}"));
        List<TriggerEvent> events = new ArrayList<>();
        try (StateStore store = StateStore.inMemory();
                Connector acme = connect(document(type.equals("login") ? LOGIN : CLIENT), store)) {
            acme.connection().test().orThrow();
            acme.request("create-invoice").send("invoice", Map.of("id", 7));
            acme.on("new-invoices", events::add);
            acme.trigger("new-invoices").orElseThrow().pollOnce();

            assertThat(last("/company/r-1").header("X-Realm")).contains("r-1");
            MockService.RecordedRequest created = service.requests().stream()
                    .filter(request -> request.method().equals("POST")
                            && request.uri().getPath().equals("/v3/r-1/invoices"))
                    .findFirst()
                    .orElseThrow();
            assertThat(created.header("X-Realm")).contains("r-1");
            assertThat(created.header("X-Fixed")).contains("s3cret");
            assertThat(created.header("X-Company")).contains("c-r-1");
            assertThat(created.header("X-Url")).contains(service.baseUrl());
            assertThat(created.uri().getQuery()).isEqualTo("realm=r-1");
            assertThat(created.body()).isEqualTo("{\"realm\":\"r-1\",\"id\":7}");
            assertThat(events).hasSize(1);

            // The service rejects the token; the values of its successor are used.
            time.advance(Duration.ofMinutes(10));
            token("t2", "r-2");
            service.on("GET", "/company/r-1", MockResponse.status(401));
            service.on("GET", "/company/r-2", MockResponse.json("{}"));
            service.on("POST", "/v3/r-2/invoices", MockResponse.status(201));
            assertThat(acme.connection().test().ok()).isFalse();
            acme.connection().test().orThrow();
            acme.request("create-invoice").send("invoice", Map.of("id", 8));
            assertThat(last("/v3/r-2/invoices").header("X-Realm")).contains("r-2");
        }
    }

    @Test
    void requestWithoutConsentSaysSo() {
        try (StateStore store = StateStore.inMemory();
                Connector acme = connect(document(CODE), store)) {
            assertThatThrownBy(() -> acme.request("create-invoice").send("invoice", Map.of("id", 7)))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("needs the user's authorization");
            assertThatThrownBy(() ->
                            acme.request("list-invoices").records(Pills.none()).toList())
                    .isInstanceOf(AuthorizationRequiredException.class);
            assertThat(acme.connection().test().failure()).get().isInstanceOf(AuthorizationRequiredException.class);
            acme.on("new-invoices", event -> {});
            PollingTrigger trigger = acme.trigger("new-invoices").orElseThrow();
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(AuthorizationRequiredException.class);
            assertThat(service.requests()).isEmpty();
        }
    }

    @Test
    void valueIsRejectedWhereItIsNeededBeforeThereAreTokens() {
        String text = document(CLIENT)
                .replace(
                        "startPosition: {everything: true}",
                        "cursor: {timestamp: /t, sentAs: {query: t}}\n    startPosition: {from: '{{auth.realm}}'}")
                .replace(
                        "}}\"}\n  query",
                        "}}\"}\n  proxy: {type: http, host: p, port: 1, user: '{{auth.realm}}', password: '{{auth.key}}'}\n  query");
        assertThatThrownBy(() -> ConnectorDefinition.parse(text))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .hasSize(2)
                                .allSatisfy(problem ->
                                        assertThat(problem).contains("{{auth.realm}} is received with the tokens"))
                                .anyMatch(problem -> problem.startsWith("/connection/proxy/user"))
                                .anyMatch(problem -> problem.startsWith("/triggers/new-invoices/startPosition/from")));
    }

    @Test
    void unknownValueIsStillRejected() {
        assertThatThrownBy(() ->
                        ConnectorDefinition.parse(document(CLIENT).replace("c-{{auth.realm}}", "c-{{auth.relm}}")))
                .hasMessageContaining("{{auth.relm}} is not an input: did you mean {{auth.realm}}?");
    }

    @Test
    void documentIsWrittenAndReadUnchanged() {
        ConnectorDefinition books = ConnectorDefinition.parse(document(CLIENT));
        assertThat(ConnectorDefinition.parse(books.toYaml())).isEqualTo(books);
    }
}
