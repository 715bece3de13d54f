package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The inputs of a manifest of Airbyte: the properties of its specification that a request uses. Not thread-safe. */
final class AirbyteInputs {

    private final Map<String, CatalogueItem> properties = new LinkedHashMap<>();
    private final Map<String, List<String>> choices = new LinkedHashMap<>();
    private final Set<String> required = new HashSet<>();
    private final Set<String> numbers = new HashSet<>();
    private final Set<String> flags = new HashSet<>();

    /** The properties that the specification calls secrets, although their names are those of identifiers. */
    private final Map<String, CatalogueItem> identifiers = new HashMap<>();

    private final Map<String, ObjectNode> inputs = new LinkedHashMap<>();

    /** The names of inputs that have another name in a connector document. */
    private final Map<String, String> renamed = new LinkedHashMap<>();

    AirbyteInputs(CatalogueItem specification) {
        collect(specification, "", true);
    }

    private void collect(CatalogueItem schema, String prefix, boolean isRequired) {
        Set<String> own = new HashSet<>(schema.texts("required"));
        schema.at("properties").members().forEach((name, property) -> {
            String path = prefix.isEmpty() ? name : prefix + "." + name;
            boolean needed = isRequired && own.contains(name);
            if (property.has("properties") || property.has("oneOf")) {
                collect(property, path, needed);
                property.at("oneOf").elements().forEach(option -> collect(option, path, false));
                return;
            }
            if (property.has("const")) {
                choices.computeIfAbsent(path, key -> new ArrayList<>())
                        .add(property.at("const").node().asText());
            }
            properties.putIfAbsent(path, property);
            if (needed) {
                required.add(path);
            }
        });
    }

    /** Gives the property of a path another name. */
    void rename(List<String> steps, String name) {
        renamed.put(String.join(".", steps), name);
    }

    /** Returns the name of the input for a path in the configuration; null if it is no single value. */
    @Nullable String use(List<String> steps) {
        String path = String.join(".", steps);
        if (steps.isEmpty() || properties.keySet().stream().anyMatch(known -> known.startsWith(path + "."))) {
            return null;
        }
        String name = renamed.getOrDefault(path, path.replaceAll("[^A-Za-z0-9_-]", "_"));
        CatalogueItem property = properties.get(path);
        if (property != null && property.texts("type").stream().anyMatch(Set.of("array", "object")::contains)) {
            return null;
        }
        inputs.computeIfAbsent(name, key -> input(name, path, property));
        return name;
    }

    /** Returns the name of the input for a list in the configuration, which is entered as a text; null if it is no list of values. */
    @Nullable String useList(List<String> steps) {
        String path = String.join(".", steps);
        CatalogueItem property = properties.get(path);
        if (property == null || !property.texts("type").contains("array") || property.isSet("airbyte_secret")) {
            return null;
        }
        String name = renamed.getOrDefault(path, path.replaceAll("[^A-Za-z0-9_-]", "_"));
        if (!inputs.containsKey(name)) {
            ObjectNode input = input(name, path, property);
            String hint = input.path("hint").asText().strip();
            input.put(
                    "hint",
                    (hint.isEmpty() || hint.endsWith(".") ? hint : hint + ".")
                            .concat(" Separate several values with commas.")
                            .strip());
            String values = property.at("default").elements().stream()
                    .map(value -> value.node().asText())
                    .collect(Collectors.joining(","));
            if (!values.isEmpty()) {
                input.put("default", values).remove("optional");
            }
            inputs.put(name, input);
        }
        return name;
    }

    boolean isSecret(String name) {
        ObjectNode input = inputs.get(name);
        return input != null && input.path("secret").asBoolean();
    }

    /** Returns whether the specification has a value, or an object. */
    boolean isDeclared(List<String> steps) {
        String path = String.join(".", steps);
        return properties.keySet().stream().anyMatch(known -> known.equals(path) || known.startsWith(path + "."));
    }

    /** Returns whether an input may have no value. */
    boolean isOptional(String name) {
        ObjectNode input = inputs.get(name);
        return input != null && input.path("optional").asBoolean();
    }

    void add(String name, String label, boolean isSecret) {
        ObjectNode input =
                JsonNodeFactory.instance.objectNode().put("name", name).put("label", label);
        if (isSecret) {
            input.put("secret", true);
        }
        inputs.putIfAbsent(name, input);
    }

