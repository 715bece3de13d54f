package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page limit of a poll: the next poll continues, or the poll fails. Nothing is skipped silently. */
@Timeout(60)
class MaxPagesTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final int SIZE = 4;

    private record Row(int id, Instant updated) {}

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final List<Row> rows = new ArrayList<>();
    private final List<TriggerEvent> events = new ArrayList<>();
    private Instant date = NOON;
    private boolean newestFirst;

    MaxPagesTest() {
        service.behaviour = this::list;
    }

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, true", "1, false", "2, false", "3, false"})
    void ascendingPollsContinue(int max, boolean isTime) {
        put(1, 20);
        try (PollingTrigger trigger = trigger(cursor(isTime).order(RecordOrder.ASCENDING), max)
                .startPosition(StartPosition.everything())
                .build()) {
            trigger.pollOnce();
            assertThat(service.requests).hasSize(max);
            assertThat(trigger.status().warnings())
                    .anySatisfy(line -> assertThat(line).contains("the next poll continues"));
            for (int i = 0; i < 20; i++) {
                trigger.pollOnce();
            }
            assertThat(trigger.status().warnings()).isEmpty();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(1, 20));
    }

    @ParameterizedTest
    @CsvSource({"true, NONE", "true, DESCENDING", "false, NONE", "false, DESCENDING"})
    void pollInOtherOrderContinuesWithTheNextPage(boolean isTime, RecordOrder order) {
        put(1, 40);
        newestFirst = order == RecordOrder.DESCENDING;
        StateStore store = StateStore.inMemory();
        try (PollingTrigger trigger = trigger(cursor(isTime).order(order), 3)
                .startPosition(StartPosition.everything())
                .store(store)
                .build()) {
            for (int i = 1; i <= 3; i++) {
                trigger.pollOnce();
                assertThat(events).hasSize(12 * i);
                assertThat(trigger.status().warnings().toString()).contains("maxPages(3)", "the next poll continues");
            }
            assertThat(pages()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        }
        try (PollingTrigger trigger = trigger(cursor(isTime).order(order), 30)
                .startPosition(StartPosition.everything())
                .store(store)
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrderElementsOf(keys(1, 40));
    }

    /** Existing records are no events, although it takes several polls to read them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void silentFirstPollContinues(int max) {
        put(1, 20);
        try (PollingTrigger trigger =
                trigger(cursor(false).order(RecordOrder.ASCENDING), max).build()) {
            for (int i = 0; i < 20; i++) {
                trigger.pollOnce();
            }
            assertThat(events).isEmpty();
            put(21, 30);
            for (int i = 0; i < 20; i++) {
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(21, 30));
    }

    /** The service was down when the trigger started, and has many records when it is available again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void pollsFromNowContinue(int max) {
        service.behaviour = asked -> MockResponse.status(503);
        rows.add(new Row(1, NOON.minusSeconds(1000)));
        try (PollingEngine engine = PollingEngine.create(1, time());
                PollingTrigger trigger = trigger(cursor(true).order(RecordOrder.ASCENDING), max)
                        .engine(engine)
                        .build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(ConnectorException.class);
            service.behaviour = this::list;
            for (int i = 2; i <= 30; i++) {
                rows.add(new Row(i, NOON.plusSeconds(60 + i * 5L)));
            }
            date = NOON.plusSeconds(3600);
            for (int i = 0; i < 40; i++) {
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(2, 30));
    }

    @ParameterizedTest
    @EnumSource
    void firstPollForLastRecordsFails(RecordOrder order) {
        put(1, 20);
        newestFirst = order == RecordOrder.DESCENDING;
        try (PollingTrigger trigger = trigger(cursor(false).order(order), 1)
                .startPosition(StartPosition.last(3))
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("maxPages(1)");
        }
        assertThat(events).isEmpty();
    }

    @Test
    void moreRecordsOfOneTimeThanPagesFails() {
        for (int i = 1; i <= 40; i++) {
            rows.add(new Row(i, NOON.minusSeconds(600)));
        }
        try (PollingTrigger trigger = trigger(cursor(true).order(RecordOrder.ASCENDING), 3)
                .startPosition(StartPosition.everything())
                .build()) {
            // The poll has reached that time.
            trigger.pollOnce();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(trigger::pollOnce).hasMessageContaining("maxPages(3)");
            }
        }
    }

    @Test
    void snapshotComparisonFailsAndDeletesNothing() {
        put(1, 6);
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .detectDeletions()
                .pagination(Pagination.pages("page").maxPages(4))
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
            put(7, 40);
            rows.sort(Comparator.comparing(Row::id).reversed());
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("maxPages(4)");
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("maxPages(4)");
        }
        assertThat(events).allSatisfy(event -> assertThat(event.change().name()).isEqualTo("NEW"));
    }

    @Test
    void tokenOfIncompleteReadIsNotStored() {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            List<Map<String, Integer>> items = page > 5 ? List.of() : List.of(Map.of("id", page));
            return MockResponse.json(Map.of("items", items, "sync", "s" + page));
        };
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .records(RecordSelector.at("/items"))
                .key("/id")
                .cursor(Cursor.opaque("/sync").sentAs("token"))
                .pagination(Pagination.pages("page").maxPages(2))
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(pages()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(service.requests)
                    .allSatisfy(asked -> assertThat(asked.query()).doesNotContainKey("token"));
            trigger.pollOnce();
            assertThat(service.requests.get(6).query()).containsEntry("token", "s6");
        }
        assertThat(events).hasSize(5);
    }

    private List<Integer> pages() {
        return service.requests.stream().map(asked -> asked.number("page", 1)).toList();
    }

    /** Six requests an hour, and ten pages: each poll reads the pages for which the quota suffices. */
    @ParameterizedTest
    @CsvSource({
        "pages, time",
        "pages, none",
        "pages, deletions",
        "stable, time",
        "stable, none",
        "cursor, none",
        "link, time"
    })
    void exhaustedQuotaContinuesWithTheNextPage(String pagination, String cursor) {
        put(1, 40);
        int[] left = {0};
        service.behaviour = asked -> {
            if (left[0]-- == 0) {
                return MockResponse.status(429).header("Retry-After", "3600");
            }
            int page = asked.number("page", asked.number("after", 1));
            List<Map<String, Object>> found = rows.stream()
                    .skip((page - 1) * 4L)
                    .limit(4)
                    .map(row -> Map.<String, Object>of("id", row.id, "updated", row.updated.toString()))
                    .toList();
            MockResponse response = MockResponse.json(
                            Map.of("items", found, "next", found.size() < 4 || page == 10 ? "" : "" + (page + 1)))
                    .header("Date", date());
            return page == 10 ? response : response.header("Link", "<?page=" + (page + 1) + ">; rel=\"next\"");
        };
        StateStore store = StateStore.inMemory();
        PollingTriggerBuilder builder = trigger(cursor(true), 3)
                .pagination(
                        switch (pagination) {
                            case "pages" -> Pagination.pages("page");
                            case "stable" -> Pagination.pages("page").stable();
                            case "cursor" -> Pagination.cursor("after").token("/next");
                            default -> Pagination.linkHeader();
                        })
                .records(RecordSelector.at("/items"))
                .startPosition(StartPosition.everything())
                .store(store);
        if (!cursor.equals("time")) {
            builder.cursor(null);
        }
        if (cursor.equals("deletions")) {
            builder.detectDeletions();
        }
        for (int i = 0; i < 3; i++) {
            left[0] = 6;
            // A new process each time.
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
            } catch (ConnectorException e) {
                assertThat(e).hasMessageContaining("429");
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(1, 40));
        assertThat(events).allSatisfy(event -> assertThat(event.change()).isNotEqualTo(ChangeType.DELETED));
    }

    /** The time also ends while the service is preparing a page. */
    @Test
    void endOfThePollTimeoutContinuesWithTheNextPage() throws InterruptedException {
        put(1, 40);
        CountDownLatch never = new CountDownLatch(1);
        List<Integer> pages = new ArrayList<>();
        service.behaviour = asked -> {
            pages.add(asked.number("page", 1));
            try {
                boolean unused = never.await(40, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return list(asked);
        };
        try (PollingTrigger trigger = trigger(cursor(true), 1000)
                .cursor(null)
                .pagination(Pagination.pages("page"))
                .startPosition(StartPosition.everything())
                .pollTimeout(Duration.ofMillis(300))
                .build()) {
            boolean isComplete = false;
            for (int i = 0; i < 30 && !isComplete; i++) {
                try {
                    trigger.pollOnce();
                    isComplete = true;
                } catch (ConnectorException e) {
                    assertThat(e).isInstanceOfAny(PollingException.class, TimedOutException.class);
                }
            }
            assertThat(isComplete).as("pages %s", pages).isTrue();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(1, 40));
    }

    /** What a page shows is known only within a poll: a read of several polls deletes nothing. */
    @Test
    void dividedReadProvesNoDeletion() {
        put(1, 12);
        int[] left = {2};
        service.behaviour =
                asked -> left[0]-- == 0 ? MockResponse.status(429).header("Retry-After", "3600") : list(asked);
        try (PollingTrigger trigger = trigger(cursor(true), 3)
                .cursor(null)
                .detectDeletions()
                .pagination(Pagination.pages("page").stable())
                .startPosition(StartPosition.everything())
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("429");
            left[0] = 9;
            trigger.pollOnce();
            left[0] = 2;
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("429");
            left[0] = 9;
            trigger.pollOnce();
            assertThat(trigger.status().warnings().toString()).contains("divided the last read among several polls");
            rows.remove(0);
            trigger.pollOnce();
        }
        assertThat(events).hasSize(13);
        assertThat(events.get(12).change()).isEqualTo(ChangeType.DELETED);
    }

    /** Records that are created meanwhile move the others to later pages: they are neither lost nor repeated. */
    @Test
    void recordsThatMoveBetweenPollsAreNeitherLostNorRepeated() {
        put(1, 20);
        newestFirst = true;
        try (PollingTrigger trigger = trigger(cursor(false), 2)
                .cursor(null)
                .startPosition(StartPosition.everything())
                .build()) {
            trigger.pollOnce();
            put(21, 24);
            trigger.pollOnce();
            rows.remove(5);
            for (int i = 0; i < 8; i++) {
                trigger.pollOnce();
            }
        }
        List<String> expected = new ArrayList<>(keys(1, 24));
        assertThat(events).extracting(TriggerEvent::key).isSubsetOf(expected).doesNotHaveDuplicates();
        expected.remove("6");
        assertThat(events).extracting(TriggerEvent::key).containsAll(expected);
    }

    /** The token of the page expires, or the definition changes: the next poll starts with the first page. */
    @Test
    void rejectedPageStartsAnew() {
        put(1, 20);
        boolean[] expired = {false};
        service.behaviour = asked -> expired[0] && asked.number("page", 1) > 1 ? MockResponse.status(400) : list(asked);
        try (PollingTrigger trigger = trigger(cursor(false), 2)
                .cursor(null)
                .startPosition(StartPosition.everything())
                .build()) {
            trigger.pollOnce();
            expired[0] = true;
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("400");
            expired[0] = false;
            for (int i = 0; i < 3; i++) {
                trigger.pollOnce();
            }
        }
        assertThat(pages()).startsWith(1, 2, 3, 1, 2, 3, 4, 5);
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(1, 20));
    }

    @Test
    void pausedReadBelongsToItsDefinition() {
        put(1, 20);
        PollingTriggerBuilder builder =
                trigger(cursor(false), 2).cursor(null).startPosition(StartPosition.everything());
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
        }
        try (PollingTrigger trigger = builder.pagination(
                        Pagination.pages("page").size("limit", 50).maxPages(2))
                .build()) {
            trigger.pollOnce();
        }
        assertThat(pages()).startsWith(1, 2, 1);
    }

    /** A URL of the next page with the key of the request is not stored. */
    @Test
    void urlWithCredentialIsNotStored() {
        service.behaviour = asked -> MockResponse.json(Map.of(
                "items",
                List.of(Map.of("id", asked.number("page", 1))),
                "next",
                "/records?page=" + (asked.number("page", 1) + 1) + "&key=Secret-4711"));
        try (HttpConnection signed = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .auth(request -> request.query("key", Secret.of("Secret-4711")))
                        .build();
                PollingTrigger trigger = trigger(cursor(false), 2)
                        .cursor(null)
                        .connection(signed)
                        .records(RecordSelector.at("/items"))
                        .pagination(Pagination.nextUrl("/next").maxPages(2))
                        .startPosition(StartPosition.everything())
                        .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("maxPages(2)");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void windowsContinue(int max) {
        put(1, 20);
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .cursor(Cursor.timestamp("/updated")
                        .windows(
                                Duration.ofSeconds(45),
                                ParameterLocation.query("since"),
                                ParameterLocation.query("until")))
                .pagination(Pagination.pages("page").maxPages(max))
                .startPosition(StartPosition.from(rows.get(0).updated()))
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            for (int i = 0; i < 100; i++) {
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(1, 20));
    }

    @Test
    void skippedParentsAreReported() {
        service.behaviour = asked -> asked.path().equals("/boards")
                ? MockResponse.json(
                        asked.number("page", 1) > 4 ? List.of() : List.of(Map.of("id", asked.number("page", 1))))
                : MockResponse.json(List.of(Map.of("id", asked.path())));
        try (PollingTrigger trigger = PollingTrigger.named("cards")
                .connection(connection)
                .request(RequestTemplate.named("Cards")
                        .get("/boards/{{parent.id}}/cards")
                        .build())
                .parents(ParentRecords.from(
                                RequestTemplate.named("Boards").get("/boards").build(), RecordSelector.atRoot(), "/id")
                        .pagination(Pagination.pages("page").maxPages(2)))
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("maxPages(2)");
        }
        assertThat(events).hasSize(2);
    }

    /** Newest first, ending at known records: no further page is needed. */
    @Test
    void unneededPageIsNoLimit() {
        put(1, 6);
        newestFirst = true;
        try (PollingTrigger trigger = trigger(
                        Cursor.timestamp("/updated").clientSide().order(RecordOrder.DESCENDING), 3)
                .pagination(Pagination.pages("page").stable().maxPages(3))
                .startPosition(StartPosition.everything())
                .build()) {
            trigger.pollOnce();
            put(7, 12);
            trigger.pollOnce();
            put(13, 13);
            service.requests.clear();
            trigger.pollOnce();
            assertThat(service.requests).hasSize(2);
            assertThat(events).extracting(TriggerEvent::key).contains("13");
        }
    }

    private void put(int from, int to) {
        for (int i = from; i <= to; i++) {
            rows.add(new Row(i, NOON.minusSeconds(1000 - i * 10L)));
        }
    }

    private static List<String> keys(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(String::valueOf).toList();
    }

    private static Cursor cursor(boolean isTime) {
        return isTime
                ? Cursor.timestamp("/updated").sentAs("since")
                : Cursor.number("/id").sentAs("since");
    }

    private PollingTriggerBuilder trigger(Cursor cursor, int max) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .cursor(cursor)
                .pagination(Pagination.pages("page").maxPages(max))
                .store(StateStore.inMemory())
                .handler(events::add);
    }

    private MockResponse list(MockRequest asked) {
        List<Row> found = new ArrayList<>();
        for (Row row : rows) {
            if (isWithin(row, asked.query().get("since"), asked.query().get("until"))) {
                found.add(row);
            }
        }
        if (newestFirst) {
            found.sort(Comparator.comparing(Row::updated).thenComparing(Row::id).reversed());
        }
        int from = (asked.number("page", 1) - 1) * SIZE;
        List<Map<String, Object>> page =
                found.subList(Math.min(from, found.size()), Math.min(from + SIZE, found.size())).stream()
                        .map(row -> Map.<String, Object>of("id", row.id, "updated", row.updated.toString()))
                        .toList();
        return new MockResponse(
                200,
                "application/json",
                Map.of("Date", date()),
                JsonSupport.tree(page).toString());
    }

    private static boolean isWithin(Row row, String since, String until) {
        if (since == null) {
            return true;
        }
        if (since.contains("T")) {
            return !row.updated.isBefore(Instant.parse(since))
                    && (until == null || !row.updated.isAfter(Instant.parse(until)));
        }
        return row.id >= Integer.parseInt(since);
    }

    /** The time of the service. */
    private TimeSource time() {
        return new TimeSource() {
            @Override
            public long nanos() {
                return Duration.between(NOON, date).toNanos();
            }

            @Override
            public Instant now() {
                return date;
            }

            @Override
            public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
                return TimeSource.SYSTEM.await(gate, time);
            }
        };
    }

    private String date() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atZone(ZoneOffset.UTC));
    }
}
