package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.DefinedMembers;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builder for {@link PollingTrigger}. A connection, a request, a key, a store and a handler are required. {@link #build()}
 * reports all problems at once. Not thread-safe.
 */
public final class PollingTriggerBuilder {

    private static final Duration DEFAULT_MIN_INTERVAL = Duration.ofSeconds(1);

    private final String id;
    private final TriggerSettings settings = new TriggerSettings();
    private final List<String> problems = new ArrayList<>();
    private final DefinedMembers defined = new DefinedMembers();
    private final List<PollingListener> listeners = new ArrayList<>();
    private @Nullable HttpConnection connection;
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
     *     {@code {{page.cursor}}}, {@code {{page.size}}}, {@code {{window.from}}}, {@code {{window.to}}}, {@code
     *     {{window.days}}} and {@code {{parent}}}, as far as cursor, pagination and parents provide them
     * @return this
     */
    public PollingTriggerBuilder request(RequestTemplate template) {
        defined.replacedByCode("request");
        settings.request = template;
        settings.source = null;
        return this;
    }

    /**
     * Sets a source that supplies the request for the records, such as a long-running operation that each poll runs. Replaces the
     * request.
     *
     * @param source the source
     * @return this
     */
    public PollingTriggerBuilder source(RecordSource source) {
        defined.replacedByCode("request");
        settings.setSource(source);
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
            settings.pill(step, value, JsonSupport.tree(value));
        });
        return this;
    }

    /**
     * Adds a value for pills of the request that is looked up for each request. It is not part of {@link #toJson()}.
     *
     * @param step the name of the step
     * @param supplier returns a value that Jackson can serialize; an exception fails the poll
     * @return this
     */
    public PollingTriggerBuilder pillFrom(String step, Supplier<?> supplier) {
        check("pill", () -> settings.pillFrom(step, supplier));
        return this;
    }

    /**
     * Sets where the records are in the response. Default: the response is a list of records.
     *
     * @param records the selector
     * @return this
     */
    public PollingTriggerBuilder records(RecordSelector records) {
        defined.replacedByCode("records");
        settings.records = records;
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
        pointers("key", fields, settings.key);
        return this;
    }

    /**
     * Uses the whole record as its key: any difference makes it a new record.
     *
     * @return this
     */
    public PollingTriggerBuilder wholeRecordAsKey() {
        defined.replacedByCode("key", "wholeRecordAsKey");
        settings.keyIsRecord = true;
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
        pointers("version", fields, settings.version);
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
        settings.versionIsRecord = true;
        pointers("version", except, settings.ignored);
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
        settings.pagination = pagination;
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
        settings.cursor = cursor;
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
        settings.parents = parents;
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
        settings.deletions = true;
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
        settings.conditional = true;
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
        settings.first = first;
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
        check("schedule", () -> settings.schedule = Schedule.every(interval));
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
        settings.schedule = schedule;
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
        check("handler", () -> settings.delivery = settings.withSavedSettings(Delivery.to(handler)));
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
        settings.delivery = delivery;
        settings.savedDeliverySettings = null;
        return this;
    }

    /**
     * Returns whether a handler is set.
     *
     * @return true after {@link #handler} or {@link #delivery}
     */
    public boolean hasHandler() {
        return settings.delivery != null;
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
     * Accepts records that the application {@linkplain PollingTrigger#push pushes}, such as those of a webhook, in addition to the
     * polled ones. Not together with {@link #parents}.
     *
     * @param settings such as {@link PushSettings#defaults()}
     * @return this
     */
    public PollingTriggerBuilder acceptPushes(PushSettings settings) {
        defined.replacedByCode("push");
        if (settings == null) {
            problems.add("push: the settings are null");
        }
        this.settings.push = settings;
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
        check("maxRememberedKeys", () -> settings.limits = settings.limits.withKeys(keys));
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
        check("keyRetention", () -> settings.limits = settings.limits.withMemory(time));
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
        check("maxDeadLetters", () -> settings.limits = settings.limits.withDeadLetters(letters));
        return this;
    }

    /**
     * Sets the maximum number of parents. Exceeding it is an error. Default: 10,000.
     *
     * @param parents 1 to 1,000,000
     * @return this
     */
    public PollingTriggerBuilder maxParents(int parents) {
        check("maxParents", () -> settings.limits = settings.limits.withParents(parents));
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
        check("maxInMemory", () -> settings.limits = settings.limits.withBatch(records));
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
        check("pollTimeout", () -> settings.limits = settings.limits.withPollTimeout(timeout));
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
        TriggerChecks checks = new TriggerChecks(settings, defined::contains, found);
        checks.require(!id.isEmpty(), "id: it is missing: give the trigger a name, and keep it");
        checks.require(connection != null, "connection: it is missing");
        checks.require(store != null, "store: it is missing: use StateStore.file(...), or StateStore.inMemory()");
        checks.require(settings.delivery != null, "handler: it is missing");
        checks.require(settings.isComplete(), TriggerSettings.INCOMPLETE);
        RequestTemplate placed = checks.check(minInterval);
        ParentRecords asked = checks.checkParents();
        Delivery delivery = settings.delivery;
        if (!found.isEmpty() || connection == null || store == null || delivery == null || placed == null) {
            throw new InvalidDefinitionException(
                    "trigger \"" + id + "\"", defined.locate(found, TriggerChecks.WHOLE_RECORD));
        }
        TriggerDefinition definition = new TriggerDefinition(
                id,
                connection,
                placed,
                settings.source,
                settings.pills,
                settings.records,
                settings.identity(),
                settings.pagination,
                settings.cursor,
                settings.deletions,
                settings.conditional,
                settings.first,
                observed(delivery),
                settings.limits,
                settings.push);
        PollingEngine carrier = engine == null ? PollingEngine.shared() : engine;
        Poller poller =
                new Poller(definition, asked, store, carrier.time(), carrier.handlers(), List.copyOf(listeners));
        return new PollingTrigger(definition, poller, new TriggerScheduler(id, settings.schedule, carrier, poller));
    }

    private Delivery observed(Delivery delivery) {
        Delivery observed = delivery;
        for (PollingListener listener : listeners) {
            observed = observed.listener(listener);
        }
        return observed;
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
        if (!settings.isComplete()) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", List.of(TriggerSettings.INCOMPLETE));
        }
        return settings.toJson();
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
        settings.startDefinition();
        try {
            var unused = JsonObjectReader.read("definition", json, reader -> settings.read(reader, filters));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(problem.startsWith("/") ? problem : "definition: " + problem));
        }
        defined.add(json, "request", "key");
        return this;
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
