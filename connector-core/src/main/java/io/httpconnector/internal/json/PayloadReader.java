package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import java.io.IOException;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Reads the payload of an event as an object. */
public final class PayloadReader {

    /** Converts a JSON document in UTF-8 to an object. */
    @FunctionalInterface
    public interface ObjectReader {
        @Nullable Object read(byte[] json, Type type) throws IOException;
    }

    private PayloadReader() {}

    /**
     * Reads a payload.
     *
     * @param payload the payload
     * @param type the class of the object
     * @param reader converts the payload
     * @param event describes the event in messages
     * @param <T> the type of the object
     * @return the object
     * @throws ConnectorException when there is no payload, or it does not match the class
     */
    public static <T> T read(JsonNode payload, Class<T> type, ObjectReader reader, String event) {
        if (payload.isMissingNode()) {
            throw new ConnectorException(event + " has no payload: use its key");
        }
        Object value;
        try {
            value = reader.read(JsonSupport.write(payload), type);
        } catch (IOException | RuntimeException e) {
            // Jackson's exception is not used as the cause, because it quotes the source.
            String reason = e instanceof JsonProcessingException json
                    ? JsonSupport.describe(json)
                    : JsonSupport.firstLine(e.getMessage());
            throw new ConnectorException(mismatch(event, type) + ": " + reason);
        }
        if (!type.isInstance(value)) {
            throw new ConnectorException(mismatch(event, type));
        }
        return type.cast(value);
    }

    private static String mismatch(String event, Class<?> type) {
        return event + ": the payload is not " + type.getSimpleName();
    }
}
