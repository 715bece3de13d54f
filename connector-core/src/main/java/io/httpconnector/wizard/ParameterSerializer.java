package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Serialises a value as parameters or form fields by {@code style} and {@code explode} of OpenAPI 3 (Parameter Object, Style
 * Values). Lists and nested values in the style {@code deepObject}, which OpenAPI does not define, are written as is common practice:
 * {@code name[]=a}, and {@code name[0][key]=a} for object elements. The style {@code tabDelimited} is one of Swagger 2.0. What
 * a style does not define is reported as a problem: a phrase whose subject is the parameter.
 *
 * @param style the style
 * @param isExploded whether each element or member is a separate parameter
 * @param items for lists of lists in Swagger 2.0, the Items Object of the inner lists; otherwise a missing node
 */
record ParameterSerializer(String style, boolean isExploded, JsonNode items) {

    /** The extension in which {@link SwaggerConverter} keeps the Items Object of inner lists. */
    static final String INNER_LISTS = "x-inner-lists";

    private static final int MAX_PAIRS = 1000;
    private static final int MAX_DEPTH = 50;

    /** Returns the serializer of a Parameter Object or Encoding Object, by default in the style of queries and forms. */
    static ParameterSerializer of(JsonNode described) {
        return of(described, "form");
    }

    /** Returns the serializer of a header field or path parameter. */
    static ParameterSerializer simple(JsonNode described) {
        return of(described, "simple");
    }

    private static ParameterSerializer of(JsonNode described, String defaultStyle) {
        String style = described.path("style").asText(defaultStyle);
        return new ParameterSerializer(
                style, described.path("explode").asBoolean(style.equals("form")), described.path(INNER_LISTS));
    }

    /** Returns the separator of the collection format of Swagger 2.0, by default {@code csv}. */
    private static String separatorOf(JsonNode items) {
        return switch (items.path("collectionFormat").asText("csv")) {
            case "ssv" -> " ";
            case "tsv" -> "\t";
            case "pipes" -> "|";
            default -> ",";
        };
    }

    private String separator() {
        return switch (style) {
            case "spaceDelimited" -> " ";
            case "pipeDelimited" -> "|";
            case "tabDelimited" -> "\t";
            default -> ",";
        };
    }

    /** Serialises a value and passes each name and value to a consumer. */
    void write(String name, JsonNode value, BiConsumer<String, String> pairs, Consumer<String> problems) {
        Set<String> found = new LinkedHashSet<>();
        boolean isDelimited = style.endsWith("Delimited");
        if ((isDelimited && (isExploded || !value.isContainerNode()))
                || (style.equals("deepObject") && !value.isContainerNode())) {
            found.add("has the style " + style + (isExploded ? " with explode" : "") + ", which is not defined for "
                    + kind(value) + ": check how it is written");
        }
        if (style.equals("deepObject") && value.isContainerNode()) {
            deep(name, value, pairs, found);
        } else if (value.isArray()) {
            array(name, value, pairs, found);
        } else if (value.isObject() && isExploded && !style.equals("simple")) {
            value.properties().forEach(member -> pairs.accept(member.getKey(), text(member.getValue(), found)));
        } else if (value.isObject()) {
            pairs.accept(name, joined(value, separator(), isExploded, found));
        } else {
            pairs.accept(name, text(value));
        }
        found.forEach(problems);
    }

    /** Returns a path parameter in its style, for a value that has no problems. */
    String path(String name, JsonNode value) {
        Set<String> ignored = new LinkedHashSet<>();
        boolean isMatrix = style.equals("matrix");
        String start = isMatrix ? ";" : style.equals("label") ? "." : "";
        String named = isMatrix ? ";" + name + "=" : start;
        String separator = isExploded && !start.isEmpty() ? start : ",";
        if (value.isObject()) {
            return (isExploded ? start : named) + joined(value, separator, isExploded, ignored);
        }
        if (value.isArray()) {
            List<String> texts = new ArrayList<>();
            value.forEach(element -> texts.add(text(element, ignored)));
            return named + String.join(isMatrix && isExploded ? named : separator, texts);
        }
        String text = text(value);
        return isMatrix && text.isEmpty() ? ";" + name : named + text;
    }

