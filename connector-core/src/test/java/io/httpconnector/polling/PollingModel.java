package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.Mutations;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A simulated service, a real trigger that polls it, and the ledgers of both. A seed and a number of steps determine one scenario.
 *
 * <p>Checked properties, as specified by "What a poll may conclude" in docs/polling.md:
 *
 * <ul>
 *   <li>Nothing is lost: when there is no more activity, the last event of each record has its version; where deletions are
 * detected, the last event of a deleted record is its deletion. No event is due for an occurrence that was overwritten before
 * a poll could see it. A crash while an event is being handled stores nothing of it: if the record is as it was before that
 * event when the next poll sees it, no event is due.
 *   <li>Nothing is invented: each event shows a record as it was at some time after the trigger started; there are no more
 * deletion events than deletions.
 *   <li>Each occurrence (a version as the service shows it, from its appearance until another version appears) has one event,
 * unless there was a crash before it was stored; a repeated event has the same id. Two occurrences have two ids.
 * </ul>
 *
 * <p>Exceptions: a trigger with a cursor forgets the versions of records before its position. When such a record gets another
 * cursor value and the same version, there is an event. Without versions an update causes an event for the same reason, or
 * none. Where pages may shift, and a record is deleted and created again in the same version during a read, a record that it
 * moved to an already read page may seem to be deleted.
 */
final class PollingModel {

    enum Mode {
        TIME,
        NOT_SENT,
        NUMBER,
        OPAQUE,
        SNAPSHOT,
        DELETIONS,
        WINDOWS,
        SUMMER_TIME
    }

    enum Pages {
        NONE,
        PAGES,
        PAGES_WITH_GAPS,
        OFFSET,
        TOKEN,
        NEXT_URL,
        LINK,
        LAST_RECORD,
        SCROLL
    }

    enum Versions {
        NONE,
        FIELD,
        FIELD_AND_CURSOR,
        WHOLE
    }

    /** The random parameters of a scenario, constant during it. */
    record Config(
            Mode mode,
            Pages pages,
            RecordOrder order,
            Versions versions,
            boolean stable,
            boolean fromNow,
            boolean parents,
            boolean inclusive,
            boolean backwards,
            boolean nulls,
            boolean faults,
            boolean crashes,
            int skewSeconds,
            int size,
            int batch,
            int quota) {

        static Config random(Random random, @Nullable Mode only) {
            Mode mode = only != null ? only : pick(random, Mode.values());
            Pages pages = mode == Mode.OPAQUE ? pick(random, Pages.NONE, Pages.TOKEN) : pick(random, Pages.values());
            RecordOrder order = pick(random, RecordOrder.values());
            boolean counted = mode != Mode.OPAQUE && mode != Mode.SNAPSHOT && mode != Mode.DELETIONS;
            if (!counted || pages == Pages.LAST_RECORD) {
                order = RecordOrder.NONE;
            }
            boolean stable = mode == Mode.OPAQUE || pages == Pages.SCROLL || random.nextInt(4) == 0;
            boolean deletions = mode == Mode.DELETIONS;
            return new Config(
                            mode,
                            pages,
                            order,
                            deletions
                                    ? pick(random, Versions.NONE, Versions.FIELD, Versions.WHOLE)
                                    : pick(random, Versions.values()),
                            stable,
                            random.nextInt(3) == 0,
                            random.nextInt(3) == 0,
                            random.nextBoolean(),
                            random.nextBoolean(),
                            counted && mode != Mode.NUMBER && mode != Mode.WINDOWS && random.nextInt(3) == 0,
                            random.nextInt(3) > 0,
                            random.nextInt(3) > 0,
                            pick(random, 0, 0, 3600, -3600),
                            2 + random.nextInt(3),
                            random.nextBoolean() ? 1000 : 3,
                            0)
                    .withQuota(random.nextInt(3) == 0);
        }

        /** A rate limit so low that a poll cannot request all parents. */
        private Config withQuota(boolean has) {
            return !has || !parents || mode == Mode.WINDOWS || mode == Mode.OPAQUE
                    ? this
                    : new Config(
                            mode,
                            Pages.NONE,
                            order,
                            versions,
                            stable,
                            fromNow,
                            true,
                            inclusive,
                            backwards,
                            nulls,
                            faults,
                            crashes,
                            skewSeconds,
                            size,
                            batch,
                            3);
        }

        boolean isTime() {
            return mode == Mode.TIME || mode == Mode.NOT_SENT || mode == Mode.WINDOWS || mode == Mode.SUMMER_TIME;
        }

        boolean isCounted() {
            return isTime() || mode == Mode.NUMBER;
        }
    }

