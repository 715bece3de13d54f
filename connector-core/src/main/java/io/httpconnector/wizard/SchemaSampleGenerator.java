package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.PercentEncoding;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Generates a sample value for a schema of OpenAPI 3.0 or JSON Schema: its example, its default, or a value of its type. */
final class SchemaSampleGenerator {

    private static final int MAX_DEPTH = 8;
    private static final int MAX_VALUES = 2000;
    private static final int MAX_ITEMS = 10;
    private static final int MAX_LENGTH = 1000;
    private static final List<String> COMPOSITION_KEYWORDS = List.of("allOf", "oneOf", "anyOf");

    /** Keywords that describe a value. */
    private static final List<String> VALUE_KEYWORDS =
            List.of("type", "properties", "items", "enum", "const", "example", "examples", "default", "format", "$ref");

    private final JsonNode document;
    private final Set<String> openReferences = new HashSet<>();
    private final Set<String> unresolved = new TreeSet<>();
    private int values;

    SchemaSampleGenerator(JsonNode document) {
        this.document = document;
    }

    /** Resolves a local reference to a schema, parameter or other object. */
    JsonNode resolve(JsonNode node) {
        JsonNode target = node;
        for (int i = 0; i < 10 && target.has("$ref"); i++) {
            String ref = target.path("$ref").asText();
            JsonNode found = ref.startsWith("#/") ? at(ref.substring(1)) : MissingNode.getInstance();
            if (found.isMissingNode()) {
                unresolved.add(ref);
            }
            target = found;
        }
        return target;
    }

    private JsonNode at(String pointer) {
        String decoded = PercentEncoding.decode(pointer);
        try {
            return decoded == null ? MissingNode.getInstance() : document.at(decoded);
        } catch (IllegalArgumentException e) {
            return MissingNode.getInstance();
        }
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
        JsonNode found = resolve(schema.path("properties").path(name));
        for (String keyword : COMPOSITION_KEYWORDS) {
            for (JsonNode part : schema.path(keyword)) {
                found = found.isMissingNode() && depth < MAX_DEPTH ? property(part, name, depth + 1) : found;
            }
        }
        return found;
    }

