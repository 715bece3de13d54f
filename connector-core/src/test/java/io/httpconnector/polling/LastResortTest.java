package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.MockService.MockResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code in place of a record selector, a pagination or a cursor, for services that no configuration fits. */
@Timeout(60)
class LastResortTest extends RecordServiceFixture {

    private static MockResponse json(String text) {
        return MockResponse.of("application/json", text.replace('\'', '"'));
    }

    private List<String> keys(PollingTriggerBuilder builder) {
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        return events.stream().map(event -> event.key()).toList();
    }

    private static List<JsonNode> columns(JsonNode response) {
        List<JsonNode> records = new ArrayList<>();
        JsonNode ids = response.path("ids");
        for (int i = 0; i < ids.size(); i++) {
            records.add(JsonNodeFactory.instance
                    .objectNode()
                    .put("id", ids.get(i).asInt())
                    .put("name", response.path("names").path(i).asText()));
        }
        return records;
    }

    @Test
    void recordsByCode() {
        service.behaviour = asked -> json("{'ids': [1, 2], 'names': ['a', 'b'], 'last': true}");

        assertThat(keys(trigger()
                        .records(RecordSelector.extracting(LastResortTest::columns))
                        .pagination(Pagination.pages("page").lastWhen("/last"))))
                .containsExactly("1", "2");
        assertThat(events.get(1).payload()).hasToString("{\"id\":2,\"name\":\"b\"}");
    }

    @Test
    void requestOfTheNextPageByCode() {
        service.behaviour = asked -> {
            int page = asked.path().endsWith("/records")
                    ? 1
                    : Integer.parseInt(asked.path().replaceAll("\\D", ""));
            return json("[{'id': " + page + "}]");
        };

        assertThat(keys(trigger()
                        .pagination(Pagination.requests((page, request) -> page.number() == 3
                                ? Optional.empty()
                                : Optional.of(request.withUrl("/records/" + (page.number() + 1)))))))
                .containsExactly("1", "2", "3");
    }

    @Test
    void requestsThatLeadInACircleAreDetected() {
        service.behaviour = asked -> json("[{'id': 1}]");

        assertThatThrownBy(
                        () -> keys(trigger().pagination(Pagination.requests((page, request) -> Optional.of(request)))))
                .hasMessageContaining("The pages do not end");
    }

    @Test
    void cursorByCode() {
        service.behaviour = asked -> json("[{'id': 1, 'date': '20260102', 'hour': 7}]");

        assertThat(keys(trigger()
                        .cursor(Cursor.timestamp(record -> TextNode.valueOf(
                                        record.path("date").asText() + "T0" + record.path("hour") + "0000Z"))
                                .sentAs("since"))))
                .containsExactly("1");
        assertThat(service.requests.get(1).query()).containsEntry("since", "2026-01-02T06:59:59Z");
    }

    @Test
    void codeCannotBeSaved() {
        for (PollingTriggerBuilder builder : List.of(
                trigger().records(RecordSelector.extracting(response -> response)),
                trigger().pagination(Pagination.requests((page, request) -> Optional.empty())),
                trigger().cursor(Cursor.number(record -> record.path("n")).sentAs("min")))) {
            assertThatThrownBy(builder::toJson)
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("it contains code");
        }
    }
}
