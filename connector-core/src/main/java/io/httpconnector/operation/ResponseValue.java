package io.httpconnector.operation;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
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

    private final @Nullable JsonPointer pointer;
    private final @Nullable ValueTemplate expression;

    private ResponseValue(@Nullable JsonPointer pointer, @Nullable ValueTemplate expression) {
        this.pointer = pointer;
        this.expression = expression;
    }

    static ResponseValue of(String text) {
        if (!ValueTemplate.hasPills(text)) {
            return new ResponseValue(JsonSupport.pointer(text), null);
        }
        ValueTemplate expression = ValueTemplate.of(text);
        for (String step : expression.steps()) {
            if (!STEPS.contains(step)) {
                String nearest = Suggestions.of(step, STEPS);
                throw new InvalidDefinitionException(
                        "location",
                        "\"" + step + "\" is unknown here: "
                                + (nearest == null
                                        ? "use response, headers or operation"
                                        : "did you mean \"" + nearest + "\"?"));
            }
        }
        return new ResponseValue(null, expression);
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
        if (expression == null) {
            return json.at(pointer);
        }
        try {
            return expression.evaluate(
                    Pills.of("response", json).and("headers", headers).and(OperationDefinition.OPERATION, operation));
        } catch (RenderException e) {
            throw new OperationException(
                    OperationException.OperationFailure.UNEXPECTED_RESPONSE,
                    "The location " + expression + " cannot be evaluated: " + String.join("; ", e.problems()),
                    context,
                    e);
        }
    }

    /** Returns the value as text; null if there is none. */
    @Nullable String textIn(ResponseContent content, JsonNode operation) {
        return text(in(content, operation));
    }

    /** Returns a value as text; null if it has none. */
    static @Nullable String text(JsonNode value) {
        String text = value.isNull() || value.isMissingNode() || value.isContainerNode() ? "" : value.asText();
        return text.isBlank() ? null : text;
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
        return expression == null ? String.valueOf(pointer) : expression.toString();
    }
}
