package io.httpconnector.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.PayloadReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * An event of a {@code text/event-stream} (WHATWG HTML, section 9.2).
 *
 * @param id the last id that the service has set, with this event or an earlier one; empty if there is none
 * @param event the type of the event; {@code message} if the service states none
 * @param data the data; its lines are separated by line feeds
 * @param retry the delay before a reconnection that the service has set with this event; it is limited by
 *     {@link EventStream#maxReconnectDelay}
 */
public record ServerSentEvent(String id, String event, String data, Optional<Duration> retry) {

    /**
     * Returns the data as JSON.
     *
     * @return the tree
     * @throws StreamException if the data is not one JSON value, such as {@code [DONE]}; the message quotes nothing of it
     */
    public JsonNode json() {
        try {
            JsonNode tree = JsonSupport.parse(data.getBytes(StandardCharsets.UTF_8));
            if (!tree.isMissingNode()) {
                return tree;
            }
        } catch (IOException e) {
            throw new StreamException(
                    StreamException.StreamFailure.INVALID_JSON,
                    0,
                    this + ": the data is not JSON: " + e.getMessage(),
                    null);
        }
        throw new StreamException(StreamException.StreamFailure.INVALID_JSON, this + ": the data is empty");
    }

    /**
     * Returns the data as an object of a class, deserialized by the default {@link Response.JsonMapping}.
     *
     * @param type the class, such as a record
     * @param <T> the type of the object
     * @return the object
     * @throws ConnectorException if the data is not JSON, or does not match the class
     */
    public <T> T json(Class<T> type) {
        Arguments.notNull(type, "type");
        return PayloadReader.read(json(), type, Response.JsonMapping.currentDefault()::read, toString());
    }

    /**
     * Describes the event without its data.
     *
     * @return the type and the size
     */
    @Override
    public String toString() {
        return "Event of " + data.length() + " characters";
    }
}
