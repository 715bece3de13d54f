package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.operation.JobService.Asked;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests polling triggers whose records are the result of an operation that each poll runs. */
class OperationTriggerTest {

    private final JobService service = new JobService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .timeSource(new FakeTime())
            .build();
    private final StateStore store = StateStore.inMemory();
    private final List<TriggerEvent> events = new ArrayList<>();
    private final AtomicInteger polls = new AtomicInteger();
    private boolean fails;

    OperationTriggerTest() {
        service.behaviour = this::reply;
    }

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private Reply reply(Asked asked) {
        if (asked.method().equals("POST")) {
            return Reply.json("{\"id\": 7}");
        }
        return switch (asked.path()) {
            case "/exports/7" ->
                Reply.json(
                        polls.incrementAndGet() % 2 == 1
                                ? "{\"state\": \"running\"}"
                                : "{\"state\": \"finished\", \"url\": \"/files/1\"}");
            case "/files/1" ->
                Reply.json("{\"items\": [{\"id\": 1, \"t\": \"2026-11-01T00:00:00Z\"}], \"next\": \"/files/2\"}");
            case "/files/2" -> Reply.json("{\"items\": [{\"id\": 2, \"t\": \"2026-11-02T00:00:00Z\"}]}");
            default -> Reply.status(404);
        };
    }

    private static OperationBuilder export() {
        return OperationTest.export()
                .start(RequestTemplate.named("start")
                        .post("/exports")
                        .json(Map.of("since", "{{cursor | omit}}"))
                        .build())
                .resultUrl("/url");
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("exports")
                .connection(connection)
                .source(export().build().asSource())
                .records(RecordSelector.at("/items"))
                .pagination(Pagination.nextUrl("/next").stable())
                .key("/id")
                .cursor(Cursor.timestamp("/t"))
                .startPosition(StartPosition.everything())
                .store(store)
                .handler(event -> {
                    if (fails) {
                        throw new IllegalStateException("down");
                    }
                    events.add(event);
                });
    }

    @Test
    void eachPollRunsAnOperationWithTheCursor() {
        try (PollingTrigger trigger = trigger().build()) {
            trigger.pollOnce();
            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
            trigger.pollOnce();
        }
        assertThat(events).hasSize(2);
        List<Asked> starts = service.requests.stream()
                .filter(asked -> asked.method().equals("POST"))
                .toList();
        assertThat(starts).hasSize(2);
        assertThat(starts.get(0).json().path("since").asText()).doesNotStartWith("2026-11-0");
        assertThat(starts.get(1).json().path("since").asText()).startsWith("2026-11-0");
        assertThat(service.count("GET", "/files/2")).isEqualTo(2);
    }

    @Test
    void aFailedOperationFailsThePollAndMovesNothing() {
        JobService.Behaviour works = service.behaviour;
        service.behaviour = asked -> asked.path().equals("/exports/7")
                ? Reply.json("{\"state\": \"failed\", \"message\": \"quota\"}")
                : works.reply(asked);
        try (PollingTrigger trigger = trigger().build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(OperationException.class)
                    .hasMessageContaining("quota");
            service.behaviour = works;
            trigger.pollOnce();
        }
        assertThat(events).hasSize(2);
    }

    @Test
    void theStatusResponseCanHaveTheRecords() {
        service.behaviour = asked -> asked.method().equals("POST")
                ? Reply.json("{\"id\": 7}")
                : Reply.json("{\"state\": \"finished\", \"items\": [{\"id\": 5}]}");
        try (PollingTrigger trigger = PollingTrigger.named("exports")
                .connection(connection)
                .source(OperationTest.export()
                        .start(OperationTest.post("/exports"))
                        .build()
                        .asSource())
                .pill("year", 2026)
                .records(RecordSelector.at("/items"))
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store)
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("5");
    }

    @Test
    void recordsAreReadOnDemand() {
        Operation operation = export().resultRecords(
                        RecordSelector.at("/items"), Pagination.nextUrl("/next").stable())
                .build();
        try (Stream<JsonNode> records = operation.records(connection, Pills.none())) {
            assertThat(service.requests).isEmpty();
            assertThat(records.map(record -> record.path("id").asInt())).containsExactly(1, 2);
        }
    }

    @Test
    void theResultHasPagesByNumber() {
        service.behaviour = asked -> asked.method().equals("POST")
                ? Reply.json("{\"id\": 7}")
                : asked.path().equals("/exports/7")
                        ? Reply.json("{\"state\": \"finished\", \"url\": \"/rows?sig=1\"}")
                        : Reply.json(
                                asked.query().equals("sig=1&page=1")
                                        ? "[{\"id\": 1}]"
                                        : asked.query().equals("sig=1&page=2") ? "[{\"id\": 2}]" : "[]");
        try (PollingTrigger trigger = PollingTrigger.named("exports")
                .connection(connection)
                .source(export().start(OperationTest.post("/exports")).build().asSource())
                .pill("year", 2026)
                .pagination(Pagination.pages("page"))
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store)
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
        assertThat(service.count("POST", "/exports")).isOne();
    }

    @Test
    void pillsAreChecked() {
        assertThatThrownBy(() -> PollingTrigger.named("exports")
                        .connection(connection)
                        .source(OperationTest.export().build().asSource())
                        .key("/id")
                        .store(store)
                        .handler(events::add)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the pill {{year}} has no value");
        assertThatThrownBy(() -> trigger().toJson()).hasMessageContaining("Invalid source:\n  - it contains code");
    }
}
