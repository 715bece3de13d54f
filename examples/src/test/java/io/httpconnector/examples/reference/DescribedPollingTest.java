package io.httpconnector.examples.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the examples of polling of the page "Describe a service" against a simulated service. */
class DescribedPollingTest {

    private final MockService service = MockService.start();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .timeSource(new VirtualTime())
            .build();
    private final List<TriggerEvent> events = new ArrayList<>();
    private PollingTrigger trigger = trigger("Nested resources");

    private PollingTrigger trigger(String heading) {
        return PollingTrigger.named("described")
                .definition(DescribedService.json(heading, service.baseUrl()))
                .connection(connection)
                .store(StateStore.inMemory())
                .handler(events::add)
                .build();
    }

    private void use(String heading) {
        trigger.close();
        trigger = trigger(heading);
    }

    @BeforeEach
    @AfterEach
    void clear() {
        events.clear();
    }

    @AfterEach
    void close() {
        trigger.close();
        connection.close();
        service.close();
    }

    private List<String> poll() {
        events.clear();
        trigger.pollOnce();
        return events.stream().map(event -> event.change() + " " + event.key()).toList();
    }

    private List<String> queries() {
        return service.requests().stream()
                .map(RecordedRequest::uri)
                .map(uri -> String.valueOf(uri.getQuery()))
                .toList();
    }

    private static Function<RecordedRequest, MockResponse> byQuery(Function<String, String> json) {
        return request ->
                MockResponse.json(json.apply(String.valueOf(request.uri().getQuery())));
    }

    @Test
    void nestedResources() {
        service.on(
                        "GET",
                        "/boards",
                        MockResponse.json(
                                "{\"boards\": [{\"id\": \"b1\", \"archived\": false}, {\"id\": \"b2\", \"archived\": true}]}"))
                .on("GET", "/boards/b1/lists", MockResponse.json("{\"lists\": [{\"id\": \"l1\"}, {\"id\": \"l2\"}]}"))
                .on("GET", "/lists/l1/cards", MockResponse.json("{\"cards\": [{\"id\": 1}, {\"id\": 2}]}"))
                .on(
                        "GET",
                        "/lists/l2/cards",
                        MockResponse.json("{\"cards\": []}"),
                        MockResponse.json("{\"cards\": [{\"id\": 3}]}"));
        assertThat(poll()).hasSize(2);
        assertThat(poll()).hasSize(1);
        assertThat(events.get(0).payload().path("id").asInt()).isEqualTo(3);
        assertThat(events.get(0).parent().toString()).contains("l2").contains("b1");
        assertThat(service.requests())
                .noneMatch(request -> request.uri().getPath().contains("b2"));
    }

    @Test
    void cursorAsAnExpression() {
        use("Cursor as an expression");
        String first = "{\"id\": 1, \"date\": \"2026-01-02\", \"time\": \"10:00:00\"}";
        String second = "{\"id\": 2, \"date\": \"2026-01-03\", \"time\": \"08:30:00\"}";
        service.on(
                "GET",
                "/changes",
                byQuery(query ->
                        "{\"changes\": [" + first + (query.contains("changed_since") ? ", " + second : "") + "]}"));
        assertThat(poll()).hasSize(1);
        assertThat(poll()).hasSize(1);
        assertThat(events.get(0).payload().path("date").asText()).isEqualTo("2026-01-03");
        assertThat(poll()).isEmpty();
        long since = Instant.parse("2026-01-02T10:00:00Z").getEpochSecond();
        long later = Instant.parse("2026-01-03T08:30:00Z").getEpochSecond();
        assertThat(queries()).containsExactly("null", "changed_since=" + (since - 1), "changed_since=" + (later - 1));
    }

