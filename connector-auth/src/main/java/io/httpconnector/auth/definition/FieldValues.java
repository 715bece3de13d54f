package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that a user entered, and the texts of a definition with these values. Values are data wherever they stand. Collects
 * problems with the JSON Pointers of the texts. Once a strategy is built, it is only read, by any thread.
 */
final class FieldValues {

    private static final Pattern IN_HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?");

    /** Strings and secrets by the name of their field. */
    private final Map<String, Object> values = new LinkedHashMap<>();
    /** The fields that may be left empty. */
    private final Set<String> optional = new LinkedHashSet<>();

    private final List<String> problems;

    FieldValues(List<String> problems) {
        this.problems = problems;
    }

    void put(String name, Object value) {
        values.put(name, value);
    }

    void optional(String name) {
        optional.add(name);
    }

    /** These values and one more. */
    FieldValues with(String name, Secret value) {
        FieldValues more = new FieldValues(new ArrayList<>());
        more.values.putAll(values);
        more.optional.addAll(optional);
        more.put(name, value);
        return more;
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** The values that are no secrets. */
    Map<String, String> plain() {
        Map<String, String> plain = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value instanceof String text) {
                plain.put(name, text);
            }
        });
        return plain;
    }

    /** All values by the names that placeholders have. */
    Map<String, Object> byPlaceholder() {
        Map<String, Object> all = new LinkedHashMap<>();
        values.forEach((name, value) -> all.put(FieldText.PREFIX + name, value));
        return all;
    }

    void moveProblemsTo(FieldValues other) {
        other.problems.addAll(problems);
        problems.clear();
    }

    void problem(String pointer, String problem) {
        problems.add(pointer + ": " + problem);
    }

    /** The text, or null if it is to be left out, or a problem says why there is none. */
    @Nullable String text(@Nullable FieldText text) {
        if (text == null || isLeftOut(text)) {
            return null;
        }
        try {
            return text.pills().render(this::value);
        } catch (InvalidDefinitionException e) {
            refused(text, e);
            return null;
        }
    }

    /** A text that can't be left out. */
    String requiredText(FieldText text) {
        int before = problems.size();
        String rendered = text(text);
        if (rendered == null && problems.size() == before) {
            problem(text.pointer(), "it is left out, but required");
        }
        return Objects.requireNonNullElse(rendered, "missing");
    }

    boolean isSecret(FieldText text) {
        return text.fields().stream().anyMatch(name -> values.get(name) instanceof Secret);
    }

    /** A text with secrets, which are read each time that it is used; null if it is to be left out. */
    @Nullable Secret secret(@Nullable FieldText text) {
        if (text == null || isLeftOut(text)) {
            return null;
        }
        List<String> names = text.fields().stream()
                .filter(name -> values.get(name) instanceof Secret)
                .toList();
        if (names.isEmpty()) {
            String plain = text(text);
            return plain == null || plain.isEmpty() ? null : Secret.of(plain);
        }
        Secret all = (Secret) Objects.requireNonNull(values.get(names.get(0)));
        for (String name : names.subList(1, names.size())) {
            all = all.combine((Secret) Objects.requireNonNull(values.get(name)), (first, unused) -> first);
        }
        try {
            return all.map(first -> Objects.requireNonNullElse(
                    text.pills().render(name -> name.equals(FieldText.PREFIX + names.get(0)) ? first : value(name)),
                    ""));
        } catch (InvalidDefinitionException e) {
            refused(text, e);
            return null;
        }
    }

    Secret requiredSecret(FieldText text) {
        int before = problems.size();
        Secret secret = secret(text);
        if (secret == null && problems.size() == before) {
            problem(text.pointer(), "it is empty, but required");
        }
        return secret == null ? Secret.of("missing") : secret;
    }

    /** A URL: in the host a value is part of a name, behind it a segment; only at the beginning it is a URL itself. */
    @Nullable String url(@Nullable FieldText text) {
        if (text == null || isLeftOut(text)) {
            return null;
        }
        try {
            return text.pills().render(this::value, (before, value) -> inUrl(text, before, value));
        } catch (InvalidDefinitionException e) {
            refused(text, e);
            return null;
        }
    }

    private String inUrl(FieldText text, String before, String value) {
        if (before.isEmpty()) {
            return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        }
        if (before.indexOf('/', before.indexOf("://") + 3) >= 0 || before.startsWith("/")) {
            return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
        }
        if (!IN_HOST.matcher(value).matches()) {
            problem(text.pointer(), String.join(", ", text.fields()) + ": it is no part of a host name");
            return "x";
        }
        return value;
    }

    /** Any JSON with its values; null if all of it is to be left out. */
    @Nullable JsonNode tree(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            ObjectNode filled = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(entry -> {
                JsonNode value = tree(entry.getValue());
                if (value != null) {
                    filled.set(entry.getKey(), value);
                }
            });
            return filled;
        }
        if (tree instanceof ArrayNode array) {
            ArrayNode filled = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> {
                JsonNode value = tree(element);
                if (value != null) {
                    filled.add(value);
                }
            });
            return filled;
        }
        if (!(tree instanceof POJONode leaf) || !(leaf.getPojo() instanceof FieldText text)) {
            return tree;
        }
        if (isLeftOut(text)) {
            return null;
        }
        try {
            return text.pills().value(this::value);
        } catch (InvalidDefinitionException e) {
            refused(text, e);
            return null;
        }
    }

    /** Passes on the secret texts in a tree. */
    void eachSecret(JsonNode tree, Consumer<Secret> action) {
        tree.forEach(child -> eachSecret(child, action));
        if (tree instanceof POJONode leaf && leaf.getPojo() instanceof FieldText text && isSecret(text)) {
            Secret secret = secret(text);
            if (secret != null) {
                action.accept(secret);
            }
        }
    }

    private @Nullable Object value(String placeholder) {
        Object value = values.get(FieldText.field(placeholder));
        return value instanceof Secret secret ? secret.reveal() : value;
    }

    /** Whether an optional field of a text was left empty. Another one that is missing is a problem. */
    private boolean isLeftOut(FieldText text) {
        boolean leftOut = false;
        for (String name : text.required()) {
            if (!has(name)) {
                leftOut = true;
                if (!optional.contains(name)) {
                    problem(
                            text.pointer(),
                            "there is no value for {{auth." + name + "}}: set it by value(\"" + name + "\", ...)");
                }
            }
        }
        return leftOut;
    }

    private void refused(FieldText text, InvalidDefinitionException e) {
        e.problems().forEach(problem -> problem(text.pointer(), problem));
    }

    /** The claims of a token; those whose field was left empty are left out. */
    Map<String, JsonNode> claims(ObjectNode claims) {
        Map<String, JsonNode> filled = new LinkedHashMap<>();
        claims.properties().forEach(claim -> {
            JsonNode value = tree(claim.getValue());
            if (value != null) {
                filled.put(claim.getKey(), value);
            }
        });
        return filled;
    }

    /** Whether all fields of a text have a value; one that is missing and not optional is a problem. */
    boolean canBeSent(FieldText text) {
        return !isLeftOut(text);
    }

    /** What was entered for a secret; null for nothing. */
    @Nullable Secret entered(String name) {
        Object value = values.get(name);
        return value instanceof Secret secret
                ? secret
                : value instanceof String text && !text.isEmpty() ? Secret.of(text) : null;
    }

    /** Reports what is missing in additions that have a value more. */
    void check(Additions additions, String name) {
        FieldValues sample = with(name, Secret.of("sample"));
        var unused = additions.build(sample);
        problems.addAll(sample.problems);
    }

    /** The names, and no value. */
    @Override
    public String toString() {
        return "Values for " + values.keySet();
    }
}
