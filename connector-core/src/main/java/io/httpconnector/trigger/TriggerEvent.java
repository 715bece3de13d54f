package io.httpconnector.trigger;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.json.PayloadReader;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A change of a record, or a message, of a service. Immutable, as long as the JSON trees are not changed.
 *
 * @param id the unique id of the event, the same when it is delivered again: use it for deduplication
 * @param trigger the id of the trigger
 * @param change the type of change
 * @param key the key of the record
 * @param payload the record; a missing node when it was deleted
 * @param parent the parent record; a missing node when there is none
 * @param time when the trigger detected it, by the local clock
 */
public record TriggerEvent(
        String id, String trigger, ChangeType change, String key, JsonNode payload, JsonNode parent, Instant time) {

    /** Characters that a terminal or a log viewer would interpret. */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");

    /**
     * Returns the payload as an object of a class, deserialized by the default {@link Response.JsonMapping}.
     *
     * @param type the class, such as a record
     * @param <T> the type of the object
     * @return the object
     * @throws ConnectorException when the payload does not match the class, or there is none because the record was deleted
     */
    public <T> T payload(Class<T> type) {
        return payload(type, Response.JsonMapping.currentDefault());
    }

    /**
     * Returns the payload as an object of a class, deserialized by a mapping, such as that of a connection.
     *
     * @param type the class, such as a record
     * @param mapping converts the payload
     * @param <T> the type of the object
     * @return the object
     * @throws ConnectorException when the payload does not match the class, or there is none because the record was deleted
     */
    public <T> T payload(Class<T> type, Response.JsonMapping mapping) {
        return PayloadReader.read(payload, notNull(type, "type"), notNull(mapping, "mapping")::read, "Event " + this);
    }

    /**
     * Returns the event as JSON, to store or forward it.
     *
     * @return a document readable by {@link #fromJson}
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
     * Reads an event from JSON.
     *
     * @param json the output of {@link #toJson()}
     * @return the event
     * @throws InvalidDefinitionException when the document is malformed
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
     * Returns a one-line description that shows nothing of the record except its key.
     *
     * @return trigger, change, key and id
     */
    @Override
    public String toString() {
        return UNSAFE.matcher(trigger + ": " + change + " " + key + " (" + id + ")")
                .replaceAll("?");
    }
}
