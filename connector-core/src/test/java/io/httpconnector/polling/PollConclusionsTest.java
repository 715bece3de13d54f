package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The conclusions of a poll from responses, as specified in docs/polling.md. */
@Timeout(60)
class PollConclusionsTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final Map<Integer, Map<String, Object>> rows = new LinkedHashMap<>();
    private final List<TriggerEvent> events = new ArrayList<>();
    private Instant date = NOON;
    private int size = 1;
    private boolean newestFirst;

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    // P2: pages that shift.

    @ParameterizedTest
    @EnumSource
    void recordSkippedByLinkIsReadAgain(RecordOrder order) {
        for (int i = 1; i <= 3; i++) {
            put(i, NOON.minusSeconds(order == RecordOrder.DESCENDING ? 100 + i : 100 - i), "a");
        }
        newestFirst = order == RecordOrder.DESCENDING;
        int[] pages = {0};
        service.behaviour = asked -> {
            if (++pages[0] == 2) {
                // It was on the page that was read: later records move up.
                rows.remove(1);
            }
            return linked(asked);
        };
        try (PollingTrigger trigger = trigger()
                .version("/updated")
                .cursor(Cursor.timestamp("/updated").sentAs("since").order(order))
                .pagination(Pagination.linkHeader())
                .build()) {
            for (int i = 0; i < 3; i++) {
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void recordSkippedByLinkIsNotDeleted() {
        for (int i = 1; i <= 4; i++) {
            put(i, NOON, "a");
        }
        boolean[] moves = {false};
        service.behaviour = asked -> {
            if (moves[0] && asked.number("skip", 0) == 1) {
                rows.remove(1);
                moves[0] = false;
            }
            return linked(asked);
        };
        try (PollingTrigger trigger =
                trigger().detectDeletions().pagination(Pagination.linkHeader()).build()) {
            trigger.pollOnce();
            moves[0] = true;
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events)
                .extracting(event -> event.change() + " " + event.key())
                .containsExactly("NEW 1", "NEW 2", "NEW 3", "NEW 4", "DELETED 1");
    }

    /**
     * In each read a record is deleted before a page is read, so that the same record moves to the previous page, which was
     * already read.
     */
    @Test
    void recreatedRecordProvesNothing() {
        size = 2;
        for (int i = 1; i <= 6; i++) {
            put(i, NOON.plusSeconds(i), "a");
        }
        int[] reads = {0};
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            reads[0] += page == 1 ? 1 : 0;
            if (reads[0] == 3 && page == 1) {
                put(1, NOON.plusSeconds(1), "again");
            } else if (reads[0] == 2 && page == 2) {
                rows.remove(1);
            } else if (reads[0] == 3 && page == 2) {
                rows.remove(2);
            }
            return paged(asked);
        };
        try (PollingTrigger trigger = trigger()
                .version("/name")
                .detectDeletions()
                .pagination(Pagination.pages("page"))
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(reads[0]).isGreaterThan(3);
        assertThat(events)
                .filteredOn(event -> event.change() == ChangeType.DELETED)
                .extracting(TriggerEvent::key)
                .containsExactly("2");
    }

    /** Other records have moved it to the second page in between. */
    @Test
    void recordMovingToFrontIsNotDeleted() {
        List<Integer> ids = new ArrayList<>(List.of(1, 2, 3, 4, 9));
        int[] reads = {0};
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            reads[0] += page == 1 ? 1 : 0;
            if (reads[0] == 3 && page == 1) {
                ids.addAll(0, List.of(6, 5));
            }
            if ((reads[0] == 2 || reads[0] == 3) && page == 2) {
                ids.remove(Integer.valueOf(9));
                ids.add(0, 9);
            }
            return respond(ids.stream()
                    .skip((page - 1L) * 2)
                    .limit(2)
                    .map(id -> row(id, NOON.toString(), "a"))
                    .toList());
        };
        try (PollingTrigger trigger =
                trigger().detectDeletions().pagination(Pagination.pages("page")).build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(reads[0]).isGreaterThan(3);
        assertThat(events).extracting(TriggerEvent::change).containsOnly(ChangeType.NEW);
        assertThat(events).hasSize(7);
    }

    /** More records of one time than a page holds, one of which moves during the read. */
    @Test
    void recordSkippedAmongEqualTimesIsReadAgain() {
        size = 2;
        for (int i = 1; i <= 12; i++) {
            put(i, NOON.minusSeconds(60), "a");
        }
        boolean[] moves = {true};
        service.behaviour = asked -> {
            if (moves[0] && asked.number("page", 1) == 4) {
                moves[0] = false;
                put(1, NOON.minusSeconds(20), "b");
            }
            return paged(asked);
        };
        try (PollingTrigger trigger = trigger()
                .version("/updated")
                .cursor(Cursor.timestamp("/updated").sentAs("since").order(RecordOrder.ASCENDING))
                .pagination(Pagination.pages("page"))
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).hasSize(13);
        assertThat(events).extracting(TriggerEvent::key).contains("7");
    }

    @Test
    void stablePagesAreReadOnce() {
        for (int i = 1; i <= 5; i++) {
            put(i, NOON.minusSeconds(100 + i), "a");
        }
        service.behaviour = this::linked;
        PollingTriggerBuilder builder = trigger()
                .cursor(Cursor.timestamp("/updated").sentAs("since"))
                .pagination(Pagination.linkHeader().stable());
        assertThat(builder.toJson().at("/pagination/stable").asBoolean()).isTrue();
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
            service.requests.clear();
            trigger.pollOnce();
            assertThat(service.requests).hasSizeLessThanOrEqualTo(2);
        }
        service.requests.clear();
        try (PollingTrigger trigger = builder.pagination(Pagination.linkHeader())
                .store(StateStore.inMemory())
                .build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings())
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("may have moved");
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
            assertThat(service.requests.size()).isBetween(11, 13);
        }
    }

    @Test
    void limitationsAreInStatus() {
        service.behaviour = this::paged;
        try (PollingTrigger trigger =
                trigger().pagination(Pagination.pages("page")).build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).first().asString().contains("there is no cursor");
        }
    }

    // P3: versions that go back or appear late.

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-25T11:59:54Z", "2026-11-25T11:59:55Z"})
    void differentVersionIsUpdate(String updated) {
        service.behaviour = asked -> list(asked);
        try (PollingTrigger trigger = trigger()
                .version("/updated", "/name")
                .cursor(Cursor.timestamp("/updated").sentAs("since"))
                .build()) {
            put(1, NOON.minusSeconds(5), "a");
            rows.put(2, row(2, null, "a"));
            rows.put(3, row(3, "9999-12-31T00:00:00Z", "a"));
            trigger.pollOnce();
            for (int i = 1; i <= 3; i++) {
                rows.put(i, row(i, updated, "b"));
            }
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("1", "2", "3", "1", "2", "3");
    }

    // P4: the event id identifies the occurrence.

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recurringVersionIsAnotherOccurrence(boolean cursor) {
        service.behaviour = asked -> list(asked);
        PollingTriggerBuilder builder = trigger().version("/name");
        if (cursor) {
            builder.cursor(Cursor.timestamp("/updated").sentAs("since"));
        }
        try (PollingTrigger trigger = builder.build()) {
            for (String name : List.of("open", "closed", "open", "closed")) {
                put(1, date.minusSeconds(10), name);
                trigger.pollOnce();
                date = date.plusSeconds(cursor ? 60 : 0);
            }
        }
        assertThat(events).hasSize(4);
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void repeatedOccurrenceAfterCrashHasSameId() {
        service.behaviour = asked -> list(asked);
        FailingStore store = new FailingStore();
        PollingTriggerBuilder builder = trigger()
                .version("/name")
                .cursor(Cursor.timestamp("/updated").sentAs("since"))
                .store(store);
        for (String name : List.of("open", "closed", "open")) {
            put(1, date.minusSeconds(10), name);
            try (PollingTrigger trigger = builder.handler(event -> {
                        events.add(event);
                        store.full = true;
                    })
                    .build()) {
                assertThatThrownBy(trigger::pollOnce).hasMessageContaining("full");
            }
            store.full = false;
            try (PollingTrigger trigger = builder.handler(events::add).build()) {
                trigger.pollOnce();
            }
            date = date.plusSeconds(60);
        }
        List<String> ids = events.stream().map(TriggerEvent::id).toList();
        assertThat(ids).hasSize(6);
        assertThat(List.of(ids.get(0), ids.get(2), ids.get(4))).doesNotHaveDuplicates();
        assertThat(List.of(ids.get(0), ids.get(2), ids.get(4))).containsExactly(ids.get(1), ids.get(3), ids.get(5));
    }

    /** After the crash other records move the position past the known version. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void repeatedOccurrenceAfterCrashHasSameIdWhateverThePosition(boolean withoutTime) {
        service.behaviour = asked -> linked(asked);
        FailingStore store = new FailingStore();
        PollingTriggerBuilder builder = trigger()
                .version("/name")
                .cursor(Cursor.timestamp("/updated").sentAs("since").order(RecordOrder.ASCENDING))
                .pagination(Pagination.linkHeader())
                .store(store);
        put(1, NOON.minusSeconds(10), "open");
        try (PollingTrigger trigger = builder.handler(event -> {}).build()) {
            trigger.pollOnce();
        }
        date = NOON.plusSeconds(60);
        rows.put(1, row(1, withoutTime ? null : NOON.plusSeconds(50).toString(), "closed"));
        try (PollingTrigger trigger = builder.handler(event -> {
                    events.add(event);
                    store.full = true;
                })
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("full");
        }
        store.full = false;
        put(2, NOON.plusSeconds(30), "a");
        put(3, NOON.plusSeconds(40), "a");
        try (PollingTrigger trigger = builder.handler(events::add).build()) {
            trigger.pollOnce();
        }
        List<String> ids = events.stream()
                .filter(event -> event.key().equals("1"))
                .map(TriggerEvent::id)
                .toList();
        assertThat(ids).hasSize(2).containsOnly(ids.get(0));
    }

    /** As after restoring a backup: the times of versions go back within the lookback, and recur. */
    @ParameterizedTest
    @ValueSource(strings = {"0 10 - 0 10 - 0 10 -", "32b 29b 32c 42a 32c 42a 32c", "0a 0b 0a 5b 0a 5b - 5b 0a - 0a"})
    void recurringVersionsWithTheirTimesHaveDistinctIds(String versions) {
        service.behaviour = asked -> list(asked);
        PollingTriggerBuilder builder = trigger()
                .version("/name")
                .cursor(Cursor.timestamp("/updated").sentAs("since").lookback(Duration.ofMinutes(10)))
                .store(StateStore.inMemory());
        int updates = 0;
        String last = "";
        for (String version : versions.split(" ", -1)) {
            String seconds = version.replaceAll("[a-c]", "");
            String updated = seconds.equals("-")
                    ? null
                    : NOON.minusSeconds(100 - Integer.parseInt(seconds)).toString();
            String name = version.matches(".*[a-c]") ? version.substring(version.length() - 1) : "v" + version;
            updates += name.equals(last) ? 0 : 1;
            last = name;
            rows.put(1, row(1, updated, name));
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
            }
        }
        assertThat(events).hasSize(updates);
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }

    // P5: the end of daylight saving time.

    @Test
    void repeatedHourIsNotLost() {
        DateTimeFormatter local =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.of("Europe/Berlin"));
        // Compared as text, like a column without an offset.
        service.behaviour = asked -> respond(rows.values().stream()
                .filter(row ->
                        row.get("updated").toString().compareTo(asked.query().getOrDefault("since", "")) >= 0)
                .toList());
        Instant start = Instant.parse("2026-10-25T00:30:00Z");
        try (PollingTrigger trigger = trigger()
                .version("/updated")
                .cursor(Cursor.timestamp("/updated")
                        .format("yyyy-MM-dd HH:mm:ss")
                        .zone(ZoneId.of("Europe/Berlin"))
                        .sentAs("since"))
                .build()) {
            for (int i = 1; i <= 18; i++) {
                date = start.plusSeconds(600L * i);
                rows.put(i, row(i, local.format(date.minusSeconds(10)), "a"));
                trigger.pollOnce();
            }
            date = date.plusSeconds(7200);
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).doesNotHaveDuplicates().hasSize(18);
        assertThat(service.requests.get(service.requests.size() - 1).query().get("since"))
                .isGreaterThan("2026-10-25 03");
    }

    // P6: parents.

    @Test
    void pollAfterRateLimitContinuesWithOtherParents() {
        int[] left = {0};
        service.behaviour = asked -> --left[0] < 0
                ? MockResponse.status(429).header("Retry-After", "60")
                : MockResponse.json(List.of(Map.of("id", 1)));
        try (PollingTrigger trigger = trigger()
                .request(RequestTemplate.named("List").get("/{{parent}}/x").build())
                .parents(ParentRecords.of("a", "b", "c", "d", "e"))
                .build()) {
            for (int i = 0; i < 3; i++) {
                left[0] = 2;
                assertThatCode(trigger::pollOnce)
                        .satisfiesAnyOf(
                                e -> assertThat(e).isNull(), e -> assertThat(e).hasMessageContaining("429"));
            }
        }
        assertThat(events).extracting(event -> event.parent().asText()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void failureOfOneParentDoesNotAffectOthers() {
        List<Map<String, Object>> parents = new ArrayList<>();
        for (String name : Arrays.asList("..", null, "broken", "good")) {
            Map<String, Object> parent = new HashMap<>(Map.of("id", "p" + parents.size()));
            parent.put("name", name);
            parents.add(parent);
        }
        parents.add(0, new HashMap<>());
        service.behaviour = asked -> asked.path().equals("/parents")
                ? MockResponse.json(parents)
                : asked.path().contains("broken")
                        ? MockResponse.status(500)
                        : MockResponse.json(List.of(Map.of("id", 1)));
        try (PollingTrigger trigger = below(parentsOf()).build()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(trigger::pollOnce).hasMessageContaining("no key");
            }
            assertThat(trigger.status().failedParents()).containsOnlyKeys("p0", "p1", "p2");
            assertThat(trigger.status().consecutiveFailures()).isZero();
        }
        assertThat(events)
                .extracting(event -> event.parent().at("/name").asText())
                .containsExactly("good");
    }

    @Test
    void eachParentStartsWhereTriggerStarted() {
        Map<String, List<Map<String, Object>>> below = new LinkedHashMap<>();
        below.put(
                "failing", new ArrayList<>(List.of(row(1, NOON.minusSeconds(900).toString(), "old"))));
        below.put("late", new ArrayList<>(List.of(row(1, NOON.minusSeconds(900).toString(), "old"))));
        boolean[] fails = {true};
        service.behaviour = asked -> {
            String name = asked.path().replaceAll(".*/", "");
            if (asked.path().equals("/parents")) {
                return respond(below.keySet().stream()
                        .map(one -> Map.<String, Object>of("id", one, "name", one))
                        .toList());
            }
            return (name.equals("failing") && fails[0]) || name.equals("always")
                    ? MockResponse.status(500)
                    : respond(below.get(name));
        };
        below.put("always", List.of());
        try (PollingEngine engine = PollingEngine.create(1, time(3600));
                PollingTrigger trigger = below(parentsOf())
                        .engine(engine)
                        .startPosition(StartPosition.fromNow())
                        .version("/updated")
                        .cursor(Cursor.timestamp("/updated").sentAs("since"))
                        .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("500");
            date = date.plusSeconds(60);
            fails[0] = false;
            below.get("failing").add(row(2, date.minusSeconds(30).toString(), "new"));
            below.put("new", List.of(row(3, date.minusSeconds(20).toString(), "new")));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(trigger::pollOnce).hasMessageContaining("500");
                date = date.plusSeconds(60);
            }
        }
        assertThat(events)
                .extracting(event -> event.parent().at("/id").asText() + event.key())
                .containsExactlyInAnyOrder("failing2", "new3");
    }

    // P7: the same token on each page.

    @Test
    void sameTokenContinuesWhileThereAreNewRecords() {
        int[] page = {0};
        service.behaviour = asked -> {
            page[0]++;
            return MockResponse.json(Map.of(
                    "items",
                    page[0] > 4 ? List.of() : List.of(Map.of("id", 2 * page[0]), Map.of("id", 2 * page[0] + 1)),
                    "scroll",
                    "A"));
        };
        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/items"))
                .pagination(Pagination.cursor("scroll").token("/scroll"))
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(8);
        }
    }

    @Test
    void sameTokenWithKnownRecordsIsLoop() {
        service.behaviour = asked -> {
            int number = Math.min(3, service.requests.size());
            return MockResponse.json(Map.of("items", List.of(Map.of("id", number)), "scroll", "A"));
        };
        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/items"))
                .pagination(Pagination.cursor("scroll").token("/scroll"))
                .build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT));
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3");
    }

    // P8: responses that prove nothing.

    @ParameterizedTest
    @ValueSource(ints = {200, 403, 404})
    void ignoredResponseDeletesNothing(int status) {
        put(1, NOON, "a");
        put(2, NOON, "a");
        service.behaviour = asked -> list(asked);
        try (HttpConnection tolerant = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .retry(RetryPolicy.none())
                        .rule(ResponseRule.forStatus(200).json("/busy", "yes").treatAs(ResponseRule.Action.IGNORE))
                        .build();
                PollingTrigger trigger = trigger()
                        .connection(tolerant)
                        .request(RequestTemplate.named("List")
                                .get("/rows")
                                .acceptStatus(403, 404)
                                .build())
                        .detectDeletions()
                        .build()) {
            trigger.pollOnce();
            service.behaviour =
                    asked -> status == 200 ? MockResponse.json(Map.of("busy", "yes")) : MockResponse.status(status);
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).first().asString().contains("ignored");
            service.behaviour = asked -> list(asked);
            rows.remove(2);
            trigger.pollOnce();
        }
        assertThat(events)
                .extracting(event -> event.change() + " " + event.key())
                .containsExactly("NEW 1", "NEW 2", "DELETED 2");
    }

    @Test
    void ignoredFirstResponseIsNoFirstPoll() {
        put(1, NOON, "a");
        service.behaviour = asked -> MockResponse.status(404);
        try (PollingTrigger trigger = trigger()
                .request(RequestTemplate.named("List")
                        .get("/rows")
                        .acceptStatus(404)
                        .build())
                .startPosition(StartPosition.fromNow())
                .build()) {
            trigger.pollOnce();
            service.behaviour = asked -> list(asked);
            trigger.pollOnce();
            put(2, NOON, "a");
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"totalPages", "moreWhile", "lastWhen"})
    void emptyPageInMiddleIsNotTheEnd(String how) {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            return MockResponse.json(Map.of(
                    "items",
                    page == 2 ? List.of() : List.of(Map.of("id", page)),
                    "pages",
                    3,
                    "more",
                    page < 3,
                    "last",
                    page == 3));
        };
        Pagination pages = Pagination.pages("page");
        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/items"))
                .pagination(
                        switch (how) {
                            case "totalPages" -> pages.totalPages("/pages");
                            case "moreWhile" -> pages.moreWhile("/more");
                            default -> pages.lastWhen("/last");
                        })
                .build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "3");
    }

    // P9: fromNow() while the service is down.

    @ParameterizedTest
    @ValueSource(longs = {0, 3600, -3600})
    void fromNowIsFromStartEvenIfServiceIsDown(long skew) {
        put(1, NOON.minusSeconds(30), "before");
        service.behaviour = asked -> MockResponse.status(503);
        StateStore store = StateStore.inMemory();
        try (PollingEngine engine = PollingEngine.create(1, time(skew))) {
            PollingTriggerBuilder builder = trigger()
                    .startPosition(StartPosition.fromNow())
                    .version("/updated")
                    .cursor(Cursor.timestamp("/updated").sentAs("since"))
                    .store(store)
                    .engine(engine);
            try (PollingTrigger trigger = builder.build()) {
                assertThatThrownBy(trigger::pollOnce).hasMessageContaining("503");
            }
            put(2, NOON.plusSeconds(60), "while it is down");
            date = NOON.plusSeconds(300);
            service.behaviour = asked -> list(asked);
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("2");
    }

    // P10: windows.

    /** Nothing is requested before the start time of the first poll, and no earlier record is an event. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void firstPollFromFutureTimeHasNothingBeforeIt(boolean isWindowed) {
        Instant from = NOON.plus(Duration.ofDays(1));
        service.behaviour = asked -> {
            Instant since = Instant.parse(asked.query().get("since"));
            assertThat(since).isAfterOrEqualTo(from);
            return list(asked);
        };
        Cursor cursor = Cursor.timestamp("/updated");
        try (PollingEngine engine = PollingEngine.create(1, time(0));
                PollingTrigger trigger = trigger()
                        .engine(engine)
                        .startPosition(StartPosition.from(from))
                        .cursor(
                                isWindowed
                                        ? cursor.windows(
                                                Duration.ofDays(7),
                                                ParameterLocation.query("since"),
                                                ParameterLocation.query("until"))
                                        : cursor.sentAs("since"))
                        .build()) {
            put(1, NOON.minusSeconds(60), "before");
            trigger.pollOnce();
            date = NOON.plusSeconds(3600);
            put(2, NOON.plusSeconds(1800), "before as well");
            trigger.pollOnce();
            date = from.plusSeconds(3600);
            put(3, from.plusSeconds(60), "after");
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("3");
        assertThat(service.requests).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void windowIsNeverLongerThanStepAndFirstStartsAtStartPosition() {
        Instant from = NOON.minus(Duration.ofDays(30));
        for (int i = 0; i < 60; i++) {
            put(i, from.plus(Duration.ofHours(12L * i)), "a");
        }
        List<Duration> lengths = new ArrayList<>();
        service.behaviour = asked -> {
            Instant since = Instant.parse(asked.query().get("since"));
            Instant until = Instant.parse(asked.query().get("until"));
            lengths.add(Duration.between(since, until).plusSeconds(1));
            return respond(rows.values().stream()
                    .filter(row -> !Instant.parse(row.get("updated").toString()).isBefore(since)
                            && Instant.parse(row.get("updated").toString()).isBefore(until))
                    .toList());
        };
        try (PollingTrigger trigger = trigger()
                .startPosition(StartPosition.from(from))
                .cursor(Cursor.timestamp("/updated")
                        .windows(
                                Duration.ofDays(7), ParameterLocation.query("since"), ParameterLocation.query("until")))
                .build()) {
            trigger.pollOnce();
            assertThat(service.requests.get(0).query()).containsEntry("since", from.toString());
            date = date.plusSeconds(60);
            trigger.pollOnce();
        }
        assertThat(lengths).allMatch(length -> length.compareTo(Duration.ofDays(7)) <= 0);
        assertThat(events).hasSize(60);
        assertThat(events).extracting(TriggerEvent::change).containsOnly(ChangeType.NEW);
    }

    // P11: records that appear late, while a poll continues from query to query.

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lateRecordBetweenQueriesIsFoundByNextPoll(boolean windows) {
        size = 2;
        put(1, NOON.minusSeconds(30), "a");
        put(2, NOON.minusSeconds(20), "a");
        put(3, NOON.minusSeconds(10), "a");
        service.behaviour = asked -> windows ? listed(asked) : linked(asked);
        Cursor times = Cursor.timestamp("/updated").lookback(Duration.ofMinutes(1));
        try (PollingEngine engine = PollingEngine.create(1, time(0));
                PollingTrigger trigger = trigger()
                        .engine(engine)
                        .startPosition(
                                windows ? StartPosition.from(NOON.minusSeconds(600)) : StartPosition.everything())
                        .cursor(
                                windows
                                        ? times.windows(
                                                Duration.ofHours(1),
                                                ParameterLocation.query("since"),
                                                ParameterLocation.query("until"))
                                        : times.sentAs("since").order(RecordOrder.ASCENDING))
                        .pagination(windows ? Pagination.none() : Pagination.linkHeader())
                        .handler(event -> {
                            events.add(event);
                            if (event.key().equals("2")) {
                                // The next query starts after this time, but the lookback covers such a record.
                                put(4, NOON.minusSeconds(50), "late");
                                put(5, NOON.plusSeconds(100), "a");
                                date = NOON.plusSeconds(120);
                            }
                        })
                        .build()) {
            trigger.pollOnce();
            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3", "5");
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3", "5", "4");
    }

    /** All records of a window on one page. */
    private MockResponse listed(MockRequest asked) {
        Instant until = Instant.parse(asked.query().get("until"));
        return respond(found(asked).stream()
                .filter(row -> !Instant.parse(row.get("updated").toString()).isAfter(until))
                .toList());
    }

    @Test
    void lateLowNumberBetweenQueriesIsFound() {
        List<Integer> numbers = new ArrayList<>(List.of(98, 99, 100));
        service.behaviour = asked -> {
            int since = asked.number("since", 0);
            if (since > 0 && !numbers.contains(95)) {
                numbers.add(95);
                for (int i = 101; i <= 130; i++) {
                    numbers.add(i);
                }
            }
            int skip = asked.number("skip", 0);
            List<Map<String, Object>> found = numbers.stream()
                    .filter(number -> number >= since)
                    .sorted()
                    .map(number -> Map.<String, Object>of("id", number))
                    .toList();
            MockResponse response = respond(found.stream().skip(skip).limit(3).toList());
            boolean more = skip + 3 < found.size() || since == 0;
            return more
                    ? response.header("Link", "<?skip=" + (skip + 3) + "&since=" + since + ">; rel=\"next\"")
                    : response;
        };
        try (PollingTrigger trigger = trigger()
                .cursor(Cursor.number("/id").lookback(10).sentAs("since").order(RecordOrder.ASCENDING))
                .pagination(Pagination.linkHeader())
                .build()) {
            for (int i = 0; i < 4; i++) {
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).contains("95", "130").hasSize(34);
    }

    /** The local clock, which runs like that of the service but shows another time. */
    private TimeSource time(long skew) {
        return new TimeSource() {
            @Override
            public long nanos() {
                return Duration.between(NOON, date).toNanos();
            }

            @Override
            public Instant now() {
                return date.plusSeconds(skew);
            }

            @Override
            public boolean await(CountDownLatch gate, Duration wait) throws InterruptedException {
                gate.await();
                return true;
            }
        };
    }

    // The service.

    private void put(int id, Instant updated, String name) {
        rows.put(id, row(id, updated.toString(), name));
    }

    private static Map<String, Object> row(int id, String updated, String name) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", id);
        row.put("updated", updated);
        row.put("name", name);
        return row;
    }

    private MockResponse respond(List<Map<String, Object>> found) {
        return MockResponse.json(found)
                .header("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atZone(ZoneOffset.UTC)));
    }

    private List<Map<String, Object>> found(MockRequest asked) {
        String since = asked.query().get("since");
        Comparator<Map<String, Object>> order = Comparator.comparing(row -> String.valueOf(row.get("updated")));
        return rows.values().stream()
                .filter(row -> since == null
                        || row.get("updated") == null
                        || !Instant.parse(row.get("updated").toString()).isBefore(Instant.parse(since)))
                .sorted(newestFirst ? order.reversed() : order)
                .toList();
    }

    private MockResponse list(MockRequest asked) {
        return respond(found(asked));
    }

    private MockResponse paged(MockRequest asked) {
        return respond(found(asked).stream()
                .skip((asked.number("page", 1) - 1L) * size)
                .limit(size)
                .toList());
    }

    /** Links that contain positions. */
    private MockResponse linked(MockRequest asked) {
        List<Map<String, Object>> found = found(asked);
        int to = asked.number("skip", 0) + size;
        MockResponse response =
                respond(found.stream().skip(to - size).limit(size).toList());
        String since = asked.query().get("since");
        return to < found.size()
                ? response.header("Link", "<?skip=" + to + (since == null ? "" : "&since=" + since) + ">; rel=\"next\"")
                : response;
    }

    private static ParentRecords parentsOf() {
        return ParentRecords.from(
                RequestTemplate.named("Parents").get("/parents").build(), RecordSelector.atRoot(), "/id");
    }

    private PollingTriggerBuilder below(ParentRecords parents) {
        return trigger()
                .request(RequestTemplate.named("List")
                        .get("/below/{{parent.name}}")
                        .build())
                .parents(parents);
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("rows")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/rows").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add);
    }
}
