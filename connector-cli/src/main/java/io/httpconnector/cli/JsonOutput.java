package io.httpconnector.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Headers;

/** The parts of requests and responses in the output for scripts. */
final class JsonOutput {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private JsonOutput() {}

    /** Returns an object with a list of values for each header field. */
    static ObjectNode headers(Headers headers) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (String name : headers.names()) {
            ArrayNode values = json.putArray(name);
            headers.all(name).forEach(values::add);
        }
        return json;
    }

    /** Returns a body: JSON as it is, anything else as text, no body as null. */
    static JsonNode body(String body) {
        if (body.isEmpty()) {
            return JsonNodeFactory.instance.nullNode();
        }
        try {
            JsonNode json = MAPPER.readTree(body);
            return json.isMissingNode() ? JsonNodeFactory.instance.textNode(body) : json;
        } catch (JsonProcessingException e) {
            return JsonNodeFactory.instance.textNode(body);
        }
    }
}
