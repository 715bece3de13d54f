package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.Pills;
import io.httpconnector.template.ValueTemplate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parents that need no request: fixed values, or those that an expression calculates before each poll. Immutable.
 *
 * @param fixed the values; none if there is an expression
 * @param expression the expression; null for fixed values
 * @param field the field of the objects that the values become; null for the values themselves
 */
record ParentValues(
        List<JsonNode> fixed,
        @Nullable ValueSource expression,
        @Nullable String field) {

    static final ParentValues NONE = new ParentValues(List.of(), null, null);

    static ParentValues of(List<JsonNode> fixed) {
        return new ParentValues(List.copyOf(fixed), null, null);
    }

    static ParentValues of(String expression) {
        if (expression == null || !ValueTemplate.hasPills(expression)) {
            throw new InvalidDefinitionException(
                    "parents",
                    List.of("valuesOf: \"" + expression + "\" has no pill: use one with the values, such as"
                            + " {{account.regions | split(',')}}, or of(...) for fixed values"));
        }
        return new ParentValues(List.of(), ValueSource.ofConstants("parents", expression), null);
    }

    ParentValues withField(String name) {
        if (name == null || name.isBlank()) {
            throw new InvalidDefinitionException("parents", List.of("field: the name is missing"));
        }
        return new ParentValues(fixed, expression, name);
    }

    /** The pointer from a parent to its key. */
    JsonPaths key() {
        return JsonPaths.of("parents", field == null ? "" : "/" + JsonObjectReader.token(field));
    }

    /** The parents of a poll. */
    List<JsonNode> in(Pills pills) {
        List<JsonNode> found = expression == null ? fixed : elements(expression.evaluate(pills));
        return field == null
                ? found
                : found.stream()
                        .<JsonNode>map(
                                value -> JsonNodeFactory.instance.objectNode().set(field, value))
                        .toList();
    }

    private static List<JsonNode> elements(JsonNode value) {
        List<JsonNode> all = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(all::add);
        } else if (!value.isMissingNode() && !value.isNull()) {
            all.add(value);
        }
        return all;
    }

    ObjectNode writeTo(ObjectNode json) {
        if (expression == null) {
            json.putArray("values").addAll(fixed);
        } else {
            json.put("valuesOf", expression.toString());
        }
        return field == null ? json : json.put("field", field);
    }
}
