package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.PillText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of an object of a definition: texts with placeholders, whose names and filters it checks, and fixed
 * values. A text without placeholders is validated immediately. Not thread-safe.
 */
final class Members {

    private final JsonObjectReader reader;
    /** By field name, whether the field is a secret. */
    private final Map<String, Boolean> fields;
    /** The placeholders that are not fields. */
    private final Set<String> others;
    /** Texts by the name of the value that they compute. */
    private final Map<String, FieldText> computed;
    /** What the strategy uses and receives. */
    private final FieldUse use;

    Members(JsonObjectReader reader, Map<String, Boolean> fields) {
        this(reader, fields, Set.of(), Map.of(), new FieldUse());
    }

    private Members(
            JsonObjectReader reader,
            Map<String, Boolean> fields,
            Set<String> others,
            Map<String, FieldText> computed,
            FieldUse use) {
        this.reader = reader;
        this.fields = fields;
        this.others = others;
        this.computed = computed;
        this.use = use;
    }

    /** Returns a reader for another object, with an additional field. */
    Members of(JsonObjectReader object, String secretField) {
        Map<String, Boolean> more = new LinkedHashMap<>(fields);
        more.put(secretField, true);
        return new Members(object, more, others, computed, use.withAdditional(secretField));
    }

    Members of(JsonObjectReader object) {
        return new Members(object, fields, others, computed, use);
    }

    /** Returns a reader for the same members, whose texts can have values that are received with the tokens. */
    Members withReceived(Collection<String> names) {
        Map<String, Boolean> more = new LinkedHashMap<>(fields);
        names.forEach(name -> more.putIfAbsent(name, false));
        return new Members(reader, more, others, computed, use);
    }

    /** Returns a reader for the same members, whose texts can have computed values. */
    Members withComputed(Map<String, FieldText> texts) {
        Map<String, Boolean> more = new LinkedHashMap<>(fields);
        texts.forEach((name, text) ->
                more.put(name, text.fields().stream().anyMatch(field -> fields.getOrDefault(field, true))));
        return new Members(reader, more, others, texts, use);
    }

    /** Returns some names, and those of the values that are computed from them. */
    Set<String> namesWith(Set<String> names) {
        Set<String> all = new LinkedHashSet<>(names);
        computed.forEach((name, text) -> {
            if (text.fields().stream().anyMatch(names::contains)) {
                all.add(name);
            }
        });
        return all;
    }

    /** Returns a reader for the same members, whose texts can have additional placeholders. */
    Members with(Set<String> placeholders) {
        return new Members(reader, fields, placeholders, computed, use);
    }

    /** Returns the computed values that differ for each request, as they have placeholders that are not fields. */
    Map<String, FieldText> computedPerAttempt() {
        Map<String, FieldText> texts = new LinkedHashMap<>(computed);
        texts.values().removeIf(text -> !text.isPerAttempt());
        return texts;
    }

    JsonObjectReader reader() {
        return reader;
    }

    /** Returns what the strategy uses and receives, complete after all members were read. */
    FieldUse use() {
        return use;
    }

    @Nullable FieldText text(String name) {
        return text(name, value -> {});
    }

    /** Reads a text without secrets. If it has placeholders, it is checked with sample values. */
    @Nullable FieldText text(String name, Consumer<String> check) {
        return compiled(name, reader.text(name), false, ofSample(check));
    }

    /** Reads a text that is checked only if it has no placeholders. */
    @Nullable FieldText textIfFixed(String name, Consumer<String> check) {
        return compiled(name, reader.text(name), false, ofFixed(check));
    }

    FieldText requiredText(String name) {
        return requiredText(name, value -> {});
    }

    /** Reads a text that must not be empty. */
    FieldText requiredText(String name, Consumer<String> check) {
        Consumer<String> notEmpty = Members::checkNotEmpty;
        return required(compiled(
                name,
                reader.requiredText(name),
                false,
                reader.has(name) ? ofSample(notEmpty.andThen(check)) : value -> {}));
    }

    /** Reads a text that may have secrets. */
    @Nullable FieldText secret(String name) {
        return compiled(name, reader.text(name), true, ofFixed(Members::checkNotEmpty));
    }

    /** Reads a text that may have secrets and must not be empty. */
    FieldText requiredSecret(String name) {
        return requiredSecret(name, Members::checkNotEmpty);
    }

    FieldText requiredSecret(String name, Consumer<String> checkOfFixed) {
        return required(compiled(
                name, reader.requiredText(name), true, reader.has(name) ? ofFixed(checkOfFixed) : value -> {}));
    }

