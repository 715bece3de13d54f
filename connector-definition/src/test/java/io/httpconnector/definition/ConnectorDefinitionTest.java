package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.wizard.SchemaDifference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Tests connector documents: reading, validation, instances of customers. */
@SuppressWarnings("try") // A connector is closed within the test.
class ConnectorDefinitionTest {

    private static final String SHOP = """
            connector: 1
            id: shop
            version: 1.2.0
            title: Shop
            documentation: https://shop.example.com/docs
            inputs:
              - {name: url, label: Shop URL}
              - {name: currency, label: Currency, default: EUR}
            connection:
              baseUrl: "{{auth.url}}"
              test: /me
              headers: {Accept-Language: en, X-Key-Hint: "key {{auth.key}}"}
              query: {currency: "{{auth.currency}}"}
              totalTimeout: PT20S
              retry: {maxAttempts: 2}
            auth:
              key:
                type: custom
                fields:
                  - {name: key, label: API key, secret: true}
                headers: {X-Api-Key: "{{auth.key}}"}
              basic:
                type: basic
                user: "{{auth.key}}"
                password: "{{auth.key}}"
                fields:
                  - {name: key, label: Key, secret: true}
            requests:
              get-order:
                method: GET
                url: /orders/{{order.id}}
              list-orders:
                title: Orders
                method: GET
                url: /orders
                query: [{name: in, value: "{{auth.currency}}"}]
                records: {path: /orders}
                pagination: {$ref: "#/definitions/pages"}
            triggers:
              updated-orders:
                request: list-orders
                key: [/id]
                startPosition: {everything: true}
            webhooks:
              order-created:
                verify: [{type: preset, name: github, secrets: [hook]}]
                key: {body: /id}
            definitions:
              pages: {pages: {query: page}}
            """;

    private final List<TriggerEvent> events = new ArrayList<>();

    private static ConnectorContext.Builder acme(MockService service) {
        return ConnectorContext.forTenant("acme")
                .value("url", service.baseUrl())
                .secrets(SecretSource.of(Map.of("key", Secret.of("k-1"), "hook", Secret.of("h-1"))));
    }

    @Test
    void documentDescribesItsForm() {
        ConnectorDefinition shop = ConnectorDefinition.parse(SHOP);

        assertThat(shop.id()).isEqualTo("shop");
        assertThat(shop.version()).isEqualTo("1.2.0");
        assertThat(shop.title()).isEqualTo("Shop");
        assertThat(shop.documentation()).isEqualTo("https://shop.example.com/docs");
        assertThat(shop.strategies()).containsExactly("key", "basic");
        assertThat(shop.inputs("key")).extracting(InputField::name).containsExactly("url", "currency", "key");
        assertThat(shop.secrets("key")).containsExactly("hook", "key");
        assertThat(shop.requests()).containsExactly("get-order", "list-orders");
        assertThat(shop.triggers()).containsExactly("updated-orders");
        assertThat(shop.webhooks()).containsExactly("order-created");
        assertThat(shop).hasToString("shop 1.2.0");
    }

    @Test
    void requestsAreSentWithTheValuesOfTheCustomer() {
        try (MockService service = MockService.start();
                Connector acme = ConnectorDefinition.parse(SHOP)
                        .connect(acme(service).value("currency", "CHF").build())) {
            service.on("GET", "/orders/42", MockResponse.json("{\"id\": 42}"));
            service.on("GET", "/me", MockResponse.json("{}"));

            Response order = acme.request("get-order").send("order", Map.of("id", 42));

            assertThat(order.json().path("id").asInt()).isEqualTo(42);
            assertThat(service.requests()).singleElement().satisfies(request -> {
                assertThat(request.header("X-Api-Key")).contains("k-1");
                assertThat(request.header("X-Key-Hint")).contains("key k-1");
                assertThat(request.header("Accept-Language")).contains("en");
                assertThat(request.uri().getQuery()).isEqualTo("currency=CHF");
            });
            assertThat(acme.connection().test().ok()).isTrue();
            assertThat(acme.request("list-orders").dryRun(Pills.none()).url()).contains("in=CHF");
        }
    }

    @Test
    void headerWithAnOptionalInputIsOmittedWithoutAValue() {
        String text = SHOP.replace(
                        "Accept-Language: en,",
                        "X-Note: 'note {{auth.note}}', X-Mode: \"{{auth.note | default('none')}}\",")
                .replace(
                        "- {name: url, label: Shop URL}",
                        "- {name: url, label: Shop URL}\n  - {name: note, label: Note, optional: true}");
        try (MockService service = MockService.start();
                Connector without =
                        ConnectorDefinition.parse(text).connect(acme(service).build());
                Connector with = ConnectorDefinition.parse(text)
                        .connect(acme(service).value("note", "hello").build())) {
            service.on("GET", "/me", MockResponse.json("{}"));

            without.connection().test().orThrow();
            with.connection().test().orThrow();

            assertThat(service.requests().get(0).header("X-Note")).isEmpty();
            assertThat(service.requests().get(0).header("X-Mode")).contains("none");
            assertThat(service.requests().get(1).header("X-Note")).contains("note hello");
        }
    }

