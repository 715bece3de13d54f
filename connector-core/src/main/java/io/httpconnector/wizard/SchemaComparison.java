package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.wizard.SchemaDifference.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares a response with the schema of earlier responses. A difference that occurs in several list elements is reported once.
 */
final class SchemaComparison {

    private static final int MAX_DIFFERENCES = 1000;

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
            Severity level = isUsed(path) ? Severity.ERROR : Severity.WARNING;
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
            String below = path + OutputPillCollector.pathStep(name, path.isEmpty());
            String at = pointer + "/" + name.replace("~", "~0").replace("/", "~1");
            if (known.has(name)) {
                compare(known.get(name), member.getValue(), at, below);
            } else if (other.isObject()) {
                compare(other, member.getValue(), at, below);
            } else {
                add(Severity.INFORMATION, below + " new", at, "is new");
            }
        });
        for (JsonNode required : schema.path("required")) {
            String name = required.asText();
            String below = path + OutputPillCollector.pathStep(name, path.isEmpty());
            if (!value.has(name)) {
                Severity level = isUsed(below) ? Severity.ERROR : Severity.WARNING;
                add(
                        level,
                        below + " gone",
                        pointer + "/" + name.replace("~", "~0").replace("/", "~1"),
                        "is missing");
            }
        }
    }

    /** Whether a later step uses the value, or something in it. */
    private boolean isUsed(String path) {
        return used.stream()
                .anyMatch(pill -> pill.equals(path) || pill.startsWith(path + ".") || pill.startsWith(path + "["));
    }

    private void add(Severity level, String key, String pointer, String message) {
        if (found.size() < MAX_DIFFERENCES) {
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
