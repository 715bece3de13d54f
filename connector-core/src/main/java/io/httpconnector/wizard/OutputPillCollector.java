package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Collects the values of a schema that later steps can use. */
final class OutputPillCollector {

    private static final int MAX_OUTPUTS = 2000;

    private final List<OutputPill> pills = new ArrayList<>();

    private OutputPillCollector() {}

    static List<OutputPill> of(JsonNode schema) {
        OutputPillCollector outputs = new OutputPillCollector();
        outputs.walk(schema, "", "");
        return List.copyOf(outputs.pills);
    }

    private void walk(JsonNode schema, String path, String label) {
        schema.path("properties").properties().forEach(property -> {
            String name = property.getKey();
            String below = path + pathStep(name, path.isEmpty());
            String spoken = (label + " " + label(name)).strip();
            if (pills.size() < MAX_OUTPUTS) {
                pills.add(new OutputPill(below, type(property.getValue()), spoken));
            }
            walk(property.getValue(), below, spoken);
        });
        if (schema.has("items")) {
            walk(schema.get("items"), path + "[*]", label);
        }
    }

    static String pathStep(String name, boolean first) {
        return name.matches("[\\p{L}\\p{Nd}_$@:-]+")
                ? (first ? "" : ".") + name
                : "[\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"]";
    }

    private static String type(JsonNode schema) {
        TreeSet<String> types = new TreeSet<>();
        JsonNode type = schema.path("type");
        for (JsonNode name :
                type.isArray() ? type : JsonNodeFactory.instance.arrayNode().add(type)) {
            switch (name.asText()) {
                case "string" -> types.add("text");
                case "integer" -> types.add("number");
                case "array" -> types.add("list");
                case "null", "" -> {}
                default -> types.add(name.asText());
            }
        }
        return types.isEmpty() ? "any" : String.join("|", types);
    }

    /** Formats {@code billing_street} and {@code billingStreet} as {@code Billing Street}. */
    static String label(String name) {
        StringBuilder label = new StringBuilder();
        for (String word : name.replaceAll("([\\p{Ll}\\d])(\\p{Lu})", "$1 $2").split("[_\\-.\\s]+", -1)) {
            if (!word.isEmpty()) {
                label.append(label.isEmpty() ? "" : " ")
                        .append(word.substring(0, 1).toUpperCase(Locale.ROOT))
                        .append(word.substring(1));
            }
        }
        return label.toString();
    }
}
