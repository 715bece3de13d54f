package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashSet;
import java.util.Set;

/** Makes a value that a schema describes, of OpenAPI 3.0 or JSON Schema: its example, its default, or one of its type. */
final class SchemaSample {

    private static final int MAX_DEPTH = 8;
    private static final int MAX_VALUES = 2000;

    private final JsonNode document;
    private final Set<String> open = new HashSet<>();
    private int values;

    SchemaSample(JsonNode document) {
        this.document = document;
    }

    /** The schema, parameter or whatever else a local reference stands for. */
    JsonNode resolved(JsonNode node) {
        JsonNode target = node;
        for (int i = 0; i < 10 && target.has("$ref"); i++) {
            String ref = target.path("$ref").asText();
            target = ref.startsWith("#/")
                    ? document.at(ref.substring(1).replace("%7B", "{").replace("%7D", "}"))
                    : NullNode.getInstance();
        }
        return target;
    }

    JsonNode of(JsonNode schema) {
        values = 0;
        return of(schema, 0);
    }

    private JsonNode of(JsonNode node, int depth) {
        String ref = node.path("$ref").asText("");
        // A schema may have many parts that have many parts.
        if (++values > MAX_VALUES || (!ref.isEmpty() && !open.add(ref))) {
            return NullNode.getInstance();
        }
        try {
            return sample(resolved(node), depth);
        } finally {
            open.remove(ref);
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
        if (schema.path("allOf").isArray()) {
            return merged(schema, depth);
        }
        for (String keyword : new String[] {"oneOf", "anyOf"}) {
            if (!schema.path(keyword).isEmpty()) {
                return of(schema.path(keyword).get(0), depth + 1);
            }
        }
        return ofType(schema, type(schema), depth);
    }

    private JsonNode merged(JsonNode schema, int depth) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        JsonNode last = NullNode.getInstance();
        for (JsonNode part : schema.path("allOf")) {
            last = of(part, depth + 1);
            if (last instanceof ObjectNode object) {
                all.setAll(object);
            }
        }
        if (schema.has("properties") && object(schema, depth) instanceof ObjectNode own) {
            all.setAll(own);
        }
        return all.isEmpty() ? last : all;
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        for (JsonNode one : type) {
            if (!one.asText().equals("null")) {
                return one.asText();
            }
        }
        String usual = schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
        return type.asText(usual).isEmpty() ? usual : type.asText(usual);
    }

    private JsonNode ofType(JsonNode schema, String type, int depth) {
        return switch (type) {
            case "object" -> object(schema, depth);
            case "array" -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                yield depth > MAX_DEPTH || !schema.has("items") ? array : array.add(of(schema.get("items"), depth + 1));
            }
            case "boolean" -> BooleanNode.TRUE;
            case "integer" -> schema.path("minimum").isIntegralNumber() ? schema.get("minimum") : IntNode.valueOf(1);
            case "number" -> schema.path("minimum").isNumber() ? schema.get("minimum") : IntNode.valueOf(1);
            case "null" -> NullNode.getInstance();
            default -> TextNode.valueOf(text(schema.path("format").asText()));
        };
    }

    private JsonNode object(JsonNode schema, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        if (depth <= MAX_DEPTH) {
            schema.path("properties").properties().forEach(property -> {
                JsonNode known = resolved(property.getValue());
                if (!known.path("readOnly").asBoolean()
                        && !known.path("deprecated").asBoolean()) {
                    object.set(property.getKey(), of(property.getValue(), depth + 1));
                }
            });
        }
        return object;
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
