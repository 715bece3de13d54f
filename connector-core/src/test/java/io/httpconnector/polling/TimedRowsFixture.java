package io.httpconnector.polling;

import io.httpconnector.FakeTime;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/**
 * A service that lists rows by their time, oldest first, in pages with links. All times are seconds relative to the start of the
 * test; a query is written as its start and the number of rows that it skips, for example {@code -81 2}.
 */
abstract class TimedRowsFixture extends RecordServiceFixture {

    private static final int MANY_REQUESTS = 200;

    final FakeTime time = new FakeTime();
    private final PollingEngine engine = PollingEngine.create(2, time);
    private final Map<Integer, Map<String, Object>> rows = new LinkedHashMap<>();
    final List<String> queries = new ArrayList<>();
    /** Called before a query is answered. */
    Consumer<String> meanwhile = query -> {};

    int size = 2;
    boolean repeatsLastPage;
    boolean isDown;

    TimedRowsFixture() {
        service.behaviour = this::respond;
    }

    @AfterEach
    final void closeEngine() {
        engine.close();
    }

    final PollingTriggerBuilder rows(Cursor cursor) {
        return trigger().engine(engine).cursor(cursor).pagination(Pagination.linkHeader());
    }

    static Cursor byTime() {
        return Cursor.timestamp("/t").sentAs("since");
    }

    static Instant at(int seconds) {
        return FakeTime.START.plusSeconds(seconds);
    }

    final void put(int id, int seconds) {
        put(id, seconds, "a");
    }

    final void put(int id, int seconds, String name) {
        rows.put(id, Map.of("id", id, "t", at(seconds).toString(), "name", name));
    }

    final void putWithoutTime(int id) {
        rows.put(id, Map.of("id", id, "name", "a"));
    }

    /** Rows with these times and the ids 1, 2, and so on. */
    final void putAll(int... seconds) {
        for (int i = 0; i < seconds.length; i++) {
            put(i + 1, seconds[i]);
        }
    }

    final void remove(int id) {
        rows.remove(id);
    }

    /** Polls, and returns the start of the first query. */
    final String firstQueryOf(PollingTrigger trigger) {
        queries.clear();
        trigger.pollOnce();
        return queries.get(0).split(" ", 2)[0];
    }

    final List<String> eventKeys() {
        return events.stream().map(TriggerEvent::key).toList();
    }

    private static String seconds(String since) {
        return since == null
                ? "all"
                : Long.toString(
                        Duration.between(FakeTime.START, Instant.parse(since)).toSeconds());
    }

    private MockResponse respond(MockRequest asked) {
        String since = asked.query().get("since");
        int skip = asked.number("skip", (asked.number("page", 1) - 1) * size);
        String query = seconds(since) + " " + skip;
        queries.add(query);
        meanwhile.accept(query);
        if (isDown || queries.size() > MANY_REQUESTS) {
            return MockResponse.status(404);
        }
        String until = asked.query().get("until");
        List<Map<String, Object>> found = rows.values().stream()
                .filter(row ->
                        since == null || !row.containsKey("t") || !time(row).isBefore(Instant.parse(since)))
                .filter(row -> until == null || !time(row).isAfter(Instant.parse(until)))
                .sorted(Comparator.comparing(row -> String.valueOf(row.get("t"))))
                .toList();
        int from = repeatsLastPage && skip >= found.size() ? skip - size : skip;
        MockResponse page = MockResponse.json(
                        found.stream().skip(from).limit(size).toList())
                .header(
                        "Date",
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(time.now().atZone(ZoneOffset.UTC)));
        if (skip + size >= found.size()) {
            return page;
        }
        Map<String, String> next = new HashMap<>(asked.query());
        next.put("skip", Integer.toString(skip + size));
        List<String> parameters = new ArrayList<>();
        next.forEach((name, value) -> parameters.add(name + "=" + value));
        return page.header("Link", "<?" + String.join("&", parameters) + ">; rel=\"next\"");
    }

    private static Instant time(Map<String, Object> row) {
        return Instant.parse(String.valueOf(row.get("t")));
    }
}
