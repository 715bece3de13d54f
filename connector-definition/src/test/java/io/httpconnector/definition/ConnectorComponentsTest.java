package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.Handshake;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the parts of connector documents that are code. */
class ConnectorComponentsTest {

    private static final String DOCUMENT = """
            connector: 1
            id: legacy
            version: 1.0.0
            title: Legacy
            inputs: [{name: url, label: URL}]
            connection:
              baseUrl: "{{auth.url}}"
              interceptors: [marking, second]
              cache: {maxEntries: 10}
            requests:
              list:
                method: GET
                url: /list
                records: {component: lines}
                pagination: {component: next}
            triggers:
              changed:
                request: list
                key: [/id]
                cursor: {component: stamp}
                startPosition: {everything: true}
                handler: collect
            webhooks:
              pushed:
                verifiers: [own]
                handshakes: [hello]
                handler: collect
            """;

    private final List<TriggerEvent> events = new ArrayList<>();

    private ConnectorComponents components() {
        return ConnectorComponents.none()
                .records(
                        "lines",
                        RecordSelector.extracting(body -> body.path("a").path("b")))
                .pagination(
                        "next",
                        Pagination.requests((page, request) -> page.number() < 3
                                ? Optional.of(request.withUrl("/list?n=" + (page.number() + 1)))
                                : Optional.empty()))
                .cursor(
                        "stamp",
                        Cursor.timestamp(
                                        item -> TextNode.valueOf(item.path("at").asText() + "Z"))
                                .sentAs("since"))
                .verifier(
                        "own",
                        Signatures.hmac("HmacSHA256", Secret.of("k"))
                                .signature(ValueSelector.header("X-Sign"))
                                .build())
                .handshake("hello", new Handshake() {
                    @Override
                    public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                        return request.query().contains("hello=")
                                ? Optional.of(WebhookResponse.of(202))
                                : Optional.empty();
                    }
                })
                .interceptor("marking", chain -> chain.proceed(chain.request().header("X-Marks", "first")))
                .interceptor("second", chain -> {
                    Request request = chain.request();
                    return chain.proceed(
                            request.header("X-Marks", request.header("X-Marks").orElse("none") + " second"));
                })
                .handler("collect", events::add);
    }

    private static ConnectorContext.Builder context(MockService service, StateStore store) {
        return ConnectorContext.forTenant("acme")
                .value("url", service.baseUrl())
                .state(store)
                .webhooks(WebhookRouter.at("https://app.example.com/hooks"));
    }

    private static void serve(MockService service) {
        service.on("GET", "/list", request -> {
            String query = request.uri().getQuery() == null ? "" : request.uri().getQuery();
            int page = query.contains("n=") ? query.charAt(query.indexOf("n=") + 2) - '0' : 1;
            return MockResponse.json(
                    "{\"a\": {\"b\": [{\"id\": " + page + ", \"at\": \"2026-01-0" + page + "T00:00:00\"}]}}");
        });
    }

    @Test
    void partsThatAreCodeAreReferencedByName() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT);
        assertThat(ConnectorDefinition.parse(definition.toYaml())).isEqualTo(definition);
        assertThat(definition.toJson().at("/triggers/changed/cursor/component").asText())
                .isEqualTo("stamp");
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = definition.connect(
                        context(service, store).components(components()).build())) {
            serve(service);

            assertThat(acme.request("list").records(Pills.none()))
                    .extracting(item -> item.path("id").asInt())
                    .containsExactly(1, 2, 3);
            acme.trigger("changed").orElseThrow().pollOnce();
            assertThat(events).hasSize(3);
            assertThat(acme.webhookUrl("pushed")).isPresent();
            acme.trigger("changed").orElseThrow().pollOnce();
            acme.trigger("changed").orElseThrow().pollOnce();
            acme.trigger("changed").orElseThrow().pollOnce();
            assertThat(service.requests())
                    .anySatisfy(request -> assertThat(request.uri().getQuery()).contains("since=2026-01-02T23:59:59Z"));
        }
    }

    @Test
    void interceptorsAndTheCacheAreUsedByRequests() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT);
        assertThat(definition.toJson().at("/connection/interceptors/1").asText())
                .isEqualTo("second");
        assertThat(definition.toJson().at("/connection/cache/maxEntries").asInt())
                .isEqualTo(10);
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = definition.connect(
                        context(service, store).components(components()).build())) {
            service.on("GET", "/list", request -> MockResponse.json("{}").header("Cache-Control", "max-age=60"));

            acme.connection().send(Request.get("/list"));
            acme.connection().send(Request.get("/list"));

            assertThat(service.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request.header("X-Marks")).hasValue("first second"));
            assertThat(acme.connection().interceptorStates()).containsKey("cache");
        }
    }

    @Test
    void anInvalidCacheIsReportedWithItsLocation() {
        assertThatThrownBy(() ->
                        ConnectorDefinition.parse(DOCUMENT.replace("maxEntries: 10", "maxEntries: 0, maxByte: 1")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/connection/cache/maxEntries")
                .hasMessageContaining("maxEntries: 0 is out of range: use 1 to 1000000")
                .hasMessageContaining("maxByte");
    }

    @Test
    void handshakeAndVerifierDecide() {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = ConnectorDefinition.parse(DOCUMENT)
                        .connect(context(service, store)
                                .webhooks(router)
                                .components(components())
                                .build())) {
            String path = acme.webhookUrl("pushed").orElseThrow().getPath();
            byte[] body = "{}".getBytes(StandardCharsets.UTF_8);

            assertThat(router.receive(WebhookRequest.of("POST", path, "hello=1", Map.of(), body))
                            .status())
                    .isEqualTo(202);
            assertThat(router.receive(WebhookRequest.of("POST", path, "", Map.of(), body))
                            .status())
                    .isEqualTo(401);
            assertThat(events).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {component: lines}  | {component: line}     | /components/records: "line" is not registered: did you mean "lines"
                    {component: next}   | {component: other}    | /components/paginations: "other" is not registered: add it
                    {component: stamp}  | {component: stmp}     | /components/cursors: "stmp"
                    handler: collect    | handler: colect       | /components/handlers: "colect"
                    verifiers: [own]    | verifiers: [own, two] | /components/verifiers: "two"
                    [marking, second]   | [marking, secnd]      | /components/interceptors: "secnd" is not registered: did you mean "second"
                    handshakes: [hello] | handshakes: [hallo]   | /components/handshakes: "hallo"
                    """)
    void unregisteredNameIsAnErrorOfConnect(String text, String replacement, String problem) {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT.replace(text, replacement));
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory()) {
            ConnectorContext context =
                    context(service, store).components(components()).build();

            assertThatThrownBy(() -> definition.connect(context))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining(problem);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {component: stamp} | {component: stamp, timestamp: /at} | /triggers/changed/cursor/component
                    {component: next}  | {component: 5}                     | /requests/list/pagination/component
                    {component: lines} | {componnt: lines}                  | componnt
                    """)
    void invalidReferenceIsRejected(String text, String replacement, String problem) {
        assertThatThrownBy(() -> ConnectorDefinition.parse(DOCUMENT.replace(text, replacement)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }
}
