package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The path to a value: field names (String), indexes (Integer; negative ones count from the end), and {@link #ALL} for each
 * element of a list. Parsed by {@link ExpressionReader}.
 */
record PillPath(String text, List<Object> steps) {

    /** The step {@code [*]}. */
    static final Object ALL = new Object() {
        @Override
        public String toString() {
            return "*";
        }
    };

    /** Resolves the path from a value. Returns null if the target is missing. */
    @Nullable JsonNode resolve(JsonNode from) {
        return resolve(from, 0);
    }

    /** Resolves the steps from index {@code first} on. Returns null if the target is missing. */
    @Nullable JsonNode resolve(JsonNode from, int first) {
        JsonNode value = from;
        for (int i = first; i < steps.size(); i++) {
            Object step = steps.get(i);
            if (step == ALL) {
                return resolveEach(value, i + 1);
            }
            value = child(value, step);
            if (value == null || value.isMissingNode()) {
                return null;
            }
        }
        return value;
    }

    private @Nullable JsonNode resolveEach(JsonNode list, int next) {
        if (!list.isArray()) {
            return null;
        }
        boolean more = steps.subList(next, steps.size()).contains(ALL);
        ArrayNode found = JsonNodeFactory.instance.arrayNode(list.size());
        for (JsonNode element : list) {
            JsonNode value = resolve(element, next);
            if (value == null) {
                return null;
            }
            if (more) {
                // Nested lists are flattened into one list.
                found.addAll((ArrayNode) value);
            } else {
                found.add(value);
            }
        }
        return found;
    }

    private static @Nullable JsonNode child(JsonNode value, Object step) {
        if (step instanceof Integer index) {
            return value.get(index < 0 ? value.size() + index : index);
        }
        return value.get((String) step);
    }

    /** Returns a rejection that names the step that could not be resolved, and the most similar existing name. */
    ValueRejectedException missing(JsonNode from, int first) {
        StringBuilder reached = new StringBuilder();
        for (int i = 0; i < first; i++) {
            append(reached, steps.get(i));
        }
        return missing(from, first, reached);
    }

    private ValueRejectedException missing(JsonNode from, int first, StringBuilder reached) {
        JsonNode value = from;
        for (int i = first; i < steps.size(); i++) {
            Object step = steps.get(i);
            if (step == ALL && value.isArray()) {
                return missingInEach(value, i + 1, reached);
            }
            JsonNode next = step == ALL ? null : child(value, step);
            if (next == null || next.isMissingNode()) {
                return missing(value, reached.isEmpty() ? "the job" : "\"" + reached + "\"", step);
            }
            value = next;
            append(reached, step);
        }
        return new ValueRejectedException(Code.MISSING, "has no value");
    }

    private ValueRejectedException missingInEach(JsonNode list, int next, StringBuilder reached) {
        for (int i = 0; i < list.size(); i++) {
            if (resolve(list.get(i), next) == null) {
                append(reached, i);
                return missing(list.get(i), next, reached);
            }
        }
        return new ValueRejectedException(Code.MISSING, "has no value");
    }

    private static ValueRejectedException missing(JsonNode value, String owner, Object step) {
        if (!(step instanceof String name)) {
            return new ValueRejectedException(
                    Code.MISSING,
                    value.isArray()
                            ? owner + " has " + value.size() + " elements, so it has no [" + step + "]"
                            : owner + " is not a list, so it has no [" + step + "]");
        }
        if (!value.isObject()) {
            return new ValueRejectedException(
                    Code.MISSING, owner + " is " + ValueType.of(value).phrase() + ", so it has no \"" + name + "\"");
        }
        List<String> names = value.properties().stream().map(Map.Entry::getKey).toList();
        return new ValueRejectedException(
                Code.MISSING, owner + " has no \"" + name + "\"", Suggestions.of(name, names));
    }

    /** Whether a name needs no brackets and quotes in a path. */
    static boolean isIdentifier(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> isNamePart((char) c));
    }

    static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || "_-$@:".indexOf(c) >= 0;
    }

    static void append(StringBuilder path, Object step) {
        if (!(step instanceof String name)) {
            path.append('[').append(step).append(']');
        } else if (isIdentifier(name)) {
            path.append(path.isEmpty() ? "" : ".").append(name);
        } else {
            path.append("[\"").append(name).append("\"]");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