    void makeSecret(String name) {
        ObjectNode input = inputs.get(name);
        if (input != null) {
            input.put("secret", true);
        }
    }

    boolean isNumber(String name) {
        return numbers.contains(name);
    }

    /** Returns whether the input is {@code true} or {@code false}. */
    boolean isFlag(String name) {
        return flags.contains(name);
    }

    /** Makes an identifier visible, as it is a part of a URL. */
    void reveal(String name) {
        ObjectNode input = inputs.get(name);
        CatalogueItem property = identifiers.get(name);
        if (input != null && property != null && input.has("secret")) {
            input.remove("secret");
            property.ignore("an identifier in a URL is no secret", "airbyte_secret");
        }
    }

    void require(String name) {
        ObjectNode input = inputs.get(name);
        if (input != null) {
            input.remove("optional");
        }
    }

    /** Requires the inputs of a text, but for those that may be empty in it. */
    void requireAll(String text) {
        NangoText.fieldsOf(text.replaceAll("\\{\\{\\s*auth\\.[\\w-]+ \\| default\\('', null\\)", ""))
                .forEach(this::require);
    }

    private ObjectNode input(String name, String path, @Nullable CatalogueItem property) {
        ObjectNode input = JsonNodeFactory.instance.objectNode().put("name", name);
        if (property == null) {
            return input.put("label", NangoFields.label(path)).put("optional", true);
        }
        String title = property.text("title", "");
        input.put("label", title.isBlank() ? NangoFields.label(path) : title);
        String hint = property.text("description", "");
        if (!hint.isBlank()) {
            input.put("hint", hint);
        }
        List<String> types = property.texts("type");
        boolean isFlag = types.contains("boolean");
        if (isFlag) {
            flags.add(name);
        }
        if (types.contains("integer") || types.contains("number")) {
            numbers.add(name);
        }
        List<String> permitted = choices.containsKey(path)
                ? choices.get(path)
                : isFlag ? List.of("true", "false") : property.texts("enum");
        Set<String> distinct = new LinkedHashSet<>(permitted);
        if (!distinct.isEmpty()) {
            distinct.forEach(input.withArray("/choices")::add);
        }
        String given = property.text("pattern");
        boolean isSecret = property.isSet("airbyte_secret");
        if (isSecret) {
            input.put("secret", true);
            if (path.matches("(?i).*(?<!client_|access_?key_?)id")) {
                identifiers.put(name, property);
            }
            property.ignore("a secret has neither a default nor an example", "default", "examples");
        }
        Pattern pattern = given == null || given.isEmpty() ? null : JavaScriptPattern.toJava(given);
        if (pattern != null) {
            input.put("pattern", pattern.pattern());
        } else if (given != null && !given.isEmpty()) {
            property.at("pattern").note("it is not a regular expression of Java");
        }
        String value = property.text("default");
        if (value != null && !value.isEmpty() && !isSecret && isPermitted(value, distinct, pattern)) {
            input.put("default", value);
        } else if (!required.contains(path)) {
            input.put("optional", true);
        }
        property.at("examples").elements().stream()
                .map(example -> example.node().asText())
                .filter(example -> !isSecret && !example.isEmpty() && isPermitted(example, distinct, pattern))
                .findFirst()
                .ifPresent(example -> input.put("example", example));
        return input;
    }

    private static boolean isPermitted(String value, Set<String> choices, @Nullable Pattern pattern) {
        return (choices.isEmpty() || choices.contains(value))
                && (pattern == null || pattern.matcher(value).matches());
    }

    /** Returns the inputs in the order of the specification. */
    ArrayNode inputs() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        Set<String> ordered = new LinkedHashSet<>();
        properties.keySet().forEach(path -> {
            String name = renamed.getOrDefault(path, path.replaceAll("[^A-Za-z0-9_-]", "_"));
            if (inputs.containsKey(name)) {
                ordered.add(name);
            }
        });
        ordered.addAll(inputs.keySet());
        ordered.forEach(name -> all.add(inputs.get(name)));
        return all;
    }

    /** Lists the properties that no request uses. */
    void ignoreUnused(NoteCollector notes) {
        properties.forEach((path, property) -> {
            String name = renamed.getOrDefault(path, path.replaceAll("[^A-Za-z0-9_-]", "_"));
            if (!inputs.containsKey(name)) {
                notes.ignore(property.pointer(), "no request uses it");
            }
        });
    }
}
