package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The inputs of a provider of Nango: the fields of its form that a request uses. Not thread-safe. */
final class NangoFields {

    static final String CONNECTION = "connection_config";
    static final String CREDENTIALS = "credentials";
    static final String INTEGRATION = "integration_config";
    static final String ASSERTION = "assertion_option";

    private static final List<String> SECTIONS = List.of(INTEGRATION, CONNECTION, CREDENTIALS, ASSERTION);

    /** Names that a strategy gives to other values. */
    private static final Set<String> RESERVED = Set.of("token", "jwt");

    /** The names of credentials that are no secrets. */
    private static final Pattern PUBLIC = Pattern.compile(
            "(?i)(user|.*name|login|.*email.*|.*id|.*identifier|org|scopes?|.*url|.*uri|role_?arn|service|.*region|isu|.*thumbprint)");

    /** The names of the fields that the types of OAuth 2 have. */
    private static final Map<String, String> CLIENT = Map.of(
            "client_id", "clientId",
            "client_secret", "clientSecret",
            "oauth_client_id", "clientId",
            "oauth_client_secret", "clientSecret");

    private final CatalogueItem provider;
    private final boolean hasClient;

    /** The names of fields by section and name in the catalogue. */
    private final Map<String, String> names = new LinkedHashMap<>();

    private final Map<String, ObjectNode> inputs = new LinkedHashMap<>();
    private final Map<String, CatalogueItem> declared = new LinkedHashMap<>();
    private final Map<String, String> received = new LinkedHashMap<>();
    private final Map<String, String> raw = new LinkedHashMap<>();

    NangoFields(CatalogueItem provider, boolean hasClient) {
        this.provider = provider;
        this.hasClient = hasClient;
        for (String section : SECTIONS) {
            List<Map.Entry<String, CatalogueItem>> fields =
                    new ArrayList<>(provider.at(section).members().entrySet());
            fields.sort(Comparator.comparingInt(
                    field -> field.getValue().at("order").node().asInt(100)));
            fields.forEach(field -> declared.put(section + "." + field.getKey(), field.getValue()));
        }
    }

    /** Declares a value that is received with the tokens, by its name in the catalogue; returns the name of the field. */
    String receive(String name) {
        String field = name.replaceAll("[^A-Za-z0-9_-]", "_");
        received.put(name, field);
        return field;
    }

    /** Declares a value of the response to a login, by its path; returns the name of the field. */
    String receiveRaw(String path) {
        raw.put(receive(path), CatalogueNames.pointer(path));
        return receive(path);
    }

    /** Returns the JSON Pointers of the values of the response by the name of the field. */
    Map<String, String> raw() {
        return raw;
    }

    /** Returns the name of the field for a value; it becomes an input. */
    String use(String section, String name) {
        if (section.equals(CONNECTION) && received.containsKey(name)) {
            return received.getOrDefault(name, name);
        }
        String key = section + "." + name;
        String known = names.get(key);
        if (known != null) {
            return known;
        }
        boolean isClient = hasClient && section.equals(CREDENTIALS);
        String field = isClient ? CLIENT.getOrDefault(name, name) : name;
        field = field.replaceAll("[^A-Za-z0-9_-]", "_");
        while (inputs.containsKey(field) || RESERVED.contains(field) || received.containsValue(field)) {
            field = section.replaceAll("_.*", "") + "_" + field;
        }
        names.put(key, field);
        CatalogueItem item = declared.get(key);
        boolean isSecret = section.equals(CREDENTIALS) || section.equals(ASSERTION);
        ObjectNode input = JsonNodeFactory.instance.objectNode().put("name", field);
        inputs.put(field, input);
        if (item == null) {
            input.put("label", label(name));
            if (isSecret && !PUBLIC.matcher(name).matches()) {
                input.put("secret", true);
            }
        } else {
            describe(item, name, isSecret, input);
        }
        return field;
    }

    /** Returns whether the form has a field. */
    boolean declares(String section, String name) {
        return declared.containsKey(section + "." + name);
    }

    /** Adds an input that Nango keeps elsewhere. */
    void add(String name, String label, String hint, boolean optional) {
        ObjectNode input = JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("label", label)
                .put("hint", hint);
        if (optional) {
            input.put("optional", true);
        }
        inputs.put(name, input);
    }

    void setSecret(String name) {
        ObjectNode input = inputs.get(name);
        if (input != null) {
            input.put("secret", true).remove(List.of("example", "default"));
        }
    }

    void setPublic(String name) {
        ObjectNode input = inputs.get(name);
        if (input != null) {
            input.remove("secret");
        }
    }

    void setDefault(String name, String value) {
        ObjectNode input = inputs.get(name);
        if (input != null) {
            input.put("default", value).remove("optional");
        }
    }

    /** Makes a field required, as the URL of each request needs it. */
    void require(String name) {
        ObjectNode input = inputs.get(name);
        if (input != null) {
            input.remove("optional");
            if (input.path("default").asText("x").isEmpty()) {
                input.remove("default");
            }
        }
    }

