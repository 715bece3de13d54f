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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares a response with the schema of earlier responses. A difference that occurs in several list elements is reported once.
 */
final class SchemaComparison {

    private static final int MAX_DIFFERENCES = 1000;

    /** The next step of a path: a name, or a quoted one in brackets. */
    private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]\"]+)|\\[\"((?:[^\"\\\\]|\\\\.)*)\"]");

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
        if (other.isObject()) {
            usedMembers(known, value, pointer, path);
        }
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

    /** Reports members that a later step uses and that are missing, in an object whose schema does not list all members. */
    private void usedMembers(JsonNode known, JsonNode value, String pointer, String path) {
        for (String pill : used) {
            Matcher step = STEP.matcher(pill).region(pill.startsWith(path) ? path.length() : 0, pill.length());
            if (!pill.startsWith(path) || !step.lookingAt() || (path.isEmpty() && pill.startsWith("."))) {
                continue;
            }
            String name = step.group(1) == null ? step.group(2).replaceAll("\\\\(.)", "$1") : step.group(1);
            String below = path + OutputPillCollector.pathStep(name, path.isEmpty());
            boolean isOwn = pill.equals(below) || pill.startsWith(below + ".") || pill.startsWith(below + "[");
            if (isOwn && !known.has(name) && !value.has(name)) {
                add(
                        Severity.ERROR,
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
        // What a later step uses is reported beyond the limit, too.
        if (found.size() < MAX_DIFFERENCES || level == Severity.ERROR) {
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
