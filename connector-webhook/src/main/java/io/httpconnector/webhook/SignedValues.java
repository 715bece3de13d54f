package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of a request that its signature covers one by one: fields of the body, query parameters, and header fields that the
 * request lists. A missing value is empty. Immutable.
 *
 * @param fields the texts of fields of the body, by JSON Pointer
 * @param parameters the values of query parameters
 * @param headers the values of listed header fields, by lower-case name
 * @param headerLines the text of the listed header fields, as it is signed
 * @param headerNames the list of header fields as received
 * @param all the fields of the list of all fields, by name; empty if there is no such list
 */
record SignedValues(
        Map<String, String> fields,
        Map<String, String> parameters,
        Map<String, String> headers,
        String headerLines,
        String headerNames,
        Map<String, List<String>> all) {

    static final SignedValues NONE = new SignedValues(Map.of(), Map.of(), Map.of(), "", "", Map.of());

    private static final int MAX_INDEX = 1000;

    /**
     * Reads the values that a content names.
     *
     * @throws IOException if a value is ambiguous: several values, or an object
     */
    static SignedValues of(SignedContent content, @Nullable SignedHeaders listed, WebhookRequest request)
            throws IOException {
        SignedFields list = content.fieldList();
        if (content.fields().isEmpty() && content.parameters().isEmpty() && listed == null && list == null) {
            return NONE;
        }
        Map<String, List<String>> all = list == null ? Map.of() : list.of(request);
        Map<String, String> fields = new TreeMap<>();
        if (!content.fields().isEmpty() && request.body().length > 0) {
            JsonNode tree = BodyParser.tree(request.body());
            for (String pointer : content.fields()) {
                fields.put(pointer, text(BodyParser.at(tree, JsonPointer.compile(pointer)), pointer));
            }
        }
        Map<String, String> parameters = new HashMap<>();
        if (!content.parameters().isEmpty()) {
            Map<String, List<String>> given = BodyParser.parameters(request);
            for (String name : content.parameters()) {
                parameters.put(name, single(given.getOrDefault(name, List.of()), "parameter " + name));
            }
        }
        if (listed == null) {
            return new SignedValues(fields, parameters, Map.of(), "", "", all);
        }
        Map<String, String> headers = listed.values(request);
        String names = String.join(" ", BodyParser.unverifiedValues(listed.list(), request));
        return new SignedValues(fields, parameters, headers, listed.lines(headers), names, all);
    }

    private static String text(JsonNode value, String pointer) throws IOException {
        if (value.isContainerNode()) {
            throw new IOException("the signed field " + pointer + " is not a single value");
        }
        return value.isMissingNode() || value.isNull() ? "" : value.asText();
    }

    static String single(List<String> values, String what) throws IOException {
        if (values.size() > 1) {
            throw new IOException("the signed " + Texts.visible(what) + " occurs " + values.size() + " times");
        }
        return values.isEmpty() ? "" : values.get(0);
    }

    String field(String pointer) {
        return fields.getOrDefault(pointer, "");
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** A copy in which a listed header field is empty. */
    SignedValues withoutHeader(String name, SignedHeaders listed) {
        Map<String, String> others = new LinkedHashMap<>(headers);
        others.replace(name.toLowerCase(Locale.ROOT), "");
        return new SignedValues(fields, parameters, others, listed.lines(others), headerNames, all);
    }

    boolean coversHeader(String name) {
        return headers.containsKey(name.toLowerCase(Locale.ROOT));
    }

    /** The number of fields in the list of all fields. */
    int count() {
        return all.values().stream().mapToInt(List::size).sum();
    }

    /** The fields as a tree, in which their pointers select their texts. */
    JsonNode tree(Set<String> pointers) {
        JsonNode root = JsonNodeFactory.instance.objectNode();
        for (String pointer : pointers) {
            put(root, JsonPointer.compile(pointer), field(pointer));
        }
        return root;
    }

    private static void put(JsonNode holder, JsonPointer pointer, String value) {
        JsonPointer rest = pointer.tail();
        boolean isLast = rest.matches();
        boolean isArray = rest.getMatchingIndex() >= 0 && rest.getMatchingIndex() < MAX_INDEX;
        JsonNode existing =
                holder.isArray() ? holder.path(pointer.getMatchingIndex()) : holder.path(pointer.getMatchingProperty());
        JsonNode next = existing;
        if (isLast) {
            next = JsonNodeFactory.instance.textNode(value);
        } else if (!existing.isContainerNode()) {
            next = isArray ? JsonNodeFactory.instance.arrayNode() : JsonNodeFactory.instance.objectNode();
        }
        if (holder instanceof ArrayNode array) {
            while (array.size() <= pointer.getMatchingIndex()) {
                array.addNull();
            }
            array.set(pointer.getMatchingIndex(), next);
        } else if (holder instanceof ObjectNode object) {
            object.set(pointer.getMatchingProperty(), next);
        }
        if (!isLast) {
            put(next, rest, value);
        }
    }
}
