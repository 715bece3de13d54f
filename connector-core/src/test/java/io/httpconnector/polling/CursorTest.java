package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that can be queried for changes since a time. */
class CursorTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private final MockService service = new MockService();
    private final Table table = new Table();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final List<TriggerEvent> events = new ArrayList<>();

    CursorTest() {
        service.behaviour = table;
    }

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    @Test
    void onlyChangesAreRequested() {
        table.put(1, "old", NOON.minusSeconds(3600));
        try (PollingTrigger trigger = trigger().build()) {
            trigger.pollOnce();
            table.date = NOON.plusSeconds(60);
            table.put(2, "new", NOON.plusSeconds(30));
            table.put(1, "changed", NOON.plusSeconds(40));

            assertThat(trigger.pollOnce().records()).isEqualTo(2);

            assertThat(events).extracting(TriggerEvent::key).containsExactly("2", "1");
            assertThat(events).extracting(TriggerEvent::change).containsOnly(ChangeType.NEW_OR_UPDATED);
            table.date = NOON.plusSeconds(120);
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(service.requests.get(2).query()).containsEntry("since", "2026-11-25T12:00:39Z");
        }
    }

    @Test
    void recordsOlderThanFirstPollAreNoEvents() {
        table.put(1, "old", NOON.minusSeconds(1));
        try (PollingTrigger trigger = trigger().build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).hasSizeLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void boundaryIsDeliveredOnceWhetherInclusiveOrExclusive(boolean inclusive) {
        table.inclusive = inclusive;
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            table.put(1, "a", NOON.minusSeconds(60));
            trigger.pollOnce();
            table.put(2, "b", NOON.minusSeconds(60));
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
        }
    }

    @Test
    void lateRecordsWithinLookbackAreDeliveredOnce() {
        PollingTriggerBuilder builder = trigger()
                .startPosition(StartPosition.everything())
                .cursor(Cursor.timestamp("/updated").sentAs("since").lookback(Duration.ofMinutes(10)));
        try (PollingTrigger trigger = builder.build()) {
            table.put(1, "a", NOON.minusSeconds(60));
            trigger.pollOnce();
            table.put(2, "late", NOON.minusSeconds(600));
            table.put(3, "too late", NOON.minusSeconds(700));
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
        }
    }

    @Test
    void recordFromFutureHidesNoOther() {
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            table.put(1, "in a year", NOON.plus(Duration.ofDays(365)));
            trigger.pollOnce();
            table.date = NOON.plusSeconds(60);
            table.put(2, "now", NOON.plusSeconds(50));
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void recordsWithEqualTimesAreDeliveredOnce(RecordOrder order) {
        sortedAs(order);
        for (int i = 0; i < 2500; i++) {
            table.put(i, "r" + i, NOON.minusSeconds(100));
        }
        try (PollingTrigger trigger = everything(order).build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertOnce(2500);
    }

    @ParameterizedTest
    @EnumSource
    void recordsThatMoveBetweenPagesAreDeliveredOnce(RecordOrder order) {
        sortedAs(order);
        for (int i = 0; i < 1000; i++) {
            table.put(i, "r" + i, NOON.minusSeconds(2000 - i));
        }
        Random random = new Random(1);
        table.meanwhile = (all, asked) -> {
            // Some of the first records are deleted, so that all later ones move up.
            all.rows.keySet().stream().limit(3).toList().forEach(all.rows::remove);
            int id = all.rows.keySet().stream()
                    .skip(random.nextInt(500))
                    .findFirst()
                    .orElseThrow();
            all.put(id, "updated " + asked.query(), NOON.minusSeconds(100).plusMillis(service.requests.size()));
        };
        Set<Integer> stable = new TreeSet<>();
        for (int i = 500; i < 1000; i++) {
            stable.add(i);
        }
        try (PollingTrigger trigger = everything(order).build()) {
            trigger.pollOnce();
            table.meanwhile = (all, asked) -> {};
            trigger.pollOnce();
            trigger.pollOnce();
        }
        Set<String> versions = new HashSet<>();
        for (TriggerEvent event : events) {
            assertThat(versions.add(event.key()
                            + event.payload().at("/updated")
                            + event.payload().at("/name")))
                    .as("%s", event)
                    .isTrue();
            stable.remove(Integer.valueOf(event.key()));
        }
        assertThat(stable).as("never delivered").isEmpty();
        Set<String> delivered = new HashSet<>();
        events.forEach(
                event -> delivered.add(event.key() + event.payload().at("/name").asText()));
        for (Table.Row row : table.all()) {
            assertThat(delivered.contains(row.id() + row.name())).as("%s", row).isTrue();
        }
    }

    /** Each page is requested by the cursor, so that no page is a position in a changing list. */
    @Test
    void ascendingReadContinuesFromCursor() {
        for (int i = 0; i < 1000; i++) {
            table.put(i, "r" + i, NOON.minusSeconds(2000 - i));
        }
        StateStore store = StateStore.inMemory();
        service.behaviour = asked -> service.requests.size() > 5 ? MockResponse.status(500) : table.respond(asked);
        try (PollingTrigger trigger =
                everything(RecordOrder.ASCENDING).store(store).build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
        }
        assertThat(service.requests)
                .extracting(asked -> asked.query().get("page"))
                .containsOnly("1");
        assertThat(events).hasSizeBetween(450, 500);
        service.behaviour = table;
        service.requests.clear();
        try (PollingTrigger trigger =
                everything(RecordOrder.ASCENDING).store(store).build()) {
            trigger.pollOnce();
            assertThat(service.requests.size()).isLessThanOrEqualTo(8);
            service.requests.clear();
            trigger.pollOnce();
            assertThat(service.requests.size()).isLessThanOrEqualTo(2);
        }
        assertOnce(1000);
    }

    @Test
    void passedKeysAreForgotten() {
        for (int i = 0; i < 3000; i++) {
            table.put(i, "r" + i, NOON.minusSeconds(4000 - i));
        }
        try (PollingTrigger trigger =
                everything(RecordOrder.ASCENDING).maxRememberedKeys(500).build()) {
            trigger.pollOnce();
            for (int i = 0; i < 3; i++) {
                table.date = table.date.plusSeconds(1000);
                for (int j = 0; j < 400; j++) {
                    table.put(3000 + 400 * i + j, "new", table.date.minusSeconds(500 - j));
                }
                trigger.pollOnce();
            }
        }
        assertOnce(4200);
    }

    @Test
    void positionNeverMovesBack() {
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            table.put(1, "a", NOON.minusSeconds(60));
            trigger.pollOnce();
            table.date = NOON.minusSeconds(3600);
            trigger.pollOnce();
            table.date = NOON;
            trigger.pollOnce();

            assertThat(service.requests.get(2).query().get("since")).isEqualTo("2026-11-25T11:58:59Z");
        }
    }

    /** Clocks go back, and dates are corrected: any difference from the known version is an update. */
    @Test
    void versionThatGoesBackIsUpdate() {
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            table.put(1, "new", NOON.minusSeconds(60));
            trigger.pollOnce();
            table.put(1, "of a clock that is behind", NOON.minusSeconds(61));
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events)
                    .extracting(TriggerEvent::change)
                    .containsExactly(ChangeType.NEW_OR_UPDATED, ChangeType.UPDATED);
        }
    }

    @ParameterizedTest
    @CsvSource({"-3600, -3600", "3600, 3600", "-3600, 3600", "3600, -3600"})
    void localClockDoesNotMatter(long before, long after) {
        AtomicLong skew = new AtomicLong(before);
        TimeSource wrong = new TimeSource() {
            @Override
            public long nanos() {
                return TimeSource.SYSTEM.nanos();
            }

            @Override
            public Instant now() {
                return table.date.plusSeconds(skew.get());
            }

            @Override
            public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
                return TimeSource.SYSTEM.await(gate, time);
            }
        };
        Cursor windows = Cursor.timestamp("/updated")
                .windows(Duration.ofMinutes(10), ParameterLocation.query("since"), ParameterLocation.query("until"));
        for (Cursor cursor : List.of(Cursor.timestamp("/updated").sentAs("since"), windows)) {
            events.clear();
            table.rows.clear();
            table.date = NOON;
            skew.set(before);
            try (PollingEngine engine = PollingEngine.create(1, wrong);
                    PollingTrigger trigger =
                            trigger().cursor(cursor).engine(engine).build()) {
                trigger.pollOnce();
                for (int i = 1; i <= 20; i++) {
                    table.put(i, "r" + i, table.date);
                    table.date = table.date.plusSeconds(30);
                    if (i == 10) {
                        skew.set(after);
                    }
                    trigger.pollOnce();
                }
                table.date = table.date.plusSeconds(3600);
                trigger.pollOnce();
                trigger.pollOnce();
            }
            assertOnce(20);
        }
    }

    @Test
    void windowsAreConsecutive() {
        for (int i = 0; i < 100; i++) {
            table.put(i, "r" + i, NOON.minus(Duration.ofHours(i)));
        }
        PollingTriggerBuilder builder = trigger()
                .startPosition(StartPosition.from(NOON.minus(Duration.ofHours(50))))
                .cursor(Cursor.timestamp("/updated")
                        .windows(
                                Duration.ofHours(6),
                                ParameterLocation.query("since"),
                                ParameterLocation.query("until")));
        try (PollingTrigger trigger = builder.build()) {
            table.date = NOON.plusSeconds(60);
            trigger.pollOnce();
            trigger.pollOnce();
        }
        Set<String> keys = new HashSet<>();
        events.forEach(event -> assertThat(keys.add(event.key())).isTrue());
        for (int i = 0; i <= 50; i++) {
            assertThat(keys).contains(String.valueOf(i));
        }
        assertThat(keys).hasSize(51);
    }

    @Test
    void daysOfTheWindowInARequest() {
        PollingTriggerBuilder builder = trigger()
                .request(RequestTemplate.named("List")
                        .get("/records")
                        .query("length", "{{window.days}}")
                        .build())
                .startPosition(StartPosition.from(NOON.minus(Duration.ofHours(60))))
                .cursor(Cursor.timestamp("/updated")
                        .windows(
                                Duration.ofDays(2),
                                ParameterLocation.query("since"),
                                ParameterLocation.query("until")));
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
        }
        assertThat(service.requests)
                .extracting(asked -> asked.query().get("length"))
                .startsWith("2")
                .endsWith("1");
    }

    @Test
    void windowsEndAtAFixedTime() {
        for (int i = 0; i < 10; i++) {
            table.put(i, "r" + i, NOON.minus(Duration.ofHours(i)));
        }
        PollingTriggerBuilder builder = trigger()
                .startPosition(StartPosition.from(NOON.minus(Duration.ofHours(9))))
                .cursor(Cursor.timestamp("/updated")
                        .windows(
                                Duration.ofHours(4), ParameterLocation.query("since"), ParameterLocation.query("until"))
                        .until(NOON.minus(Duration.ofHours(3))));
        try (PollingTrigger trigger = builder.build()) {
            table.date = NOON.plusSeconds(60);
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events)
                .extracting(event -> event.key())
                .containsExactlyInAnyOrder("3", "4", "5", "6", "7", "8", "9");
        assertThatThrownBy(() -> trigger()
                        .cursor(Cursor.timestamp("/updated").sentAs("since").until(NOON))
                        .build())
                .hasMessageContaining("cursor: until(...) ends windows, but there are none");
    }

    @Test
    void clientSideCursorFiltersLocally() {
        table.order = Comparator.comparing(Table.Row::updated).reversed();
        for (int i = 0; i < 500; i++) {
            table.put(i, "r" + i, NOON.minusSeconds(1000 - i));
        }
        PollingTriggerBuilder builder = trigger()
                .cursor(Cursor.timestamp("/updated").clientSide().order(RecordOrder.DESCENDING))
                .pagination(Pagination.offset("offset").size("size", 50));
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            table.date = NOON.plusSeconds(60);
            for (int i = 500; i < 620; i++) {
                table.put(i, "r" + i, NOON.plusSeconds(i - 570));
            }
            service.requests.clear();
            trigger.pollOnce();
            assertThat(service.requests).hasSizeLessThanOrEqualTo(4);
            trigger.pollOnce();
        }
        assertThat(events).hasSizeBetween(50, 120);
        assertThat(new HashSet<>(events.stream().map(TriggerEvent::key).toList()))
                .hasSize(events.size());
    }

    private PollingTriggerBuilder everything(RecordOrder order) {
        return trigger()
                .startPosition(StartPosition.everything())
                .cursor(Cursor.timestamp("/updated").sentAs("since").order(order))
                .pagination(Pagination.pages("page").size("size", 100));
    }

    private void sortedAs(RecordOrder order) {
        Comparator<Table.Row> ascending =
                Comparator.comparing(Table.Row::updated).thenComparing(Table.Row::id);
        table.order = switch (order) {
            case ASCENDING -> ascending;
            case DESCENDING -> ascending.reversed();
            case NONE -> Comparator.comparing(Table.Row::id);
        };
    }

    private void assertOnce(int count) {
        assertThat(new HashSet<>(events.stream().map(TriggerEvent::key).toList()))
                .hasSize(count);
        assertThat(events).hasSize(count);
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .records(RecordSelector.at("/items"))
                .key("/id")
                .version("/updated", "/name")
                .cursor(Cursor.timestamp("/updated").sentAs("since"))
                .store(StateStore.inMemory())
                .handler(events::add);
    }
}