    /** Rejects an empty text. */
    static void checkNotEmpty(String value) {
        if (value.isEmpty()) {
            throw invalid("it is empty");
        }
    }

    private static Consumer<FieldText> ofFixed(Consumer<String> check) {
        return text -> {
            if (text.isFixed()) {
                check.accept(text.fixed());
            }
        };
    }

    private static Consumer<FieldText> ofSample(Consumer<String> check) {
        return text -> {
            String sample = text.sample();
            if (sample != null) {
                check.accept(sample);
            }
        };
    }

    private static FieldText required(@Nullable FieldText text) {
        return text == null ? new FieldText("", PillText.compile("")) : text;
    }

    /** Reads a JSON Pointer, which can't have placeholders. */
    @Nullable String pointer(String name) {
        String path = reader.text(name);
        if (path != null) {
            reader.attempt(name, () -> checkPointer(path));
        }
        return path;
    }

    static void checkPointer(String path) {
        var unused = JsonSupport.pointer(path);
    }

    Map<String, String> pointers(String name) {
        Map<String, String> pointers = reader.textMap(name);
        eachOf(name, pointers, (key, path) -> {
            checkName(key);
            checkPointer(path);
        });
        return pointers;
    }

    /** Reads texts by name; neither can be empty or have placeholders. */
    Map<String, String> fixedTexts(String name) {
        Map<String, String> texts = reader.textMap(name);
        eachOf(name, texts, (key, text) -> {
            checkName(key);
            checkName(text);
        });
        return texts;
    }

    /** Reads header fields, whose names are case-insensitive. */
    Map<String, FieldText> headers(String name) {
        Map<String, FieldText> headers =
                texts(name, true, (header, value) -> Request.get("/").header(header, value));
        Map<String, String> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        eachOf(name, headers, (header, value) -> {
            if (known.putIfAbsent(header, header) != null) {
                throw invalid("it is the same header as " + known.get(header));
            }
        });
        return headers;
    }

    Map<String, FieldText> texts(String name, boolean secrets) {
        return texts(name, secrets, Members::acceptAnything);
    }

    /** Reads texts by name; each is checked, with sample values if it has placeholders. */
    Map<String, FieldText> texts(String name, boolean secrets, BiConsumer<String, String> check) {
        Map<String, FieldText> texts = new LinkedHashMap<>();
        eachOf(name, reader.textMap(name), (key, value) -> {
            checkName(key);
            FieldText text = compiled(at(name, key), value, secrets);
            String sample = text.sample();
            check.accept(key, sample == null ? "x" : sample);
            texts.put(key, text);
        });
        return texts;
    }

    static void checkName(String name) {
        if (name.isEmpty() || name.contains("{{")) {
            throw invalid("a name can't be empty or have placeholders");
        }
    }

    private <T> void eachOf(String name, Map<String, T> map, BiConsumer<String, T> action) {
        List<String> problems = new ArrayList<>();
        map.forEach((key, value) -> {
            try {
                action.accept(key, value);
            } catch (InvalidDefinitionException e) {
                e.problems().forEach(problem -> problems.add("/" + JsonObjectReader.token(key) + ": " + problem));
            }
        });
        if (!problems.isEmpty()) {
            reader.attempt(name, () -> {
                throw new InvalidDefinitionException("texts", problems);
            });
        }
    }

    /** Reads an array of texts. */
    List<FieldText> list(String name) {
        return reader.texts(name, (text, at) -> compiled(at, text, false));
    }

    /** Reads an array of texts, or one text with spaces between them. */
    List<FieldText> listOrWords(String name) {
        JsonNode node = reader.any(name);
        String words = node == null || !node.isTextual() ? null : reader.text(name);
        if (words == null) {
            return list(name);
        }
        List<FieldText> texts = new ArrayList<>();
        reader.attempt(name, () -> {
            for (String word : words.strip().split("\\s+(?![^{]*}})", -1)) {
                if (!word.isEmpty()) {
                    texts.add(compiled(at(name), word, false));
                }
            }
        });
        return texts;
    }

    /** Reads scopes, which must be unique. */
    List<FieldText> scopes(String name) {
        List<FieldText> scopes = listOrWords(name);
        JsonNode given = reader.any(name);
        if (given != null && scopes.isEmpty() && (given.isTextual() || given.isEmpty())) {
            reader.problem(name, "it has no scope: omit it");
        }
        checkEach(name, scopes, List.of());
        return scopes;
    }

    /** Reads an array of unique names without placeholders. */
    List<String> names(String name) {
        List<String> names = reader.texts(name);
        checkEach(name, List.of(), names);
        names.stream()
                .filter(each -> each.contains("{{"))
                .forEach(each -> reader.problem(name, "\"" + each + "\": it can't have placeholders"));
        return names;
    }

