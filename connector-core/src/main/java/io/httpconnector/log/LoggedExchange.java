package io.httpconnector.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Exchange;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.Optional;

/**
 * An entry of an exchange log.
 *
 * @param id the unique id of the entry
 * @param connection the name of the connection
 * @param source the id of the trigger or receiver whose poll or handler has sent the request; empty if the application has sent it
 * @param failure the message of the exception, without secrets; empty if the call succeeded
 * @param exchange the request and the response, without secrets
 */
public record LoggedExchange(String id, String connection, String source, Optional<String> failure, Exchange exchange) {

    /**
     * Returns the entry as JSON, to store it.
     *
     * @return a document readable by {@link #fromJson}
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("connection", connection).put("source", source);
        failure.ifPresent(message -> json.put("failure", message));
        json.set("exchange", exchange.toJson());
        return json;
    }

    /**
     * Reads an entry from JSON.
     *
     * @param json the output of {@link #toJson()}
     * @return the entry
     * @throws InvalidDefinitionException if the document is malformed
     */
    public static LoggedExchange fromJson(JsonNode json) {
        try {
            return new LoggedExchange(
                    json.required("id").asText(),
                    json.required("connection").asText(),
                    json.required("source").asText(),
                    json.has("failure") ? Optional.of(json.get("failure").asText()) : Optional.empty(),
                    Exchange.fromJson(json.required("exchange")));
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException("logged exchange", List.of(String.valueOf(e.getMessage())));
        }
    }
}