    /** Makes a field optional, as there is an alternative. */
    void makeOptional(String name) {
        ObjectNode input = inputs.get(name);
        if (input != null && !input.has("default")) {
            input.put("optional", true);
        }
    }

    boolean isSecret(String name) {
        ObjectNode input = inputs.get(name);
        return input != null && input.path("secret").asBoolean();
    }

    /** Makes a field visible, as it is a part of a URL; not if the catalogue says that it is a secret. */
    void reveal(String name) {
        ObjectNode input = inputs.get(name);
        boolean isDeclared = names.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(entry -> declared.get(entry.getKey()))
                .anyMatch(item -> item != null && item.isSet("secret"));
        if (input != null && !isDeclared) {
            input.remove("secret");
        }
    }

    /** Returns the inputs in the order of the form. */
    ArrayNode inputs() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        Set<String> ordered = new LinkedHashSet<>();
        declared.keySet().forEach(key -> {
            String name = names.get(key);
            if (name != null) {
                ordered.add(name);
            }
        });
        ordered.addAll(inputs.keySet());
        ordered.forEach(name -> all.add(inputs.get(name)));
        return all;
    }

    /** Lists the fields that no request uses. */
    void ignoreUnused() {
        declared.forEach((key, item) -> {
            String name = key.substring(key.indexOf('.') + 1);
            if (!names.containsKey(key) && !received.containsKey(name)) {
                String section = key.substring(0, key.indexOf('.'));
                provider.at(section).ignore("no request of the provider uses it", name);
            }
        });
    }

    private void describe(CatalogueItem item, String name, boolean isCredential, ObjectNode input) {
        String title = item.text("title", "");
        input.put("label", title.isBlank() ? label(name) : title);
        String hint = item.text("description", "");
        if (!hint.isBlank()) {
            input.put("hint", hint);
        }
        // What the catalogue itself fills in is no secret, such as the public client of a password grant.
        boolean isFilledIn = !item.text("default_value", "").isEmpty();
        boolean isPublic = !isCredential || isFilledIn || PUBLIC.matcher(name).matches();
        if (item.has("secret") ? item.isSet("secret") : !isPublic) {
            input.put("secret", true);
        }
        if (item.isSet("optional")) {
            input.put("optional", true);
        }
        item.ignore("it says how the form of Nango shows the field", "type", "order", "doc_section", "warnings");
        item.ignore(
                "a connector document has no fields that are hidden or filled in by a script", "hidden", "automated");
        item.ignore("a field has no other rules than its pattern", "format");
        rules(item, input);
        when(item, input);
        item.reportUnread();
    }

    private static void rules(CatalogueItem item, ObjectNode input) {
        List<String> choices = item.texts("enum").stream().distinct().toList();
        if (!choices.isEmpty()) {
            choices.forEach(input.withArray("/choices")::add);
        }
        Pattern pattern = null;
        String given = item.text("pattern");
        if (given != null && !given.isEmpty()) {
            pattern = JavaScriptPattern.toJava(given);
            if (pattern == null && JavaScriptPattern.isInvalid(given)) {
                item.ignore("it is not a regular expression of JavaScript, and has no effect", "pattern");
            } else if (pattern == null) {
                item.at("pattern").note("it is not a regular expression of Java");
            } else {
                input.put("pattern", pattern.pattern());
            }
        }
        for (String member : List.of("prefix", "suffix")) {
            String text = item.text(member, "");
            if (!text.isEmpty()) {
                input.put(member, text);
            }
        }
        String example = item.text("example", "");
        boolean isSecret = input.has("secret");
        if (!example.isEmpty() && isSecret) {
            item.ignore("a secret has no example", "example");
        } else if (!example.isEmpty() && isPermitted(example, choices, pattern)) {
            input.put("example", example);
        } else if (!example.isEmpty()) {
            item.ignore("it does not match the pattern or the choices of the field", "example");
        }
        String value = item.text("default_value");
        if (value != null && !value.isEmpty() && isSecret) {
            item.at("default_value").note("a secret has no default");
        } else if (value != null && (value.isEmpty() || isPermitted(value, choices, pattern))) {
            input.put("default", value);
        } else if (value != null) {
            item.at("default_value").note("it does not match the pattern or the choices of the field");
        }
    }

    private static boolean isPermitted(String value, List<String> choices, @Nullable Pattern pattern) {
        return (choices.isEmpty() || choices.contains(value))
                && (pattern == null || pattern.matcher(value).matches());
    }

    private void when(CatalogueItem item, ObjectNode input) {
        CatalogueItem when = item.at("visible_when");
        String other = when.text("field");
        String value = when.text("equals");
        if (other != null && value != null) {
            ObjectNode condition = input.putObject("when");
            condition.put("field", use(INTEGRATION, other));
            condition.putArray("values").add(value);
        }
    }

    /** Returns a label for a field that has none. */
    static String label(String name) {
        String words = name.replaceAll("([a-z0-9])([A-Z])", "$1 $2")
                .replaceAll("[^A-Za-z0-9]+", " ")
                .strip();
        return words.isEmpty() ? name : words.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + words.substring(1);
    }
}
