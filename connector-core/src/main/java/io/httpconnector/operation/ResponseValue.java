package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.operation.OperationException.Context;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.ValueTemplate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The location of a value in a response: a JSON Pointer, or an expression over {@code response}, {@code headers} and {@code
 * operation}. Immutable.
 */
final class ResponseValue {

    private static final List<String> STEPS = List.of("response", "headers", OperationDefinition.OPERATION);

    private final ValueTemplate location;

    private ResponseValue(ValueTemplate location) {
        this.location = location;
    }

    static ResponseValue of(String text) {
        return new ResponseValue(ValueTemplate.ofLocation(text, STEPS));
    }

    /** Returns the value; a missing node if there is none. */
    JsonNode in(ResponseContent content, JsonNode operation) {
        return in(content.json(), content.headers(), operation, Context.of(content.response()));
    }

    /** Returns the value in a record of a list; a missing node if there is none. */
    JsonNode inRecord(JsonNode item, JsonNode operation) {
        return in(item, Map.of(), operation, Context.NONE);
    }

    private JsonNode in(JsonNode json, Map<String, String> headers, JsonNode operation, Context context) {
        try {
            return location.evaluate(
                    Pills.of("response", json).and("headers", headers).and(OperationDefinition.OPERATION, operation));
        } catch (RenderException e) {
            throw new OperationException(
                    OperationException.OperationFailure.UNEXPECTED_RESPONSE,
                    "The location " + location + " cannot be evaluated: " + String.join("; ", e.problems()),
                    context,
                    e);
        }
    }

    /** Returns the value as text; null if there is none. */
    @Nullable String textIn(ResponseContent content, JsonNode operation) {
        return JsonSupport.scalarText(in(content, operation));
    }

    /** Returns whether there is a value that is not {@code null}, {@code false}, zero or empty. */
    boolean isPresentIn(ResponseContent content, JsonNode operation) {
        JsonNode value = in(content, operation);
        if (value.isContainerNode()) {
            return !value.isEmpty();
        }
        String text = value.isNull() || value.isMissingNode() ? "" : value.asText();
        return !text.isBlank() && !text.equals("false") && !text.equals("0");
    }

    @Override
    public String toString() {
        return location.toString();
    }
}
