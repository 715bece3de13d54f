package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The problems of a JSON document, each with the JSON Pointer (RFC 6901) of the value that it concerns. Checks the types of
 * values. Not thread-safe.
 */
final class JsonProblems {

    private final List<String> all = new ArrayList<>();

    /** Adds a problem. */
    void add(String pointer, String problem) {
        all.add((pointer.isEmpty() ? "" : pointer + ": ") + problem);
    }

    /** Adds the problems of a nested part; their JSON Pointers are appended to this one. */
    void addAll(String pointer, InvalidDefinitionException e) {
        for (String problem : e.problems()) {
            if (problem.startsWith("/")) {
                all.add(pointer + problem);
            } else {
                add(pointer, problem);
            }
        }
    }

    /** Returns all problems. */
    List<String> all() {
        return List.copyOf(all);
    }

    int count() {
        return all.size();
    }

    /** Returns whether a problem concerns a value or a part of it. */
    boolean concern(String pointer) {
        return all.stream().anyMatch(problem -> problem.startsWith(pointer + ":") || problem.startsWith(pointer + "/"));
    }

    /** Returns an exception with all problems, each once. */
    InvalidDefinitionException exception(String what) {
        return new InvalidDefinitionException(what, all.stream().distinct().toList());
    }

    /** Converts a value of the accepted type. Returns null for another one, which is reported. */
    <T> @Nullable T typed(
            String pointer,
            JsonNode value,
            Predicate<JsonNode> accepted,
            String expected,
            Function<JsonNode, T> conversion) {
        if (accepted.test(value)) {
            return conversion.apply(value);
        }
        add(pointer, "expected " + expected + ", found " + typeOf(value));
        return null;
    }

    @Nullable String text(String pointer, JsonNode value) {
        return typed(pointer, value, JsonNode::isTextual, "a string", JsonNode::textValue);
    }

    @Nullable Integer integer(String pointer, JsonNode value) {
        boolean fits = isInteger(pointer, value, JsonNode::canConvertToInt, Integer.MIN_VALUE, Integer.MAX_VALUE);
        return fits ? Integer.valueOf(value.intValue()) : null;
    }

    @Nullable Long longInteger(String pointer, JsonNode value) {
        boolean fits = isInteger(pointer, value, JsonNode::canConvertToLong, Long.MIN_VALUE, Long.MAX_VALUE);
        return fits ? Long.valueOf(value.longValue()) : null;
    }

    /** Returns whether a value is an integer in the range; reports a problem if not. */
    private boolean isInteger(String pointer, JsonNode value, Predicate<JsonNode> fits, long min, long max) {
        if (value.isIntegralNumber() && fits.test(value)) {
            return true;
        }
        if (value.isIntegralNumber()) {
            add(pointer, "expected an integer from " + min + " to " + max + ", found " + shortened(value.asText()));
        } else if (value.isNumber()) {
            add(
                    pointer,
                    "expected an integer without a fraction or an exponent, found "
                            + (Double.isFinite(value.doubleValue()) || value.isBigDecimal()
                                    ? "the number " + shortened(value.toString())
                                    : "a number out of range"));
        } else {
            add(pointer, "expected an integer, found " + typeOf(value));
        }
        return false;
    }

    /** Returns the name of the type of a value, for messages. */
    static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case STRING -> "a string";
            case NUMBER -> value.isIntegralNumber() ? "an integer" : "a number";
            case BOOLEAN -> String.valueOf(value.booleanValue());
            case NULL -> "null";
            default -> "nothing";
        };
    }

    /** Returns the message for a value that is not permitted. */
    static String notOneOf(String text, Iterable<String> names) {
        String nearest = Suggestions.ofName(text, names);
        return "\"" + shortened(text) + "\" is unknown; "
                + (nearest == null ? "use one of " + String.join(", ", names) : "did you mean \"" + nearest + "\"?");
    }

    /** Returns the beginning of a text, for messages. */
    static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
