package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the values of several samples have in common, as JSON Schema (2020-12): a member is required when it was always there, a
 * number is an integer when all were, a text has a format when all agree, and an object whose names are ids is a map. Of one
 * thread.
 */
final class SchemaInference {

    private static final int MAX_PROPERTIES = 500;

    private final Set<String> types = new TreeSet<>();
    private final Map<String, SchemaInference> properties = new TreeMap<>();
    private final Map<String, Integer> seen = new TreeMap<>();
    private int objects;
    private @Nullable SchemaInference items;
    private @Nullable String format;
    private boolean hasTexts;

    /** Takes one more value into account. */
    SchemaInference add(JsonNode value) {
        switch (value.getNodeType()) {
            case OBJECT -> object(value);
            case ARRAY -> {
                types.add("array");
                SchemaInference shape = items == null ? new SchemaInference() : items;
                value.forEach(shape::add);
                items = shape;
            }
            case STRING -> text(value.textValue());
            case NUMBER -> types.add(isInteger(value) ? "integer" : "number");
            case BOOLEAN -> types.add("boolean");
            default -> types.add("null");
        }
        return this;
    }

    /** As it is written: 1.0 is a number that happens to be whole, and may be 1.5 the next time. */
    static boolean isInteger(JsonNode value) {
        return value.isIntegralNumber() || value.asText().matches("-?\\d+");
    }

    private void object(JsonNode value) {
        types.add("object");
        objects++;
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            if (properties.size() < MAX_PROPERTIES || properties.containsKey(member.getKey())) {
                properties
                        .computeIfAbsent(member.getKey(), name -> new SchemaInference())
                        .add(member.getValue());
                seen.merge(member.getKey(), 1, Integer::sum);
            }
        }
    }

    private void text(String text) {
        types.add("string");
        String found = Formats.of(text);
        format = hasTexts && !String.valueOf(format).equals(found) ? null : found;
        hasTexts = true;
    }

    ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        Set<String> known = new TreeSet<>(types);
        if (known.contains("number")) {
            known.remove("integer");
        }
        if (known.size() == 1) {
            schema.put("type", known.iterator().next());
        } else if (!known.isEmpty()) {
            known.forEach(schema.putArray("type")::add);
        }
        if (format != null) {
            schema.put("format", format);
        }
        if (known.contains("object")) {
            members(schema);
        }
        if (items != null && !items.types.isEmpty()) {
            schema.set("items", items.schema());
        }
        return schema;
    }

    private void members(ObjectNode schema) {
        if (!properties.isEmpty() && properties.keySet().stream().allMatch(Formats::isId)) {
            SchemaInference common = new SchemaInference();
            properties.values().forEach(common::merge);
            schema.set("additionalProperties", common.schema());
            return;
        }
        ObjectNode written = schema.putObject("properties");
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        properties.forEach((name, shape) -> {
            written.set(name, shape.schema());
            if (seen.getOrDefault(name, 0) == objects) {
                required.add(name);
            }
        });
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
    }

    private void merge(SchemaInference other) {
        types.addAll(other.types);
        objects += other.objects;
        other.properties.forEach((name, shape) -> properties
                .computeIfAbsent(name, unused -> new SchemaInference())
                .merge(shape));
        other.seen.forEach((name, count) -> seen.merge(name, count, Integer::sum));
        if (other.items != null) {
            SchemaInference shape = items == null ? new SchemaInference() : items;
            shape.merge(other.items);
            items = shape;
        }
        if (other.hasTexts) {
            format = hasTexts && !String.valueOf(format).equals(other.format) ? null : other.format;
            hasTexts = true;
        }
    }
}
