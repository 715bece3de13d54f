package io.httpconnector.wizard;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Resolves the local references of a document. References to other documents are recorded and not resolved. */
final class SchemaReferences {

    static final List<String> COMPOSITION_KEYWORDS = List.of("allOf", "oneOf", "anyOf");

    private static final int MAX_CHAIN = 10;
    private static final int MAX_DEPTH = 100;
    private static final int MAX_VALUES = 20_000;

    private final JsonNode document;
    private final Set<String> unresolved = new TreeSet<>();
    private int values;
    private int nested;

    SchemaReferences(JsonNode document) {
        this.document = document;
    }

    /** Returns the reference of a node, or an empty text if it is not a reference. */
    static String of(JsonNode node) {
        String dynamic =
                node.path("$dynamicRef").isTextual() ? node.path("$dynamicRef").textValue() : "";
        return node.path("$ref").isTextual() ? node.path("$ref").textValue() : dynamic;
    }

    /** Resolves a local reference to a schema, parameter or other object; a reference to itself is unresolved. */
    JsonNode resolve(JsonNode node) {
        JsonNode target = node;
        for (int i = 0; i < MAX_CHAIN && !of(target).isEmpty(); i++) {
            target = target(of(target));
        }
        if (of(target).isEmpty()) {
            return target;
        }
        unresolved.add(of(node));
        return MissingNode.getInstance();
    }

    /** Returns the target of a reference, or a missing node. */
    JsonNode target(String reference) {
        JsonNode found = reference.equals("#")
                ? document
                : reference.startsWith("#/")
                        ? at(reference.substring(1))
                        : reference.startsWith("#")
                                ? anchor(document, reference.substring(1), 0)
                                : MissingNode.getInstance();
        if (found.isMissingNode()) {
            unresolved.add(reference);
        }
        return found;
    }

    /** Returns the schema with an anchor (JSON Schema 2020-12, section 8.2.2), or a missing node. */
    private static JsonNode anchor(JsonNode node, String name, int depth) {
        if (node.path("$anchor").asText(node.path("$dynamicAnchor").asText()).equals(name)) {
            return node;
        }
        JsonNode found = MissingNode.getInstance();
        for (JsonNode child : node) {
            found = found.isMissingNode() && child.isContainerNode() && depth < MAX_DEPTH
                    ? anchor(child, name, depth + 1)
                    : found;
        }
        return found;
    }

    private JsonNode at(String pointer) {
        String decoded = PercentEncoding.decode(pointer);
        try {
            return decoded == null ? MissingNode.getInstance() : at(JsonPointer.compile(decoded));
        } catch (IllegalArgumentException e) {
            return MissingNode.getInstance();
        }
    }

    /** Returns the node at a pointer, also if a node on the way to it is a reference, such as {@code components/schemas}. */
    private JsonNode at(JsonPointer pointer) {
        JsonNode node = document.at(pointer);
        if (!node.isMissingNode()) {
            return node;
        }
        node = document;
        for (JsonPointer rest = pointer; !rest.matches() && !node.isMissingNode(); rest = rest.tail()) {
            JsonNode child = child(node, rest);
            if (child.isMissingNode() && !of(node).isEmpty() && nested < MAX_CHAIN) {
                nested++;
                child = child(resolve(node), rest);
                nested--;
            }
            node = child;
        }
        return node;
    }

    private static JsonNode child(JsonNode node, JsonPointer pointer) {
        return node.isArray() ? node.path(pointer.getMatchingIndex()) : node.path(pointer.getMatchingProperty());
    }

    /** Returns the references that could not be resolved. */
    Set<String> unresolved() {
        return unresolved;
    }

    /** Returns the schema of a property, also if it is declared in a composed schema. */
    JsonNode property(JsonNode reference, String name) {
        return property(reference, name, 0);
    }

    private JsonNode property(JsonNode reference, String name, int depth) {
        JsonNode schema = resolve(reference);
        JsonNode found = resolve(resolve(schema.path("properties")).path(name));
        for (String keyword : COMPOSITION_KEYWORDS) {
            for (JsonNode part : schema.path(keyword)) {
                found = found.isMissingNode() && depth < MAX_CHAIN ? property(part, name, depth + 1) : found;
            }
        }
        return found;
    }

    /**
     * Returns a copy in which each value that the schema declares as a password is replaced with
     * {@link CredentialDetector#DECLARED_MARK}.
     */
    JsonNode markPasswords(JsonNode schema, JsonNode value) {
        values = 0;
        return markPasswords(schema, value, 0);
    }

    private JsonNode markPasswords(JsonNode reference, JsonNode value, int depth) {
        JsonNode schema = resolve(reference);
        if (++values > MAX_VALUES || depth > MAX_DEPTH || !schema.isObject()) {
            return value;
        }
        if (schema.path("format").asText().equals("password") && value.isValueNode() && !value.isNull()) {
            return TextNode.valueOf(CredentialDetector.DECLARED_MARK);
        }
        JsonNode copy = value;
        if (value instanceof ObjectNode object) {
            ObjectNode changed = object.objectNode();
            JsonNode properties = resolve(schema.path("properties"));
            JsonNode others = schema.path("additionalProperties");
            object.properties().forEach(member -> {
                JsonNode known = properties.path(member.getKey());
                JsonNode own = known.isMissingNode() ? others : known;
                changed.set(member.getKey(), markPasswords(own, member.getValue(), depth + 1));
            });
            copy = changed;
        } else if (value instanceof ArrayNode array) {
            ArrayNode changed = array.arrayNode();
            array.forEach(element -> changed.add(markPasswords(schema.path("items"), element, depth + 1)));
            copy = changed;
        }
        for (String keyword : COMPOSITION_KEYWORDS) {
            for (JsonNode part : schema.path(keyword)) {
                copy = markPasswords(part, copy, depth + 1);
            }
        }
        return copy;
    }
}
