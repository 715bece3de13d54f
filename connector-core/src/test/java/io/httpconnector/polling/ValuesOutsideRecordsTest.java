package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a page has its token and the cursor of the next poll: in the root, in a header, beside or within its records. */
@Timeout(30)
class ValuesOutsideRecordsTest extends RecordServiceFixture {

    /** The settings as JSON, applied to another builder. */
    private PollingTriggerBuilder saved(PollingTriggerBuilder builder) {
        return trigger().definition(builder.toJson());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''      | /next            | {'id': N, 'next': T}",
                "/data   | /data/after      | {'data': {'id': N, 'after': T}}",
                "/data   | /after           | {'data': [{'id': N}], 'after': T}",
                "/data/list | /data/after   | {'data': {'list': [{'id': N}], 'after': T}}",
                "/data/list | /data/after   | {'data': {'after': T, 'list': [{'id': N}]}}",
                "/0/list | /1/after         | [{'list': [{'id': N}]}, {'after': T}]",
                "/1/list | /0/after         | [{'after': T}, {'list': [{'id': N}]}]",
                "/0/list | /0/after         | [{'list': [{'id': N}], 'after': T}]",
                "/*/list | /0/after         | [{'list': [{'id': N}], 'after': T}]",
                "/*/list | /a/after         | {'a': {'list': [{'id': N}], 'after': T}}",
            })
    void tokenIsFoundWhereverThePageHasIt(String path, String token, String body) {
        service.behaviour = asked -> {
            int page = asked.number("after", 1);
            return MockResponse.of(
                    "application/json",
                    body.replace('\'', '"')
                            .replace("N", String.valueOf(page))
                            .replace("T", page < 3 ? "\"" + (page + 1) + "\"" : "null"));
        };
        try (PollingTrigger trigger = saved(trigger()
                        .records(path == null ? RecordSelector.atRoot() : RecordSelector.at(path))
                        .pagination(Pagination.cursor("after").token(token)))
                .build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3");
    }

    private static MockResponse changes(MockRequest asked) {
        int since = asked.number("since", 10);
        return MockResponse.json(Map.of(
                        "serverTime",
                        since + 5,
                        "meta",
                        Map.of("at", since + 5),
                        "items",
                        List.of(Map.of("id", since))))
                .header("X-Server-Time", String.valueOf(since + 5));
    }

    @ParameterizedTest
    @CsvSource({"/serverTime", "/meta/at", "'{{headers[\"x-server-time\"]}}'", "'{{response.meta.at | plus(0)}}'"})
    void cursorOfTheNextPollIsFoundOutsideTheRecords(String cursor) {
        service.behaviour = ValuesOutsideRecordsTest::changes;
        try (PollingTrigger trigger = saved(trigger()
                        .records(RecordSelector.at("/items"))
                        .cursor(Cursor.opaque(cursor).sentAs("since")))
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("10", "15", "20");
    }

    /** Without a version only new records are events, and a record that the position has passed long ago is new again. */
    @Test
    void updateWithoutVersionIsAnEventOnlyOfAForgottenRecord() {
        ObjectNode times = (ObjectNode) JsonSupport.parse("{\"1\": \"2026-01-01T00:00:00Z\"}");
        service.behaviour = asked -> MockResponse.json(times.properties().stream()
                .map(each -> Map.of("id", each.getKey(), "t", each.getValue().asText()))
                .filter(row -> row.get("t").compareTo(asked.query().getOrDefault("since", "")) >= 0)
                .toList());
        try (PollingTrigger trigger = trigger()
                .cursor(Cursor.timestamp("/t").sentAs("since"))
                .store(StateStore.inMemory())
                .build()) {
            trigger.pollOnce();
            times.put("1", "2026-01-01T00:00:01Z");
            trigger.pollOnce();
            assertThat(events).hasSize(1);
            times.put("2", "2026-01-02T00:00:00Z");
            trigger.pollOnce();
            trigger.pollOnce();
            times.put("1", "2026-01-03T00:00:00Z");
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "1");
        assertThat(events).extracting(TriggerEvent::change).containsOnly(ChangeType.NEW);
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }
}
