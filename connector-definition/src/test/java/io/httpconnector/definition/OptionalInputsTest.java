package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Exchange;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that what needs an optional input is omitted if it was left empty. */
@SuppressWarnings("try") // A connector is closed within the test.
class OptionalInputsTest {

    private static final String DOCUMENT = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            connection: {baseUrl: "BASE"}
            inputs:
              - {name: a, optional: true}
              - {name: b, default: B}
            requests:
              query: {method: GET, url: "/x?u={{auth.a}}&v={{auth.b}}", query: [{name: q, value: "id {{auth.a | upper}}"}, {name: b, value: "{{auth.b}}"}]}
              header: {method: GET, url: /x, headers: [{name: X-A, value: "{{auth.a}}"}, {name: X-B, value: "{{auth.b}}"}]}
              form: {method: POST, url: /x, body: {form: [{name: a, value: "{{ auth.a }}"}, {name: b, value: "{{auth.b}}"}]}}
              json: {method: POST, url: /x, body: {json: {a: "{{auth.a}}", b: "{{auth.b}}", c: {d: ["{{auth.a}}", 1]}}}}
              default: {method: GET, url: /x, query: [{name: q, value: "{{auth.a | default('zz')}}"}]}
              required: {method: GET, url: /x, query: [{name: q, value: "{{auth.a | required}}"}]}
              path: {method: GET, url: "/x/{{auth.a}}"}
              delimiters: {method: GET, url: /x, delimiters: ["<<", ">>"], query: [{name: q, value: "<<auth.a>>"}, {name: r, value: "{{auth.a}}"}]}
            triggers:
              t:
                request: {method: GET, url: /list, query: [{name: q, value: "{{auth.a}}"}]}
                key: [/id]
                startPosition: {everything: true}
            """;

    private static Connector connector(Map<String, String> values, String baseUrl) {
        return ConnectorDefinition.parse(DOCUMENT.replace("BASE", baseUrl))
                .connect(ConnectorContext.forTenant("acme")
                        .values(values)
                        .state(StateStore.inMemory())
                        .build());
    }

    private static Exchange exchange(Map<String, String> values, String request) {
        try (Connector connector = connector(values, "http://127.0.0.1:1")) {
            return connector.request(request).dryRun(Pills.none());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "query | /x?v=B&b=B | ''",
                "form | /x | b=B",
                "json | /x | {\"b\":\"B\",\"c\":{\"d\":[1]}}",
                "default | /x?q=zz | ''",
                "delimiters | /x?r=%7B%7Bauth.a%7D%7D | ''"
            })
    void partThatNeedsAnEmptyInputIsOmitted(String request, String url, String body) {
        for (Map<String, String> values : List.of(Map.<String, String>of(), Map.of("a", ""))) {
            Exchange exchange = exchange(values, request);

            assertThat(exchange.url()).isEqualTo(url);
            assertThat(exchange.requestBody().replaceAll("\\s", "")).isEqualTo(body);
        }
    }

    @Test
    void headerThatNeedsAnEmptyInputIsOmitted() {
        Exchange exchange = exchange(Map.of(), "header");

        assertThat(exchange.requestHeaders().first("X-A")).isEmpty();
        assertThat(exchange.requestHeaders().first("X-B")).contains("B");
    }

    @Test
    void enteredValueIsSent() {
        Exchange exchange = exchange(Map.of("a", "x"), "query");

        assertThat(exchange.url()).isEqualTo("/x?u=x&v=B&q=id%20X&b=B");
        assertThat(exchange(Map.of("a", "x"), "json").requestBody().replaceAll("\\s", ""))
                .isEqualTo("{\"a\":\"x\",\"b\":\"B\",\"c\":{\"d\":[\"x\",1]}}");
    }

    @ParameterizedTest
    @CsvSource({"path", "required"})
    void whatCannotBeOmittedIsAnError(String request) {
        assertThatThrownBy(() -> exchange(Map.of(), request))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("auth.a");
    }

    @Test
    void requestOfTriggerOmitsTheParameter() {
        try (MockService service = MockService.start();
                Connector connector = connector(Map.of(), service.baseUrl())) {
            service.on("GET", "/list", request -> MockResponse.json("[{\"id\": 1}]"));
            connector.on("t", event -> {});

            assertThat(connector.trigger("t").orElseThrow().pollOnce().events()).isEqualTo(1);
            assertThat(service.requests().get(0).uri()).hasNoQuery();
        }
    }

    @Test
    void documentIsWrittenUnchanged() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT.replace("BASE", "http://127.0.0.1:1"));

        assertThat(definition.toJson().toString()).doesNotContain("omit");
    }
}
