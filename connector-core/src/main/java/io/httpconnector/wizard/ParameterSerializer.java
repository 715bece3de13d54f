package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Serialises a value as query parameters or form fields by {@code style} and {@code explode} of OpenAPI 3 (Parameter Object,
 * Style Values). Arrays in the style {@code deepObject}, which OpenAPI does not define, are written as is common practice:
 * {@code name[]=a}, and {@code name[0][key]=a} for object elements. The style {@code tabDelimited} is one of Swagger 2.0.
 *
 * @param style the style
 * @param isExploded whether each element or member is a separate parameter
 */
record ParameterSerializer(String style, boolean isExploded) {

    private static final int MAX_PAIRS = 1000;

    /** Returns the style of a Parameter Object or Encoding Object, by default that of queries and forms. */
    static ParameterSerializer of(JsonNode described) {
        String style = described.path("style").asText("form");
        return new ParameterSerializer(style, described.path("explode").asBoolean(style.equals("form")));
    }

    /** Serialises a value and passes each name and value to a consumer. */
    void write(String name, JsonNode value, BiConsumer<String, String> pairs) {
        if (style.equals("deepObject") && value.isContainerNode()) {
            deep(name, value, pairs);
        } else if (value.isArray()) {
            array(name, value, pairs);
        } else if (value.isObject() && isExploded) {
            value.properties().forEach(member -> pairs.accept(member.getKey(), text(member.getValue())));
        } else if (value.isObject()) {
            List<String> all = new ArrayList<>();
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                all.add(member.getKey());
                all.add(text(member.getValue()));
            }
            pairs.accept(name, String.join(",", all));
        } else {
            pairs.accept(name, text(value));
        }
    }

    private void array(String name, JsonNode array, BiConsumer<String, String> pairs) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(text(element)));
        if (isExploded) {
            texts.forEach(text -> pairs.accept(name, text));
        } else if (!texts.isEmpty()) {
            String delimiter = switch (style) {
                case "spaceDelimited" -> " ";
                case "pipeDelimited" -> "|";
                case "tabDelimited" -> "\t";
                default -> ",";
            };
            pairs.accept(name, String.join(delimiter, texts));
        }
    }

    private static void deep(String name, JsonNode value, BiConsumer<String, String> pairs) {
        int[] left = {MAX_PAIRS};
        deep(
                name,
                value,
                (key, text) -> {
                    if (left[0]-- > 0) {
                        pairs.accept(key, text);
                    }
                },
                0);
    }

    private static void deep(String name, JsonNode value, BiConsumer<String, String> pairs, int depth) {
        if (!value.isContainerNode() || depth > 50) {
            pairs.accept(name, text(value));
        } else if (value.isObject()) {
            value.properties()
                    .forEach(member -> deep(name + "[" + member.getKey() + "]", member.getValue(), pairs, depth + 1));
        } else {
            for (int i = 0; i < value.size(); i++) {
                String index = value.get(i).isContainerNode() ? "[" + i + "]" : name.endsWith("[]") ? "" : "[]";
                deep(name + index, value.get(i), pairs, depth + 1);
            }
        }
    }

    static String text(JsonNode value) {
        return value.isContainerNode() ? value.toString() : value.isNull() ? "" : value.asText();
    }
}
