package io.httpconnector.definition.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.Suggestions;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts properties, which are texts, to the types that a JSON Schema requires, and their names to those of its members. What it does
 * not know stays as it is, so that the reader of the document reports it.
 */
final class PropertyTypes {

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]{1,19}");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12}) ?(ms|s|m|h|d)");
    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");
    private static final String REFERENCE = "#/$defs/reference";

    private final JsonNode root;

    /**
     * Creates a conversion.
     *
     * @param root the schema that contains the definitions to which others refer
     */
    PropertyTypes(JsonNode root) {
        this.root = root;
    }

    /** Returns a value with the types and names of a schema. */
    JsonNode convert(JsonNode value, JsonNode schema) {
        List<JsonNode> variants = variants(schema);
        if (value.isObject() || value.isArray()) {
            return container(value, variants);
        }
        for (JsonNode variant : variants) {
            JsonNode converted = scalar(value, variant);
            if (converted != null) {
                return converted;
            }
        }
        return value;
    }

    private JsonNode container(JsonNode value, List<JsonNode> variants) {
        List<JsonNode> elements = PropertyTree.elements(value);
        for (JsonNode variant : variants) {
            if (isType(variant, "array") && !elements.isEmpty()) {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                elements.forEach(element -> array.add(convert(element, variant.path("items"))));
                return array;
            }
            if (isType(variant, "object") && value.isObject()) {
                // Without members in the schema, the names are those of the application or of the service.
                return isFree(variant) ? PropertyTree.withLists(value) : object(value, variant);
            }
        }
        return PropertyTree.withLists(value);
    }

    private ObjectNode object(JsonNode value, JsonNode schema) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        addMembers(schema, value.path("type").asText(), members);
        if (schema.path("additionalProperties").isObject()) {
            // Names of the service, such as header fields.
            PropertyTree.texts(value).forEach(object::put);
            return object;
        }
        List<String> names = new ArrayList<>();
        members.fieldNames().forEachRemaining(names::add);
        value.properties().forEach(member -> add(object, member.getKey(), member.getValue(), names, members));
        return object;
    }

    /** Adds the members of a schema, and those that it has for a type. */
    private static void addMembers(JsonNode schema, String type, ObjectNode members) {
        if (schema.path("properties") instanceof ObjectNode properties) {
            members.setAll(properties);
        }
        for (JsonNode part : schema.path("allOf")) {
            JsonNode required = part.at("/if/properties/type/const");
            if (required.isTextual() && required.textValue().equals(type)) {
                addMembers(part.path("then"), type, members);
            } else {
                addMembers(part.path("else"), type, members);
            }
        }
    }

    /** Adds a member; {@code response.timeout}, which comes from an environment variable, is that of {@code response-timeout}. */
    private void add(ObjectNode object, String name, JsonNode value, List<String> names, JsonNode members) {
        String known = PropertyNames.find(names, name);
        // A misspelt name of a group, such as "webhook", is reported as it is written.
        boolean isPart = value.isObject() && PropertyNames.isStart(names, name) && !isMisspelt(name, names);
        if (known != null) {
            object.set(known, convert(value, members.get(known)));
        } else if (isPart) {
            value.properties()
                    .forEach(part -> add(object, name + "-" + part.getKey(), part.getValue(), names, members));
        } else {
            object.set(PropertyNames.camelCase(name), value);
        }
    }

    private static boolean isMisspelt(String name, List<String> names) {
        return Suggestions.ofName(name, names) != null;
    }

    /** Returns a value as the type of a schema; null if it is none. */
    private @Nullable JsonNode scalar(JsonNode value, JsonNode schema) {
        String text = value.asText();
        if (schema.has("enum")) {
            for (JsonNode each : schema.get("enum")) {
                if (each.asText().equals(text)) {
                    return each;
                }
            }
            return null;
        }
        return switch (schema.path("type").asText()) {
            case "string" -> schema.has("pattern") ? duration(text) : TextNode.valueOf(text);
            case "integer" -> INTEGER.matcher(text).matches() ? PropertyTree.integer(new BigInteger(text)) : null;
            case "boolean" -> flag(text);
            case "array" -> list(text, schema.path("items"));
            default -> null;
        };
    }

    private static @Nullable JsonNode flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> BooleanNode.TRUE;
            case "false" -> BooleanNode.FALSE;
            default -> null;
        };
    }

    private ArrayNode list(String text, JsonNode items) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (String element : COMMA.split(text.strip(), -1)) {
            array.add(convert(TextNode.valueOf(element), items));
        }
        return array;
    }

    /** Returns a duration such as {@code 10s} as in documents. */
    private static JsonNode duration(String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            return TextNode.valueOf(text);
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        return TextNode.valueOf(duration.toString());
    }

    /** Returns the alternatives of a schema, without that for a reference to another value. */
    private List<JsonNode> variants(JsonNode schema) {
        List<JsonNode> variants = new ArrayList<>();
        addVariants(schema, variants);
        return variants;
    }

    private void addVariants(JsonNode schema, List<JsonNode> variants) {
        String reference = schema.path("$ref").asText();
        if (reference.startsWith("#/") && !reference.equals(REFERENCE)) {
            addVariants(root.at(reference.substring(1)), variants);
        } else if (schema.has("anyOf")) {
            schema.get("anyOf").forEach(each -> addVariants(each, variants));
        } else if (reference.isEmpty()) {
            variants.add(schema);
        }
    }

    private static boolean isFree(JsonNode schema) {
        return !schema.has("properties") && !schema.has("additionalProperties");
    }

    private static boolean isType(JsonNode schema, String type) {
        return schema.path("type").asText().equals(type);
    }
}
