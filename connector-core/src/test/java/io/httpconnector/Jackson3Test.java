package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Trees of Jackson 3 are given to this library, and its values are written by Jackson 3. */
class Jackson3Test {

    private static final String JSON =
            "{\"text\":\"a\\u0007\\\"\",\"int\":7,\"long\":12345678901234567890,\"decimal\":1.50,\"flag\":true,\"none\":null,\"list\":[{}]}";

    private final ObjectMapper jackson3 = JsonMapper.builder()
            .enable(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(tools.jackson.databind.cfg.JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private final tools.jackson.databind.JsonNode tree = jackson3.readTree(JSON);

    record Order(String id, tools.jackson.databind.JsonNode data) {}

    private static String body(Request request) {
        return new String(request.body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void treesAreTheBodiesOfRequests() {
        assertThat(JsonSupport.parse(body(Request.post("/").json(tree)))).isEqualTo(JsonSupport.parse(JSON));
        assertThat(body(Request.post("/").json(Map.of("a", tree.get("decimal")))))
                .isEqualTo("{\"a\":1.50}");
        assertThat(JsonSupport.parse(body(Request.post("/").json(new Order("7", tree))))
                        .get("data"))
                .isEqualTo(JsonSupport.parse(JSON));
        assertThat(body(Request.post("/").json(List.of(tree.get("int"), tree.get("text")))))
                .isEqualTo("[7,\"a\\u0007\\\"\"]");
    }

    @Test
    void treesAreTheValuesOfPills() {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/{{order.int}}")
                .json(jackson3.readTree("{\"all\":\"{{order}}\",\"one\":\"{{order.decimal}}\"}"))
                .build();

        Request request = template.render(Pills.of("order", tree));

        assertThat(request.uri()).hasToString("/7");
        assertThat(JsonSupport.parse(body(request)).get("all")).isEqualTo(JsonSupport.parse(JSON));
        assertThat(JsonSupport.parse(body(request)).get("one")).hasToString("1.50");
        assertThat(body(template.render("order", Map.of("int", tree.get("int"), "decimal", 2))))
                .contains("\"one\"")
                .contains("2");
    }

    @Test
    void missingAndOddTreesAreNoGarbage() {
        assertThat(JsonSupport.tree(tree.path("nothing")).isMissingNode()).isTrue();
        assertThat(JsonSupport.tree(Map.of("a", tree.path("nothing"))).get("a").isNull())
                .isTrue();
        assertThat(JsonSupport.tree(jackson3.createObjectNode().put("bytes", new byte[] {1, 2})))
                .isEqualTo(JsonSupport.parse("{\"bytes\":\"AQI=\"}"));
    }

    @Test
    void eventsAreConvertedForJackson3() {
        JsonNode payload = JsonSupport.parse(JSON);
        ObjectNode json = (ObjectNode) JsonSupport.parse("""
                {"id": "1", "trigger": "t", "change": "NEW", "type": "", "key": "k", "version": "", "time": "2026-01-31T12:00:00Z"}""");
        json.set("payload", payload);
        TriggerEvent event = TriggerEvent.fromJson(json);

        tools.jackson.databind.JsonNode converted =
                jackson3.readTree(event.payload().toString());

        assertThat(converted).isEqualTo(tree);
        assertThat(event.time()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
    }

    @Test
    void resultsOfConnectionTestsAreWrittenByBoth() throws Exception {
        ConnectionTestResult test =
                ConnectionTestResult.failed(new ConnectorException("broken"), java.time.Duration.ofMillis(5));
        String expected = "{\"ok\":false,\"outcome\":\"OTHER_FAILURE\",\"message\":\"broken\",\"took\":\"PT0.005S\"}";

        assertThat(jackson3.readTree(jackson3.writeValueAsString(test))).isEqualTo(jackson3.readTree(expected));
        assertThat(JsonSupport.parse(new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(test)))
                .isEqualTo(JsonSupport.parse(expected));
    }

    record Item(String name, Optional<Instant> at, BigDecimal price) {}

    @Test
    void itsMapperReadsObjectsAndLists() throws Exception {
        String item = "{\"name\":\"a\",\"at\":\"2026-01-31T12:00:00Z\",\"price\":0.1000000000000000000000010}";
        Item expected = new Item(
                "a", Optional.of(Instant.parse("2026-01-31T12:00:00Z")), new BigDecimal("0.1000000000000000000000010"));
        Response.JsonMapping mapping = (json, type) -> jackson3.readValue(json, jackson3.constructType(type));
        try (WirePeer peer = json("[" + item + "]");
                HttpConnection connection = HttpConnection.named("Shop")
                        .baseUrl(peer.url())
                        .jsonMapping(mapping)
                        .build()) {
            Response response = connection.send(Request.get("/"));
            assertThat(response.list(Item.class)).containsExactly(expected);
            assertThat(response.json(new TypeReference<List<Item>>() {})).containsExactly(expected);
            assertThat(response.json(tools.jackson.databind.JsonNode.class))
                    .isEqualTo(jackson3.readTree("[" + item + "]"));
        }
    }

    private static WirePeer json(String body) throws Exception {
        return new WirePeer((number, request) -> "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);
    }

    @Test
    void statusOfATriggerIsWrittenByBoth() throws Exception {
        try (WirePeer peer = json("[{\"id\":1}]");
                HttpConnection connection =
                        HttpConnection.named("Shop").baseUrl(peer.url()).build();
                PollingTrigger trigger = PollingTrigger.named("items")
                        .connection(connection)
                        .request(RequestTemplate.named("List")
                                .get("/")
                                .query("since", "{{cursor}}")
                                .build())
                        .key("/id")
                        .cursor(Cursor.timestamp("/updated"))
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofMinutes(5))
                        .store(StateStore.inMemory())
                        .handler(event -> {})
                        .build()) {
            PollResult result = trigger.pollOnce();
            assertThat(jackson3.readTree(jackson3.writeValueAsString(result))
                            .path("events")
                            .asInt())
                    .isEqualTo(1);
            PollingStatus status = trigger.status();
            String text = jackson3.writeValueAsString(status);
            assertThat(JsonSupport.parse(new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(status)))
                    .isEqualTo(JsonSupport.parse(text));
            assertThat(JsonSupport.parse(text).propertyStream().map(Map.Entry::getKey))
                    .containsExactlyInAnyOrder(
                            "state",
                            "lastSuccess",
                            "lastError",
                            "lastErrorTime",
                            "consecutiveFailures",
                            "warnings",
                            "failedParents",
                            "nextPoll",
                            "lag",
                            "polls",
                            "total");
            assertThat(JsonSupport.parse(text).at("/warnings/0").asText())
                    .isEqualTo(status.warnings().get(0));
        }
    }
}
