package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A poll that ends before its last record: nothing finished is repeated, and nothing else counts as finished. */
@Timeout(30)
class UnfinishedPollTest extends RecordServiceFixture {

    private static final Instant NOW = FakeTime.START;

    private final PollingEngine engine = PollingEngine.create(2, new FakeTime());
    private boolean fails = true;

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    private static List<Map<String, Integer>> ids(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(id -> Map.of("id", id)).toList();
    }

    /** Another process continues after a crash of this one: the store has what was finished before. */
    @Test
    void finishedBatchIsStoredBeforeTheNextOneIsDelivered() {
        service.behaviour = asked -> MockResponse.json(ids(1, 7));
        SharedStore store = new SharedStore();
        List<TriggerEvent> others = new ArrayList<>();
        Delivery crash = Delivery.inBatches(10, batch -> {
                    if (batch.get(0).key().equals("4") && others.isEmpty()) {
                        try (PollingTrigger other = trigger()
                                .store(store)
                                .maxInMemory(3)
                                .handler(others::add)
                                .build()) {
                            other.pollOnce();
                        }
                    }
                    events.addAll(batch);
                })
                .attempts(1);
        try (PollingTrigger trigger =
                trigger().store(store).maxInMemory(3).delivery(crash).build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("another node has written");
        }
        assertThat(others).extracting(TriggerEvent::key).containsExactly("4", "5", "6", "7");
    }

    @Test
    void lastRecordsAreEventsAfterAnIgnoredResponse() {
        service.behaviour = asked -> switch (asked.number("page", 1)) {
            case 1 -> MockResponse.json(ids(1, 3));
            case 2 -> fails ? MockResponse.status(404) : MockResponse.json(ids(4, 6));
            default -> MockResponse.json(List.of());
        };
        try (PollingTrigger trigger = trigger()
                .request(RequestTemplate.named("List")
                        .get("/records")
                        .acceptStatus(404)
                        .build())
                .pagination(Pagination.pages("page").stable())
                .startPosition(StartPosition.last(2))
                .build()) {
            trigger.pollOnce();
            assertThat(events).isEmpty();
            fails = false;
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("1", "2");
    }

    /** A record that was created while the first poll read further pages is new, and not finished before it is handled. */
    @Test
    void newRecordOfAFirstPollIsRepeatedIfItsHandlerWaits() {
        DateTimeFormatter format = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
        service.behaviour = asked -> asked.path().equals("/limited")
                ? MockResponse.status(429).header("Retry-After", "600")
                : MockResponse.json(
                                switch (asked.number("page", 1)) {
                                    case 1 -> List.of(row(1, NOW.minusSeconds(60)));
                                    case 2 -> List.of(row(2, NOW.plusMillis(500)));
                                    default -> List.of();
                                })
                        .header("Date", format.format(NOW));
        try (HttpConnection impatient = HttpConnection.named("Impatient")
                        .baseUrl(service.baseUrl())
                        .retry(RetryPolicy.none())
                        .build();
                PollingTrigger trigger = trigger()
                        .cursor(Cursor.timestamp("/t").sentAs("since"))
                        .pagination(Pagination.pages("page"))
                        .startPosition(StartPosition.fromNow())
                        .engine(engine)
                        .handler(event -> {
                            if (fails) {
                                fails = false;
                                impatient.send(Request.get("/limited"));
                            }
                            events.add(event);
                        })
                        .build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(PollingException.class);
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("2");
    }

    private static Map<String, Object> row(int id, Instant time) {
        return Map.of("id", id, "t", time.toString());
    }
}
