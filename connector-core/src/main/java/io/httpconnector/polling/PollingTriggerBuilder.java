package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Json;
import io.httpconnector.polling.Definition.Limits;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link PollingTrigger}. Needed are a connection, a request, a key, a store and a handler. What is wrong is said by
 * {@link #build()}, all at once. Not safe for several threads.
 */
public final class PollingTriggerBuilder {

    private static final Duration USUAL_FLOOR = Duration.ofSeconds(1);

    private static final Map<String, Spec.Step<PollingTriggerBuilder>> LIMITS = Map.of(
            "keys", (builder, value) -> builder.rememberAtMost(value.asInt()),
            "deadLetters", (builder, value) -> builder.maxDeadLetters(value.asInt()),
            "parents", (builder, value) -> builder.maxParents(value.asInt()),
            "inMemory", (builder, value) -> builder.maxInMemory(value.asInt()),
            "pollTimeout", (builder, value) -> builder.pollTimeout(Spec.duration(value)),
            "rememberFor", (builder, value) -> builder.rememberFor(Spec.duration(value)));

    private final String id;
    private final List<String> problems = new ArrayList<>();
    private final List<Pointer> key = new ArrayList<>();
    private final List<Pointer> version = new ArrayList<>();
    private final List<Pointer> ignored = new ArrayList<>();
    private final Map<String, JsonNode> values = new LinkedHashMap<>();
    private final List<PollingListener> listeners = new ArrayList<>();
    private @Nullable HttpConnection connection;
    private @Nullable RequestTemplate request;
    private Pills pills = Pills.none();
    private Records records = Records.atRoot();
    private boolean keyIsRecord;
    private boolean versionIsRecord;
    private Pagination pagination = Pagination.none();
    private @Nullable Cursor cursor;
    private @Nullable Parents parents;
    private boolean deletions;
    private boolean conditional;
    private FirstPoll first = FirstPoll.fromNow();
    private @Nullable Delivery delivery;
    private Limits limits = Limits.DEFAULTS;
    private Duration pollTimeout = PollDeadline.DEFAULT;
    private @Nullable Schedule schedule;
    private Duration floor = USUAL_FLOOR;
    private @Nullable StateStore store;
    private @Nullable PollingEngine engine;

    PollingTriggerBuilder(@Nullable String id) {
        this.id = id == null ? "" : id.strip();
    }

    /**
     * Sets the service that is asked.
     *
     * @param connection the connection, which must stay open while the trigger runs
     * @return this
     */
    public PollingTriggerBuilder connection(HttpConnection connection) {
        this.connection = connection;
        return this;
    }

    /**
     * Sets the request that lists the records, with any method.
     *
     * @param template may have the pills {@code {{cursor}}}, {@code {{page.number}}}, {@code {{page.offset}}},
     *     {@code {{page.cursor}}}, {@code {{page.size}}}, {@code {{window.from}}}, {@code {{window.to}}} and {@code {{parent}}}, as
     *     far as cursor, pagination and parents give them
     * @return this
     */
    public PollingTriggerBuilder request(RequestTemplate template) {
        this.request = template;
        return this;
    }

    /**
     * Adds a value for pills of the request that is the same in each poll.
     *
     * @param step the name of the step
     * @param value what Jackson can write
     * @return this
     */
    public PollingTriggerBuilder pill(String step, Object value) {
        check(() -> {
            pills = pills.and(step, value);
            values.put(step, Json.tree(value));
        });
        return this;
    }

    /**
     * Says where the records are. Default: the answer is a list of them.
     *
     * @param records the records
     * @return this
     */
    public PollingTriggerBuilder records(Records records) {
        this.records = records;
        return this;
    }

    /**
     * Says by what a record is known again. No two records of an answer may have the same; fields of several calls count together.
     *
     * @param fields JSON pointers (RFC 6901) from the record to one or more fields, such as {@code /id}
     * @return this
     */
    public PollingTriggerBuilder key(String... fields) {
        for (String field : fields) {
            check(() -> key.add(Pointer.of("key", field)));
        }
        return this;
    }

    /**
     * Records have no key: one that differs in anything is another one.
     *
     * @return this
     */
    public PollingTriggerBuilder keyOfWholeRecord() {
        keyIsRecord = true;
        return this;
    }

    /**
     * Says by what a new version of a record is known, which is then an event, too. Default: only new records are events.
     *
     * @param fields JSON pointers (RFC 6901) from the record to one or more fields, such as {@code /updated_at}
     * @return this
     */
    public PollingTriggerBuilder version(String... fields) {
        for (String field : fields) {
            check(() -> version.add(Pointer.of("version", field)));
        }
        return this;
    }

    /**
     * Records have no version: one that differs in anything was updated.
     *
     * @param except JSON pointers (RFC 6901) to fields that don't count, such as the number of views
     * @return this
     */
    public PollingTriggerBuilder versionOfWholeRecord(String... except) {
        versionIsRecord = true;
        for (String field : except) {
            check(() -> ignored.add(Pointer.of("version", field)));
        }
        return this;
    }

    /**
     * Sets how one gets from page to page. Default: there is one page.
     *
     * @param pagination the pagination
     * @return this
     */
    public PollingTriggerBuilder pagination(Pagination pagination) {
        this.pagination = pagination;
        return this;
    }

    /**
     * Sets how the service is asked only for what has changed. Default: it gives everything each time, which is compared with what
     * was seen.
     *
     * @param cursor the cursor
     * @return this
     */
    public PollingTriggerBuilder cursor(Cursor cursor) {
        this.cursor = cursor;
        return this;
    }

    /**
     * Sends the request for each of several parents.
     *
     * @param parents the parents
     * @return this
     */
    public PollingTriggerBuilder parents(Parents parents) {
        this.parents = parents;
        return this;
    }

    /**
     * Makes an event of each record that is there no more, too. Only without a cursor. The keys are kept as text, too. An answer
     * with status 200 and no body is then an error, and no list without records.
     *
     * @return this
     */
    public PollingTriggerBuilder deletions() {
        deletions = true;
        return this;
    }

    /**
     * Asks the service to answer only when something has changed, by {@code ETag} and {@code Last-Modified} (RFC 9110, section 13).
     * Worth it where the service does not count such an answer against a rate limit.
     *
     * @return this
     */
    public PollingTriggerBuilder conditional() {
        conditional = true;
        return this;
    }

    /**
     * Sets what the first poll makes of the records that are there already. Default: {@link FirstPoll#fromNow()}.
     *
     * @param first the first poll
     * @return this
     */
    public PollingTriggerBuilder firstPoll(FirstPoll first) {
        this.first = first;
        return this;
    }

    /**
     * Polls in equal distances; the same as {@code schedule(Schedule.every(interval))}.
     *
     * @param interval from start to start
     * @return this
     */
    public PollingTriggerBuilder every(Duration interval) {
        check(() -> schedule = Schedule.every(interval));
        return this;
    }

    /**
     * Sets when to poll. Without it, somebody calls {@link PollingTrigger#pollOnce()}.
     *
     * @param schedule the schedule
     * @return this
     */
    public PollingTriggerBuilder schedule(Schedule schedule) {
        this.schedule = schedule;
        return this;
    }

    /**
     * Sets the shortest interval that is accepted, for applications whose users choose it. Default: a second.
     *
     * @param interval more than nothing
     * @return this
     */
    public PollingTriggerBuilder minInterval(Duration interval) {
        this.floor = interval;
        return this;
    }

    /**
     * Sets where the trigger keeps what it must not forget.
     *
     * @param store the store, which must stay open while the trigger runs: {@link StateStore#file}, or
     *     {@link StateStore#inMemory()} if what happens while the process is down does not matter
     * @return this
     */
    public PollingTriggerBuilder store(StateStore store) {
        this.store = store;
        return this;
    }

    /**
     * Delivers events one by one, in order; the same as {@code delivery(Delivery.to(handler))}.
     *
     * @param handler does what is to be done
     * @return this
     */
    public PollingTriggerBuilder handler(EventHandler handler) {
        check(() -> delivery = Delivery.to(handler));
        return this;
    }

    /**
     * Sets how events are delivered.
     *
     * @param delivery the delivery
     * @return this
     */
    public PollingTriggerBuilder delivery(Delivery delivery) {
        this.delivery = delivery;
        return this;
    }

    /**
     * Adds who is told what the trigger does.
     *
     * @param listener is told
     * @return this
     */
    public PollingTriggerBuilder listener(PollingListener listener) {
        if (listener == null) {
            problems.add("listener: it is null");
        } else {
            listeners.add(listener);
        }
        return this;
    }

    /**
     * Sets the engine that carries the trigger. Default: {@link PollingEngine#shared()}.
     *
     * @param engine the engine, which must stay open while the trigger runs
     * @return this
     */
    public PollingTriggerBuilder engine(PollingEngine engine) {
        this.engine = engine;
        return this;
    }

    /**
     * Sets how many keys are remembered below each parent, at 32 bytes each in memory. More are a failure. Default: 1,000,000.
     *
     * @param keys 1 to 100,000,000
     * @return this
     */
    public PollingTriggerBuilder rememberAtMost(int keys) {
        range("rememberAtMost", keys, 100_000_000);
        limits = new Limits(keys, limits.deadLetters(), limits.parents(), limits.batch(), limits.memory());
        return this;
    }

    /**
     * Sets how long a record that is gone is remembered, in case that it comes again; only where there is no cursor. Default: 7 days.
     *
     * @param time at least nothing
     * @return this
     */
    public PollingTriggerBuilder rememberFor(Duration time) {
        if (time == null || time.isNegative()) {
            problems.add("rememberFor: " + time + " is out of range: use at least nothing");
            return this;
        }
        limits = new Limits(limits.keys(), limits.deadLetters(), limits.parents(), limits.batch(), time);
        return this;
    }

    /**
     * Sets how many dead letters are kept. When there are more, polling fails until they are replayed or discarded. Default: 1000.
     *
     * @param letters 1 to 1,000,000
     * @return this
     */
    public PollingTriggerBuilder maxDeadLetters(int letters) {
        range("maxDeadLetters", letters, 1_000_000);
        limits = new Limits(limits.keys(), letters, limits.parents(), limits.batch(), limits.memory());
        return this;
    }

    /**
     * Sets how many parents there may be. More are a failure. Default: 10,000.
     *
     * @param parents 1 to 1,000,000
     * @return this
     */
    public PollingTriggerBuilder maxParents(int parents) {
        range("maxParents", parents, 1_000_000);
        limits = new Limits(limits.keys(), limits.deadLetters(), parents, limits.batch(), limits.memory());
        return this;
    }

    /**
     * Sets how many records are held in memory at once, and delivered before more are read; fewer when they are as large as
     * {@code maxResponseBytes} of the connection, which is what one record may have. Default: 1000.
     *
     * @param records 1 to 100,000
     * @return this
     */
    public PollingTriggerBuilder maxInMemory(int records) {
        range("maxInMemory", records, 100_000);
        limits = new Limits(limits.keys(), limits.deadLetters(), limits.parents(), records, limits.memory());
        return this;
    }

    /**
     * Sets how long one poll may wait for the service altogether: all pages and parents, retries and rate limits included, the time
     * in handlers not. Each request has the {@code totalTimeout} of the connection besides, or the timeout of its template. Default: 1
     * hour.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public PollingTriggerBuilder pollTimeout(Duration timeout) {
        if (timeout == null || timeout.toMillis() < 1 || timeout.compareTo(Duration.ofDays(1)) > 0) {
            problems.add("pollTimeout: " + timeout + " is out of range: use 1 ms to 24 h");
            return this;
        }
        pollTimeout = timeout;
        return this;
    }

    private void range(String what, int value, int most) {
        if (value < 1 || value > most) {
            problems.add(what + ": " + value + " is out of range: use 1 to " + most);
        }
    }

    /**
     * Builds the trigger. Nothing is sent yet, and no state is opened.
     *
     * @return the trigger, to be closed by the caller
     * @throws InvalidDefinitionException when something is missing or wrong: lists all of it
     */
    public PollingTrigger build() {
        List<String> found = new ArrayList<>(problems);
        require(!id.isEmpty(), "id: it is missing: name the trigger, and keep the name", found);
        require(connection != null, "connection: it is missing", found);
        require(store != null, "store: it is missing: use StateStore.file(...), or StateStore.inMemory()", found);
        require(delivery != null, "handler: it is missing", found);
        require(
                records != null && pagination != null && first != null,
                "records, pagination or firstPoll is null",
                found);
        checkIdentity(found);
        checkCursor(found);
        checkSchedule(found);
        RequestTemplate placed = request == null ? null : placed(request, found);
        require(placed != null, "request: it is missing", found);
        Parents asked = parents == null ? null : parents.applied(found);
        if (!found.isEmpty() || connection == null || store == null || delivery == null || placed == null) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", found);
        }
        Definition definition = new Definition(
                id,
                connection,
                placed,
                pills,
                records,
                new Identity(List.copyOf(key), List.copyOf(version), versionIsRecord, List.copyOf(ignored)),
                pagination,
                cursor,
                deletions,
                conditional,
                first,
                delivery,
                limits);
        PollingEngine carrier = engine == null ? PollingEngine.shared() : engine;
        Poller poller =
                new Poller(
                        definition,
                        asked,
                        store,
                        carrier.time(),
                        carrier.handlers(),
                        List.copyOf(listeners),
                        pollTimeout);
        return new PollingTrigger(definition, poller, new Timetable(id, schedule, carrier, poller));
    }

    /**
     * What was said about the trigger, as JSON, to be saved: without connection, store, handler, delivery, engine and listeners, which
     * are the application's.
     *
     * @return what {@link #definition} reads
     * @throws InvalidDefinitionException when a part of it is code, such as a filter of records by a lambda
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (request != null) {
            json.set("request", request.toJson());
        }
        values.forEach(json.withObject("/pills")::set);
        json.set("records", records.toJson());
        if (keyIsRecord) {
            json.put("keyOfWholeRecord", true);
        } else {
            json.set("key", Spec.texts(key));
        }
        if (versionIsRecord) {
            json.set("versionOfWholeRecord", Spec.texts(ignored));
        } else {
            json.set("version", Spec.texts(version));
        }
        json.set("pagination", pagination.toJson());
        if (cursor != null) {
            json.set("cursor", cursor.toJson());
        }
        if (parents != null) {
            json.set("parents", parents.toJson());
        }
        json.put("deletions", deletions).put("conditional", conditional);
        json.set("firstPoll", first.toJson());
        if (schedule != null) {
            json.set("schedule", schedule.toJson());
        }
        json.putObject("limits")
                .put("keys", limits.keys())
                .put("deadLetters", limits.deadLetters())
                .put("parents", limits.parents())
                .put("inMemory", limits.batch())
                .put("pollTimeout", pollTimeout.toString())
                .put("rememberFor", limits.memory().toString());
        return json;
    }

    /**
     * Says about the trigger what was saved.
     *
     * @param json what {@link #toJson()} wrote, or somebody by hand: all members may be left out
     * @return this
     */
    public PollingTriggerBuilder definition(JsonNode json) {
        if (json == null) {
            problems.add("definition: it is null");
            return this;
        }
        Map<String, Spec.Step<PollingTriggerBuilder>> steps = new LinkedHashMap<>();
        steps.put("request", (builder, value) -> builder.request(RequestTemplate.fromJson(value)));
        steps.put("pills", (builder, value) -> {
            value.properties().forEach(pill -> builder.pill(pill.getKey(), pill.getValue()));
            return builder;
        });
        steps.put("records", (builder, value) -> builder.records(Records.fromJson(value)));
        steps.put("key", (builder, value) -> builder.key(Spec.texts(value)));
        steps.put("keyOfWholeRecord", (builder, value) -> value.asBoolean() ? builder.keyOfWholeRecord() : builder);
        steps.put("version", (builder, value) -> builder.version(Spec.texts(value)));
        steps.put("versionOfWholeRecord", (builder, value) -> builder.versionOfWholeRecord(Spec.texts(value)));
        steps.put("pagination", (builder, value) -> builder.pagination(Pagination.fromJson(value)));
        steps.put("cursor", (builder, value) -> builder.cursor(Cursor.fromJson(value)));
        steps.put("parents", (builder, value) -> builder.parents(Parents.fromJson(value)));
        steps.put("deletions", (builder, value) -> value.asBoolean() ? builder.deletions() : builder);
        steps.put("conditional", (builder, value) -> value.asBoolean() ? builder.conditional() : builder);
        steps.put("firstPoll", (builder, value) -> builder.firstPoll(FirstPoll.fromJson(value)));
        steps.put("schedule", (builder, value) -> builder.schedule(Schedule.fromJson(value)));
        steps.put("limits", (builder, value) -> Spec.read("limits", value, builder, LIMITS));
        check(() -> {
            var unused = Spec.read("definition", json, this, steps);
        });
        return this;
    }

    private static void require(boolean good, String otherwise, List<String> found) {
        if (!good) {
            found.add(otherwise);
        }
    }

    private void checkIdentity(List<String> found) {
        require(
                keyIsRecord == key.isEmpty(),
                keyIsRecord
                        ? "key: there are two: use fields, or the whole record"
                        : "key: it is missing: use key(\"/id\"), or keyOfWholeRecord()",
                found);
        require(
                !versionIsRecord || version.isEmpty(),
                "version: there are two: use fields, or the whole record",
                found);
        require(
                !keyIsRecord || (version.isEmpty() && !versionIsRecord),
                "version: where the whole record is the key, another version is another record: leave it out",
                found);
        require(
                ignored.stream().noneMatch(Pointer::isRoot),
                "version: without the whole record there is none: name fields of it",
                found);
    }

    private void checkCursor(List<String> found) {
        require(
                cursor == null || !deletions,
                "deletions: they are found by comparing with everything: leave out the cursor",
                found);
        require(
                cursor == null || !cursor.isUrl() || pagination == null || pagination.isByUrl(),
                "pagination: it can't be added to the URL of the cursor: use Pagination.nextUrl(...) or linkHeader()",
                found);
        boolean byTime = cursor != null && cursor.isTime();
        require(
                first == null || first.position() == null || byTime,
                "firstPoll: from a time needs a cursor that is a timestamp",
                found);
        boolean hasBeginning = first != null && (first.position() != null || (first.isSilent() && first.last() == 0));
        require(
                cursor == null || cursor.windows() == null || hasBeginning,
                "firstPoll: windows need a beginning: use FirstPoll.from(time) or fromNow()",
                found);
    }

    private void checkSchedule(List<String> found) {
        if (floor == null || floor.isNegative() || floor.isZero()) {
            found.add("minInterval: use more than nothing");
        } else if (schedule != null && schedule.shortest().compareTo(floor) < 0) {
            found.add("schedule: an interval of " + schedule.shortest() + " is too short: use at least " + floor);
        }
    }

    /** The request with the pills of cursor and pagination in their places. */
    private RequestTemplate placed(RequestTemplate template, List<String> found) {
        RequestTemplate paged = pagination == null ? template : pagination.applyTo(template, found);
        RequestTemplate placed = cursor == null ? paged : cursor.applyTo(paged, found);
        Set<String> known = new TreeSet<>(values.keySet());
        known.add("page");
        if (cursor != null && !cursor.isUrl()) {
            known.add(cursor.windows() == null ? "cursor" : "window");
        }
        if (parents != null) {
            known.add("parent");
            boolean used = placed.pills().stream().anyMatch(pill -> step(pill).equals("parent"));
            require(used, "parents: the request has no pill {{parent}}: each would be asked the same", found);
        }
        for (PillInfo pill : placed.pills()) {
            if (pill.required() && !known.contains(step(pill))) {
                found.add("request: the pill {{" + pill.path() + "}} has no value: use pill(\"" + step(pill)
                        + "\", value)");
            }
        }
        return placed;
    }

    private static String step(PillInfo pill) {
        return pill.path().split("[.\\[]", -1)[0];
    }

    /** Keeps what is wrong for {@link #build()}. */
    private void check(Runnable step) {
        try {
            step.run();
        } catch (InvalidDefinitionException e) {
            problems.add(String.valueOf(e.getMessage()).replaceFirst("^Invalid ", ""));
        }
    }
}
