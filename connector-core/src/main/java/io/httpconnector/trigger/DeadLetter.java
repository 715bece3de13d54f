package io.httpconnector.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/**
 * An event that failed in all attempts. It is kept until it is replayed or discarded.
 *
 * @param event the event
 * @param error the exception of the last attempt
 * @param attempts the number of attempts
 * @param time the time of the last attempt
 */
public record DeadLetter(TriggerEvent event, String error, int attempts, Instant time) {

    private static final int MAX_ERROR = 2000;

    static DeadLetter of(TriggerEvent event, Throwable error, int attempts, Instant time) {
        String text = error.toString();
        String cut = text.length() > MAX_ERROR ? text.substring(0, MAX_ERROR) : text;
        return new DeadLetter(event, cut, attempts, time);
    }

    /**
     * Returns the dead letter as JSON, to store or display it.
     *
     * @return a document readable by {@link #fromJson}
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("event", event.toJson());
        return json.put("error", error).put("attempts", attempts).put("time", time.toString());
    }

    /**
     * Reads a dead letter from JSON.
     *
     * @param json the output of {@link #toJson()}
     * @return the dead letter
     * @throws InvalidDefinitionException when the document is malformed
     */
    public static DeadLetter fromJson(JsonNode json) {
        try {
            return new DeadLetter(
                    TriggerEvent.fromJson(json.required("event")),
                    json.required("error").asText(),
                    json.required("attempts").asInt(),
                    Instant.parse(json.required("time").asText()));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new InvalidDefinitionException("dead letter", List.of(String.valueOf(e.getMessage())));
        }
    }
}