    @Test
    void syncTokenWithDeletions() {
        use("Sync token with deletions");
        service.on("GET", "/appointments", request -> switch (String.valueOf(
                request.uri().getQuery())) {
            case "null" ->
                MockResponse.json("{\"items\": [{\"id\": \"a\", \"etag\": \"1\"}], \"next_page_token\": \"p2\"}");
            case "page_token=p2" ->
                MockResponse.json("{\"items\": [{\"id\": \"b\", \"etag\": \"1\"}], \"next_sync_token\": \"s1\"}");
            case "sync_token=s1" ->
                MockResponse.json(
                        "{\"items\": [{\"id\": \"a\", \"etag\": \"2\", \"status\": \"deleted\"}], \"next_sync_token\": \"s2\"}");
            default -> MockResponse.status(400).body("text/plain", "invalid sync token");
        });
        assertThat(poll()).hasSize(2);
        assertThat(poll()).hasSize(1);
        assertThat(events.get(0).payload().path("status").asText()).isEqualTo("deleted");
        // The token has expired: the next poll reads everything again, and a known record is no event.
        assertThatThrownBy(this::poll).isInstanceOf(ConnectorException.class);
        poll();
        assertThat(queries()).startsWith("null", "page_token=p2", "sync_token=s1", "sync_token=s2", "null");
        assertThat(events).noneMatch(event -> event.key().contains("b"));
    }

    @Test
    void deletionsByComparison() {
        use("Deletions by comparison");
        service.on(
                "GET",
                "/products",
                MockResponse.json(
                        "[{\"sku\": \"a\", \"price\": 1, \"views\": 1}, {\"sku\": \"b\", \"price\": 1, \"views\": 1}]"),
                MockResponse.json(
                        "[{\"sku\": \"a\", \"price\": 1, \"views\": 9}, {\"sku\": \"b\", \"price\": 2, \"views\": 9}]"),
                MockResponse.json("[{\"sku\": \"b\", \"price\": 2, \"views\": 10}]"));
        assertThat(poll()).hasSize(2).allMatch(event -> event.startsWith("NEW"));
        assertThat(poll()).singleElement().asString().startsWith("UPDATED").contains("b");
        assertThat(poll()).singleElement().asString().startsWith("DELETED").contains("a");
    }

    @Test
    void shortPages() {
        use("Short pages");
        service.on(
                "GET",
                "/tickets",
                byQuery(query -> IntStream.range(
                                query.contains("skip=100") ? 100 : 0, query.contains("skip=100") ? 130 : 100)
                        .mapToObj(id -> "{\"id\": " + id + "}")
                        .collect(Collectors.joining(",", "{\"tickets\": [", "]}"))));
        assertThat(poll()).hasSize(130);
        assertThat(service.requests()).hasSize(2);
        assertThat(queries().get(1)).contains("skip=100").contains("limit=100");
    }

    @Test
    void fullPagesEndWithTheStatus() {
        use("Short pages");
        service.on(
                "GET",
                "/tickets",
                request -> String.valueOf(request.uri().getQuery()).contains("skip=100")
                        ? MockResponse.status(404)
                        : MockResponse.json(IntStream.range(0, 100)
                                .mapToObj(id -> "{\"id\": " + id + "}")
                                .collect(Collectors.joining(",", "{\"tickets\": [", "]}"))));
        assertThat(poll()).hasSize(100);
        assertThat(service.requests()).hasSize(2);
    }

    @Test
    void errorsWithStatus200() {
        use("Errors with status 200");
        service.on(
                "GET",
                "/invoices",
                MockResponse.json("{\"ok\": false, \"error\": {\"code\": \"rate_limited\"}}"),
                MockResponse.json("{\"ok\": true, \"invoices\": [{\"id\": 1}]}"),
                MockResponse.json("{\"ok\": false, \"error\": {\"code\": \"locked\"}}"));
        assertThat(poll()).hasSize(1);
        assertThat(service.requests()).hasSize(2);
        assertThatThrownBy(this::poll).isInstanceOf(ConnectorException.class);
        assertThat(service.requests()).hasSize(3);
    }
}
