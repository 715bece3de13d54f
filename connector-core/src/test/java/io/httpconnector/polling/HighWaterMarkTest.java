package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a poll concludes from the times of the records. */
@Timeout(60)
class HighWaterMarkTest {

    private static final Instant NOW = FakeTime.START;

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final PollingEngine engine = PollingEngine.create(2, new FakeTime());
    private final List<TriggerEvent> events = new ArrayList<>();

    @AfterEach
    void end() {
        engine.close();
        connection.close();
        service.close();
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .cursor(Cursor.timestamp("/t").sentAs("since"))
                .store(StateStore.inMemory())
                .engine(engine)
                .handler(events::add);
    }

    private static Map<String, Object> row(int id, Instant time) {
        return Map.of("id", id, "t", time.toString());
    }

    private static MockResponse at(Instant date, List<?> records) {
        return MockResponse.json(records)
                .header("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atZone(ZoneOffset.UTC)));
    }

    @Test
    void recordsWithoutTimeAreReportedUntilOneHasATime() {
        List<Object> records = new ArrayList<>(List.of(Map.of("id", 1)));
        service.behaviour = asked -> at(NOW, records);
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings())
                    .singleElement()
                    .asString()
                    .contains("no record of the last poll has a value at the cursor field");
            records.add(row(2, NOW.minusSeconds(10)));
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
            records.clear();
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
        }
        assertThat(events).hasSize(2);
    }

    /** All records of the first page existed before; those on later pages may have been created in the meantime. */
    @Test
    void recordCreatedWhileTheFirstPollReadsPagesIsAnEvent() {
        service.behaviour = asked -> switch (asked.number("page", 1)) {
            case 1 -> at(NOW, List.of(row(1, NOW.minusSeconds(60)), row(2, NOW.plusMillis(400))));
            case 2 -> at(NOW, List.of(row(3, NOW.minusSeconds(50)), row(4, NOW.plusMillis(500))));
            default -> at(NOW, List.of());
        };
        try (PollingTrigger trigger = trigger()
                .startPosition(StartPosition.fromNow())
                .pagination(Pagination.pages("page"))
                .build()) {
            trigger.pollOnce();
        }

        assertThat(events).extracting(TriggerEvent::key).containsExactly("4");
    }
}