    private static final Instant SUMMER_ENDS = Instant.parse("2026-10-25T00:30:00Z");
    private static final Instant SUMMER_BEGINS = Instant.parse("2026-03-29T00:30:00Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(BERLIN);
    private static final Duration STEP = Duration.ofMinutes(10);
    private static final int BACK_SECONDS = 20;

    /** The current version of a record. */
    private static final class Row {
        final int id;

        @Nullable String name;

        @Nullable Instant updated;

        long number;
        long change;
        int occurrence;
        int touch;
        Instant visible = Instant.EPOCH;
        Instant since = Instant.EPOCH;

        Row(int id) {
            this.id = id;
        }

        Row copy() {
            Row copy = new Row(id);
            copy.name = name;
            copy.updated = updated;
            copy.number = number;
            copy.change = change;
            copy.occurrence = occurrence;
            copy.touch = touch;
            copy.visible = visible;
            copy.since = since;
            return copy;
        }
    }

    /** The records of a parent. */
    private static final class Source {
        final Map<Integer, Row> rows = new TreeMap<>();
        /** Rows deleted since the poll started, and whether one of them exists again unchanged. */
        final Map<Integer, Row> deleted = new HashMap<>();

        boolean isReturned;
        int nextId = 1;
        boolean fails;
        boolean listed = true;
        boolean isOld;
    }

    /** The events passed to the handler. */
    private record Delivered(TriggerEvent event, int occurrence, int touch, int poll) {}

    /** Simulates the end of the process. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("a crash", null, false, false);
        }
    }

    /** A time source controlled by the test. */
    private static final class ModelTime implements TimeSource {
        final Thread owner = Thread.currentThread();
        final Instant start;
        final AtomicLong nanos = new AtomicLong();

        ModelTime(Instant start) {
            this.start = start;
        }

        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public Instant now() {
            return start.plusNanos(nanos.get());
        }

        @Override
        public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
            if (Thread.currentThread() != owner) {
                return gate.await(1, TimeUnit.DAYS);
            }
            nanos.addAndGet(time.toNanos());
            return gate.getCount() == 0;
        }
    }

    final Config config;
    final List<String> trace = new ArrayList<>();
    int polls;
    private final Random random;
    /** Determines irrelevant variations: how a trigger is defined, where its state is stored, which clock change is near. */
    private final Random other;

    private final MockService service;
    private final HttpConnection connection;
    private final ModelTime time;
    private final PollingEngine engine;
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final Map<String, Row> history = new HashMap<>();
    private final Map<String, Integer> deletions = new HashMap<>();
    private final List<Delivered> delivered = new ArrayList<>();
    private final Set<Integer> crashed = new HashSet<>();
    private final Map<String, List<Row>> snapshots = new HashMap<>();
    private final StateStore store;
    private @Nullable PollingTrigger trigger;
    private @Nullable Instant begun;
    private @Nullable AssertionError wrong;
    private int occurrences;
    private long numbers;
    private long changes;
    private int faultIn;
    private int fault;
    private int crashIn;
    private boolean quiet;
    private boolean expired;

    /**
     * Prepares a scenario.
     *
     * @param directory for the state of some of the scenarios
     */
    PollingModel(long seed, @Nullable Mode only, MockService service, HttpConnection connection, Path directory) {
        this.random = new Random(seed);
        this.other = new Random(~seed);
        this.store = new HookedStateStore(
                other.nextInt(16) == 0
                        ? StateStore.file(directory.resolve(Long.toHexString(seed)))
                        : StateStore.inMemory(),
                this::write);
        store.reset("model");
        this.config = Config.random(random, only);
        this.service = service;
        this.connection = connection;
        boolean summer = config.mode == Mode.SUMMER_TIME;
        this.time = new ModelTime(
                (summer ? changeOfClocks().minusSeconds(random.nextInt(3600)) : Instant.parse("2026-11-25T10:00:00Z"))
                        .plusSeconds(config.skewSeconds));
        this.engine = PollingEngine.create(1, time);
        service.behaviour = this::respond;
        for (int i = 0; i < (config.parents ? 3 : 1); i++) {
            sources.put(config.parents ? "p" + i : "", new Source());
        }
    }

    private Instant changeOfClocks() {
        return other.nextInt(4) == 0 ? SUMMER_BEGINS : SUMMER_ENDS;
    }