    @Test
    void triggerReadsAllPagesOfItsRequest() {
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = ConnectorDefinition.parse(SHOP)
                        .connect(acme(service).state(store).build())) {
            service.on(
                    "GET",
                    "/orders",
                    request -> MockResponse.json(
                            request.uri().getQuery().contains("page=1")
                                    ? "{\"orders\": [{\"id\": 1}, {\"id\": 2}]}"
                                    : request.uri().getQuery().contains("page=2")
                                            ? "{\"orders\": [{\"id\": 3}]}"
                                            : "{\"orders\": []}"));
            acme.on("updated-orders", events::add);

            acme.trigger("updated-orders").orElseThrow().pollOnce();
            acme.trigger("updated-orders").orElseThrow().pollOnce();

            assertThat(events)
                    .extracting(event -> event.payload().path("id").asInt())
                    .containsExactly(1, 2, 3);
            assertThat(events).allSatisfy(event -> assertThat(event.trigger()).isEqualTo("acme/shop/updated-orders"));
        }
    }

    @Test
    void requestReadsTheRecordsOfAllPages() {
        String text = SHOP.replace(
                        "  get-order:",
                        "  all-items: {method: GET, url: '/items/{{shop.id}}', records: {}}\n  get-order:")
                .concat("defaults: {pagination: {offset: {query: skip}, endsWithShortPage: {records: 2}}}\n");
        assertThat(ConnectorDefinition.parse(text))
                .isEqualTo(ConnectorDefinition.parse(
                        ConnectorDefinition.parse(text).toYaml()));
        try (MockService service = MockService.start();
                Connector acme =
                        ConnectorDefinition.parse(text).connect(acme(service).build())) {
            service.on(
                    "GET",
                    "/items/9",
                    request -> MockResponse.json(
                            request.uri().getQuery().contains("skip=2")
                                    ? "[{\"id\": 3}]"
                                    : "[{\"id\": 1}, {\"id\": 2}]"));

            assertThat(acme.request("all-items").records(Pills.of("shop", Map.of("id", 9))))
                    .extracting(item -> item.path("id").asInt())
                    .containsExactly(1, 2, 3);
            assertThat(acme.request("list-orders").isList()).isTrue();
            assertThat(acme.request("get-order").isList()).isFalse();
            Pills shop = Pills.of("shop", Map.of("id", 9));
            assertThat(acme.request("all-items").pages(shop))
                    .allSatisfy(page -> assertThat(page.response().status()).isEqualTo(200));
            assertThat(acme.request("all-items").records(shop, Map.class))
                    .hasSameSizeAs(acme.request("all-items").records(shop).toList());
            assertThatThrownBy(() -> acme.request("get-order").pages(Pills.none()))
                    .isInstanceOf(InvalidDefinitionException.class);
            assertThatThrownBy(() -> acme.request("get-order").records(Pills.none()))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("add records and pagination");
        }
    }

    @Test
    void responsesOfRequestsHaveSchemas() {
        String text = SHOP.replace("get-order:\n", """
                get-order:
                    title: An order
                    responses:
                      2xx: {type: object, required: [id], properties: {id: {type: integer}}}
                      4xx: {type: object, required: [error]}
                """);
        try (MockService service = MockService.start();
                Connector acme =
                        ConnectorDefinition.parse(text).connect(acme(service).build())) {
            service.on("GET", "/orders/1", MockResponse.json("{\"id\": 1}"));
            service.on("GET", "/orders/2", MockResponse.json("{\"id\": \"2\", \"new\": true}"));
            service.on("GET", "/orders/3", MockResponse.status(200).body("text/html", "<p>"));
            service.on("GET", "/orders/4", MockResponse.status(404).body("application/json", "{}"));
            ConnectorRequest request = acme.request("get-order");

            assertThat(request.title()).isEqualTo("An order");
            assertThat(acme.request("list-orders").responseSchemas()).isEmpty();
            assertThat(request.responseSchemas()).containsOnlyKeys("2xx", "4xx");
            assertThat(request.responseSchemas()
                            .get("2xx")
                            .at("/properties/id/type")
                            .asText())
                    .isEqualTo("integer");
            assertThat(request.differences(request.send("order", Map.of("id", 1))))
                    .isEmpty();
            assertThat(request.differences(request.send("order", Map.of("id", 2))))
                    .extracting(SchemaDifference::toString, SchemaDifference::contradictsSchema)
                    .containsExactlyInAnyOrder(
                            tuple("/id is string, but was integer", true), tuple("/new is new", false));
            assertThat(request.differences(request.send("order", Map.of("id", 3))))
                    .extracting(SchemaDifference::toString)
                    .containsExactly("the body is not JSON");
            assertThatThrownBy(() -> request.send("order", Map.of("id", 4)))
                    .isInstanceOfSatisfying(
                            StatusException.class,
                            e -> assertThat(request.differences(e))
                                    .extracting(SchemaDifference::toString)
                                    .containsExactly("/error is missing"));
        }
    }

    @Test
    void triggerStartsAtTheTimeThatTheCustomerEnters() {
        String text = SHOP.replace(
                        "- {name: currency, label: Currency, default: EUR}",
                        "- {name: currency, label: Currency, default: EUR}\n  - {name: since, label: Since, optional: true}")
                .replace("startPosition: {everything: true}", """
                        cursor: {timestamp: /updated, sentAs: {query: after}}
                            startPosition: {from: "{{auth.since | iso('UTC')}}"}""");
        assertThat(ConnectorDefinition.parse(ConnectorDefinition.parse(text).toYaml()))
                .isEqualTo(ConnectorDefinition.parse(text));
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = ConnectorDefinition.parse(text)
                        .connect(acme(service)
                                .state(store)
                                .value("since", "2025-03-01")
                                .build())) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": []}"));
            acme.on("updated-orders", events::add);
            acme.trigger("updated-orders").orElseThrow().pollOnce();

            assertThat(service.requests().get(0).uri().getQuery()).contains("after=2025-03-01T00:00:00Z");
        }
        String weekAgo =
                text.replace("iso('UTC')", "default((now | minus('P7D') | date('yyyy-MM-dd', 'UTC'))) | iso('UTC')");
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = ConnectorDefinition.parse(weekAgo)
                        .connect(acme(service).state(store).build())) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": []}"));
            acme.on("updated-orders", events::add);
            acme.trigger("updated-orders").orElseThrow().pollOnce();

            assertThat(service.requests().get(0).uri().getQuery())
                    .contains("after=" + LocalDate.now(ZoneOffset.UTC).minusDays(7) + "T00:00:00Z");
        }
        assertThatThrownBy(() -> ConnectorDefinition.parse(text.replace("auth.since | iso('UTC')", "order.since")))
                .hasMessageContaining("/triggers/updated-orders/startPosition/from")
                .hasMessageContaining("{{order.since}} is not an input");
    }

    @ParameterizedTest
    @CsvSource({"2025-03-08, true", "'', false"})
    void windowsEndAtTheTimeThatTheCustomerEnters(String entered, boolean hasEnd) {
        String text = SHOP.replace(
                        "- {name: currency, label: Currency, default: EUR}",
                        "- {name: currency, label: Currency, default: EUR}\n  - {name: last, label: Last day, optional: true}")
                .replace("startPosition: {everything: true}", """
                        cursor:
                              timestamp: /updated
                              windows: {step: P3660D, from: {query: after}, to: {query: before}}
                              until: "{{auth.last | iso('UTC')}}"
                            startPosition: {from: "2025-03-01T00:00:00Z"}""");
        assertThat(ConnectorDefinition.parse(ConnectorDefinition.parse(text).toYaml()))
                .isEqualTo(ConnectorDefinition.parse(text));
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = ConnectorDefinition.parse(text)
                        .connect((entered.isEmpty()
                                        ? acme(service)
                                        : acme(service).value("last", entered))
                                .state(store)
                                .build())) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": []}"));
            acme.on("updated-orders", events::add);
            acme.trigger("updated-orders").orElseThrow().pollOnce();

            assertThat(service.requests().get(0).uri().getQuery().contains("before=2025-03-08T00:00:00Z"))
                    .isEqualTo(hasEnd);
        }
        assertThatThrownBy(() -> ConnectorDefinition.parse(text.replace("auth.last | iso('UTC')", "order.last")))
                .hasMessageContaining("/triggers/updated-orders/cursor/until")
                .hasMessageContaining("{{order.last}} is not an input");
    }

    @Test
    void webhookAcceptsSignedRequestsOnly() {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        try (MockService service = MockService.start();
                Connector acme = ConnectorDefinition.parse(SHOP)
                        .connect(acme(service)
                                .webhooks(router)
                                .webhookToken("order-created", "t".repeat(32))
                                .build())) {
            acme.on("order-created", events::add);
            URI url = acme.webhookUrl("order-created").orElseThrow();
            WebhookRequest plain = WebhookRequest.of(
                    "POST", url.getPath(), "", Map.of(), "{\"id\": 7}".getBytes(StandardCharsets.UTF_8));

            assertThat(url.getPath()).endsWith("t".repeat(32));
            assertThat(router.receive(plain).status()).isEqualTo(401);
            assertThat(router.receive(WebhookSigner.preset("github", Secret.of("h-1"))
                                    .sign(plain))
                            .status())
                    .isEqualTo(200);
            assertThat(events).singleElement().satisfies(event -> {
                assertThat(event.payload().path("id").asInt()).isEqualTo(7);
                assertThat(event.key()).isEqualTo("7");
            });

            acme.close();
            assertThat(router.receive(plain).status()).isEqualTo(404);
        }
    }

    @Test
    void secretsAreRotatedWithoutRestart(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("acme/shop/key");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "first\n");
        Files.writeString(file.resolveSibling("hook"), "h-1");
        try (MockService service = MockService.start();
                Connector acme = ConnectorDefinition.parse(SHOP)
                        .connect(ConnectorContext.forTenant("acme")
                                .value("url", service.baseUrl())
                                .secrets(SecretSource.files(directory))
                                .build())) {
            service.on("GET", "/orders/1", MockResponse.json("{}"));
            acme.request("get-order").send("order", Map.of("id", 1));
            Files.writeString(file, "second");
            acme.request("get-order").send("order", Map.of("id", 1));

            assertThat(service.requests())
                    .extracting(request -> request.header("X-Api-Key").orElseThrow())
                    .containsExactly("first", "second");
        }
    }

    @Test
    void secretOfAnotherTenantIsNotFound(@TempDir Path directory) throws Exception {
        Files.createDirectories(directory.resolve("other/shop"));
        Files.writeString(directory.resolve("other/shop/key"), "stolen");
        SecretSource files = SecretSource.files(directory);

        for (String name : List.of("../../other/shop/key", "..", "/etc/passwd", "a\\b", "")) {
            assertThat(files.find(new SecretSource.SecretReference("acme", "shop", name)))
                    .isNull();
        }
        assertThat(files.find(new SecretSource.SecretReference("acme", "shop", "key")))
                .isNull();
        assertThat(files.find(new SecretSource.SecretReference("../other", "shop", "key")))
                .isNull();
        assertThat(files.find(new SecretSource.SecretReference("other", "shop", "key")))
                .isNotNull();
    }

    @Test
    void documentIsWrittenWithoutLoss() {
        ConnectorDefinition shop = ConnectorDefinition.parse(SHOP);

        ConnectorDefinition fromYaml = ConnectorDefinition.parse(shop.toYaml());
        ConnectorDefinition fromJson = ConnectorDefinition.parse(shop.toJson().toPrettyString());

        assertThat(fromYaml).isEqualTo(shop);
        assertThat(fromJson.toJson()).isEqualTo(shop.toJson());
        assertThat(fromYaml.toYaml()).isEqualTo(shop.toYaml());
        JsonNode trigger = shop.toJson().at("/triggers/updated-orders");
        assertThat(trigger.at("/request/url").asText()).isEqualTo("/orders");
        assertThat(trigger.has("limits")).as("defaults are omitted").isFalse();
    }

    @Test
    void allProblemsAreReportedWithTheirPlaces() {
        String invalid = SHOP.replace("totalTimeout: PT20S", "totalTimout: PT20S")
                .replace("url: /orders/{{order.id}}", "url: /orders/{{order.id")
                .replace("request: list-orders", "request: list-order")
                .replace("name: github", "name: gitub")
                .replace("{{auth.currency}}\"}]", "{{auth.curency}}\"}]");

        assertThatThrownBy(() -> ConnectorDefinition.parse(invalid))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .anySatisfy(problem -> assertThat(problem)
                                        .contains(
                                                "/connection/totalTimout (line 14, column 3)",
                                                "did you mean \"totalTimeout\""))
                                .anySatisfy(
                                        problem -> assertThat(problem).startsWith("/requests/get-order/url (line 31,"))
                                .anySatisfy(problem -> assertThat(problem)
                                        .contains("/triggers/updated-orders/request", "did you mean \"list-orders\""))
                                .anySatisfy(problem -> assertThat(problem)
                                        .contains("/webhooks/order-created/verify/0/name", "did you mean \"github\""))
                                .anySatisfy(problem -> assertThat(problem)
                                        .contains("/requests/list-orders", "did you mean {{auth.currency}}")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    connector: 1              | connector: 2                  | /connector (line 1, column 12): the document has format 2
                    id: shop                  | id: My Shop                   | /id (line 2, column 5): "My Shop" is invalid
                    version: 1.2.0            | version: 1.2                  | /version
                    pages: {pages             | page: {pages                  | /requests/list-orders/pagination/$ref
                    key: [/id]                | version: [/v]                 | /triggers/updated-orders/key
                    url: /orders/{{order.id}} | url: /orders/{{auth.key}}     | {{auth.key}} is a secret
                    {name: url, label: Shop URL} | {name: url, label: Shop URL, secret: true} | /connection/baseUrl
                    query: {currency: "{{auth.currency}}"} | query: {k: "{{auth.key}}"} | /connection/query/k (line 13, column 14): {{auth.key}} is a secret
                    key: {body: /id}          | key: {body: "/{{auth.key}}"}  | /webhooks/order-created/key/body (line
                    documentation             | {documentation                | line 5, column 1: "{" is not closed
                    title: Shop               | &a title: *b                  | line 4
                    """)
    void invalidDocumentIsRejected(String text, String replacement, String problem) {
        assertThatThrownBy(() -> ConnectorDefinition.parse(
                        SHOP.replaceFirst(Pattern.quote(text), Matcher.quoteReplacement(replacement))))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    X-Api-Key: "{{auth.key}}" | X-Api-Key: abc12345                                     | /auth/key/headers/X-Api-Key
                    {name: key, label: Key, secret: true} | {name: key, label: Key, secret: true, default: abc12345} | /auth/basic/fields/0/default
                    test: /me                 | test: '/me?token=abcdefghijk'                           | /connection/test
                    test: /me                 | test: {method: GET, url: /me, headers: {Authorization: Bearer abc12345}} | /connection/test/headers/Authorization
                    password: "{{auth.key}}"  | password: hunter2                                       | /auth/basic/password
                    Accept-Language: en       | Authorization: Bearer abc                               | /connection/headers/Authorization (line 12, column 28)
                    totalTimeout: PT20S       | proxy: {type: http, host: p, port: 1, user: u, password: s3cret} | /connection/proxy/password
                    url: /orders/{{order.id}} | url: "/orders/{{order.id}}?api_key=abc12345"             | /requests/get-order/url (line 31, column 10): api_key
                    request: list-orders      | request: {method: GET, url: /o, headers: [{name: Authorization, value: Bearer abc}]} | /triggers/updated-orders/request/headers/0/value (line 41, column 76): Authorization
                    """)
    void secretAsLiteralTextIsRejected(String text, String replacement, String problem) {
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP.replace(text, replacement)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("it is a secret as literal text")
                .hasMessageNotContaining("s3cret")
                .hasMessageNotContaining("hunter2")
                .hasMessageNotContaining("abc12345");
    }

    /** The password of Toggl beside an API token. */
    @Test
    void constantOfTheServiceIsNoSecret() {
        String document = SHOP.replace(
                "password: \"{{auth.key}}\"", "password: \"{{auth.word}}\"\n    constants: {word: api_token}");

        assertThat(ConnectorDefinition.parse(document)).isNotNull();
        assertThatThrownBy(() -> ConnectorDefinition.parse(document.replace(
                        "api_token",
                        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/auth/basic/constants/word")
                .hasMessageContaining("it is a secret as literal text");
        assertThatThrownBy(() ->
                        ConnectorDefinition.parse(SHOP.replace("password: \"{{auth.key}}\"", "password: api_token")))
                .hasMessageContaining("write it into constants of the strategy");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    body: {json: {user: {password: hunter2}}}                                 | /body/json/user/password (line 29, column 63)
                    body: {form: [{name: a, value: b}, {name: client_secret, value: hunter2}]} | /body/form/1/value (line 29, column 96)
                    body: {contentType: a/b, text: '{"password": "hunter2"}'}                 | /body/text (line 29,
                    headers: [{name: Authorization, value: Bearer hunter2}]                   | /headers/0/value (line 29, column 71)
                    query: [{name: api_key, value: hunter2}]                                  | /query/0/value (line 29, column 63)
                    """)
    void secretInARequestIsReportedAtItsMember(String member, String place) {
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP.replace(
                        "  get-order:\n", "  new: {method: POST, url: /o, " + member + "}\n  get-order:\n")))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems()).singleElement().asString().startsWith("/requests/new" + place));
    }

    @Test
    void problemsAreReportedAtTheirMembers() {
        String invalid = SHOP.replace("  get-order:", "  'get: an order':")
                .replace("url: /orders/{{order.id}}", "url: /orders\n    query: [{name: a, value: '{{auth.nope}}'}]")
                .replace("url: /orders\n    query", "url: /orders\n    retry: {maxAttempts: many}\n    query")
                .concat("defaults: {rules: [{x: 1}], schedule: {every: often}}\n");

        assertThatThrownBy(() -> ConnectorDefinition.parse(invalid))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .extracting(problem -> problem.substring(0, problem.indexOf("): ") + 1))
                                .containsExactlyInAnyOrder(
                                        "/requests/get: an order (line 29, column 3)",
                                        "/requests/get: an order/query/0/value (line 33, column 30)",
                                        "/requests/get: an order/retry/maxAttempts (line 32, column 26)",
                                        "/requests/list-orders/retry/maxAttempts (line 38, column 26)",
                                        "/defaults/rules/0/status (line 53, column 20)",
                                        "/defaults/rules/0/treatAs (line 53, column 20)",
                                        "/defaults/rules/0/x (line 53, column 21)",
                                        "/defaults/schedule/every (line 53, column 47)"));
    }

    @Test
    void inputSelectsTheBaseUrl() {
        try (MockService service = MockService.start()) {
            String host = service.baseUrl().replace("http://", "");
            service.on("GET", "/eu/v2/orders/1", MockResponse.json("{}"));
            service.on("GET", "/us/v2/orders/1", MockResponse.json("{}"));
            String hosts = SHOP.replace(
                            "{name: url, label: Shop URL}",
                            "{name: url, label: Host, choices: [\"" + host + "/eu\", \"" + host + "/us\"]}")
                    .replace("\"{{auth.url}}\"", "\"http://{{auth.url}}/v2\"");
            String regions = SHOP.replace(
                            "{name: url, label: Shop URL}", "{name: url, label: Region, choices: [Europe, America]}")
                    .replace(
                            "\"{{auth.url}}\"",
                            "\"http://" + host + "/{{auth.url | map('Europe', 'eu', 'America', 'us')}}/v2\"");

            assertThat(orderAt(service, hosts, host + "/us")).isEqualTo("/us/v2/orders/1");
            assertThat(orderAt(service, regions, "Europe")).isEqualTo("/eu/v2/orders/1");
            assertThatThrownBy(() -> orderAt(service, hosts, "evil.example.org/us"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("url");
        }
    }

    private static String orderAt(MockService service, String text, String choice) {
        try (Connector acme = ConnectorDefinition.parse(text)
                .connect(acme(service).value("url", choice).build())) {
            Response unused = acme.request("get-order").send("order", Map.of("id", 1));
            return service.requests().get(service.requests().size() - 1).uri().getPath();
        }
    }

    @Test
    void loadingCreatesNoConnectionPool() {
        Logger logger = (Logger) LoggerFactory.getLogger("org.apache.hc");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.DEBUG);
        try {
            assertThat(ConnectorDefinition.parse(SHOP).webhooks()).isNotEmpty();
            assertThat(log.list)
                    .filteredOn(line -> line.getFormattedMessage().contains("onnection pool"))
                    .isEmpty();
        } finally {
            logger.setLevel(null);
            logger.detachAppender(log);
        }
    }

    @Test
    void retriesAreTurnedOffByNone() {
        ConnectorDefinition connection =
                ConnectorDefinition.parse(SHOP.replace("retry: {maxAttempts: 2}", "retry: none"));
        ConnectorDefinition defaults = ConnectorDefinition.parse(SHOP + "defaults: {retry: none}\n");
        ConnectorDefinition request = ConnectorDefinition.parse(
                SHOP.replace("url: /orders/{{order.id}}", "url: /orders/{{order.id}}\n    retry: none"));
        for (ConnectorDefinition definition : List.of(connection, defaults, request)) {
            assertThat(ConnectorDefinition.parse(definition.toYaml())).isEqualTo(definition);
            try (MockService service = MockService.start();
                    Connector acme = definition.connect(acme(service).build())) {
                service.on("GET", "/orders/1", MockResponse.status(503));
                assertThatThrownBy(() -> acme.request("get-order").send("order", Map.of("id", 1)))
                        .isInstanceOf(ConnectorException.class);
                assertThat(service.requests()).hasSize(1);
            }
        }
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP.replace("retry: {maxAttempts: 2}", "retry: never")))
                .hasMessageContaining("/connection/retry (line 15, column 10): expected an object or \"none\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"a\\u2028b\\u0085c\"",
                "1.0",
                "-0.0",
                "1e3",
                "!!float 1",
                "\"x\\ty\"",
                "'null'",
                "'1.0'",
                "'#x'",
                "' a '",
                "\"\\uFEFFz\""
            })
    void valuesAreWrittenWithoutLoss(String value) {
        ConnectorDefinition definition = ConnectorDefinition.parse(SHOP.replace(
                "  get-order:", "  any: {method: POST, url: /x, body: {json: {v: " + value + "}}}\n  get-order:"));

        assertThat(ConnectorDefinition.parse(definition.toYaml())).isEqualTo(definition);
        assertThat(ConnectorDefinition.parse(definition.toYaml()).toYaml()).isEqualTo(definition.toYaml());
        assertThat(ConnectorDefinition.parse(definition.toJson().toString())).isEqualTo(definition);
    }

    @Test
    void fileThatIsNotUtf8IsRejected(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("shop.connector.yaml"), SHOP.getBytes(StandardCharsets.UTF_16));

        assertThatThrownBy(() -> ConnectorDefinition.load(file))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("it is not UTF-8");
    }

    @Test
    void extremeDocumentsAreRejected() {
        assertThatThrownBy(() -> ConnectorDefinition.parse("[".repeat(5000)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("nested too deeply");
        String deep = "definitions: " + "[".repeat(900) + "]".repeat(900) + "\n";
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP.replaceFirst("(?s)definitions:.*", "") + deep))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP + "#" + "x".repeat(2_000_000)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("at most 2000000");
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP.replace("title: Shop", "title: !!binary aGVsbG8=")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/title: it has the tag !!binary");
    }

    @Test
    void problemOfAuthHasNoFollowUpProblems() {
        String text =
                SHOP.replace("type: custom", "type: custum").replace("url: /orders\n", "url: '/orders/{{auth.url}}'\n");

        assertThatThrownBy(() -> ConnectorDefinition.parse(text))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems()).singleElement().asString().startsWith("/auth/key/type (line 18"));
    }

    @Test
    void repeatedMembersAreRejected() {
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP + "\ntitle: Other\n"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("title");
        assertThatThrownBy(() -> ConnectorDefinition.parse("{\"connector\": 1, \"id\": \"a\", \"id\": \"b\"}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/id (line 1, column 29): it appears twice");
    }

    @Test
    void missingValuesAreReportedTogether() {
        ConnectorDefinition shop = ConnectorDefinition.parse(SHOP);

        assertThatThrownBy(() -> shop.connect(ConnectorContext.forTenant("acme")
                        .value("curency", "CHF")
                        .value("key", "secret-in-values")
                        .build()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("did you mean \"currency\"")
                .hasMessageContaining("key: it is a secret")
                .hasMessageContaining("url")
                .hasMessageNotContaining("secret-in-values");
    }

    @Test
    void unregisteredComponentIsReportedByConnect() {
        String text =
                SHOP.replace("/orders/{{order.id}}", "/orders/{{order.id | slug}}") + "components: {filters: [slug]}\n";
        ConnectorDefinition shop = ConnectorDefinition.parse(text);
        try (MockService service = MockService.start()) {
            service.on("GET", "/orders/a-b", MockResponse.json("{}"));

            assertThatThrownBy(() -> shop.connect(acme(service).build()))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("/components/filters: \"slug\" is not registered");
            ConnectorComponents code = ConnectorComponents.none()
                    .filter("slug", (value, arguments) -> value.asText().replace(' ', '-'));
            try (Connector acme = shop.connect(acme(service).components(code).build())) {
                assertThat(acme.request("get-order")
                                .send("order", Map.of("id", "a b"))
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void timeSourceIsThatOfAllParts() {
        String timed = SHOP.replace("X-Api-Key: \"{{auth.key}}\"", "X-Api-Key: \"{{auth.key}}\", X-Time: \"{{time}}\"");
        VirtualTime time = new VirtualTime(Instant.ofEpochSecond(1_000_000_000));
        try (MockService service = MockService.start();
                Connector acme = ConnectorDefinition.parse(timed)
                        .connect(acme(service).timeSource(time).build())) {
            service.on("GET", "/orders/1", MockResponse.status(503), MockResponse.json("{}"));

            acme.request("get-order").send("order", Map.of("id", 1));
            time.advance(Duration.ofHours(1));
            acme.request("get-order").send("order", Map.of("id", 1));

            assertThat(service.requests())
                    .extracting(
                            request -> Long.parseLong(request.header("X-Time").orElseThrow()) / 1000)
                    .containsExactly(1_000_000L, 1_000_000L, 1_000_003L);
            assertThat(time.waits()).isNotEmpty();
        }
        assertThatThrownBy(() -> ConnectorContext.forTenant("acme").timeSource(null))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("time source");
    }

    @ParameterizedTest
    @ValueSource(strings = {"other.yaml#/pages", "https://example.com/pages.yaml", "''", "5"})
    void referenceOutOfTheDocumentIsRejected(String reference) {
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP.replace("\"#/definitions/pages\"", reference)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/requests/list-orders/pagination/$ref (line ")
                .hasMessageContaining("a reference begins with \"#/\"");
    }

    @Test
    void referenceToItselfIsRejected() {
        assertThatThrownBy(() -> ConnectorDefinition.parse(
                        SHOP.replace("pages: {pages: {query: page}}", "pages: {$ref: \"#/definitions/pages\"}")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("refers to itself");
    }

    @Test
    void referencesThatMultiplyAreRejected() {
        StringBuilder multiplying = new StringBuilder(SHOP);
        for (int i = 0; i < 30; i++) {
            String next = "{$ref: \"#/definitions/d" + (i + 1) + "\"}";
            multiplying
                    .append("  d")
                    .append(i)
                    .append(": [")
                    .append(next)
                    .append(", ")
                    .append(next)
                    .append("]\n");
        }
        multiplying.append("  d30: x\n");

        assertThatThrownBy(() -> ConnectorDefinition.parse(multiplying.toString()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("has more than 100000 values");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "x", "{", "{}", "---\n---\n", "a: b: c", "connector: 1"})
    void textThatIsNoDocumentIsRejected(String text) {
        assertThatThrownBy(() -> ConnectorDefinition.parse(text)).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void deepDocumentIsRejected() {
        assertThatThrownBy(() -> ConnectorDefinition.parse("{\"a\":" + "[".repeat(100_000)))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ConnectorDefinition.parse("a: " + "[".repeat(100_000)))
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void nullIsRejected() {
        assertThatThrownBy(() -> ConnectorDefinition.parse(null)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP, null)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ConnectorDefinition.parse(SHOP).connect(null))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ConnectorContext.forTenant(null).build())
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void environmentNeedsPrefix() {
        assertThatThrownBy(() -> SecretSource.environment(" "))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("could then name any variable");
        assertThat(SecretSource.environment("NO_SUCH").find(new SecretSource.SecretReference("t", "c", "PATH")))
                .isNull();
    }

    @Test
    void membersMayBeInAnyOrder() {
        ObjectNode json = ConnectorDefinition.parse(SHOP).toJson();
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        Random random = new Random(1);
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(names, random);
            ObjectNode permuted = json.objectNode();
            names.forEach(name -> permuted.set(name, json.get(name)));

            assertThat(ConnectorDefinition.of(permuted, ConnectorComponents.none()))
                    .isEqualTo(ConnectorDefinition.parse(SHOP));
        }
    }

    @Test
    void memberOfAnotherTypeIsReportedAtItsPlace() {
        ObjectNode json = ConnectorDefinition.parse(SHOP).toJson();
        for (String name :
                List.of("id", "version", "title", "inputs", "connection", "auth", "requests", "triggers", "webhooks")) {
            for (JsonNode wrong : List.of(
                    json.numberNode(7), json.nullNode(), json.arrayNode().add(7))) {
                ObjectNode changed = json.deepCopy();
                changed.set(name, wrong);

                assertThatThrownBy(() -> ConnectorDefinition.of(changed, ConnectorComponents.none()))
                        .as("%s: %s", name, wrong)
                        .isInstanceOfSatisfying(
                                InvalidDefinitionException.class,
                                e -> assertThat(e.problems())
                                        .anySatisfy(
                                                problem -> assertThat(problem).startsWith("/" + name)));
            }
        }
    }

    @Test
    void membersBesideReferenceReplaceThoseOfItsTarget() {
        ObjectNode json = ConnectorDefinition.parse(SHOP.replace(
                        "pagination: {$ref: \"#/definitions/pages\"}",
                        "pagination: {$ref: \"#/definitions/pages\", stable: true}"))
                .toJson();

        assertThat(json.at("/requests/list-orders/pagination/stable").asBoolean())
                .isTrue();
        assertThat(json.at("/requests/list-orders/pagination/pages/query").asText())
                .isEqualTo("page");
    }

    @Test
    void presetProvidesStrategiesAndBaseUrl() {
        ConnectorDefinition jira = ConnectorDefinition.parse("""
                {"connector": 1, "id": "jira", "version": "1.0.0", "title": "Jira", "auth": {"preset": "jira"},
                 "requests": {"get-issue": {"method": "GET", "url": "/issue/{{issue.key}}"}}}
                """);

        assertThat(jira.strategies()).isNotEmpty();
        assertThat(jira.inputs(jira.strategies().get(0))).isNotEmpty();
        assertThat(ConnectorDefinition.parse(jira.toYaml())).isEqualTo(jira);
    }

    @Test
    void versionAndTitleHaveDefaults() {
        ConnectorDefinition shop =
                ConnectorDefinition.parse("{connector: 1, id: shop, connection: {baseUrl: https://shop.example.com}}");

        assertThat(shop.version()).isEqualTo("1.0.0");
        assertThat(shop.title()).isEqualTo("shop");
        assertThat(ConnectorDefinition.parse(shop.toYaml())).isEqualTo(shop);
    }

    @Test
    void closedConnectorRejectsHandlers() {
        try (MockService service = MockService.start()) {
            Connector acme =
                    ConnectorDefinition.parse(SHOP).connect(acme(service).build());
            assertThatThrownBy(() -> acme.on("updated-orders", events::add))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("needs a store");
            assertThatThrownBy(() -> acme.on("order-created", events::add))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("needs a router");
            assertThatThrownBy(() -> acme.on("updated-order", events::add))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("did you mean \"updated-orders\"");
            acme.close();
            acme.close();
            assertThatThrownBy(() -> acme.on("updated-orders", events::add)).isInstanceOf(IllegalStateException.class);
        }
    }
}