    private void checkEach(String name, List<FieldText> texts, List<String> names) {
        List<String> all = names.isEmpty()
                ? texts.stream().map(text -> text.pills().toString()).toList()
                : names;
        Set<String> known = new TreeSet<>();
        for (String each : all) {
            if (each.isBlank()) {
                reader.problem(name, "one of them is empty: omit it");
            } else if (!known.add(each)) {
                reader.problem(name, "\"" + each + "\" is a duplicate: omit it");
            } else if (each.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
                reader.problem(name, "one of them has a character that is not visible ASCII");
            }
        }
    }

    /** Reads any JSON; its strings become {@link FieldText}s in POJO nodes. */
    @Nullable JsonNode tree(String name, boolean secrets) {
        JsonNode json = reader.any(name);
        if (json == null) {
            return null;
        }
        List<String> problems = new ArrayList<>();
        JsonNode tree = new TreeCompiler(this, at(name), secrets, problems).compile(json, "");
        if (!problems.isEmpty()) {
            reader.attempt(name, () -> {
                throw new InvalidDefinitionException("JSON", problems);
            });
        }
        return tree;
    }

    /** Reads a JSON object, as {@link #tree} does; empty if it is absent. */
    ObjectNode object(String name, boolean secrets) {
        return reader.object(name) instanceof ObjectNode && tree(name, secrets) instanceof ObjectNode object
                ? object
                : JsonNodeFactory.instance.objectNode();
    }

    /** Reads a required member with one of the given values; the first one if it is missing, which is reported. */
    String requiredOneOf(String name, List<String> values) {
        String one = reader.requiredOneOf(name, values);
        return one == null ? values.get(0) : one;
    }

    @Nullable Duration positiveDuration(String name) {
        Duration time = reader.duration(name);
        if (time != null && (time.isNegative() || time.isZero())) {
            reader.problem(name, time + " is not positive");
            return null;
        }
        return time;
    }

    /** Checks the prefix of a token in a header field. */
    static void checkTokenPrefix(String prefix) {
        var unused = Request.get("/").header("Authorization", prefix + "x");
    }

    private @Nullable FieldText compiled(
            String name, @Nullable String text, boolean secrets, Consumer<FieldText> check) {
        if (text == null) {
            return null;
        }
        FieldText[] compiled = {null};
        reader.attempt(name, () -> {
            FieldText known = compiled(at(name), text, secrets);
            check.accept(known);
            compiled[0] = known;
        });
        return compiled[0];
    }

    /** Compiles a text and checks its placeholders. */
    FieldText compiled(String pointer, String text, boolean secrets) {
        PillText pills = PillText.compile(text);
        List<String> problems = new ArrayList<>();
        for (String name : pills.names()) {
            if (!AttemptValues.isIn(others, name)) {
                check(name, secrets, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("text", problems);
        }
        return new FieldText(pointer, pills);
    }

    private void check(String name, boolean secrets, List<String> problems) {
        String field = FieldText.isField(name) ? FieldText.field(name) : "";
        use.use(field);
        if (AttemptValues.isUnknownBeforeSending(name)) {
            problems.add(
                    "{{" + name + "}} has no value: the connection sets this header field when it sends the request");
        } else if (!fields.containsKey(field)) {
            Set<String> known = new TreeSet<>(others);
            fields.keySet().forEach(each -> known.add(FieldText.PREFIX + each));
            String nearest = fields.containsKey(name) ? FieldText.PREFIX + name : Suggestions.of(name, known);
            problems.add("{{" + name + "}} is not one of its fields, " + known
                    + (nearest == null ? "" : "; did you mean {{" + nearest + "}}?"));
        } else if (!secrets && fields.getOrDefault(field, false)) {
            problems.add("{{" + name + "}}: it is a secret, which is not allowed here");
        } else if (computed.containsKey(field)) {
            computed.get(field).pills().names().stream()
                    .filter(inner -> !FieldText.isField(inner) && !AttemptValues.isIn(others, inner))
                    .forEach(inner -> problems.add("{{" + name + "}} is computed from {{" + inner
                            + "}}, which has no value here, but in the headers and query of a request"));
        }
    }

    private String at(String name) {
        return reader.pointer() + "/" + JsonObjectReader.token(name);
    }

    private String at(String name, String key) {
        return at(name) + "/" + JsonObjectReader.token(key);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("member", List.of(problem));
    }

    private static void acceptAnything(String name, String value) {}
}