    private void array(String name, JsonNode array, BiConsumer<String, String> pairs, Set<String> problems) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(text(element, problems)));
        if (isExploded && !style.equals("simple")) {
            texts.forEach(text -> pairs.accept(name, text));
        } else if (!texts.isEmpty()) {
            texts.forEach(text -> check(text, separator(), problems));
            pairs.accept(name, String.join(separator(), texts));
        }
    }

    /** Returns the members with their names, as {@code name=value} or as {@code name,value}. */
    private String joined(JsonNode object, String separator, boolean hasEquals, Set<String> problems) {
        List<String> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String text = text(member.getValue(), problems);
            check(member.getKey(), separator, problems);
            check(text, separator, problems);
            if (hasEquals) {
                check(member.getKey(), "=", problems);
                all.add(member.getKey() + "=" + text);
            } else {
                all.add(member.getKey());
                all.add(text);
            }
        }
        return String.join(separator, all);
    }

    private void check(String text, String separator, Set<String> problems) {
        if (text.contains(separator)) {
            problems.add("has a \"" + (separator.equals("\t") ? "\\t" : separator)
                    + "\" in a value, which is the separator of the style " + style
                    + ": the service can't tell them apart, change it");
        }
    }

    /** Returns the text of an element or member; nested values are only defined for lists of lists in Swagger 2.0. */
    private String text(JsonNode value, Set<String> problems) {
        if (value.isArray() && items.path("type").asText().equals("array")) {
            String separator = separatorOf(items);
            JsonNode inner = items.path("items");
            ParameterSerializer nested = new ParameterSerializer(
                    style, false, inner.path("type").asText().equals("array") ? inner : MissingNode.getInstance());
            List<String> texts = new ArrayList<>();
            value.forEach(element -> texts.add(nested.text(element, problems)));
            texts.forEach(text -> check(text, separator, problems));
            return String.join(separator, texts);
        }
        if (value.isContainerNode()) {
            problems.add("has nested values, which the style " + style
                    + " does not define: they are written as JSON, check them");
        }
        return text(value);
    }

    private static void deep(String name, JsonNode value, BiConsumer<String, String> pairs, Set<String> problems) {
        int[] left = {MAX_PAIRS};
        deep(
                name,
                value,
                (key, text) -> {
                    if (left[0]-- > 0) {
                        pairs.accept(key, text);
                    } else {
                        problems.add("has more than " + MAX_PAIRS + " values: the others are left out");
                    }
                },
                problems,
                0);
    }

    private static void deep(
            String name, JsonNode value, BiConsumer<String, String> pairs, Set<String> problems, int depth) {
        if (!value.isContainerNode() || depth > MAX_DEPTH) {
            pairs.accept(name, text(value));
        } else if (value.isEmpty()) {
            problems.add("has an empty " + (value.isArray() ? "list" : "object") + ", " + name
                    + ", which is left out: the style deepObject can't express it");
        } else if (value.isObject()) {
            value.properties()
                    .forEach(member ->
                            deep(name + "[" + member.getKey() + "]", member.getValue(), pairs, problems, depth + 1));
        } else {
            for (int i = 0; i < value.size(); i++) {
                String index = value.get(i).isContainerNode() ? "[" + i + "]" : name.endsWith("[]") ? "" : "[]";
                deep(name + index, value.get(i), pairs, problems, depth + 1);
            }
        }
    }

    private static String kind(JsonNode value) {
        return value.isArray() ? "lists" : value.isObject() ? "objects" : "single values";
    }

    static String text(JsonNode value) {
        return value.isContainerNode() ? value.toString() : value.isNull() ? "" : value.asText();
    }
}
