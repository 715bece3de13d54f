package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.List;

/** A JSON pointer (RFC 6901) configured by the user. */
record JsonPaths(JsonPointer pointer) {

    static JsonPaths of(String part, String text) {
        return new JsonPaths(compiled(part, text));
    }

    /** The segments of a pointer, of which {@code *} matches any element or member. */
    static List<String> segments(String part, String text) {
        List<String> segments = new ArrayList<>();
        for (JsonPointer rest = compiled(part, text); !rest.matches(); rest = rest.tail()) {
            segments.add(rest.getMatchingProperty());
        }
        return List.copyOf(segments);
    }

    private static JsonPointer compiled(String part, String text) {
        try {
            return JsonSupport.pointer(text);
        } catch (InvalidDefinitionException e) {
            String solution = text != null && text.startsWith("/")
                    ? "write \"~0\" for a tilde, and \"~1\" for a slash in a name"
                    : "use \"/field\" or \"/object/field\", or \"\" for the whole value";
            throw new InvalidDefinitionException(
                    part, List.of("\"" + text + "\" is not a JSON pointer (RFC 6901): " + solution));
        }
    }

    boolean isRoot() {
        return pointer.matches();
    }

    /** The value; a missing node when there is none. */
    JsonNode resolve(JsonNode tree) {
        return tree.at(pointer);
    }

    /** The single value; for an XML element with attributes, its text. */
    JsonNode resolveValue(JsonNode tree) {
        return value(resolve(tree));
    }

    static JsonNode value(JsonNode node) {
        return node.isObject() && node.path("").isTextual() ? node.get("") : node;
    }

    @Override
    public String toString() {
        return pointer.toString();
    }
}