    JsonNode of(JsonNode schema) {
        values = 0;
        return of(schema, 0);
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
        if (++values > 10 * MAX_VALUES || depth > 100 || !schema.isObject()) {
            return value;
        }
        if (schema.path("format").asText().equals("password") && value.isValueNode() && !value.isNull()) {
            return TextNode.valueOf(CredentialDetector.DECLARED_MARK);
        }
        JsonNode copy = value;
        if (value instanceof ObjectNode object) {
            ObjectNode changed = object.objectNode();
            JsonNode others = schema.path("additionalProperties");
            object.properties().forEach(member -> {
                JsonNode known = schema.path("properties").path(member.getKey());
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

    private JsonNode of(JsonNode node, int depth) {
        String ref = node.path("$ref").asText("");
        // Nested compositions can grow exponentially.
        if (++values > MAX_VALUES || (!ref.isEmpty() && !openReferences.add(ref))) {
            return NullNode.getInstance();
        }
        try {
            return sample(resolve(node), depth);
        } finally {
            openReferences.remove(ref);
        }
    }

    private JsonNode sample(JsonNode schema, int depth) {
        for (String keyword : new String[] {"example", "const", "default"}) {
            if (schema.has(keyword)) {
                return schema.get(keyword);
            }
        }
        for (String keyword : new String[] {"examples", "enum"}) {
            if (schema.path(keyword).isArray() && !schema.path(keyword).isEmpty()) {
                return schema.path(keyword).get(0);
            }
        }
        boolean isComposed = COMPOSITION_KEYWORDS.stream()
                .anyMatch(keyword -> !schema.path(keyword).isEmpty());
        return isComposed ? composed(schema, depth) : ofType(schema, type(schema), depth);
    }

    /** Combines all of {@code allOf}, the first of {@code oneOf}, the first of {@code anyOf} and the schema itself. */
    private JsonNode composed(JsonNode schema, int depth) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        JsonNode other = MissingNode.getInstance();
        for (JsonNode part : parts(schema)) {
            JsonNode value = of(typed(part, schema), depth + 1);
            if (value instanceof ObjectNode object) {
                all.setAll(object);
            } else if (other.isMissingNode() || other.isNull()) {
                other = value;
            }
        }
        boolean isObject =
                schema.has("properties") || schema.path("type").asText().equals("object") || !all.isEmpty();
        if (isObject) {
            if (object(schema, depth) instanceof ObjectNode own) {
                all.setAll(own);
            }
            return all;
        }
        return other.isMissingNode() ? ofType(schema, type(schema), depth) : other;
    }

    private List<JsonNode> parts(JsonNode schema) {
        List<JsonNode> parts = new ArrayList<>();
        for (JsonNode part : schema.path("allOf")) {
            if (describesValue(part)) {
                parts.add(part);
            }
        }
        for (String keyword : List.of("oneOf", "anyOf")) {
            for (JsonNode part : schema.path(keyword)) {
                boolean isNull = resolve(part).path("type").asText().equals("null");
                if (describesValue(part) && !isNull) {
                    parts.add(part);
                    break;
                }
            }
        }
        return parts;
    }

    /** Whether a schema describes a value, and is not only a condition such as {@code {"required": ["id"]}}. */
    private boolean describesValue(JsonNode part) {
        JsonNode schema = resolve(part);
        return VALUE_KEYWORDS.stream().anyMatch(schema::has)
                || COMPOSITION_KEYWORDS.stream().anyMatch(schema::has);
    }

    /** Adds the type of the whole schema to a part without a type. */
    private static JsonNode typed(JsonNode part, JsonNode whole) {
        boolean isTyped = part.has("type") || part.has("$ref") || !whole.has("type") || part.has("properties");
        return isTyped || !(part instanceof ObjectNode object)
                ? part
                : object.deepCopy().set("type", whole.get("type"));
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        for (JsonNode one : type) {
            if (!one.asText().equals("null")) {
                return one.asText();
            }
        }
        String impliedType = schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
        return type.asText(impliedType).isEmpty() ? impliedType : type.asText(impliedType);
    }

    private JsonNode ofType(JsonNode schema, String type, int depth) {
        return switch (type) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "boolean" -> BooleanNode.TRUE;
            case "integer", "number" -> number(schema);
            case "null" -> NullNode.getInstance();
            default -> TextNode.valueOf(text(schema));
        };
    }

    private JsonNode array(JsonNode schema, int depth) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        if (depth > MAX_DEPTH || !schema.has("items") || isRecursive(schema.get("items"))) {
            return array;
        }
        int size = Math.min(Math.max(1, schema.path("minItems").asInt(1)), MAX_ITEMS);
        for (int i = 0; i < size; i++) {
            array.add(of(schema.get("items"), depth + 1));
        }
        return array;
    }

    /** Returns the smallest valid number, or 1. */
    private static JsonNode number(JsonNode schema) {
        JsonNode min = schema.path("minimum");
        JsonNode exclusive = schema.path("exclusiveMinimum");
        BigDecimal number = min.isNumber() ? min.decimalValue() : BigDecimal.ONE;
        if (exclusive.isNumber() || exclusive.asBoolean()) {
            number = (exclusive.isNumber() ? exclusive.decimalValue() : number).add(BigDecimal.ONE);
        }
        JsonNode max = schema.path("maximum");
        if (max.isNumber() && number.compareTo(max.decimalValue()) > 0) {
            number = max.decimalValue();
        }
        BigDecimal step =
                schema.path("multipleOf").isNumber() ? schema.path("multipleOf").decimalValue() : BigDecimal.ZERO;
        if (step.signum() > 0 && number.remainder(step).signum() != 0) {
            number = number.divide(step, 0, RoundingMode.CEILING).multiply(step);
        }
        return JsonSupport.number(number.stripTrailingZeros().toPlainString());
    }

    /** Whether a schema contains itself, so that the sample would be infinite. */
    private boolean isRecursive(JsonNode node) {
        return openReferences.contains(node.path("$ref").asText(""));
    }

    private JsonNode object(JsonNode schema, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        if (depth <= MAX_DEPTH) {
            schema.path("properties").properties().forEach(property -> {
                JsonNode known = resolve(property.getValue());
                boolean isWanted = required.contains(property.getKey())
                        || !known.path("deprecated").asBoolean();
                if (!known.path("readOnly").asBoolean() && isWanted) {
                    object.set(property.getKey(), of(property.getValue(), depth + 1));
                }
            });
        }
        return object;
    }

    private static String text(JsonNode schema) {
        String text = text(schema.path("format").asText());
        int min = Math.min(schema.path("minLength").asInt(0), MAX_LENGTH);
        int max = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        if (text.length() < min) {
            text = text.repeat(min / text.length() + 1).substring(0, min);
        }
        return max >= 0 && text.length() > max ? text.substring(0, max) : text;
    }

    private static String text(String format) {
        return switch (format) {
            case "date-time" -> "2026-01-31T12:00:00Z";
            case "date" -> "2026-01-31";
            case "time" -> "12:00:00Z";
            case "email" -> "user@example.com";
            case "uuid" -> "123e4567-e89b-12d3-a456-426614174000";
            case "uri", "url" -> "https://example.com/";
            case "hostname" -> "example.com";
            case "ipv4" -> "192.0.2.1";
            default -> "string";
        };
    }
}
