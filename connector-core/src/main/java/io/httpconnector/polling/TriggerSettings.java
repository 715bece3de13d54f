package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.TriggerDefinition.Limits;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The settings of a trigger that a definition may contain, and their form as JSON. Mutable: the builder sets them. */
final class TriggerSettings {

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
            "push",
            "limits");

    static final String INCOMPLETE = "records, pagination or startPosition is null";

    @Nullable RequestTemplate request;

    @Nullable RecordSource source;

    Pills pills = Pills.none();
    final Map<String, JsonNode> values = new LinkedHashMap<>();
    final Set<String> suppliedSteps = new HashSet<>();
    RecordSelector records = RecordSelector.atRoot();
    final List<JsonPaths> key = new ArrayList<>();
    final List<JsonPaths> version = new ArrayList<>();
    final List<JsonPaths> ignored = new ArrayList<>();
    boolean keyIsRecord;
    boolean versionIsRecord;
    Pagination pagination = Pagination.none();

    @Nullable Cursor cursor;

    @Nullable ParentRecords parents;

    boolean deletions;
    boolean conditional;
    StartPosition first = StartPosition.fromNow();

    @Nullable Schedule schedule;

    @Nullable Delivery delivery;

    @Nullable JsonNode savedDeliverySettings;

    @Nullable PushSettings push;

    Limits limits = Limits.DEFAULTS;

    private boolean isDefined;
    private final Set<String> membersWithProblems = new HashSet<>();

    /** Called before a definition is read: until it has been read, none of its members can be relied on. */
    void startDefinition() {
        membersWithProblems.addAll(MEMBERS);
        isDefined = true;
    }

    /** Whether a definition was read, so that problems are located in it. */
    boolean isDefined() {
        return isDefined;
    }

    /** Whether these members of a definition have no problems, so that dependent checks are meaningful. */
    boolean hasNoProblems(String... members) {
        return Stream.of(members).noneMatch(membersWithProblems::contains);
    }

    /** Adds a constant value for pills of the request. */
    void pill(String step, Object value, JsonNode tree) {
        checkPill(step);
        pills = pills.and(step, value);
        values.put(step, tree);
    }

    /** Adds a value that is looked up for each request. */
    void pillFrom(String step, Supplier<?> supplier) {
        checkPill(step);
        pills = pills.andFrom(step, supplier);
        suppliedSteps.add(step);
    }

    private static void checkPill(String step) {
        if (TriggerDefinition.NOW.equals(step)) {
            throw new InvalidDefinitionException("pill", "\"now\" is the time of the poll: use another name");
        }
    }

    /** Adds a constant value of a definition; a problem has the JSON Pointer of the value. */
    private void readPill(Map.Entry<String, JsonNode> step) {
        try {
            pill(step.getKey(), step.getValue(), step.getValue().deepCopy());
        } catch (InvalidDefinitionException e) {
            String pointer = "/" + JsonObjectReader.token(step.getKey()) + ": ";
            throw new InvalidDefinitionException(
                    "pill", e.problems().stream().map(pointer::concat).toList());
        }
    }

    /** The delivery with the settings of the definition, if any. */
    Delivery withSavedSettings(Delivery code) {
        return savedDeliverySettings == null ? code : code.settings(savedDeliverySettings);
    }

    /** Whether no setting that has a default was set to null. */
    boolean isComplete() {
        return records != null && pagination != null && first != null;
    }

    RecordIdentity identity() {
        return new RecordIdentity(List.copyOf(key), List.copyOf(version), versionIsRecord, List.copyOf(ignored));
    }

    void setSource(@Nullable RecordSource given) {
        source = given;
        request = given == null ? null : given.template();
    }

    ObjectNode toJson() {
        if (source != null) {
            throw SettingsDocument.containsCode("source");
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
        JsonNode delivered = delivery == null ? savedDeliverySettings : delivery.settings();
        if (delivered != null && !delivered.isEmpty()) {
            json.set("delivery", delivered.deepCopy());
        }
        if (push != null) {
            json.set("push", push.toJson());
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

    /** Applies the members of a definition. */
    TriggerSettings read(JsonObjectReader reader, Map<String, PillFilter> filters) {
        reader.document("request", json -> request = RequestTemplate.fromJson(json, filters));
        // "pills": Constant values for pills of the request by step, of any JSON type.
        JsonNode steps = reader.object("pills");
        if (steps != null) {
            steps.properties().forEach(step -> reader.attempt("pills", () -> readPill(step)));
        }
        reader.object("records", RecordSelector::read, read -> records = read);
        readIdentity(reader);
        reader.object("pagination", PaginationReader::read, read -> pagination = read);
        reader.object("cursor", CursorReader::read, read -> cursor = read);
        reader.object("parents", inner -> ParentRecords.read(inner, filters), read -> parents = read);
        // "detectDeletions": Whether a record that is no longer returned is an event too; without a cursor only.
        // Default: false.
        reader.flag("detectDeletions", flag -> deletions = flag);
        // "conditionalRequests": Whether the first page is requested with `ETag` or `Last-Modified` of the previous
        // poll. Default: false.
        reader.flag("conditionalRequests", flag -> conditional = flag);
        reader.object("startPosition", StartPosition::read, read -> first = read);
        reader.object("schedule", Schedule::read, read -> schedule = read);
        // "push": Accepts records that the application pushes, such as those of a webhook.
        reader.object("push", PushSettings::read, read -> push = read);
        // "limits": The limits.
        reader.object("limits", inner -> Limits.read(inner, limits), read -> limits = read);
        Limits.reportMisplaced(reader);
        Delivery code = delivery == null ? Delivery.to(event -> {}) : delivery;
        // "delivery": The attempts of the handler, and their concurrency.
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
        List<JsonPaths> keys = pointers(reader, "key");
        boolean isRecord = reader.isSet("wholeRecordAsKey");
        if (reader.has("key") || reader.has("wholeRecordAsKey")) {
            key.clear();
            keyIsRecord = isRecord;
        }
        if (isRecord && !keys.isEmpty()) {
            reader.problem("wholeRecordAsKey", "contradicts key: give one of them");
        }
        List<JsonPaths> versions = pointers(reader, "version");
        List<JsonPaths> except = pointers(reader, "wholeRecordAsVersion");
        if (reader.has("version") || reader.has("wholeRecordAsVersion")) {
            version.clear();
            ignored.clear();
            versionIsRecord = reader.has("wholeRecordAsVersion");
        }
        if (versionIsRecord && !versions.isEmpty()) {
            reader.problem("wholeRecordAsVersion", "contradicts version: give one of them");
        }
        key.addAll(keys);
        version.addAll(versions);
        ignored.addAll(except);
    }

    private static List<JsonPaths> pointers(JsonObjectReader reader, String name) {
        return reader.distinctTexts(name, text -> JsonPaths.of(name, text));
    }
}
