package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

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

    /** A service that returns 20 records at once, of which more than 20 have the same time. */
    @Test
    void limitOfTheServiceIsReported() {
        List<Object> records = new ArrayList<>();
        for (int id = 0; id < 30; id++) {
            records.add(row(id, NOW.minusSeconds(10)));
        }
        service.behaviour = asked -> at(NOW, records.subList(0, Math.min(20, records.size())));
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
            trigger.pollOnce();
            assertThat(trigger.status().warnings())
                    .singleElement()
                    .asString()
                    .contains("all 20 records of the last poll have the same cursor value");
            records.subList(0, 25).clear();
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
        }
    }

    /** The number of such polls is stored; a record with another time, or a number that is no limit, ends the failures. */
    @Test
    void limitOfTheServiceIsAnErrorAfterSomePolls() {
        List<Object> records = new ArrayList<>();
        for (int id = 0; id < 60; id++) {
            records.add(row(id, NOW.minusSeconds(10)));
        }
        int[] limit = {50};
        service.behaviour = asked -> at(NOW, records.subList(0, Math.min(limit[0], records.size())));
        PollingTriggerBuilder builder = trigger().startPosition(StartPosition.everything());
        for (int i = 0; i < 5; i++) {
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
            }
        }
        try (PollingTrigger trigger = builder.build()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(trigger::pollOnce)
                        .isInstanceOfSatisfying(
                                PollingException.class,
                                e -> assertThat(e.reason()).isEqualTo(PollingException.Reason.LIMIT_REACHED))
                        .hasMessageContaining("same 50 records");
            }
            limit[0] = 57;
            assertThat(trigger.pollOnce().events()).isEqualTo(7);
            for (int i = 0; i < 9; i++) {
                trigger.pollOnce();
            }
            assertThat(trigger.status().warnings()).hasSize(1);
        }
        assertThat(events).hasSize(57);
    }

    /** The position moves with each stable page. What it has passed is known until the query ends. */
    @Test
    void passedRecordThatThePagesRepeatIsNoSecondEvent() {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            return at(
                    NOW,
                    List.of(row(
                            page == 60 ? 1 : page, NOW.minusSeconds(page == 60 ? 99_000 : 100_000 - page * 1000L))));
        };
        try (PollingTrigger trigger = trigger()
                .cursor(Cursor.timestamp("/t").sentAs("since").order(RecordOrder.ASCENDING))
                .pagination(Pagination.pages("page")
                        .lastWhen("{{page.number | equals(60)}}")
                        .stable())
                .startPosition(StartPosition.everything())
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(59);
        }
        assertThat(events).extracting(TriggerEvent::key).doesNotHaveDuplicates();
    }

    @Test
    void cursorThatIsSpeltDifferentlyFailsThePollAfterItsEvents() {
        service.behaviour = asked -> at(NOW, List.of(Map.of("id", 1, "T", NOW.toString())));
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            for (int poll = 0; poll < 2; poll++) {
                assertThatThrownBy(trigger::pollOnce)
                        .isInstanceOf(PollingException.class)
                        .hasMessage(
                                "No record of the poll has the cursor /t, so its position never moves: did you mean /T?");
            }
        }
        assertThat(events).hasSize(1);
    }

    @Test
    void cursorThatNoneOfManyRecordsHasFailsThePoll() {
        List<Object> records = new ArrayList<>();
        service.behaviour = asked -> at(NOW, records);
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            IntStream.range(0, 9).forEach(id -> records.add(Map.of("id", id)));
            trigger.pollOnce();
            records.add(Map.of("id", 9));
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("use a member that the records have");
            records.set(0, row(0, NOW.minusSeconds(10)));
            trigger.pollOnce();
        }
        assertThat(events).hasSizeGreaterThanOrEqualTo(10);
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

    /** The lines of the trigger of this test: triggers of other classes may still be running. */
    private static List<ILoggingEvent> ofTrigger(ListAppender<ILoggingEvent> log) {
        return List.copyOf(log.list).stream()
                .filter(line -> line.getFormattedMessage().startsWith("records: "))
                .toList();
    }

    @Test
    void wrongDeclaredOrderIsReported() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(PollingTrigger.class);
        log.start();
        logger.addAppender(log);
        List<Object> records = new ArrayList<>(List.of(row(1, NOW.minusSeconds(20)), row(2, NOW.minusSeconds(10))));
        service.behaviour = asked -> at(NOW, records);
        for (RecordOrder order : RecordOrder.values()) {
            try (PollingTrigger trigger = trigger()
                    .cursor(Cursor.timestamp("/t").sentAs("since").order(order))
                    .startPosition(StartPosition.everything())
                    .build()) {
                trigger.pollOnce();
            }
        }
        assertThat(ofTrigger(log)).isEmpty();
        records.add(row(3, NOW.minusSeconds(30)));
        try (PollingTrigger trigger = trigger()
                .cursor(Cursor.timestamp("/t").sentAs("since").order(RecordOrder.ASCENDING))
                .startPosition(StartPosition.everything())
                .build()) {
            trigger.pollOnce();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(ofTrigger(log))
                .singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage())
                        .contains("does not list the oldest records first, as the cursor declares"));
    }

    /** The first page shows the time of the service, or the newest record. */
    @ParameterizedTest
    @CsvSource({
        "NONE, false, true, 1",
        "DESCENDING, false, true, 1",
        "DESCENDING, true, true, 1",
        "DESCENDING, true, false, 1",
        "NONE, true, true, 4",
        "ASCENDING, false, false, 4"
    })
    void startFromNowReadsNoMorePagesThanNecessary(RecordOrder order, boolean isSent, boolean isTime, int requests) {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            int id = order == RecordOrder.DESCENDING ? 4 - page : page;
            return at(NOW, page > 3 ? List.of() : List.of(row(id, NOW.minusSeconds(60 - id))));
        };
        Cursor cursor = isTime ? Cursor.timestamp("/t") : Cursor.number("/id");
        try (PollingTrigger trigger = trigger()
                .cursor((isSent ? cursor.sentAs("since") : cursor.clientSide()).order(order))
                .pagination(Pagination.pages("page").stable())
                .startPosition(StartPosition.fromNow())
                .build()) {
            trigger.pollOnce();
        }
        assertThat(service.requests).hasSize(requests);
        assertThat(events).isEmpty();
    }

    @Test
    void recordsBeforeTheQueryAreCounted() {
        service.behaviour = asked -> at(NOW, List.of(row(1, NOW.minusSeconds(600)), row(2, NOW.minusSeconds(10))));
        try (PollingTrigger trigger = trigger()
                .startPosition(StartPosition.from(NOW.minusSeconds(60)))
                .build()) {
            PollResult result = trigger.pollOnce();
            assertThat(result.ignored()).isEqualTo(1);
            assertThat(result.records()).isEqualTo(2);
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("2");
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
