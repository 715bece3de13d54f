package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.auth.internal.UrlValue;
import io.httpconnector.template.PillText;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The values that a user entered. Renders the texts of a definition with these values, which are always data. Collects
 * problems with the JSON Pointers of the texts. Read-only, and thread-safe, after a strategy was built.
 */
final class FieldValues {

    /** Strings and secrets by field name. */
    private final Map<String, Object> values = new LinkedHashMap<>();
    /** The fields that may be left empty. */
    private final Set<String> optional = new LinkedHashSet<>();
    /** The values that are received with the tokens. */
    private final Set<String> received = new LinkedHashSet<>();
    /** Texts by the name of the value that they compute. */
    private final Map<String, FieldText> computed = new LinkedHashMap<>();
    /** The values that the definition itself proposes. */
    private final Set<String> choices = new LinkedHashSet<>();

    private final FieldProblems problems;

    /** The values of the request that these values are rendered for. */
    private final AttemptValues attempt;

    private final TimeSource timeSource;

    FieldValues(FieldProblems problems, TimeSource timeSource) {
        this(problems, AttemptValues.of(null, timeSource.now()), timeSource);
    }

    private FieldValues(FieldProblems problems, AttemptValues attempt, TimeSource timeSource) {
        this.problems = problems;
        this.attempt = attempt;
        this.timeSource = timeSource;
    }

    /** Returns the clock of the strategy. */
    TimeSource timeSource() {
        return timeSource;
    }

    void put(String name, Object value) {
        values.put(name, value);
    }

    void optional(String name) {
        optional.add(name);
    }

    /** Declares values that are received with the tokens; a text without such a value is omitted. */
    void receives(Collection<String> names) {
        received.addAll(names);
        optional.addAll(names);
    }

    /** Returns the names of the values that are received with the tokens, or computed from such values. */
    Set<String> namesOfReceived() {
        Set<String> names = new LinkedHashSet<>(received);
        computed.forEach((name, text) -> {
            if (text.fields().stream().anyMatch(received::contains)) {
                names.add(name);
            }
        });
        return names;
    }

    /** Declares values that the definition proposes, and which can thus be several segments of a URL. */
    void choose(Collection<String> values) {
        choices.addAll(values);
    }

    /** Adds values that texts with other values compute. */
    void compute(Map<String, FieldText> texts) {
        computed.putAll(texts);
    }

    /** Returns these values with an additional one. */
    FieldValues with(String name, Secret value) {
        FieldValues more = withReceived(Map.of());
        more.put(name, value);
        return more;
    }

    /** Returns these values with those that were received with the tokens, and their own problems. */
    FieldValues withReceived(Map<String, String> fields) {
        return copy(AttemptValues.of(null, timeSource.now()), fields);
    }

    /** Returns these values for an attempt to send a request, with their own problems. */
    FieldValues forAttempt(AttemptValues values) {
        return copy(values, Map.of());
    }

    private FieldValues copy(AttemptValues attempt, Map<String, String> fields) {
        FieldValues more = new FieldValues(problems.empty(), attempt, timeSource);
        more.values.putAll(values);
        more.optional.addAll(optional);
        more.received.addAll(received);
        more.computed.putAll(computed);
        more.choices.addAll(choices);
        fields.forEach((name, value) -> {
            if (received.contains(name)) {
                more.put(name, value);
            }
        });
        return more;
    }

    /** Returns these values with samples for some that are known later, with their own problems. */
    FieldValues withSamples(Collection<String> names) {
        FieldValues more = withReceived(Map.of());
        received.stream().filter(name -> !has(name)).forEach(name -> more.put(name, "https://sample.example.com"));
        names.forEach(name -> more.put(name, Secret.of("sample")));
        return more;
    }

    /** Throws the problems, if there are any. */
    void throwProblems() {
        if (problems() > 0) {
            throw new InvalidDefinitionException("values", problems.all());
        }
    }

    /** Returns whether a text differs for each request. */
    boolean isPerAttempt(FieldText text) {
        return text.isPerAttempt()
                || text.fields().stream().map(computed::get).anyMatch(inner -> inner != null && inner.isPerAttempt());
    }

    boolean usesReceived(FieldText text) {
        return fieldsOf(text).stream().anyMatch(received::contains);
    }

