package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.wizard.SchemaDifference.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares an answer with the schema of the answers before. What is the same in each element of a list is said once. */
final class SchemaComparison {

    private static final int MAX_DRIFTS = 1000;

    private final Set<String> used;
    private final Map<String, SchemaDifference> found = new LinkedHashMap<>();

    private SchemaComparison(Set<String> used) {
        this.used = used;
    }

    static List<SchemaDifference> of(JsonNode schema, JsonNode value, Set<String> used) {
        SchemaComparison drifts = new SchemaComparison(used);
        drifts.compare(schema, value, "", "");
        return new ArrayList<>(drifts.found.values());
    }

    private void compare(JsonNode schema, JsonNode value, String pointer, String path) {
        Set<String> types = types(schema);
        String type = type(value);
        boolean fits = types.isEmpty() || types.contains(type) || (type.equals("integer") && types.contains("number"));
        if (!fits) {
            Level level = isUsed(path) ? Level.ERROR : Level.WARNING;
            add(level, path + " type", pointer, "is " + type + ", but was " + String.join(" or ", types));
            return;
        }
        if (value.isObject()) {
            members(schema, value, pointer, path);
        }
        for (int i = 0; i < value.size() && value.isArray() && schema.has("items"); i++) {
            compare(schema.get("items"), value.get(i), pointer + "/" + i, path + "[*]");
        }
    }

    private void members(JsonNode schema, JsonNode value, String pointer, String path) {
        JsonNode known = schema.path("properties");
        JsonNode other = schema.path("additionalProperties");
        value.properties().forEach(member -> {
            String name = member.getKey();
            String below = path + OutputPillCollector.step(name, path.isEmpty());
            String at = pointer + "/" + name.replace("~", "~0").replace("/", "~1");
            if (known.has(name)) {
                compare(known.get(name), member.getValue(), at, below);
            } else if (other.isObject()) {
                compare(other, member.getValue(), at, below);
            } else {
                add(Level.INFORMATION, below + " new", at, "is new");
            }
        });
        for (JsonNode required : schema.path("required")) {
            String name = required.asText();
            String below = path + OutputPillCollector.step(name, path.isEmpty());
            if (!value.has(name)) {
                Level level = isUsed(below) ? Level.ERROR : Level.WARNING;
                add(
                        level,
                        below + " gone",
                        pointer + "/" + name.replace("~", "~0").replace("/", "~1"),
                        "is gone");
            }
        }
    }

    /** Whether a later step uses the value, or something in it. */
    private boolean isUsed(String path) {
        return used.stream()
                .anyMatch(pill -> pill.equals(path) || pill.startsWith(path + ".") || pill.startsWith(path + "["));
    }

    private void add(Level level, String key, String pointer, String message) {
        if (found.size() < MAX_DRIFTS) {
            found.putIfAbsent(key, new SchemaDifference(level, pointer, message));
        }
    }

    private static Set<String> types(JsonNode schema) {
        Set<String> types = new TreeSet<>();
        JsonNode type = schema.path("type");
        for (JsonNode name :
                type.isArray() ? type : JsonNodeFactory.instance.arrayNode().add(type)) {
            if (!name.asText().isEmpty()) {
                types.add(name.asText());
            }
        }
        return types;
    }

    private static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> SchemaInference.isInteger(value) ? "integer" : "number";
            default -> "null";
        };
    }
}
