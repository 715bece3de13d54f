package io.httpconnector.examples.connectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A response of a mock service. Immutable.
 *
 * @param status the status
 * @param headers the header fields
 * @param body the body
 */
record Reply(int status, Map<String, String> headers, String body) {

    static Reply json(Object value) {
        return json(200, value);
    }

    static Reply json(int status, Object value) {
        try {
            String text = value instanceof String json ? json : Call.MAPPER.writeValueAsString(value);
            return new Reply(status, Map.of("Content-Type", "application/json; charset=utf-8"), text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Reply empty(int status) {
        return new Reply(status, Map.of(), "");
    }

    Reply header(String name, Object value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, String.valueOf(value));
        return new Reply(status, all, body);
    }
}