    /** Returns the secrets in a text. */
    List<Secret> secrets(FieldText text) {
        return fieldsOf(text).stream()
                .map(values::get)
                .filter(Secret.class::isInstance)
                .map(Secret.class::cast)
                .toList();
    }

    /** Returns the names of the fields of a text, with those of the computed values in it. */
    private List<String> fieldsOf(FieldText text) {
        return text.fields().stream().flatMap(this::fieldsOf).distinct().toList();
    }

    private Stream<String> fieldsOf(String name) {
        FieldText text = values.containsKey(name) ? null : computed.get(name);
        return text == null ? Stream.of(name) : text.fields().stream();
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** Returns the values that are not secrets. */
    Map<String, String> plain() {
        Map<String, String> plain = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value instanceof String text) {
                plain.put(name, text);
            }
        });
        return plain;
    }

    /** Returns all values by placeholder name. */
    Map<String, Object> byPlaceholder() {
        Map<String, Object> all = new LinkedHashMap<>();
        values.forEach((name, value) -> all.put(FieldText.PREFIX + name, value));
        computed.forEach((name, text) -> {
            if (!text.isPerAttempt()) {
                all.put(FieldText.PREFIX + name, Objects.requireNonNullElse(secret(text), ""));
            }
        });
        return all;
    }

    void moveProblemsTo(FieldValues other) {
        problems.moveTo(other.problems);
    }

    /** Returns the number of problems so far, to detect new ones. */
    int problems() {
        return problems.all().size();
    }

    void missing(String field) {
        problems.ofField(field, "it is missing: " + problems.advice(field));
    }

    void problem(String pointer, String problem) {
        problems.add(pointer, problem);
    }

    /** Renders a text; null if it is omitted, or if a problem was reported. */
    @Nullable String text(@Nullable FieldText text) {
        return text(text, (before, value) -> value);
    }

    /** Renders a text, and encodes its values; null if it is omitted, or if a problem was reported. */
    @Nullable String text(@Nullable FieldText text, BinaryOperator<String> encoding) {
        if (text == null || isOmitted(text)) {
            return null;
        }
        try {
            return text.pills().render(this::value, encoding);
        } catch (InvalidDefinitionException e) {
            reportProblems(text, e);
            return null;
        }
    }

    /** Renders a text that can't be omitted. */
    String requiredText(FieldText text) {
        int before = problems();
        String rendered = text(text);
        if (rendered == null && problems() == before) {
            problem(text.pointer(), "it is empty, but required");
        }
        return Objects.requireNonNullElse(rendered, "missing");
    }

    boolean isSecret(String name) {
        return values.get(name) instanceof Secret;
    }

    boolean isSecret(FieldText text) {
        return fieldsOf(text).stream().anyMatch(name -> values.get(name) instanceof Secret);
    }

    /** Renders a text with secrets, which are read each time it is used; null if it is omitted. */
    @Nullable Secret secret(@Nullable FieldText text) {
        if (text == null || isOmitted(text)) {
            return null;
        }
        List<String> names = fieldsOf(text).stream()
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
            return all.map(first ->
                    Objects.requireNonNullElse(text.pills().render(name -> value(name, names.get(0), first)), ""));
        } catch (InvalidDefinitionException e) {
            reportProblems(text, e);
            return null;
        }
    }

    /** Renders texts by name, each as a secret or not, for an action that may reject it; omitted texts are skipped. */
    void each(Map<String, FieldText> texts, BiConsumer<String, String> plain, BiConsumer<String, Secret> secret) {
        texts.forEach(
                (name, text) -> render(text, value -> plain.accept(name, value), value -> secret.accept(name, value)));
    }

    /** Renders a text, as a secret or not, for an action that may reject it; an omitted text is skipped. */
    void render(FieldText text, Consumer<String> ofText, Consumer<Secret> ofSecret) {
        try {
            if (isSecret(text)) {
                Secret secret = secret(text);
                if (secret != null) {
                    ofSecret.accept(secret);
                }
            } else {
                String plain = text(text);
                if (plain != null) {
                    ofText.accept(plain);
                }
            }
        } catch (InvalidDefinitionException e) {
            reportProblems(text, e);
        }
    }

    Secret requiredSecret(FieldText text) {
        int before = problems();
        Secret secret = secret(text);
        if (secret == null && problems() == before) {
            problem(text.pointer(), "it is empty, but required");
        }
        return secret == null ? Secret.of("missing") : secret;
    }

    /** Renders a URL: a value is part of a host name or a path segment; only at the beginning it can be a URL itself. */
    @Nullable String url(@Nullable UrlText url) {
        return url == null ? null : url(url.choose(this::canRender));
    }

    @Nullable String url(@Nullable FieldText text) {
        if (text == null || isOmitted(text)) {
            return null;
        }
        try {
            return text.pills().render(this::value, this::encodedInUrl);
        } catch (InvalidDefinitionException e) {
            problem(text.pointer(), String.join(", ", text.fields()) + ": " + String.join("; ", e.problems()));
            return null;
        }
    }

    /** Renders the entered values of a URL; the placeholders for received values stay. */
    @Nullable String urlTemplate(@Nullable UrlText url) {
        if (url == null) {
            return null;
        }
        FieldText text = url.choose(name -> canRender(name) || received.contains(name));
        if (text.fields().stream().noneMatch(received::contains)) {
            return url(text);
        }
        try {
            PillText bound = text.pills()
                    .bind(name -> !received.contains(FieldText.field(name)), this::value, this::encodedInUrl);
            return bound == null ? null : bound.toString();
        } catch (InvalidDefinitionException e) {
            problem(text.pointer(), String.join(", ", text.fields()) + ": " + String.join("; ", e.problems()));
            return null;
        }
    }

    private String encodedInUrl(String before, String value) {
        return choices.contains(value) && value.contains("/") ? value : UrlValue.encode(before, value);
    }

    /** Renders any JSON; null if it is omitted. */
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
        if (isOmitted(text)) {
            return null;
        }
        try {
            return text.pills().value(this::value);
        } catch (InvalidDefinitionException e) {
            reportProblems(text, e);
            return null;
        }
    }

    /** Calls an action with each secret text in a tree. */
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
        return value(placeholder, "", "");
    }

    /** Returns the value of a placeholder, where the current value of one secret is known. */
    private @Nullable Object value(String placeholder, String known, String current) {
        if (!FieldText.isField(placeholder)) {
            return attempt.value(placeholder);
        }
        String name = FieldText.field(placeholder);
        if (name.equals(known)) {
            return current;
        }
        Object value = values.get(name);
        FieldText text = value == null ? computed.get(name) : null;
        if (text != null) {
            return text.pills().render(inner -> value(inner, known, current));
        }
        return value instanceof Secret secret ? secret.reveal() : value;
    }

    /** Returns whether an optional field of a text was left empty. A missing required field is reported as a problem. */
    private boolean isOmitted(FieldText text) {
        boolean omitted = false;
        for (String name : text.required().stream().flatMap(this::requiredOf).toList()) {
            if (!has(name)) {
                omitted = true;
                if (!optional.contains(name)) {
                    problem(text.pointer(), "there is no value for {{auth." + name + "}}: " + problems.advice(name));
                }
            }
        }
        return omitted;
    }

    private boolean canRender(String name) {
        return requiredOf(name).allMatch(this::has);
    }

    private Stream<String> requiredOf(String name) {
        FieldText text = has(name) ? null : computed.get(name);
        return text == null ? Stream.of(name) : text.required().stream().flatMap(this::requiredOf);
    }

    private void reportProblems(FieldText text, InvalidDefinitionException e) {
        e.problems().forEach(problem -> problem(text.pointer(), problem));
    }

    /** Renders the claims of a token; those whose field was left empty are omitted. */
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

    /** Returns whether all fields of a text have a value. A missing required field is reported as a problem. */
    boolean canBeSent(FieldText text) {
        return !isOmitted(text);
    }

    /** Returns the entered value of a field as a secret; null if there is none. */
    @Nullable Secret entered(String name) {
        Object value = values.get(name);
        return value instanceof Secret secret
                ? secret
                : value instanceof String text && !text.isEmpty() ? Secret.of(text) : null;
    }

    /** Omits the values. */
    @Override
    public String toString() {
        return "Values for " + values.keySet();
    }
}
