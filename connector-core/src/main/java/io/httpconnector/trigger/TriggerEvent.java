package io.httpconnector.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Something that has happened at a service. Immutable, as long as the trees are not changed.
 *
 * @param id the same whenever the same event comes again, and no other event's: by it a repetition is recognised
 * @param trigger the id of the trigger
 * @param change what has happened to the record
 * @param key which record it is
 * @param payload the record; a missing node when it was deleted
 * @param parent the record that it hangs below; a missing node when there is none
 * @param time when the trigger noticed it, by the clock of this machine
 */
public record TriggerEvent(
        String id, String trigger, ChangeType change, String key, JsonNode payload, JsonNode parent, Instant time) {

    /** What a terminal or a log file would act upon. */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");

    /**
     * The event as JSON, to be stored or sent on.
     *
     * @return what {@link #fromJson} reads
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("trigger", trigger).put("change", change.name()).put("key", key);
        if (!payload.isMissingNode()) {
            json.set("payload", payload);
        }
        if (!parent.isMissingNode()) {
            json.set("parent", parent);
        }
        return json.put("time", time.toString());
    }

    /**
     * Reads an event that was written as JSON.
     *
     * @param json what {@link #toJson()} wrote
     * @return the event
     * @throws InvalidDefinitionException when it is not what was written
     */
    public static TriggerEvent fromJson(JsonNode json) {
        try {
            return new TriggerEvent(
                    json.required("id").asText(),
                    json.required("trigger").asText(),
                    ChangeType.valueOf(json.required("change").asText()),
                    json.required("key").asText(),
                    json.has("payload") ? json.get("payload") : MissingNode.getInstance(),
                    json.has("parent") ? json.get("parent") : MissingNode.getInstance(),
                    Instant.parse(json.required("time").asText()));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new InvalidDefinitionException("event", List.of(String.valueOf(e.getMessage())));
        }
    }

    /**
     * Says on one line which event it is, and shows nothing of the record but its key.
     *
     * @return trigger, change, key and id
     */
    @Override
    public String toString() {
        return UNSAFE.matcher(trigger + ": " + change + " " + key + " (" + id + ")")
                .replaceAll("?");
    }
}