    static HttpConnection connection(MockService service) {
        return HttpConnection.named("Model")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .rule(ResponseRule.forStatus(404).treatAs(ResponseRule.Action.IGNORE))
                .rule(ResponseRule.forStatus(202).treatAs(ResponseRule.Action.IGNORE))
                .dedicatedPool()
                .build();
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    /** The time of the service. */
    private Instant now() {
        return time.now().minusSeconds(config.skewSeconds);
    }

    private void note(String what) {
        trace.add(now() + " " + what);
    }

    // The scenario.

    /** Runs the scenario; fails with the violated property. */
    void run(int steps) {
        try {
            for (int i = 0; i < 6; i++) {
                mutate(anySource());
            }
            if (config.fromNow && !config.isTime()) {
                // fromNow() means from the first poll on: without a time it cannot be known which records existed
                // before.
                quiet = true;
                isFirst = true;
                poll();
                isFirst = false;
                quiet = false;
                sources.values().forEach(source -> source.isOld = true);
            }
            if (config.fromNow && config.faults && config.isTime() && random.nextBoolean()) {
                // The service is down when the trigger starts.
                faultIn = 1;
                fault = random.nextInt(4);
                poll();
            }
            for (int i = 0; i < steps && wrong == null; i++) {
                step();
            }
            settle();
            check();
        } finally {
            close();
            engine.close();
        }
    }

    private void close() {
        if (trigger != null) {
            trigger.close();
            trigger = null;
        }
    }

    /** The end of the process: later writes are lost. */
    private void end() {
        try {
            close();
        } catch (Crash e) {
            trigger = null;
        }
    }

    private void step() {
        int kind = random.nextInt(100);
        if (kind < 40) {
            // Many records at once cause reads of several pages.
            Source source = anySource();
            for (int i = random.nextInt(4) == 0 ? 8 : 1; i > 0; i--) {
                mutate(source);
            }
        } else if (kind < 75) {
            poll();
        } else if (kind < 85) {
            pass(Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(1_200_000) : random.nextInt(20_000)));
        } else if (kind < 90 && config.faults) {
            faultIn = 1 + random.nextInt(4);
            fault = random.nextInt(6);
            note("a fault " + fault + " in " + faultIn);
        } else if (kind < 95 && config.crashes) {
            if (random.nextBoolean()) {
                crashIn = 1 + random.nextInt(6);
                note("a crash in " + crashIn);
            } else {
                note("a restart");
                close();
            }
        } else if (kind < 98 && config.parents) {
            changeParents();
        } else if (config.mode == Mode.OPAQUE && random.nextInt(4) == 0) {
            note("the token expires");
            expired = true;
        }
    }

    private void changeParents() {
        Source source = anySource();
        switch (random.nextInt(4)) {
            case 0 -> {
                String name = pick(random, "p", "..", "q") + sources.size();
                if (sources.size() < 6) {
                    note("parent " + name);
                    sources.put(name.startsWith("..") ? ".." : name, new Source());
                }
            }
            case 1 -> source.fails = !source.fails;
            case 2 -> source.listed = !source.listed;
            default -> note("nothing");
        }
    }

    private void pass(Duration how) {
        time.nanos.addAndGet(how.toNanos());
        note("later");
    }

    private Source anySource() {
        List<Source> all = List.copyOf(sources.values());
        return all.get(random.nextInt(all.size()));
    }

