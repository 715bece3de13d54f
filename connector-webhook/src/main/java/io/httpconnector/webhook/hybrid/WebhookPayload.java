package io.httpconnector.webhook.hybrid;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.WebhookEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a webhook's payload: which records it contains or announces, and how they have changed. Immutable.
 *
 * <pre>{@code
 * WebhookPayload.records("/object").deletedTypes("contact.deleted")                  // the payload contains the record
 * WebhookPayload.records("").copy("/objectId", "/id").fetch(getContact).notFoundIsDeleted()  // only its id: a request completes it
 * WebhookPayload.nudge()                                                             // no record: the trigger polls at once
 * }</pre>
 */
public final class WebhookPayload {

    private final List<String> locations;
    private final List<String> types;
    private final List<String> deletedTypes;
    private final String deletedField;
    private final List<String> deletedValues;
    private final Map<String, String> copies;
    private final @Nullable RequestTemplate fetch;
    private final String fetchedAt;
    private final boolean notFoundIsDeleted;

    private WebhookPayload(Builder settings) {
        this.locations = List.copyOf(settings.locations);
        this.types = List.copyOf(settings.types);
        this.deletedTypes = List.copyOf(settings.deletedTypes);
        this.deletedField = settings.deletedField;
        this.deletedValues = List.copyOf(settings.deletedValues);
        this.copies = new LinkedHashMap<>(settings.copies);
        this.fetch = settings.fetch;
        this.fetchedAt = settings.fetchedAt;
        this.notFoundIsDeleted = settings.notFoundIsDeleted;
    }

    /** The settings of another payload, to be changed. */
    private static final class Builder {
        private List<String> locations = List.of();
        private List<String> types = List.of();
        private List<String> deletedTypes = List.of();
        private String deletedField = "";
        private List<String> deletedValues = List.of();
        private Map<String, String> copies = Map.of();
        private @Nullable RequestTemplate fetch;
        private String fetchedAt = "";
        private boolean notFoundIsDeleted;
    }

    private Builder change() {
        Builder copy = new Builder();
        copy.locations = locations;
        copy.types = types;
        copy.deletedTypes = deletedTypes;
        copy.deletedField = deletedField;
        copy.deletedValues = deletedValues;
        copy.copies = copies;
        copy.fetch = fetch;
        copy.fetchedAt = fetchedAt;
        copy.notFoundIsDeleted = notFoundIsDeleted;
        return copy;
    }

    /**
     * A payload that contains records, or objects that announce them.
     *
     * @param locations JSON pointers (RFC 6901) from the payload to a record or a list of records, such as {@code "/object"}; {@code ""}
     *     for the payload itself. A location at which there is nothing is skipped
     * @return the payload
     */
    public static WebhookPayload records(String... locations) {
        Builder settings = new Builder();
        settings.locations = pointers("records", locations);
        if (settings.locations.isEmpty()) {
            throw invalid("records: there is no location: use \"\" for the payload itself, or nudge()");
        }
        return new WebhookPayload(settings);
    }

    /**
     * A payload without a record, such as those of Google and Airtable: the trigger polls at once. Such a webhook cannot be measured.
     *
     * @return the payload
     */
    public static WebhookPayload nudge() {
        return new WebhookPayload(new Builder());
    }

    /**
     * Restricts the types of events. Others are acknowledged, and have no effect. Default: all types.
     *
     * @param types the types, which the receiver reads from signed data
     * @return another payload
     */
    public WebhookPayload types(String... types) {
        Builder changed = change();
        changed.types = texts("types", types);
        return new WebhookPayload(changed);
    }

    /**
     * Sets the types of events whose records were deleted.
     *
     * @param types the types, such as {@code contact.deleted}
     * @return another payload
     */
    public WebhookPayload deletedTypes(String... types) {
        Builder changed = change();
        changed.deletedTypes = texts("deletedTypes", types);
        return new WebhookPayload(changed);
    }

    /**
     * Sets the values of a field of the payload by which its records were deleted.
     *
     * @param field a JSON pointer from the payload, such as {@code "/action"}
     * @param values the values, such as {@code "deleted"}
     * @return another payload
     */
    public WebhookPayload deletedWhen(String field, String... values) {
        Builder changed = change();
        changed.deletedField = pointer("deletedWhen", field);
        changed.deletedValues = texts("deletedWhen", values);
        return new WebhookPayload(changed);
    }

    /**
     * Copies a value of each record or of the payload to a member of the record, such as its key where the webhook and the polled list
     * name it differently.
     *
     * @param from a JSON pointer from the record, or from the payload where the record has no such value
     * @param to a JSON pointer to a member of the record, such as {@code "/id"}
     * @return another payload
     */
    public WebhookPayload copy(String from, String to) {
        Builder changed = change();
        changed.copies = new LinkedHashMap<>(copies);
        if (pointer("copy", to).isEmpty()) {
            throw invalid("copy: the target is the record itself: use the location of a member such as \"/id\"");
        }
        changed.copies.put(to, pointer("copy", from));
        return new WebhookPayload(changed);
    }

