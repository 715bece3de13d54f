package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.DefinedMembers;
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
 * Builder for {@link PollingTrigger}. A connection, a request, a key, a store and a handler are required. {@link #build()}
 * reports all problems at once. Not thread-safe.
 */
public final class PollingTriggerBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);
    private static final Duration DEFAULT_MIN_INTERVAL = Duration.ofSeconds(1);

    private static final List<String> MEMBERS = List.of(
            "request",
            "pills",
            "records",
            "key",
            "wholeRecordAsKey",
            "version",
            "wholeRecordAsVersion",
            "pagination",
            "cursor",
            "parents",
            "detectDeletions",
            "conditionalRequests",
            "startPosition",
            "schedule",
            "delivery",
            "limits");

    /** The members that take the place of others. */
    private static final Map<String, String> WHOLE_RECORD =
            Map.of("key", "wholeRecordAsKey", "version", "wholeRecordAsVersion");

    private final String id;
    private final List<String> problems = new ArrayList<>();
    private final DefinedMembers defined = new DefinedMembers();
    private final Set<String> membersWithProblems = new HashSet<>();
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
    private @Nullable JsonNode savedDeliverySettings;
    private Limits limits = Limits.DEFAULTS;
    private @Nullable Schedule schedule;
    private Duration minInterval = DEFAULT_MIN_INTERVAL;
    private @Nullable StateStore store;
    private @Nullable PollingEngine engine;

    PollingTriggerBuilder(@Nullable String id) {
        this.id = id == null ? "" : id.strip();
    }

    /**
     * Sets the connection to the service.
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
     * @param template may contain the pills {@code {{cursor}}}, {@code {{page.number}}}, {@code {{page.offset}}},
     *     {@code {{page.cursor}}}, {@code {{page.size}}}, {@code {{window.from}}}, {@code {{window.to}}} and {@code
     *     {{parent}}}, as far as cursor, pagination and parents provide them
     * @return this
     */
    public PollingTriggerBuilder request(RequestTemplate template) {
        defined.replacedByCode("request");
        this.request = template;
        return this;
    }

    /**
     * Adds a constant value for pills of the request.
     *
     * @param step the name of the step
     * @param value a value that Jackson can serialize
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
     * Sets where the records are in the response. Default: the response is a list of records.
     *
     * @param records the selector
     * @return this
     */
    public PollingTriggerBuilder records(RecordSelector records) {
        this.records = records;
        return this;
    }

    /**
     * Sets the fields that identify a record. They must be unique within a response; fields of several calls are combined.
     *
     * @param fields JSON pointers (RFC 6901) from the record to one or more fields, such as {@code /id}
     * @return this
     */
    public PollingTriggerBuilder key(String... fields) {
        defined.replacedByCode("key", "wholeRecordAsKey");
        pointers("key", fields, key);
        return this;
    }

    /**
     * Uses the whole record as its key: any difference makes it a new record.
     *
     * @return this
     */
    public PollingTriggerBuilder wholeRecordAsKey() {
        defined.replacedByCode("key", "wholeRecordAsKey");
        keyIsRecord = true;
        return this;
    }

    /**
     * Sets the fields that identify a version of a record; a new version is then an event too. Default: only new records are
     * events.
     *
     * @param fields JSON pointers (RFC 6901) from the record to one or more fields, such as {@code /updated_at}
     * @return this
     */
    public PollingTriggerBuilder version(String... fields) {
        defined.replacedByCode("version", "wholeRecordAsVersion");
        pointers("version", fields, version);
        return this;
    }

    /**
     * Uses the whole record as its version: any difference is an update.
     *
     * @param except JSON pointers (RFC 6901) to fields to ignore, such as a view counter
     * @return this
     */
    public PollingTriggerBuilder wholeRecordAsVersion(String... except) {
        defined.replacedByCode("version", "wholeRecordAsVersion");
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
     * Sets the pagination. Default: there is one page.
     *
     * @param pagination the pagination
     * @return this
     */
    public PollingTriggerBuilder pagination(Pagination pagination) {
        defined.replacedByCode("pagination");
        this.pagination = pagination;
        return this;
    }

    /**
     * Sets the cursor by which the service returns only changed records. Default: no cursor; each poll reads everything and
     * compares it with the known records.
     *
     * @param cursor the cursor
     * @return this
     */
    public PollingTriggerBuilder cursor(Cursor cursor) {
        defined.replacedByCode("cursor");
        this.cursor = cursor;
        return this;
    }

    /**
     * Sends the request once per parent record.
     *
     * @param parents the parents
     * @return this
     */
    public PollingTriggerBuilder parents(ParentRecords parents) {
        defined.replacedByCode("parents");
        this.parents = parents;
        return this;
    }

    /**
     * Also emits an event for each record that has been deleted. Only without a cursor. The keys are then also stored as text.
     * A response with status 200 and no body is then an error, not an empty list. A response without its list of records
     * deletes nothing, even where {@link RecordSelector#optional()} permits it; see {@link RecordSelector#emptyWhen}. Where
     * records are missing and there are several pages, which may have shifted, everything is read again immediately: a record
     * counts as deleted when nothing has moved between the two reads, in this poll or a later one.
     *
     * @return this
     */
    public PollingTriggerBuilder detectDeletions() {
        defined.replacedByCode("detectDeletions");
        deletions = true;
        return this;
    }

    /**
     * Sends conditional requests by {@code ETag} and {@code Last-Modified} (RFC 9110, section 13). A {@code Last-Modified} is
     * used only when it is at least one second older than the {@code Date} of the response, because changes within the same
     * second would otherwise be missed; a weak {@code ETag} together with a later {@code Last-Modified} is not used either.
     * Requests other than GET and HEAD are not conditional. Useful where the service does not count 304 responses against a
     * rate limit.
     *
     * @return this
     */
    public PollingTriggerBuilder conditionalRequests() {
        conditional = true;
        return this;
    }

    /**
     * Sets how the first poll treats existing records. Default: {@link StartPosition#fromNow()}.
     *
     * @param first the start position
     * @return this
     */
    public PollingTriggerBuilder startPosition(StartPosition first) {
        defined.replacedByCode("startPosition");
        this.first = first;
        return this;
    }

    /**
     * Polls at a fixed rate; the same as {@code schedule(Schedule.every(interval))}.
     *
     * @param interval from start to start
     * @return this
     */
    public PollingTriggerBuilder every(Duration interval) {
        defined.replacedByCode("schedule");
        check("schedule", () -> schedule = Schedule.every(interval));
        return this;
    }

    /**
     * Sets the schedule. Without one, the application calls {@link PollingTrigger#pollOnce()}.
     *
     * @param schedule the schedule
     * @return this
     */
    public PollingTriggerBuilder schedule(Schedule schedule) {
        defined.replacedByCode("schedule");
        this.schedule = schedule;
        return this;
    }

    /**
     * Sets the minimum interval of the schedule, for applications whose users configure it. Default: one second.
     *
     * @param interval more than zero
     * @return this
     */
    public PollingTriggerBuilder minInterval(Duration interval) {
        this.minInterval = interval;
        return this;
    }

    /**
     * Sets the store for the state of the trigger.
     *
     * @param store the store, which must stay open while the trigger runs: {@link StateStore#file}, or {@link
     *     StateStore#inMemory()} if changes while the process is down do not matter
     * @return this
     */
    public PollingTriggerBuilder store(StateStore store) {
        this.store = store;
        return this;
    }

    /**
     * Delivers events one by one, in order; the same as {@code delivery(Delivery.to(handler))}.
     *
     * @param handler processes the events
     * @return this
     */
    public PollingTriggerBuilder handler(EventHandler handler) {
        check("handler", () -> delivery = withSavedSettings(Delivery.to(handler)));
        return this;
    }

    /**
     * Sets the delivery of events. A definition that is read later may change its attempts, backoff and concurrency; the
     * settings of one that was read before are replaced.
     *
     * @param delivery the delivery
     * @return this
     */
    public PollingTriggerBuilder delivery(Delivery delivery) {
        this.delivery = delivery;
        this.savedDeliverySettings = null;
        return this;
    }

    /** The delivery with the settings of the definition, if any. */
    private Delivery withSavedSettings(Delivery code) {
        return savedDeliverySettings == null ? code : code.settings(savedDeliverySettings);
    }

    /**
     * Adds a listener.
     *
     * @param listener the listener
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
     * Sets the engine that runs the trigger. Default: {@link PollingEngine#shared()}.
     *
     * @param engine the engine, which must stay open while the trigger runs
     * @return this
     */
    public PollingTriggerBuilder engine(PollingEngine engine) {
        this.engine = engine;
        return this;
    }

    /**
     * Sets the maximum number of keys that are remembered per parent, at 32 bytes each in memory. Exceeding it is an error.
     * Default: 1,000,000.
     *
     * @param keys 1 to 100,000,000
     * @return this
     */
    public PollingTriggerBuilder maxRememberedKeys(int keys) {
        check("maxRememberedKeys", () -> limits = limits.withKeys(keys));
        return this;
    }

    /**
     * Sets how long the key of a record that is no longer returned is remembered, in case it is returned again: without a
     * cursor, or with one that the service returns. Default: 7 days.
     *
     * @param time 0 to 36,500 days
     * @return this
     */
    public PollingTriggerBuilder keyRetention(Duration time) {
        check("keyRetention", () -> limits = limits.withMemory(time));
        return this;
    }

    /**
     * Sets the maximum number of dead letters. When it is reached, polling fails until dead letters are replayed or discarded.
     * Default: 1000.
     *
     * @param letters 1 to 1,000,000
     * @return this
     */
    public PollingTriggerBuilder maxDeadLetters(int letters) {
        check("maxDeadLetters", () -> limits = limits.withDeadLetters(letters));
        return this;
    }

    /**
     * Sets the maximum number of parents. Exceeding it is an error. Default: 10,000.
     *
     * @param parents 1 to 1,000,000
     * @return this
     */
    public PollingTriggerBuilder maxParents(int parents) {
        check("maxParents", () -> limits = limits.withParents(parents));
        return this;
    }

    /**
     * Sets the maximum number of records in memory; they are delivered before more are read. Fewer are held when together they
     * reach {@code maxResponseBytes} of the connection, which is also the maximum size of one record. Default: 1000.
     *
     * @param records 1 to 100,000
     * @return this
     */
    public PollingTriggerBuilder maxInMemory(int records) {
        check("maxInMemory", () -> limits = limits.withBatch(records));
        return this;
    }

    /**
     * Sets the maximum total time that one poll waits for the service: all pages and parents, including retries and rate
     * limits, excluding the time in handlers. In addition, each request has the {@code totalTimeout} of the connection, or the
     * timeout of its template. Default: 1 hour.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public PollingTriggerBuilder pollTimeout(Duration timeout) {
        check("pollTimeout", () -> limits = limits.withPollTimeout(timeout));
        return this;
    }

    /**
     * Builds the trigger. Sends no request and opens no state.
     *
     * @return the trigger, to be closed by the caller
     * @throws InvalidDefinitionException when something is missing or invalid: lists all problems
     */
    public PollingTrigger build() {
        List<String> found = new ArrayList<>(problems);
        require(!id.isEmpty(), "id: it is missing: give the trigger a name, and keep it", found);
        require(connection != null, "connection: it is missing", found);
        require(store != null, "store: it is missing: use StateStore.file(...), or StateStore.inMemory()", found);
        require(delivery != null, "handler: it is missing", found);
        require(
                records != null && pagination != null && first != null,
                "records, pagination or startPosition is null",
                found);
        checkIdentity(found);
        if (hasNoProblems("cursor", "detectDeletions", "pagination", "startPosition")) {
            checkCursor(found);
        }
        checkSchedule(found);
        if (request == null && hasNoProblems("request")) {
            found.add(isDefined ? "/request: missing" : "request: it is missing");
        }
        boolean isPlaced = hasNoProblems("request", "pills", "pagination", "cursor", "parents");
        RequestTemplate placed = request == null || !isPlaced ? null : applyLocations(request, found);
        ParentRecords asked = parents == null || !hasNoProblems("parents") ? null : parents.applied(found);
        if (!found.isEmpty() || connection == null || store == null || delivery == null || placed == null) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", defined.locate(found, WHOLE_RECORD));
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
        String impossible = definition.limitations();
        if (impossible != null) {
            LOG.warn("{}: {}", id, impossible);
        }
        PollingEngine carrier = engine == null ? PollingEngine.shared() : engine;
        Poller poller =
                new Poller(definition, asked, store, carrier.time(), carrier.handlers(), List.copyOf(listeners));
        return new PollingTrigger(definition, poller, new TriggerScheduler(id, schedule, carrier, poller));
    }

    /**
     * The trigger's definition as JSON, without connection, store, handler, engine, listeners and minimum interval, which
     * belong to the application.
     *
     * @return the definition, readable by {@link #definition}
     * @throws InvalidDefinitionException when a part of it is code, such as a record filter by a lambda, or a setting is invalid
     */
    public ObjectNode toJson() {
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", problems);
        }
        if (records == null || pagination == null || first == null) {
            throw new InvalidDefinitionException(
                    "trigger \"" + id + "\"", List.of("records, pagination or startPosition is null"));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (request != null) {
            json.set("request", request.toJson());
        }
        values.forEach(json.withObject("/pills")::set);
        json.set("records", records.toJson());
        if (keyIsRecord) {
            json.put("wholeRecordAsKey", true);
        } else if (!key.isEmpty()) {
            json.set("key", SettingsDocument.texts(key));
        }
        if (versionIsRecord) {
            json.set("wholeRecordAsVersion", SettingsDocument.texts(ignored));
        } else {
            // An empty list replaces an earlier setting: there is no version.
            json.set("version", SettingsDocument.texts(version));
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
        JsonNode settings = delivery == null ? savedDeliverySettings : delivery.settings();
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
     * Applies a saved definition: the same as calling the methods for all members present. The order of members has no
     * meaning. {@link #build()} reports all problems, each with its JSON Pointer (RFC 6901).
     *
     * @param json the output of {@link #toJson()}, or a definition written by hand; all members are optional
     * @return this
     */
    public PollingTriggerBuilder definition(JsonNode json) {
        return definition(json, Map.of());
    }

    /**
     * Applies a saved definition whose requests use filters of the application.
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
        membersWithProblems.addAll(MEMBERS);
        isDefined = true;
        try {
            var unused = JsonObjectReader.read("definition", json, reader -> read(reader, filters));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(problem.startsWith("/") ? problem : "definition: " + problem));
        }
        defined.add(json, "request", "key");
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
        reader.object("pagination", PaginationReader::read, read -> pagination = read);
        reader.object("cursor", CursorReader::read, read -> cursor = read);
        reader.object("parents", inner -> ParentRecords.read(inner, filters), read -> parents = read);
        reader.flag("detectDeletions", flag -> deletions = flag);
        reader.flag("conditionalRequests", flag -> conditional = flag);
        reader.object("startPosition", StartPosition::read, read -> first = read);
        reader.object("schedule", Schedule::read, read -> schedule = read);
        reader.object("limits", inner -> Limits.read(inner, limits), read -> limits = read);
        Delivery code = delivery == null ? Delivery.to(event -> {}) : delivery;
        reader.document("delivery", json -> {
            Delivery changed = code.settings(json);
            savedDeliverySettings = json.deepCopy();
            delivery = delivery == null ? null : changed;
            return changed;
        });
        membersWithProblems.clear();
        MEMBERS.stream().filter(reader::isUnreliable).forEach(membersWithProblems::add);
        return this;
    }

    /** A definition replaces earlier settings, both fields and whole records. */
    private void readIdentity(JsonObjectReader reader) {
        reader.requireElement("key");
        List<String> keys = reader.distinctTexts("key");
        boolean isRecord = reader.isSet("wholeRecordAsKey");
        if (reader.has("key") || reader.has("wholeRecordAsKey")) {
            key.clear();
            keyIsRecord = isRecord;
        }
        if (isRecord && !keys.isEmpty()) {
            reader.problem("wholeRecordAsKey", "contradicts key: give one of them");
        }
        List<String> versions = reader.distinctTexts("version");
        List<String> except = reader.distinctTexts("wholeRecordAsVersion");
        if (reader.has("version") || reader.has("wholeRecordAsVersion")) {
            version.clear();
            ignored.clear();
            versionIsRecord = reader.has("wholeRecordAsVersion");
        }
        if (versionIsRecord && !versions.isEmpty()) {
            reader.problem("wholeRecordAsVersion", "contradicts version: give one of them");
        }
        readPointers(reader, "key", keys, key);
        readPointers(reader, "version", versions, version);
        readPointers(reader, "wholeRecordAsVersion", except, ignored);
    }

    private static void readPointers(
            JsonObjectReader reader, String name, List<String> texts, List<JsonPaths> pointers) {
        for (String text : texts) {
            reader.attempt(name, () -> pointers.add(JsonPaths.of(name, text)));
        }
    }

    /** Whether these members of a definition have no problems, so that dependent checks are meaningful. */
    private boolean hasNoProblems(String... members) {
        return Stream.of(members).noneMatch(membersWithProblems::contains);
    }

    private static void require(boolean good, String problem, List<String> found) {
        if (!good) {
            found.add(problem);
        }
    }

    private void checkIdentity(List<String> found) {
        requireDistinct("key", key, found);
        requireDistinct("version", version, found);
        requireDistinct("version", ignored, found);
        boolean hasKey = hasNoProblems("key", "wholeRecordAsKey");
        boolean hasVersion = hasNoProblems("version", "wholeRecordAsVersion");
        require(
                keyIsRecord == key.isEmpty() || !hasKey,
                keyIsRecord
                        ? "key: contradictory: use fields or the whole record, not both"
                        : isDefined
                                ? "/key: missing; set fields that identify a record, or wholeRecordAsKey"
                                : "key: it is missing: use key(\"/id\"), or wholeRecordAsKey()",
                found);
        require(
                !versionIsRecord || version.isEmpty() || !hasVersion,
                "version: contradictory: use fields or the whole record, not both",
                found);
        require(
                !keyIsRecord || (version.isEmpty() && !versionIsRecord) || !hasKey || !hasVersion,
                "version: the whole record is the key, so that another version is another record: remove the version",
                found);
        require(
                ignored.stream().noneMatch(JsonPaths::isRoot),
                "version: the whole record cannot be ignored: name fields of it",
                found);
    }

    private void requireDistinct(String setting, List<JsonPaths> pointers, List<String> found) {
        Set<JsonPaths> distinct = new HashSet<>();
        for (JsonPaths pointer : pointers) {
            boolean isReported = !hasNoProblems(setting, String.valueOf(WHOLE_RECORD.get(setting)));
            require(
                    distinct.add(pointer) || isReported,
                    setting + ": \"" + pointer + "\" appears twice: remove one of them",
                    found);
        }
    }

    private void checkCursor(List<String> found) {
        require(
                cursor == null || !deletions,
                "detectDeletions: deletions are detected by comparing complete reads: remove the cursor",
                found);
        require(
                !(cursor instanceof UrlCursor)
                        || pagination == null
                        || pagination.paginator().isByUrl(),
                "pagination: it cannot be combined with the URL of the cursor: use Pagination.nextUrl(...) or"
                        + " linkHeader()",
                found);
        boolean byTime = cursor instanceof TimeCursor;
        require(
                first == null || first.position() == null || byTime,
                "startPosition: from(time) needs a timestamp cursor",
                found);
        boolean hasBeginning = first != null && (first.position() != null || (first.isSilent() && first.last() == 0));
        require(
                cursor == null || cursor.windows() == null || hasBeginning,
                "startPosition: windows need a start: use StartPosition.from(time) or fromNow()",
                found);
    }

    private void checkSchedule(List<String> found) {
        if (minInterval == null || minInterval.isNegative() || minInterval.isZero()) {
            found.add("minInterval: use more than zero");
        } else if (schedule != null && schedule.minInterval().compareTo(minInterval) < 0) {
            found.add("schedule: an interval of " + schedule.minInterval() + " is too short: use at least "
                    + minInterval);
        }
    }

    /** Two values in one location would replace each other, except for a cursor and the page token that continues it. */
    private void checkLocations(List<String> found) {
        if (pagination == null) {
            return;
        }
        Map<String, ParameterLocation> taken = new TreeMap<>(pagination.locations());
        if (cursor != null && !pagination.sharesLocationWith(cursor)) {
            taken.putAll(cursor.locations());
        }
        List<Map.Entry<String, ParameterLocation>> entries = List.copyOf(taken.entrySet());
        for (int i = 0; i < entries.size(); i++) {
            for (Map.Entry<String, ParameterLocation> other : entries.subList(i + 1, entries.size())) {
                if (entries.get(i).getValue().conflictsWith(other.getValue())) {
                    found.add(other.getValue().reportedAt() + ": "
                            + entries.get(i).getKey() + " and " + other.getKey() + " are both"
                            + " sent in the "
                            + other.getValue() + ": use separate locations; only a cursor and the token of"
                            + " Pagination.cursor(...) may share one, where the service continues by either");
                }
            }
        }
    }

    /** The request with the pills of cursor and pagination at their locations. */
    private RequestTemplate applyLocations(RequestTemplate template, List<String> found) {
        checkLocations(found);
        RequestTemplate paged = pagination == null ? template : pagination.applyTo(template, cursor, found);
        RequestTemplate placed = cursor == null ? paged : cursor.applyTo(paged, found);
        Set<String> known = new TreeSet<>(values.keySet());
        known.add("page");
        String step = cursor == null ? null : cursor.pillStep();
        if (step != null) {
            known.add(step);
        }
        if (parents != null) {
            known.add("parent");
            boolean used = placed.pills().stream().anyMatch(pill -> step(pill).equals("parent"));
            require(
                    used,
                    "parents: the request has no pill {{parent}}: the same request would be sent for each parent",
                    found);
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

    /** Collects problems for {@link #build()}. */
    private void check(String what, Runnable step) {
        try {
            step.run();
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(what + ": " + problem));
        }
    }
}
