package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a started operation. Immutable.
 *
 * @param id the id; null if only its status URL is known
 * @param url the status URL; null if there is none
 * @param values further values of the response to the start
 * @param key the unique key of the run
 * @param started when it was started
 */
record OperationReference(@Nullable String id, @Nullable String url, JsonNode values, String key, Instant started) {

    /** This operation at another status URL. */
    OperationReference at(String statusUrl) {
        return new OperationReference(id, statusUrl, values, key, started);
    }

    /** The id, or the URL of an operation without one. */
    String label() {
        return id != null ? id : url != null ? url : key;
    }

    /** The value of the step {@code operation}. */
    ObjectNode pill() {
        ObjectNode pill = pillBeforeStart(key);
        values.properties().forEach(value -> pill.set(value.getKey(), value.getValue()));
        if (id != null) {
            pill.put("id", id);
        }
        if (url != null) {
            pill.put("url", url);
        }
        return pill;
    }

    static ObjectNode pillBeforeStart(String key) {
        return JsonNodeFactory.instance.objectNode().put("key", key);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("url", url).put("key", key).put("started", started.toString());
        json.set("values", values);
        return json;
    }

    static OperationReference fromJson(JsonNode json) {
        return new OperationReference(
                json.path("id").textValue(),
                json.path("url").textValue(),
                json.path("values"),
                json.path("key").asText(),
                Instant.parse(json.path("started").asText()));
    }
}