    /**
     * Completes each record by a request, for webhooks that contain only an id. The response replaces the record. The pills {@code
     * {{record...}}} and {@code {{event...}}} are the record and the payload of the webhook.
     *
     * @param template a request for one record
     * @return another payload
     */
    public WebhookPayload fetch(RequestTemplate template) {
        if (template == null) {
            throw invalid("fetch: the template is null");
        }
        Builder changed = change();
        changed.fetch = template;
        return new WebhookPayload(changed);
    }

    /**
     * Sets the location of the record in the response of {@link #fetch}. Default: the response itself.
     *
     * @param location a JSON pointer
     * @return another payload
     */
    public WebhookPayload fetchedAt(String location) {
        Builder changed = change();
        changed.fetchedAt = pointer("fetchedAt", location);
        return new WebhookPayload(changed);
    }

    /**
     * Treats the status 404 or 410 of {@link #fetch} as a deletion of the record. Default: it is an error, so that the webhook is
     * handled again.
     *
     * @return another payload
     */
    public WebhookPayload notFoundIsDeleted() {
        Builder changed = change();
        changed.notFoundIsDeleted = true;
        return new WebhookPayload(changed);
    }

    /**
     * Whether the payload only requests polls.
     *
     * @return whether it was created by {@link #nudge()}
     */
    public boolean isNudge() {
        return locations.isEmpty();
    }

    @Nullable RequestTemplate template() {
        return fetch;
    }

    boolean isNotFoundDeleted() {
        return notFoundIsDeleted;
    }

    /** Whether events of this type have an effect. */
    boolean isRelevant(WebhookEvent event) {
        return types.isEmpty() || types.contains(event.type()) || deletedTypes.contains(event.type());
    }

    boolean isDeletion(WebhookEvent event) {
        return deletedTypes.contains(event.type())
                || (!deletedValues.isEmpty()
                        && deletedValues.contains(
                                event.payload().at(deletedField).asText()));
    }

    /** The records of an event. */
    List<JsonNode> recordsOf(WebhookEvent event) {
        List<JsonNode> records = new ArrayList<>();
        for (String location : locations) {
            JsonNode found = event.payload().at(location);
            if (found.isArray()) {
                found.forEach(record -> completed(record, event.payload()).ifPresent(records::add));
            } else if (!found.isMissingNode() && !found.isNull()) {
                completed(found, event.payload()).ifPresent(records::add);
            }
        }
        return records;
    }