    private String name(Source source) {
        return sources.entrySet().stream()
                .filter(entry -> entry.getValue() == source)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private void mutate(Source source) {
        int kind = random.nextInt(10);
        List<Row> rows = List.copyOf(source.rows.values());
        if (rows.isEmpty() || (kind < 4 && rows.size() < 14)) {
            Row row = new Row(
                    random.nextInt(4) == 0 && source.nextId > 3 ? 1 + random.nextInt(source.nextId) : source.nextId++);
            if (source.rows.containsKey(row.id)) {
                return;
            }
            row.visible = config.isTime() && random.nextInt(4) == 0 ? now().plusMillis(random.nextInt(3900)) : now();
            row.name = config.versions == Versions.NONE ? "x" : pick(random, "a", "b", "c", null);
            source.rows.put(row.id, row);
            change(source, row, true);
        } else if (kind < 8) {
            Row row = rows.get(random.nextInt(rows.size()));
            String name = config.versions == Versions.NONE ? "x" : pick(random, "a", "b", "c", null);
            boolean differs = name == null ? row.name != null : !name.equals(row.name);
            row.name = name;
            change(source, row, differs);
        } else {
            Row row = rows.get(random.nextInt(rows.size()));
            note("delete " + name(source) + row.id);
            source.rows.remove(row.id);
            source.deleted.put(row.id, row);
            deletions.merge(name(source) + "/" + row.id, 1, Integer::sum);
        }
    }

    private void change(Source source, Row row, boolean differs) {
        Instant before = row.updated;
        long number = row.number;
        int back = config.backwards ? random.nextInt(BACK_SECONDS) : 0;
        row.number = Math.max(1, ++numbers - (config.backwards ? random.nextInt(5) : 0));
        Instant updated = now().minusSeconds(back);
        if (random.nextBoolean() || config.mode == Mode.SUMMER_TIME) {
            updated = updated.minusMillis(updated.toEpochMilli() % 1000);
        }
        boolean later = !config.fromNow && config.mode != Mode.WINDOWS && random.nextInt(40) == 0;
        row.updated =
                config.nulls && random.nextInt(6) == 0 ? null : later ? updated.plus(Duration.ofDays(365)) : updated;
        row.change = ++changes;
        boolean moved = !Objects.equals(text(before), text(row.updated))
                || (config.versions == Versions.WHOLE && number != row.number);
        boolean counts = config.versions == Versions.FIELD_AND_CURSOR || config.versions == Versions.WHOLE;
        if (differs || row.occurrence == 0 || (counts && moved)) {
            row.occurrence = ++occurrences;
            row.touch = 0;
            row.since = now();
        } else {
            row.touch++;
        }
        note((row.touch == 0 ? "change " : "touch ") + name(source) + row.id + " " + row.name + " " + row.updated + " "
                + row.number + " #" + row.occurrence);
        history.put(row.occurrence + "." + row.touch, row.copy());
        Row deleted = source.deleted.get(row.id);
        source.isReturned |= deleted != null && (config.versions == Versions.NONE || isSameVersion(deleted, row));
    }

    // The service.

    private synchronized MockResponse respond(MockRequest asked) {
        if (!quiet && random.nextInt(3) == 0) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                mutate(anySource());
            }
        }
        if (!quiet && random.nextInt(3) == 0) {
            time.nanos.addAndGet(random.nextInt(2_000_000) * 1000L);
        }
        if (config.quota > 0 && begun != null && ++requests > config.quota && sources.size() > 1 && !isFirst) {
            return MockResponse.status(429).header("Retry-After", "60");
        }
        MockResponse good = good(asked);
        if (!quiet && faultIn > 0 && --faultIn == 0) {
            return switch (fault) {
                case 0 -> MockResponse.status(500);
                case 1 -> MockResponse.status(429).header("Retry-After", "3600");
                case 2 -> MockResponse.status(404);
                case 3 -> new MockResponse(202, good.type(), good.headers(), good.body());
                case 4 ->
                    config.mode == Mode.DELETIONS ? MockResponse.of("application/json", "") : MockResponse.status(503);
                default ->
                    new MockResponse(
                            200,
                            good.type(),
                            good.headers(),
                            good.body().substring(0, random.nextInt(good.body().length())) + "\u0000");
            };
        }
        return good;
    }

    private MockResponse good(MockRequest asked) {
        if (asked.path().equals("/parents")) {
            List<Map<String, Object>> list = new ArrayList<>();
            sources.forEach((name, source) -> {
                if (source.listed) {
                    list.add(Map.of("id", name));
                }
            });
            if (random.nextInt(8) == 0) {
                list.add(random.nextInt(list.size() + 1), new HashMap<>());
            }
            return dated(MockResponse.json(list));
        }
        String name = config.parents ? asked.path().substring("/items/".length()) : "";
        Source source = sources.get(name);
        if (source == null || (source.fails && !quiet)) {
            return MockResponse.status(500);
        }
        if (expired && asked.query().containsKey("token")) {
            expired = false;
            return MockResponse.status(410);
        }
        int skip = asked.number("skip", 0);
        boolean isFirst = skip == 0
                && asked.number("page", 1) == 1
                && !asked.query().containsKey("next")
                && !asked.query().containsKey("scroll");
        List<Row> found = config.stable && !isFirst && config.mode != Mode.OPAQUE
                ? snapshots.getOrDefault(name, List.of())
                : found(asked, source);
        if (isFirst) {
            snapshots.put(name, found);
            scrolled = 0;
        }
        return dated(page(asked, found));
    }

    private int scrolled;
    private int requests;
    private boolean isFirst;

    private MockResponse dated(MockResponse response) {
        return response.header("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(now().atZone(ZoneOffset.UTC)));
    }

    private @Nullable String text(@Nullable Instant updated) {
        return updated == null ? null : config.mode == Mode.SUMMER_TIME ? LOCAL.format(updated) : updated.toString();
    }

    private List<Row> found(MockRequest asked, Source source) {
        List<Row> found = new ArrayList<>();
        String since = asked.query().get("since");
        String until = asked.query().get("until");
        if (since != null && until != null) {
            window(Instant.parse(since), Instant.parse(until));
        }
        for (Row row : source.rows.values()) {
            boolean matches = !row.visible.isAfter(now());
            if (since != null && config.mode == Mode.NUMBER) {
                matches &= config.inclusive ? row.number >= Long.parseLong(since) : row.number > Long.parseLong(since);
            } else if (since != null && row.updated != null) {
                int compared = config.mode == Mode.SUMMER_TIME
                        ? text(row.updated).compareTo(since)
                        : row.updated.compareTo(Instant.parse(since));
                matches &= config.inclusive ? compared >= 0 : compared > 0;
            }
            if (until != null && row.updated != null) {
                int compared = row.updated.compareTo(Instant.parse(until));
                matches &= config.inclusive ? compared <= 0 : compared < 0;
            }
            if (config.mode == Mode.OPAQUE) {
                matches &= row.change > asked.number("next", asked.number("token", 0));
            }
            if (matches) {
                found.add(row.copy());
            }
        }
        Comparator<Row> byMark = config.mode == Mode.NUMBER
                ? Comparator.comparing(row -> row.number)
                : Comparator.comparing(row -> row.updated == null ? "" : text(row.updated));
        Comparator<Row> order = switch (config.order) {
            case ASCENDING -> byMark;
            case DESCENDING -> byMark.reversed();
            case NONE ->
                config.mode == Mode.OPAQUE
                        ? Comparator.comparing(row -> row.change)
                        : config.inclusive || config.pages == Pages.LAST_RECORD
                                ? Comparator.comparing(row -> row.id)
                                : config.isCounted()
                                        ? byMark
                                        : Comparator.comparing((Row row) -> row.change)
                                                .reversed();
        };
        if (config.order == RecordOrder.DESCENDING) {
            order = Comparator.comparing((Row row) -> row.updated == null ? 0 : 1)
                    .thenComparing(order);
        }
        found.sort(order.thenComparing(row -> row.id));
        return found;
    }

    private void window(Instant from, Instant to) {
        if (Duration.between(from, to).compareTo(STEP.minusSeconds(1)) > 0) {
            fail("a window from " + from + " to " + to);
        }
        if (!config.fromNow && from.isBefore(Instant.parse("2026-11-25T09:00:00Z"))) {
            fail("a window that begins at " + from);
        }
    }

    private MockResponse page(MockRequest asked, List<Row> found) {
        int size = config.pages == Pages.NONE ? Integer.MAX_VALUE : config.size;
        int from = asked.number("skip", 0);
        int number = asked.number("page", 1);
        boolean gap = false;
        switch (config.pages) {
            case PAGES -> from = (number - 1) * size;
            case PAGES_WITH_GAPS -> {
                gap = number % 3 == 2;
                from = (number - 1 - (number + 1) / 3) * size;
            }
            case LAST_RECORD -> {
                int after = asked.number("next", 0);
                from = (int) found.stream().filter(row -> row.id <= after).count();
            }
            case TOKEN -> from = config.mode == Mode.OPAQUE ? 0 : asked.number("next", 0);
            case SCROLL -> {
                from = scrolled;
                scrolled += size;
            }
            default -> {}
        }
        int to = (int) Math.min((long) from + size, found.size());
        List<Row> rows = gap
                ? List.of()
                : found.subList(Math.min(from, found.size()), Math.max(to, Math.min(from, found.size())));
        boolean more = gap || to < found.size();
        List<Map<String, Object>> items = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("id", row.id);
            item.put("name", row.name);
            item.put("updated", text(row.updated));
            item.put("number", row.number);
            item.put("occurrence", row.occurrence);
            item.put("touch", row.touch);
            items.add(item);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", items);
        body.put("more", more);
        String since = asked.query().get("since");
        String until = asked.query().get("until");
        String url = asked.path() + "?skip=" + to + (since == null ? "" : "&since=" + since.replace(" ", "%20"))
                + (until == null ? "" : "&until=" + until);
        if (config.mode == Mode.OPAQUE) {
            long seen =
                    rows.isEmpty() ? asked.number("next", asked.number("token", 0)) : rows.get(rows.size() - 1).change;
            body.put("token", String.valueOf(seen));
            if (more) {
                body.put("next", String.valueOf(seen));
            }
        } else if (config.pages == Pages.TOKEN && more) {
            body.put("next", String.valueOf(to));
        } else if (config.pages == Pages.NEXT_URL && more) {
            body.put("next", url);
        } else if (config.pages == Pages.SCROLL) {
            body.put("next", "scroll");
        }
        note("  " + asked.path() + asked.query() + " -> "
                + rows.stream()
                        .map(row -> row.id + "#" + row.occurrence + "." + row.touch)
                        .toList()
                + (more ? " ..." : ""));
        MockResponse response = MockResponse.json(body);
        return config.pages == Pages.LINK && more ? response.header("Link", "<" + url + ">; rel=\"next\"") : response;
    }

    // The trigger.

    private PollingTrigger build() {
        RequestTemplate template = RequestTemplate.named("Items")
                .get(config.parents ? "/items/{{parent.id}}" : "/items")
                .build();
        PollingTriggerBuilder builder = PollingTrigger.named("model")
                .connection(connection)
                .request(template)
                .records(RecordSelector.at("/items"))
                .key("/id")
                .startPosition(config.fromNow ? StartPosition.fromNow() : StartPosition.everything())
                .maxInMemory(config.batch)
                .pagination(pagination())
                .store(store)
                .engine(engine)
                .delivery(Delivery.to(this::handle));
        if (config.parents) {
            builder.parents(ParentRecords.from(
                    RequestTemplate.named("Parents").get("/parents").build(), RecordSelector.atRoot(), "/id"));
        }
        switch (config.versions) {
            case FIELD -> builder.version("/name");
            case FIELD_AND_CURSOR -> builder.version("/name", "/updated");
            case WHOLE -> builder.wholeRecordAsVersion("/occurrence", "/touch");
            case NONE -> {}
        }
        Cursor times = Cursor.timestamp("/updated")
                .order(config.order)
                .lookback(Duration.ofSeconds(config.backwards ? BACK_SECONDS : 0));
        switch (config.mode) {
            case TIME -> builder.cursor(times.sentAs("since"));
            case NOT_SENT -> builder.cursor(times.clientSide());
            case NUMBER ->
                builder.cursor(Cursor.number("/number")
                        .lookback(config.backwards ? 5 : 0)
                        .order(config.order)
                        .sentAs("since"));
            case OPAQUE -> builder.cursor(Cursor.opaque("/token").sentAs("token"));
            case DELETIONS -> builder.detectDeletions();
            case WINDOWS -> {
                builder.cursor(times.windows(STEP, ParameterLocation.query("since"), ParameterLocation.query("until")));
                if (!config.fromNow) {
                    builder.startPosition(StartPosition.from(Instant.parse("2026-11-25T09:00:00Z")));
                }
            }
            case SUMMER_TIME ->
                builder.cursor(times.format("yyyy-MM-dd HH:mm:ss").zone(BERLIN).sentAs("since"));
            case SNAPSHOT -> {}
        }
        return (other.nextInt(4) == 0 ? fromDocument(builder) : builder).build();
    }

    /** The same trigger, from a document whose members are in another order. */
    private PollingTriggerBuilder fromDocument(PollingTriggerBuilder builder) {
        return PollingTrigger.named("model")
                .definition(Mutations.permuted(builder.toJson(), other))
                .connection(connection)
                .store(store)
                .engine(engine)
                .delivery(Delivery.to(this::handle));
    }

    private Pagination pagination() {
        Pagination pages = switch (config.pages) {
            case NONE -> Pagination.none();
            case PAGES -> Pagination.pages("page");
            case PAGES_WITH_GAPS -> Pagination.pages("page").moreWhile("/more");
            case OFFSET -> Pagination.offset("skip");
            case TOKEN, SCROLL ->
                Pagination.cursor(config.pages == Pages.TOKEN ? "next" : "scroll")
                        .token("/next");
            case NEXT_URL -> Pagination.nextUrl("/next");
            case LINK -> Pagination.linkHeader();
            case LAST_RECORD -> Pagination.cursor("next").tokenOfLastRecord("/id");
        };
        return config.stable ? pages.stable() : pages;
    }

    /** The process has ended in a handler: from then on nothing is handled and nothing is stored. */
    private boolean dead;

    private void handle(TriggerEvent event) {
        if (dead) {
            throw new Crash();
        }
        if (crashIn > 0 && random.nextInt(3) == 0 && --crashIn == 0) {
            crashed.add(polls);
            note("    crash before " + event);
            dead = true;
            throw new Crash();
        }
        int occurrence = event.payload().path("occurrence").asInt();
        int touch = event.payload().path("touch").asInt();
        note("    " + event.change() + " " + event.parent().path("id").asText() + event.key() + " #" + occurrence + "."
                + touch + " " + event.id().substring(0, 6));
        delivered.add(new Delivered(event, occurrence, touch, polls));
        try {
            examine(delivered.get(delivered.size() - 1));
        } catch (AssertionError e) {
            wrong = wrong == null ? e : wrong;
        }
        if (crashIn > 0 && random.nextInt(3) == 0 && --crashIn == 0) {
            crashed.add(polls);
            note("    crash after " + event);
            dead = true;
            throw new Crash();
        }
    }

    private void poll() {
        polls++;
        note("poll " + polls);
        if (begun == null) {
            begun = now();
        }
        service.requests.clear();
        requests = 0;
        sources.values().forEach(source -> {
            source.deleted.clear();
            source.isReturned = false;
        });
        try {
            if (trigger == null) {
                trigger = build();
            }
            trigger.pollOnce();
        } catch (RuntimeException e) {
            note("  failed: " + e.getMessage());
            if (quiet && !String.valueOf(e.getMessage()).matches("(?s).*(no key|rendered).*")) {
                note("  " + e);
                if (config.quota == 0 && quietFailures++ > 3) {
                    throw new AssertionError("It fails when all is quiet: " + e, e);
                }
            }
        } catch (Crash e) {
            note("  crash");
            crashed.add(polls);
            end();
        }
        if (dead) {
            end();
            dead = false;
        }
        if (wrong != null) {
            throw wrong;
        }
    }

    private int quietFailures;

    /** No more changes and failures: all due events must be delivered. */
    private void settle() {
        quiet = true;
        faultIn = 0;
        crashIn = 0;
        expired = false;
        sources.values().forEach(source -> source.listed = true);
        for (int i = 0; i < (config.quota > 0 ? 12 : 6); i++) {
            pass(Duration.ofSeconds(config.mode == Mode.SUMMER_TIME ? 3000 : 60));
            poll();
        }
    }

    // The ledgers.

    private void fail(String what) {
        wrong = wrong == null ? new AssertionError(what) : wrong;
    }

    private static String key(TriggerEvent event) {
        return event.parent().path("id").asText() + "/" + event.key();
    }

    /** When an event is delivered. */
    @SuppressWarnings("ReferenceEquality") // The same delivery, not an equal one.
    private void examine(Delivered now) {
        boolean isDeletion = now.event.change() == ChangeType.DELETED;
        Row was = history.get(now.occurrence + "." + now.touch);
        if (!isDeletion && was == null) {
            throw new AssertionError("An event of what was never there: " + now.event);
        }
        if (!isDeletion && config.fromNow && begun != null && isBefore(now, was)) {
            throw new AssertionError("An event of what was there already: " + now.event + " #" + now.occurrence);
        }
        Set<String> deleted = new HashSet<>();
        for (Delivered before : delivered) {
            if (before.event.change() == ChangeType.DELETED && key(before.event).equals(key(now.event))) {
                deleted.add(before.event.id());
            }
            if (before == now || before.event.change() == ChangeType.DELETED || isDeletion) {
                continue;
            }
            boolean isSame = before.occurrence == now.occurrence;
            boolean hasSameId = before.event.id().equals(now.event.id());
            boolean mayRepeat = crashed.contains(before.poll);
            if (isSame
                    && !mayRepeat
                    && !(config.isCounted() && before.touch != now.touch)
                    && !repeatsUnversioned(before, now)) {
                throw new AssertionError("Twice without a crash: " + now.event + " #" + now.occurrence);
            }
            if (isSame && before.touch == now.touch && !hasSameId) {
                throw new AssertionError("One occurrence with two ids: " + now.event + " #" + now.occurrence);
            }
            if (!isSame && hasSameId && !mayRepeat) {
                throw new AssertionError("Two occurrences with one id: " + now.event + " #" + now.occurrence + " and #"
                        + before.occurrence);
            }
        }
        Source source = sources.get(now.event.parent().path("id").asText());
        boolean seemsUnmoved = !config.stable && source != null && source.isReturned;
        if (isDeletion && !seemsUnmoved && deleted.size() > deletions.getOrDefault(key(now.event), 0)) {
            throw new AssertionError("Deleted more often than it was: " + now.event);
        }
    }

    /** A changes feed after its token has expired, without versions. */
    private boolean repeatsUnversioned(Delivered before, Delivered now) {
        return config.versions == Versions.NONE && before.touch != now.touch;
    }

    private boolean isBefore(Delivered now, Row was) {
        if (config.isTime()) {
            // Allows for one moment, the settling time, and a time in the future.
            Instant justBefore = begun.minusSeconds(BACK_SECONDS + 7);
            return was.since.isBefore(justBefore)
                    && was.touch == 0
                    && was.updated != null
                    && (config.mode != Mode.SUMMER_TIME || latest(was.updated).isBefore(justBefore));
        }
        Source source = sources.get(now.event.parent().path("id").asText());
        return source != null
                && source.isOld
                && was.since.isBefore(begun)
                && was.touch == 0
                && config.mode != Mode.NUMBER;
    }

    /** A local time that occurs twice is ambiguous. */
    private static Instant latest(Instant updated) {
        return updated.atZone(BERLIN).withLaterOffsetAtOverlap().toInstant();
    }

    /** Checks at the end, when there is no more activity. */
    private void check() {
        sources.forEach((name, source) -> {
            if (name.equals("..")) {
                return;
            }
            Set<Integer> ids = new HashSet<>(source.rows.keySet());
            delivered.forEach(one -> {
                if (one.event.parent().path("id").asText().equals(name)) {
                    ids.add(Integer.parseInt(one.event.key()));
                }
            });
            ids.forEach(id -> check(name, source, id));
        });
        int before = delivered.size();
        poll();
        if (delivered.size() > before) {
            throw new AssertionError("There is no end of events");
        }
    }

    private void check(String name, Source source, int id) {
        Row row = source.rows.get(id);
        Delivered last = null;
        Delivered lastStored = null;
        for (Delivered one : delivered) {
            if (key(one.event).equals(name + "/" + id)) {
                last = one;
                lastStored = crashed.contains(one.poll) ? lastStored : one;
            }
        }
        boolean crashedLast = last != null && crashed.contains(last.poll);
        if (row == null) {
            boolean owed = config.mode == Mode.DELETIONS && lastStored != null && !crashedLast;
            if (owed && last.event.change() != ChangeType.DELETED) {
                throw new AssertionError("The deletion of " + name + "/" + id + " was lost");
            }
            return;
        }
        if (last != null && last.event.change() == ChangeType.DELETED && !crashedLast) {
            throw new AssertionError(name + "/" + id + " exists, and was reported as deleted");
        }
        if (crashedLast) {
            // The record may equal the version stored before.
            return;
        }
        boolean isOwed = !config.fromNow
                || (config.isTime()
                        ? row.since.isAfter(begun.plusSeconds(1 + (config.backwards ? BACK_SECONDS : 0)))
                                && row.updated != null
                        : !source.isOld || row.since.isAfter(begun));
        boolean isTold = last != null
                && (config.versions == Versions.NONE
                        || last.occurrence == row.occurrence
                        || isSameVersion(history.get(last.occurrence + "." + last.touch), row));
        if (config.versions == Versions.NONE && config.fromNow && !isTold) {
            return;
        }
        if (isOwed && !isTold && !(config.fromNow && isSilentAgain(last))) {
            throw new AssertionError(name + "/" + id + " #" + row.occurrence + " was lost; the last event was "
                    + (last == null ? "none" : "#" + last.occurrence));
        }
    }

    /**
     * A record that is shown unchanged, such as one that was deleted and created again before a poll could see it. A time
     * without fractions of a second shows two updates within one second as the same.
     */
    private boolean isSameVersion(@Nullable Row known, Row row) {
        boolean counts = config.versions != Versions.FIELD;
        return known != null
                && Objects.equals(known.name, row.name)
                && (!counts || Objects.equals(text(known.updated), text(row.updated)))
                && (config.versions != Versions.WHOLE || known.number == row.number);
    }

    /** The version that existed when the trigger started recurred before a poll saw another one. */
    private boolean isSilentAgain(@Nullable Delivered last) {
        return last == null && config.versions == Versions.FIELD;
    }

    /** Ends the process before or after a write, if it is to end there. */
    private void write() {
        if (dead) {
            throw new Crash();
        }
        if (crashIn > 0 && --crashIn == 0) {
            note("    crash at the store");
            crashed.add(polls);
            throw new Crash();
        }
    }
}
