package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Infers the common JSON Schema (2020-12) of several sample values: a member is required if every sample has it, a number is
 * an integer if all samples are, a string has a format if all samples have it, and an object whose member names are ids is a
 * map, and so is one with more than 500 members of one type. Not thread-safe.
 */
final class SchemaInference {

    private static final int MAX_PROPERTIES = 500;

    private final Set<String> types = new TreeSet<>();
    private final Map<String, SchemaInference> properties = new TreeMap<>();
    private final Map<String, Integer> seen = new TreeMap<>();
    private boolean isTruncated;
    private int objects;
    private @Nullable SchemaInference items;
    private @Nullable String format;
    private boolean hasTexts;

    /** Adds a sample value. */
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

    /** Whether a number is written as an integer: 1.0 may be 1.5 in the next response. */
    static boolean isInteger(JsonNode value) {
        return value.isIntegralNumber() || value.asText().matches("-?\\d+");
    }

    private void object(JsonNode value) {
        types.add("object");
        objects++;
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            boolean isKept = properties.size() < MAX_PROPERTIES || properties.containsKey(member.getKey());
            isTruncated |= !isKept;
            if (isKept) {
                properties
                        .computeIfAbsent(member.getKey(), name -> new SchemaInference())
                        .add(member.getValue());
                seen.merge(member.getKey(), 1, Integer::sum);
            }
        }
    }

    private void text(String text) {
        types.add("string");
        String found = FormatDetector.of(text);
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
        SchemaInference common = new SchemaInference();
        properties.values().forEach(common::merge);
        boolean hasIds = properties.keySet().stream().allMatch(FormatDetector::isId);
        boolean isMap = hasIds || (isTruncated && common.isUniform());
        if (!properties.isEmpty() && isMap) {
            schema.set("additionalProperties", isTruncated ? common.open() : common.schema());
            return;
        }
        if (isTruncated) {
            schema.putObject("additionalProperties");
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

    /** Whether all values have one type, apart from null. */
    private boolean isUniform() {
        Set<String> others = new TreeSet<>(types);
        others.remove("null");
        return others.size() == 1 || (others.size() == 2 && others.contains("integer") && others.contains("number"));
    }

    /** Returns a schema that also permits values that were not looked at, because an object has too many members. */
    private ObjectNode open() {
        ObjectNode schema = schema();
        schema.remove(List.of("format", "required"));
        return schema;
    }

    private void merge(SchemaInference other) {
        isTruncated |= other.isTruncated;
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
