package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.TriggerDefinition.Limits;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Describes a {@link PollingTrigger}. Needed are a connection, a request, a key, a store and a handler. What is wrong is said by
 * {@link #build()}, all at once. Not safe for several threads.
 */
public final class PollingTriggerBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);
    private static final Duration USUAL_FLOOR = Duration.ofSeconds(1);

    private static final List<String> MEMBERS = List.of(
            "request",
            "pills",
            "records",
            "key",
            "keyOfWholeRecord",
            "version",
            "versionOfWholeRecord",
            "pagination",
            "cursor",
            "parents",
            "detectDeletions",
            "conditionalRequests",
            "startPosition",
            "schedule",
            "delivery",
            "limits");

    private final String id;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> doubtful = new HashSet<>();
    private final List<JsonPaths> key = new ArrayList<>();
    private final List<JsonPaths> version = new ArrayList<>();
    private final List<JsonPaths> ignored = new ArrayList<>();
    private final Map<String, JsonNode> values = new LinkedHashMap<>();
    private final List<PollingListener> listeners = new ArrayList<>();
    private @Nullable HttpConnection connection;
    private @Nullable RequestTemplate request;
    private Pills pills = Pills.none();
    private RecordSelector records = RecordSelector.atRoot();
    private boolean isDefined;
    private boolean keyIsRecord;
    private boolean versionIsRecord;
    private Pagination pagination = Pagination.none();
    private @Nullable Cursor cursor;
    private @Nullable ParentRecords parents;
    private boolean deletions;
    private boolean conditional;
    private StartPosition first = StartPosition.fromNow();
    private @Nullable Delivery delivery;
    private @Nullable JsonNode describedDelivery;
    private Limits limits = Limits.DEFAULTS;
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
        check("pill", () -> {
            pills = pills.and(step, value);
            values.put(step, JsonSupport.tree(value));
        });
        return this;
    }

    /**
     * Says where the records are. Default: the answer is a list of them.
     *
     * @param records the records
     * @return this
     */
    public PollingTriggerBuilder records(RecordSelector records) {
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
        pointers("key", fields, key);
        return this;
    }

    /**
     * Records have no key: one that differs in anything is another one.
     *
     * @return this
     */
    public PollingTriggerBuilder wholeRecordAsKey() {
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
        pointers("version", fields, version);
        return this;
    }

    /**
     * Records have no version: one that differs in anything was updated.
     *
     * @param except JSON pointers (RFC 6901) to fields that don't count, such as the number of views
     * @return this
     */
    public PollingTriggerBuilder wholeRecordAsVersion(String... except) {
        versionIsRecord = true;
        pointers("version", except, ignored);
        return this;
    }

    private void pointers(String what, String[] texts, List<JsonPaths> pointers) {
        check(what, () -> {
            if (texts == null) {
                throw new InvalidDefinitionException(what, List.of("the fields are null"));
            }
            for (String text : texts) {
                pointers.add(JsonPaths.of(what, text));
            }
        });
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
    public PollingTriggerBuilder parents(ParentRecords parents) {
        this.parents = parents;
        return this;
    }

    /**
     * Makes an event of each record that is there no more, too. Only without a cursor. The keys are kept as text, too. A
     * response with status 200 and no body is then an error, and no list without records. A response without its list of records deletes
     * nothing, also where {@link RecordSelector#optional()} permits it; see {@link RecordSelector#emptyWhen}. Where records are missing on several pages, which may
     * have shifted, everything is read again at once: a record is gone when nothing has moved between the two reads, in this poll or a
     * later one.
     *
     * @return this
     */
    public PollingTriggerBuilder detectDeletions() {
        deletions = true;
        return this;
    }

    /**
     * Asks the service to answer only when something has changed, by {@code ETag} and {@code Last-Modified} (RFC 9110, section 13).
     * A {@code Last-Modified} counts only when it is at least a second older than the {@code Date} of the response, as what changes within the
     * same second is not noticed else; a weak {@code ETag} beside a later one does not count either. Requests other than GET and HEAD
     * have no condition.
     * Worth it where the service does not count such an answer against a rate limit.
     *
     * @return this
     */
    public PollingTriggerBuilder conditionalRequests() {
        conditional = true;
        return this;
    }

    /**
     * Sets what the first poll makes of the records that are there already. Default: {@link StartPosition#fromNow()}.
     *
     * @param first the first poll
     * @return this
     */
    public PollingTriggerBuilder startPosition(StartPosition first) {
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
        check("schedule", () -> schedule = Schedule.every(interval));
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
        check("handler", () -> delivery = described(Delivery.to(handler)));
        return this;
    }

    /**
     * Sets how events are delivered. A definition that is read later may change its attempts, backoff and concurrency; one that was
     * read before is replaced.
     *
     * @param delivery the delivery
     * @return this
     */
    public PollingTriggerBuilder delivery(Delivery delivery) {
        this.delivery = delivery;
        this.describedDelivery = null;
        return this;
    }

    /** With what a definition says about it. */
    private Delivery described(Delivery code) {
        return describedDelivery == null ? code : code.settings(describedDelivery);
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
    public PollingTriggerBuilder maxRememberedKeys(int keys) {
        check("maxRememberedKeys", () -> limits = limits.withKeys(keys));
        return this;
    }

    /**
     * Sets how long a record that is gone is remembered, in case that it comes again: where there is no cursor, or one that the service
     * gives. Default: 7 days.
     *
     * @param time 0 to 36,500 days
     * @return this
     */
    public PollingTriggerBuilder keyRetention(Duration time) {
        check("keyRetention", () -> limits = limits.withMemory(time));
        return this;
    }

    /**
     * Sets how many dead letters are kept. When there are more, polling fails until they are replayed or discarded. Default: 1000.
     *
     * @param letters 1 to 1,000,000
     * @return this
     */
    public PollingTriggerBuilder maxDeadLetters(int letters) {
        check("maxDeadLetters", () -> limits = limits.withDeadLetters(letters));
        return this;
    }

    /**
     * Sets how many parents there may be. More are a failure. Default: 10,000.
     *
     * @param parents 1 to 1,000,000
     * @return this
     */
    public PollingTriggerBuilder maxParents(int parents) {
        check("maxParents", () -> limits = limits.withParents(parents));
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
        check("maxInMemory", () -> limits = limits.withBatch(records));
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
        check("pollTimeout", () -> limits = limits.withPollTimeout(timeout));
        return this;
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
        if (isClear("cursor", "detectDeletions", "pagination", "startPosition")) {
            checkCursor(found);
        }
        checkSchedule(found);
        if (request == null && isClear("request")) {
            found.add(isDefined ? "/request: missing" : "request: it is missing");
        }
        boolean isPlaced = isClear("request", "pills", "pagination", "cursor", "parents");
        RequestTemplate placed = request == null || !isPlaced ? null : placed(request, found);
        ParentRecords asked = parents == null || !isClear("parents") ? null : parents.applied(found);
        if (!found.isEmpty() || connection == null || store == null || delivery == null || placed == null) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", found);
        }
        TriggerDefinition definition = new TriggerDefinition(
                id,
                connection,
                placed,
                pills,
                records,
                new RecordIdentity(List.copyOf(key), List.copyOf(version), versionIsRecord, List.copyOf(ignored)),
                pagination,
                cursor,
                deletions,
                conditional,
                first,
                delivery,
                limits);
        String impossible = definition.impossible();
        if (impossible != null) {
            LOG.warn("{}: {}", id, impossible);
        }
        PollingEngine carrier = engine == null ? PollingEngine.shared() : engine;
        Poller poller =
                new Poller(definition, asked, store, carrier.time(), carrier.handlers(), List.copyOf(listeners));
        return new PollingTrigger(definition, poller, new TriggerScheduler(id, schedule, carrier, poller));
    }

    /**
     * What was said about the trigger, as JSON, to be saved: without connection, store, handler, engine, listeners and the shortest
     * interval, which are the application's.
     *
     * @return what {@link #definition} reads
     * @throws InvalidDefinitionException when a part of it is code, such as a filter of records by a lambda, or something that was
     *     said so far is wrong
     */
    public ObjectNode toJson() {
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", problems);
        }
        if (records == null || pagination == null || first == null) {
            throw new InvalidDefinitionException(
                    "trigger \"" + id + "\"", List.of("records, pagination or firstPoll is null"));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (request != null) {
            json.set("request", request.toJson());
        }
        values.forEach(json.withObject("/pills")::set);
        json.set("records", records.toJson());
        if (keyIsRecord) {
            json.put("keyOfWholeRecord", true);
        } else {
            json.set("key", TriggerDefinitionReader.texts(key));
        }
        if (versionIsRecord) {
            json.set("versionOfWholeRecord", TriggerDefinitionReader.texts(ignored));
        } else {
            json.set("version", TriggerDefinitionReader.texts(version));
        }
        json.set("pagination", pagination.toJson());
        if (cursor != null) {
            json.set("cursor", cursor.toJson());
        }
        if (parents != null) {
            json.set("parents", parents.toJson());
        }
        json.put("detectDeletions", deletions).put("conditionalRequests", conditional);
        json.set("startPosition", first.toJson());
        if (schedule != null) {
            json.set("schedule", schedule.toJson());
        }
        JsonNode settings = delivery == null ? describedDelivery : delivery.settings();
        if (settings != null && !settings.isEmpty()) {
            json.set("delivery", settings.deepCopy());
        }
        json.putObject("limits")
                .put("keys", limits.keys())
                .put("deadLetters", limits.deadLetters())
                .put("parents", limits.parents())
                .put("inMemory", limits.batch())
                .put("pollTimeout", limits.pollTimeout().toString())
                .put("keyRetention", limits.memory().toString());
        return json;
    }

    /**
     * Says about the trigger what was saved: the same as to call the methods for all members that are there. Their order has no
     * meaning. What is wrong is said by {@link #build()}, each problem with its JSON Pointer (RFC 6901).
     *
     * @param json what {@link #toJson()} wrote, or somebody by hand: all members may be left out
     * @return this
     */
    public PollingTriggerBuilder definition(JsonNode json) {
        return definition(json, Map.of());
    }

    /**
     * Says about the trigger what was saved, where its requests use filters of the application's own.
     *
     * @param json as for {@link #definition(JsonNode)}
     * @param filters the filters by their names
     * @return this
     */
    public PollingTriggerBuilder definition(JsonNode json, Map<String, PillFilter> filters) {
        if (json == null || filters == null) {
            problems.add("definition: it is null");
            return this;
        }
        doubtful.addAll(MEMBERS);
        isDefined = true;
        try {
            var unused = JsonObjectReader.read("definition", json, reader -> read(reader, filters));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(problem.startsWith("/") ? problem : "definition: " + problem));
        }
        return this;
    }

    private PollingTriggerBuilder read(JsonObjectReader reader, Map<String, PillFilter> filters) {
        reader.document("request", json -> request = RequestTemplate.fromJson(json, filters));
        JsonNode steps = reader.object("pills");
        if (steps != null) {
            steps.properties()
                    .forEach(step -> reader.attempt("pills", () -> {
                        pills = pills.and(step.getKey(), step.getValue());
                        values.put(step.getKey(), step.getValue().deepCopy());
                    }));
        }
        reader.object("records", RecordSelector::read, read -> records = read);
        readIdentity(reader);
        reader.object("pagination", Pagination::read, read -> pagination = read);
        reader.object("cursor", Cursor::read, read -> cursor = read);
        reader.object("parents", inner -> ParentRecords.read(inner, filters), read -> parents = read);
        reader.flag("detectDeletions", flag -> deletions = flag);
        reader.flag("conditionalRequests", flag -> conditional = flag);
        reader.object("startPosition", StartPosition::read, read -> first = read);
        reader.object("schedule", Schedule::read, read -> schedule = read);
        reader.object("limits", inner -> Limits.read(inner, limits), read -> limits = read);
        Delivery code = delivery == null ? Delivery.to(event -> {}) : delivery;
        reader.document("delivery", json -> {
            Delivery changed = code.settings(json);
            describedDelivery = json.deepCopy();
            delivery = delivery == null ? null : changed;
            return changed;
        });
        doubtful.clear();
        MEMBERS.stream().filter(reader::isDoubtful).forEach(doubtful::add);
        return this;
    }

    /** What a definition says replaces what was said before, fields and whole records alike. */
    private void readIdentity(JsonObjectReader reader) {
        List<String> keys = reader.texts("key");
        boolean isRecord = reader.isSet("keyOfWholeRecord");
        if (reader.has("key") || reader.has("keyOfWholeRecord")) {
            key.clear();
            keyIsRecord = isRecord;
        }
        if (isRecord && !keys.isEmpty()) {
            reader.problem("keyOfWholeRecord", "contradicts key: give one of them");
        }
        List<String> versions = reader.texts("version");
        List<String> except = reader.texts("versionOfWholeRecord");
        if (reader.has("version") || reader.has("versionOfWholeRecord")) {
            version.clear();
            ignored.clear();
            versionIsRecord = reader.has("versionOfWholeRecord");
        }
        if (versionIsRecord && !versions.isEmpty()) {
            reader.problem("versionOfWholeRecord", "contradicts version: give one of them");
        }
        readPointers(reader, "key", keys, key);
        readPointers(reader, "version", versions, version);
        readPointers(reader, "versionOfWholeRecord", except, ignored);
    }

    private static void readPointers(
            JsonObjectReader reader, String name, List<String> texts, List<JsonPaths> pointers) {
        for (String text : texts) {
            reader.attempt(name, () -> pointers.add(JsonPaths.of(name, text)));
        }
    }

    /** Whether there was no problem with some members of a definition, so that it can be said what follows from them. */
    private boolean isClear(String... members) {
        return Stream.of(members).noneMatch(doubtful::contains);
    }

    private static void require(boolean good, String otherwise, List<String> found) {
        if (!good) {
            found.add(otherwise);
        }
    }

    private void checkIdentity(List<String> found) {
        boolean hasKey = isClear("key", "keyOfWholeRecord");
        boolean hasVersion = isClear("version", "versionOfWholeRecord");
        require(
                keyIsRecord == key.isEmpty() || !hasKey,
                keyIsRecord
                        ? "key: there are two: use fields, or the whole record"
                        : isDefined
                                ? "/key: missing; give fields that identify a record, or keyOfWholeRecord"
                                : "key: it is missing: use key(\"/id\"), or keyOfWholeRecord()",
                found);
        require(
                !versionIsRecord || version.isEmpty() || !hasVersion,
                "version: there are two: use fields, or the whole record",
                found);
        require(
                !keyIsRecord || (version.isEmpty() && !versionIsRecord) || !hasKey || !hasVersion,
                "version: where the whole record is the key, another version is another record: leave it out",
                found);
        require(
                ignored.stream().noneMatch(JsonPaths::isRoot),
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

    /** Two values in one place would replace each other, but for a cursor, and the token of the next page that continues it. */
    private void checkPlaces(List<String> found) {
        if (pagination == null) {
            return;
        }
        Map<String, ParameterLocation> taken = new TreeMap<>(pagination.places());
        if (cursor != null && !pagination.sharesPlaceOf(cursor)) {
            taken.putAll(cursor.places());
        }
        List<Map.Entry<String, ParameterLocation>> entries = List.copyOf(taken.entrySet());
        for (int i = 0; i < entries.size(); i++) {
            for (Map.Entry<String, ParameterLocation> other : entries.subList(i + 1, entries.size())) {
                if (entries.get(i).getValue().isSameAs(other.getValue())) {
                    found.add("request: " + entries.get(i).getKey() + " and " + other.getKey() + " both go to the "
                            + other.getValue() + ": give each a place of its own; only a cursor and the token of"
                            + " Pagination.cursor(...) may share one, where the service goes on by either");
                }
            }
        }
    }

    /** The request with the pills of cursor and pagination in their places. */
    private RequestTemplate placed(RequestTemplate template, List<String> found) {
        checkPlaces(found);
        RequestTemplate paged = pagination == null ? template : pagination.applyTo(template, cursor, found);
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
    private void check(String what, Runnable step) {
        try {
            step.run();
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(what + ": " + problem));
        }
    }
}
