package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Response;
import io.httpconnector.internal.http.FieldValues;
import io.httpconnector.internal.json.JsonSupport;
import java.util.Map;

/**
 * A response with its JSON and its header fields by their names in lower case.
 *
 * @param json the body; a missing node if it is empty or not JSON
 */
record ResponseContent(Response response, JsonNode json, Map<String, String> headers) {

    static ResponseContent of(Response response) {
        JsonNode json = response.bytes().length == 0
                ? JsonNodeFactory.instance.missingNode()
                : JsonSupport.readLenient(response.text());
        return new ResponseContent(response, json, FieldValues.byName(response.headers()));
    }
}
