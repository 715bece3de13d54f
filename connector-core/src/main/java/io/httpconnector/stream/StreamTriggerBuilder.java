package io.httpconnector.stream;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.DefinedMembers;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builder for {@link StreamTrigger}. A connection, a request, a store and a handler are required. {@link #build()} reports all problems at
 * once. Not thread-safe.
 */
public final class StreamTriggerBuilder {

    private static final int DEFAULT_DEAD_LETTERS = 1000;
    private static final int MAX_DEAD_LETTERS = 1_000_000;

    private final String id;
    private final List<String> problems = new ArrayList<>();
    private final DefinedMembers defined = new DefinedMembers();
    private final List<StreamListener> listeners = new ArrayList<>();
    private final Map<String, JsonNode> values = new LinkedHashMap<>();
    private final Set<String> types = new LinkedHashSet<>();
    private @Nullable HttpConnection connection;
    private @Nullable RequestTemplate request;
    private Pills pills = Pills.none();
    private @Nullable JsonPointer eventId;
    private @Nullable JsonPointer key;
    private EventStream.Settings settings = EventStream.Settings.DEFAULTS;
    private int maxDeadLetters = DEFAULT_DEAD_LETTERS;
    private @Nullable StateStore store;
    private @Nullable Delivery delivery;
    private @Nullable JsonNode savedDelivery;

    StreamTriggerBuilder(@Nullable String id) {
        this.id = id == null ? "" : id.strip();
    }

    /**
     * Sets the connection to the service. The stream occupies one of its {@link
     * io.httpconnector.HttpConnectionBuilder#maxConnections maxConnections}.
     *
     * @param connection the connection, which must stay open while the trigger runs
     * @return this
     */
    public StreamTriggerBuilder connection(HttpConnection connection) {
        this.connection = connection;
        return this;
    }

    /**
     * Sets the request of the stream, with the method GET, or another one if the request is declared {@linkplain
     * io.httpconnector.template.RequestTemplateBuilder#idempotent() idempotent}: it is sent again with {@code Last-Event-ID} whenever the
     * stream has ended, so that a service such as a chat API would start again.
     *
     * @param template the request
     * @return this
     */
    public StreamTriggerBuilder request(RequestTemplate template) {
        defined.replacedByCode("request");
        request = template;
        return this;
    }

    /**
     * Adds a constant value for pills of the request.
     *
     * @param step the name of the step
     * @param value a value that Jackson can serialize
     * @return this
     */
    public StreamTriggerBuilder pill(String step, Object value) {
        check("pill", () -> {
            pills = pills.and(step, value);
            values.put(step, JsonSupport.tree(value));
        });
        return this;
    }

    /**
     * Adds a value for pills of the request that is looked up for each request. It is not part of {@link #toJson()}.
     *
     * @param step the name of the step
     * @param supplier returns a value that Jackson can serialize; an exception counts as a failure of the stream
     * @return this
     */
    public StreamTriggerBuilder pillFrom(String step, Supplier<?> supplier) {
        check("pill", () -> pills = pills.andFrom(step, supplier));
        return this;
    }

    /**
     * Delivers only events of these types. Default: all.
     *
     * @param names the types; {@code message} for events without a type
     * @return this
     */
    public StreamTriggerBuilder types(String... names) {
        if (names == null || Arrays.stream(names).anyMatch(Objects::isNull)) {
            problems.add("types: one of them is null");
        } else {
            defined.replacedByCode("types");
            types.addAll(Arrays.asList(names));
        }
        return this;
    }

    /**
     * Sets where the data contains the id of the event, for a service whose {@code id} fields are not unique. An event without a value there
     * has an id as without this setting.
     *
     * @param pointer a JSON pointer (RFC 6901) from the data, such as {@code /meta/id}
     * @return this
     */
    public StreamTriggerBuilder id(String pointer) {
        defined.replacedByCode("id");
        check("id", () -> eventId = JsonSupport.pointer(pointer));
        return this;
    }

    /**
     * Sets where the data contains the key of the record that the event concerns: events with the same key are handled in their order,
     * also with {@link Delivery#concurrently}. Default: the id of the event.
     *
     * @param pointer a JSON pointer (RFC 6901) from the data, such as {@code /order/id}
     * @return this
     */
    public StreamTriggerBuilder key(String pointer) {
        defined.replacedByCode("key");
        check("key", () -> key = JsonSupport.pointer(pointer));
        return this;
    }

    /**
     * Sets the maximum time without a byte of the response. Default: 5 minutes.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public StreamTriggerBuilder idleTimeout(Duration timeout) {
        check("idleTimeout", () -> settings = settings.withIdleTimeout(timeout));
        return this;
    }

    /**
     * Sets the maximum delay before the stream is requested again, as {@link EventStream#maxReconnectDelay} does. Default: 1 minute.
     *
     * @param delay 1 ms to 24 h
     * @return this
     */
    public StreamTriggerBuilder maxReconnectDelay(Duration delay) {
        check("maxReconnectDelay", () -> settings = settings.withMaxDelay(delay));
        return this;
    }

    /**
     * Sets the maximum size of an event. Default: {@link HttpConnection#maxResponseBytes()}.
     *
     * @param bytes 1 to 1,073,741,824
     * @return this
     */
    public StreamTriggerBuilder maxEventBytes(int bytes) {
        check("maxEventBytes", () -> settings = settings.withMaxEventBytes("maxEventBytes", bytes));
        return this;
    }

    /**
     * Sets the maximum number of dead letters. When it is reached, the stream is not read on until dead letters are replayed or
     * discarded. Default: 1000.
     *
     * @param letters 1 to 1,000,000
     * @return this
     */
    public StreamTriggerBuilder maxDeadLetters(int letters) {
        check("maxDeadLetters", () -> limitDeadLetters(letters));
        return this;
    }

    /**
     * Sets the store for the position of the trigger.
     *
     * @param store the store, which must stay open while the trigger runs. Nodes that share it read the stream one at a time
     * @return this
     */
    public StreamTriggerBuilder store(StateStore store) {
        this.store = store;
        return this;
    }

    /**
     * Delivers events one by one, in order; the same as {@code delivery(Delivery.to(handler))}.
     *
     * @param handler processes the events
     * @return this
     */
    public StreamTriggerBuilder handler(EventHandler handler) {
        check("handler", () -> {
            Delivery code = Delivery.to(handler);
            delivery = savedDelivery == null ? code : code.settings(savedDelivery);
        });
        return this;
    }

    /**
     * Sets the delivery of events. Events that arrive together are delivered together, such as in a batch.
     *
     * @param delivery the delivery
     * @return this
     */
    public StreamTriggerBuilder delivery(Delivery delivery) {
        this.delivery = delivery;
        savedDelivery = null;
        return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener the listener
     * @return this
     */
    public StreamTriggerBuilder listener(StreamListener listener) {
        if (listener == null) {
            problems.add("listener: it is null");
        } else {
            listeners.add(listener);
        }
        return this;
    }

    /**
     * Builds the trigger. Sends no request and opens no state.
     *
     * @return the trigger, to be closed by the caller
     * @throws InvalidDefinitionException if something is missing or invalid: lists all problems
     */
    public StreamTrigger build() {
        List<String> found = new ArrayList<>(problems);
        if (id.isEmpty()) {
            found.add("id: it is missing: give the trigger a name, and keep it");
        }
        if (connection == null) {
            found.add("connection: it is missing");
        }
        if (request == null) {
            found.add("request: it is missing");
        } else if (!isRepeatable(request)) {
            found.add("request: it is a " + request.toJson().path("method").asText()
                    + " that is not idempotent, and a trigger sends its request again whenever the stream ends: use EventStream, which sends"
                    + " it once, or declare it idempotent if it only reads");
        }
        if (store == null) {
            found.add("store: it is missing: use StateStore.file(...), or StateStore.inMemory()");
        }
        if (delivery == null) {
            found.add("handler: it is missing");
        }
        if (!found.isEmpty() || connection == null || request == null || store == null || delivery == null) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", defined.locate(found, Map.of()));
        }
        Delivery observed = delivery;
        for (StreamListener listener : listeners) {
            observed = observed.listener(listener);
        }
        return new StreamTrigger(new StreamDefinition(
                id,
                connection,
                request,
                pills,
                Set.copyOf(types),
                eventId,
                key,
                settings,
                maxDeadLetters,
                store,
                observed,
                List.copyOf(listeners)));
    }

    /**
     * Returns the definition of the trigger as JSON, without connection, store, handler and listeners, which belong to the application.
     *
     * @return the definition, readable by {@link #definition}
     * @throws InvalidDefinitionException if a setting is invalid
     */
    public ObjectNode toJson() {
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", problems);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (request != null) {
            json.set("request", request.toJson());
        }
        values.forEach(json.withObject("/pills")::set);
        if (!types.isEmpty()) {
            ArrayNode names = json.putArray("types");
            types.forEach(names::add);
        }
        if (eventId != null) {
            json.put("id", eventId.toString());
        }
        if (key != null) {
            json.put("key", key.toString());
        }
        json.put("idleTimeout", settings.idleTimeout().toString());
        json.put("maxReconnectDelay", settings.maxDelay().toString());
        if (settings.maxEventBytes() > 0) {
            json.put("maxEventBytes", settings.maxEventBytes());
        }
        json.put("maxDeadLetters", maxDeadLetters);
        JsonNode delivered = delivery == null ? savedDelivery : delivery.settings();
        if (delivered != null && !delivered.isEmpty()) {
            json.set("delivery", delivered.deepCopy());
        }
        return json;
    }

    /**
     * Applies a saved definition: the same as calling the methods for all members present. The order of members has no meaning. {@link
     * #build()} reports all problems, each with its JSON Pointer (RFC 6901).
     *
     * @param json the output of {@link #toJson()}, or a definition written by hand; all members are optional
     * @return this
     */
    public StreamTriggerBuilder definition(JsonNode json) {
        return definition(json, Map.of());
    }

    /**
     * Applies a saved definition whose request uses filters of the application.
     *
     * @param json as for {@link #definition(JsonNode)}
     * @param filters the filters by their names
     * @return this
     */
    public StreamTriggerBuilder definition(JsonNode json, Map<String, PillFilter> filters) {
        if (json == null || filters == null) {
            problems.add("definition: it is null");
            return this;
        }
        try {
            var unused = JsonObjectReader.read("definition", json, reader -> read(reader, filters));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(problem.startsWith("/") ? problem : "definition: " + problem));
        }
        defined.add(json, "request");
        return this;
    }

    private StreamTriggerBuilder read(JsonObjectReader reader, Map<String, PillFilter> filters) {
        // "request": The request of the stream: GET, or another method with "idempotent", because it is repeated.
        reader.document("request", json -> request = RequestTemplate.fromJson(json, filters));
        // "pills": Constant values for pills of the request by step, of any JSON type.
        JsonNode steps = reader.object("pills");
        if (steps != null) {
            steps.properties()
                    .forEach(step -> reader.attempt("pills", () -> {
                        pills = pills.and(step.getKey(), step.getValue());
                        values.put(step.getKey(), step.getValue().deepCopy());
                    }));
        }
        // "types": The types of the events that are delivered. Default: all.
        if (reader.has("types")) {
            types.clear();
        }
        types.addAll(reader.distinctTexts("types"));
        // "id": A JSON pointer from the data to the id of the event. Default: the id that the service sets.
        reader.text("id", text -> eventId = JsonSupport.pointer(text));
        // "key": A JSON pointer from the data to the key of the record. Default: the id of the event.
        reader.text("key", text -> key = JsonSupport.pointer(text));
        // "idleTimeout": The maximum time without a byte of the response. Default: 5 minutes.
        reader.duration("idleTimeout", timeout -> settings = settings.withIdleTimeout(timeout));
        // "maxReconnectDelay": The maximum delay before the stream is requested again. Default: 1 minute.
        reader.duration("maxReconnectDelay", delay -> settings = settings.withMaxDelay(delay));
        // "maxEventBytes": The maximum size of an event. Default: that of a response.
        reader.integer("maxEventBytes", bytes -> settings = settings.withMaxEventBytes("maxEventBytes", bytes));
        // "maxDeadLetters": The maximum number of dead letters. Default: 1000.
        reader.integer("maxDeadLetters", this::limitDeadLetters);
        // "delivery": The attempts of the handler, and their concurrency.
        Delivery code = delivery == null ? Delivery.to(event -> {}) : delivery;
        reader.document("delivery", json -> {
            Delivery changed = code.settings(json);
            savedDelivery = json.deepCopy();
            delivery = delivery == null ? null : changed;
            return changed;
        });
        return this;
    }

    private static boolean isRepeatable(RequestTemplate request) {
        JsonNode json = request.toJson();
        return json.path("method").asText("GET").equals("GET")
                || json.path("idempotent").asBoolean();
    }

    private void limitDeadLetters(int letters) {
        if (letters < 1 || letters > MAX_DEAD_LETTERS) {
            throw new InvalidDefinitionException(
                    "maxDeadLetters", letters + " is out of range: use 1 to " + MAX_DEAD_LETTERS);
        }
        maxDeadLetters = letters;
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