    /** Returns a record with its copied members; empty if one of them is missing, so that it is no record, such as in a ping. */
    private Optional<JsonNode> completed(JsonNode record, JsonNode payload) {
        if (copies.isEmpty()) {
            return Optional.of(record);
        }
        ObjectNode copy = record.isObject() ? record.deepCopy() : JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, String> one : copies.entrySet()) {
            JsonNode own = record.at(one.getValue());
            JsonNode value = own.isMissingNode() ? payload.at(one.getValue()) : own;
            JsonPointer target = JsonSupport.pointer(one.getKey());
            if (!value.isMissingNode() && !value.isNull()) {
                ObjectNode holder = target.head().matches() ? copy : copy.withObject(target.head());
                holder.set(target.last().getMatchingProperty(), value);
            } else if (copy.at(target).isMissingNode()) {
                return Optional.empty();
            }
        }
        return Optional.of(copy);
    }

    /** The record in the response of a request. */
    JsonNode fetched(JsonNode response) {
        return response.at(fetchedAt);
    }

    /**
     * Returns the problems of settings that exclude each other, or do not fit to the polls.
     *
     * @param poll the definition of the polling trigger; missing if it contains code
     * @return the problems; none if the payload can be used
     */
    public List<String> conflicts(JsonNode poll) {
        List<String> problems = new ArrayList<>();
        boolean hasRecordSettings = !copies.isEmpty() || fetch != null || hasDeletions();
        if (isNudge() && hasRecordSettings) {
            problems.add("copy, fetch and deletions need the locations of records; use records(...)");
        }
        if (fetch == null && (notFoundIsDeleted || !fetchedAt.isEmpty())) {
            problems.add("notFoundIsDeleted and fetchedAt need fetch(...)");
        }
        if ((poll.has("wholeRecordAsKey") || poll.has("wholeRecordAsVersion")) && !isNudge() && fetch == null) {
            problems.add(
                    "the whole record is the key or the version, and the record of a webhook rarely has exactly the"
                            + " members of a polled one: use key(...) and version(...) with fields, fetch(...), or nudge()");
        }
        return problems;
    }

    private boolean hasDeletions() {
        return !deletedTypes.isEmpty() || !deletedValues.isEmpty();
    }

    /**
     * Returns the definition of the payload, to be saved.
     *
     * @return JSON that {@link #fromJson} reads
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (isNudge()) {
            json.put("nudge", true);
        }
        write(json, "records", locations);
        write(json, "types", types);
        write(json, "deletedTypes", deletedTypes);
        if (!deletedValues.isEmpty()) {
            ObjectNode when = json.putObject("deletedWhen").put("field", deletedField);
            write(when, "values", deletedValues);
        }
        if (!copies.isEmpty()) {
            ObjectNode targets = json.putObject("copy");
            copies.forEach(targets::put);
        }
        if (fetch != null) {
            json.set("fetch", fetch.toJson());
        }
        if (!fetchedAt.isEmpty()) {
            json.put("fetchedAt", fetchedAt);
        }
        return notFoundIsDeleted ? json.put("notFoundIsDeleted", true) : json;
    }

    private static void write(ObjectNode json, String name, List<String> texts) {
        if (!texts.isEmpty()) {
            texts.forEach(json.putArray(name)::add);
        }
    }

    /**
     * Reads a definition.
     *
     * @param json the output of {@link #toJson}
     * @return the payload
     * @throws InvalidDefinitionException if it is invalid: reports all problems, each with its JSON Pointer
     */
    public static WebhookPayload fromJson(JsonNode json) {
        return fromJson(json, Map.of());
    }

    /**
     * Reads a definition whose request uses filters of the application.
     *
     * @param json the output of {@link #toJson}
     * @param filters the filters by name
     * @return the payload
     * @throws InvalidDefinitionException if it is invalid: reports all problems, each with its JSON Pointer
     */
    public static WebhookPayload fromJson(JsonNode json, Map<String, PillFilter> filters) {
        return JsonObjectReader.read("payload of a webhook", json, reader -> read(reader, filters));
    }

    /** Reads the output of {@link #toJson}. */
    static WebhookPayload read(JsonObjectReader reader) {
        return read(reader, Map.of());
    }

    private static WebhookPayload read(JsonObjectReader reader, Map<String, PillFilter> filters) {
        reader.exactlyOneOf("records", "nudge");
        boolean unused = reader.isMarked("nudge");
        // "records": The locations of records in the payload, as JSON Pointers.
        List<String> locations = reader.texts("records", (text, at) -> pointer("records", text));
        WebhookPayload start = locations.isEmpty() ? nudge() : records(locations.toArray(new String[0]));
        // "types": The types of events that have an effect. Default: all.
        String[] types = reader.texts("types").toArray(new String[0]);
        // "deletedTypes": The types of events whose records were deleted.
        String[] deleted = reader.texts("deletedTypes").toArray(new String[0]);
        // "deletedWhen": The values of a field by which the records were deleted.
        Deleted when = reader.object("deletedWhen", Deleted::read);
        // "copy": The sources of members of the record, as JSON Pointers by the locations of the members.
        Map<String, String> copies = reader.textMap("copy");
        WebhookPayload[] copied = {start.types(types).deletedTypes(deleted)};
        copies.forEach((to, from) -> reader.attempt("copy", () -> copied[0] = copied[0].copy(from, to)));
        return new MemberSteps<>(reader, copied[0])
                .with(
                        "deletedWhen",
                        when,
                        (payload, read) -> payload.deletedWhen(read.field, read.values.toArray(new String[0])))
                // "fetch": A request that completes each record.
                .with(
                        "fetch",
                        reader.document("fetch", template -> RequestTemplate.fromJson(template, filters)),
                        WebhookPayload::fetch)
                // "fetchedAt": The location of the record in the response, as a JSON Pointer. Default: the response
                // itself.
                .text("fetchedAt", WebhookPayload::fetchedAt)
                // "notFoundIsDeleted": Whether the status 404 or 410 of the request is a deletion. Default: false.
                .flag("notFoundIsDeleted", WebhookPayload::notFoundIsDeleted)
                .value();
    }

    /** A condition for deletions. */
    private record Deleted(String field, List<String> values) {

        static @Nullable Deleted read(JsonObjectReader reader) {
            // "field": The field of the payload, as a JSON Pointer.
            String field = reader.requiredText("field");
            // "values": The values.
            List<String> values = reader.requiredTexts("values");
            return field == null ? null : new Deleted(field, values);
        }
    }

    private static List<String> pointers(String what, String[] texts) {
        return texts(what, texts).stream().map(text -> pointer(what, text)).toList();
    }

    private static String pointer(String what, String text) {
        try {
            return JsonSupport.pointer(text).toString();
        } catch (InvalidDefinitionException e) {
            throw invalid(
                    what + ": \"" + text + "\" is not a JSON pointer (RFC 6901): use \"/field\" or \"/object/field\","
                            + " or \"\" for the whole value");
        }
    }

    private static List<String> texts(String what, String[] texts) {
        if (texts == null || Stream.of(texts).anyMatch(text -> text == null)) {
            throw invalid(what + ": a text is null");
        }
        return List.of(texts);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("payload of a webhook", List.of(problem));
    }
}
