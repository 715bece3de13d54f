package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.RecordSelector.Format;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecordsTest {

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final List<JsonNode> found = new ArrayList<>();

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    @Test
    void memoryIsLimitedInBytes() {
        String large = "x".repeat(200_000);
        List<Map<String, Object>> rows = IntStream.range(0, 100)
                .<Map<String, Object>>mapToObj(id -> Map.of("id", id, "text", large))
                .toList();
        service.behaviour = asked -> MockResponse.json(Map.of("rows", rows));
        List<Integer> batches = new ArrayList<>();
        try (HttpConnection small = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .maxResponseBytes(1_000_000)
                        .build();
                PollingTrigger trigger = PollingTrigger.named("records")
                        .connection(small)
                        .request(RequestTemplate.named("List").get("/records").build())
                        .records(RecordSelector.at("/rows"))
                        .key("/id")
                        .startPosition(StartPosition.everything())
                        .store(StateStore.inMemory())
                        .delivery(Delivery.inBatches(1000, events -> batches.add(events.size())))
                        .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(100);
            assertThat(batches).allSatisfy(size -> assertThat(size).isLessThanOrEqualTo(6));

            for (Object response : List.of(
                    Map.of("rows", List.of(Map.of("id", 1000, "text", "x".repeat(2_000_000)))),
                    Map.of("before", "x".repeat(2_000_000), "rows", List.of()))) {
                service.behaviour = asked -> MockResponse.json(response);
                assertThatThrownBy(trigger::pollOnce)
                        .isInstanceOf(PollingException.class)
                        .hasMessageContaining("larger than the limit of 1000000 bytes (maxResponseBytes");
            }
        }
    }

    @Test
    @Timeout(20)
    void longListIsExpandedInLinearTime() {
        List<Map<String, Object>> lines = IntStream.range(0, 20_000)
                .<Map<String, Object>>mapToObj(id -> Map.of("line", id))
                .toList();
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 7, "lines", lines)));
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .records(RecordSelector.atRoot().expand("/lines"))
                .key("/lines/line")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(event -> {
                    if (event.key().equals("19999")) {
                        found.add(event.payload());
                    }
                })
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(20_000);
        }
        assertThat(found).containsExactly(JsonSupport.parse("{\"id\":7,\"lines\":{\"line\":19999}}"));
    }

    @Test
    void loginPageIsReported() {
        service.behaviour = asked -> MockResponse.of("text/html", "<!DOCTYPE html><title>Log in</title>");
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .store(StateStore.inMemory())
                .handler(event -> {})
                .build()) {
            String why = "it is HTML or XML, such as the page of a login or of a proxy";
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining(why);
            assertThatThrownBy(() -> connection.send(Request.get("/")).json()).hasMessageContaining(why);
        }
    }

    static Stream<Arguments> responses() {
        String two = "[{\"id\":1},{\"id\":2}]";
        return Stream.of(
                arguments("root", RecordSelector.atRoot(), "application/json", two, two),
                arguments("one record", RecordSelector.atRoot(), "application/json", "{\"id\":7}", "[{\"id\":7}]"),
                arguments(
                        "below",
                        RecordSelector.at("/a/b"),
                        "application/json",
                        "{\"x\":[{\"id\":9}],\"a\":{\"b\":" + two + ",\"c\":1}}",
                        two),
                arguments(
                        "index",
                        RecordSelector.at("/a/*/b"),
                        "application/json",
                        "{\"a\":[{\"b\":{\"id\":1}},{\"b\":[{\"id\":2}]}]}",
                        two),
                arguments(
                        "wildcard of an object",
                        RecordSelector.at("/g/*"),
                        "application/json",
                        "{\"g\":{\"a\":[{\"id\":1}],\"b\":[{\"id\":2}]}}",
                        two),
                arguments(
                        "wildcard at the root",
                        RecordSelector.at("/*/r"),
                        "application/json",
                        "[{\"r\":[{\"id\":1}]},{\"q\":1},{\"r\":{\"id\":2}}]",
                        two),
                arguments("null", RecordSelector.at("/items"), "application/json", "{\"items\":null}", "[]"),
                arguments("nothing", RecordSelector.at("/items"), "application/json", "", "[]"),
                arguments("an empty line", RecordSelector.atRoot(), "application/json", "\r\n", "[]"),
                arguments("empty JSON Lines", RecordSelector.at("/items"), "application/x-ndjson", "\n\n", "[]"),
                arguments(
                        "left out",
                        RecordSelector.at("/items").optional(),
                        "application/json",
                        "{\"kind\":\"list\"}",
                        "[]"),
                arguments(
                        "keyed",
                        RecordSelector.at("/rates").keyed("currency"),
                        "application/json",
                        "{\"rates\":{\"EUR\":{\"rate\":1.50},\"USD\":1.0}}",
                        "[{\"currency\":\"EUR\",\"rate\":1.50},{\"currency\":\"USD\",\"value\":1.0}]"),
                arguments(
                        "expand",
                        RecordSelector.at("/orders").expand("/o/lines"),
                        "application/json",
                        "{\"orders\":[{\"id\":7,\"o\":{\"x\":0,\"lines\":[{\"s\":\"a\"},{\"s\":\"b\"}]}},{\"id\":8,\"o\":{\"lines\":[]}},{\"id\":9}]}",
                        "[{\"id\":7,\"o\":{\"x\":0,\"lines\":{\"s\":\"a\"}}},{\"id\":7,\"o\":{\"x\":0,\"lines\":{\"s\":\"b\"}}}]"),
                arguments(
                        "filter",
                        RecordSelector.atRoot()
                                .where("/s", "open", "new")
                                .where(item -> item.at("/id").asInt() > 1),
                        "application/json",
                        "[{\"id\":1,\"s\":\"open\"},{\"id\":2,\"s\":\"new\"},{\"id\":3,\"s\":\"closed\"},{\"id\":4}]",
                        "[{\"id\":2,\"s\":\"new\"}]"),
                arguments(
                        "numbers",
                        RecordSelector.atRoot(),
                        "application/json",
                        "[{\"n\":1.10},{\"n\":123456789012345678901234567890}]",
                        "[{\"n\":1.10},{\"n\":123456789012345678901234567890}]"),
                arguments(
                        "JSON Lines",
                        RecordSelector.atRoot(),
                        "application/x-ndjson",
                        "{\"id\":1}\n\n{\"id\":2}\n",
                        two),
                arguments(
                        "JSON Lines, declared",
                        RecordSelector.at("/r").as(Format.JSON_LINES),
                        "text/plain",
                        "{\"r\":{\"id\":1}}\r\n{\"r\":{\"id\":2}}",
                        two),
                arguments(
                        "XML",
                        RecordSelector.at("/channel/item"),
                        "application/rss+xml",
                        "<?xml version=\"1.0\"?><rss><channel><title>T</title><item"
                                + " id=\"1\"><a>x</a><a>y</a></item><item id=\"2\"/></channel></rss>",
                        "[{\"id\":\"1\",\"a\":[\"x\",\"y\"]},{\"id\":\"2\"}]"),
                arguments(
                        "XML without any",
                        RecordSelector.at("/channel/item"),
                        "text/xml",
                        "<rss><channel></channel></rss>",
                        "[]"),
                arguments(
                        "CSV",
                        RecordSelector.atRoot(),
                        "text/csv",
                        "id,name\r\n1,\"a, \"\"b\"\"\"\r\n\r\n2,\"line\nbreak\"\r\n",
                        "[{\"id\":\"1\",\"name\":\"a, \\\"b\\\"\"},{\"id\":\"2\",\"name\":\"line\\nbreak\"}]"),
                arguments(
                        "CSV in the charset of its Content-Type",
                        RecordSelector.atRoot(),
                        "text/csv; charset=ISO-8859-1",
                        "id,name\n1,Zürich\n",
                        "[{\"id\":\"1\",\"name\":\"Zürich\"}]"),
                arguments(
                        "XML in the charset of its Content-Type, whatever it declares",
                        RecordSelector.at("/item"),
                        "text/xml; charset=windows-1252",
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><list><item><id>Zürich</id></item></list>",
                        "[{\"id\":\"Zürich\"}]"),
                arguments(
                        "one element of a list",
                        RecordSelector.at("/1/data"),
                        "application/json",
                        "[{\"pages\":3},{\"data\":[{\"id\":1},{\"id\":2}]}]",
                        "[{\"id\":1},{\"id\":2}]"),
                arguments(
                        "member with a number as its name",
                        RecordSelector.at("/0/data"),
                        "application/json",
                        "{\"0\":{\"data\":[{\"id\":1}]}}",
                        "[{\"id\":1}]"),
                arguments(
                        "CSV with semicolons",
                        RecordSelector.atRoot().csv(';'),
                        "text/plain",
                        "id;n\n1;1,5\n",
                        "[{\"id\":\"1\",\"n\":\"1,5\"}]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("responses")
    void recordsAreFound(String name, RecordSelector records, String type, String body, String expected) {
        service.behaviour = asked -> MockResponse.of(type, body);

        poll(records);

        assertThat(found).hasToString(expected.equals("[]") ? "[]" : spaced(expected));
    }

    /** The text of a list of trees. */
    private String spaced(String expected) {
        List<JsonNode> nodes = new ArrayList<>();
        JsonSupport.parse(expected).forEach(nodes::add);
        return nodes.toString();
    }

    static Stream<Arguments> wrongAnswers() {
        return Stream.of(
                arguments(
                        RecordSelector.at("/items"),
                        "application/json",
                        "{\"error\":\"quota\"}",
                        "there is nothing at \"/items\""),
                arguments(RecordSelector.at("/items"), "application/json", "<html>login</html>", "line 1, column 1"),
                arguments(RecordSelector.at("/items"), "application/json", "{\"items\":[{\"id\":1},", "line 1, column"),
                arguments(
                        RecordSelector.atRoot(),
                        "application/json",
                        "{\"id\":1}{\"id\":2}",
                        "if the format is JSON Lines, declare it"),
                arguments(RecordSelector.at("/a/b"), "text/xml", "<r><a><b></a></r>", "line 1"));
    }

    @ParameterizedTest
    @MethodSource("wrongAnswers")
    void problemsAreReported(RecordSelector records, String type, String body, String message) {
        service.behaviour = asked -> MockResponse.of(type, body);

        assertThatThrownBy(() -> poll(records))
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNEXPECTED_RESPONSE))
                .hasMessageContaining(message)
                .hasMessageContaining("/records -> 200");
    }

    @Test
    void xmlEntitiesAreNotResolved() {
        service.behaviour = asked -> MockResponse.of(
                "text/xml", "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r><i><a>&x;</a></i></r>");

        assertThatThrownBy(() -> poll(RecordSelector.at("/i"))).isInstanceOf(PollingException.class);
        assertThat(found).isEmpty();
    }

    @Test
    void responseOfAnySizeIsStreamed() {
        StringBuilder body = new StringBuilder("{\"items\":[");
        String filler = "x".repeat(1000);
        for (int i = 0; i < 30_000; i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"id\":")
                    .append(i)
                    .append(",\"f\":\"")
                    .append(filler)
                    .append("\"}");
        }
        body.append("],\"next\":null}");
        service.behaviour = asked -> MockResponse.of("application/json", body.toString());
        int[] count = {0};
        try (PollingTrigger trigger = builder(RecordSelector.at("/items"))
                .handler(event -> count[0]++)
                .build()) {
            PollResult result = trigger.pollOnce();

            assertThat(result.records()).isEqualTo(30_000);
            assertThat(count[0]).isEqualTo(30_000);
        }
    }

    @Test
    void invalidPathIsRejected() {
        assertThatThrownBy(() -> RecordSelector.at("items"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is not a JSON pointer");
        assertThatThrownBy(() -> RecordSelector.atRoot().expand("")).hasMessageContaining("not to the record itself");
        assertThatThrownBy(() -> RecordSelector.atRoot().keyed("")).hasMessageContaining("no name");
    }

    private void poll(RecordSelector records) {
        try (PollingTrigger trigger = builder(records).build()) {
            trigger.pollOnce();
        }
    }

    private PollingTriggerBuilder builder(RecordSelector records) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .records(records)
                .wholeRecordAsKey()
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(event -> found.add(event.payload()));
    }
}
