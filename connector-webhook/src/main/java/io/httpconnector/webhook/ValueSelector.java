package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Selects a value of a request: a signature, a timestamp, the id or the type of an event. Immutable.
 *
 * <pre>{@code
 * ValueSelector.header("X-Hub-Signature-256").after("sha256=")
 * ValueSelector.header("Stripe-Signature").items(",").after("v1=")
 * ValueSelector.body("/event/id")
 * }</pre>
 */
public final class ValueSelector {

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    enum SelectorType {
        HEADER,
        QUERY,
        BODY
    }

    final SelectorType type;
    final String name;
    final @Nullable JsonPointer pointer;
    final String separator;
    final String prefix;

    private ValueSelector(
            SelectorType kind, String name, @Nullable JsonPointer pointer, String separator, String prefix) {
        this.type = kind;
        this.name = name;
        this.pointer = pointer;
        this.separator = separator;
        this.prefix = prefix;
    }

    /**
     * Selects a header field.
     *
     * @param name the name
     * @return the selector
     * @throws InvalidDefinitionException if the name is empty
     */
    public static ValueSelector header(String name) {
        if (!TOKEN.matcher(notEmpty(name, "header")).matches()) {
            throw invalid("\"" + Texts.visible(name) + "\" is not a valid header field name (RFC 9110, section 5.1)");
        }
        return new ValueSelector(SelectorType.HEADER, name, null, "", "");
    }

    /**
     * Selects a query parameter.
     *
     * @param name the name
     * @return the selector
     * @throws InvalidDefinitionException if the name is empty
     */
    public static ValueSelector query(String name) {
        return new ValueSelector(SelectorType.QUERY, notEmpty(name, "query parameter"), null, "", "");
    }

    /**
     * Selects a value of the body: JSON, or the fields of a form.
     *
     * @param pointer a JSON pointer (RFC 6901), such as {@code /event/id}; for a field of a form {@code /name}
     * @return the selector
     * @throws InvalidDefinitionException if the JSON pointer is invalid
     */
    public static ValueSelector body(String pointer) {
        return bodyOrRoot(notEmpty(pointer, "body"));
    }

    /** Like {@link #body}, but the pointer may select the whole body. */
    static ValueSelector bodyOrRoot(String pointer) {
        try {
            return new ValueSelector(SelectorType.BODY, pointer, JsonSupport.pointer(pointer), "", "");
        } catch (InvalidDefinitionException e) {
            throw invalid(Texts.visible(pointer) + ": " + e.problems().get(0));
        }
    }

    /**
     * Splits the value into a list of items. Spaces around items are ignored.
     *
     * @param separator the separator of the items, such as {@code ,}
     * @return a new selector
     * @throws InvalidDefinitionException if the separator is empty
     */
    public ValueSelector items(String separator) {
        return new ValueSelector(type, name, pointer, notEmpty(separator, "separator"), prefix);
    }

    /**
     * Selects the text after a prefix; values and items without the prefix are ignored.
     *
     * @param prefix such as {@code sha256=}
     * @return a new selector
     * @throws InvalidDefinitionException if the prefix is empty
     */
    public ValueSelector after(String prefix) {
        return new ValueSelector(type, name, pointer, separator, notEmpty(prefix, "prefix"));
    }

    private static String notEmpty(String text, String what) {
        if (text == null || text.isEmpty()) {
            throw invalid("the " + what + " is missing");
        }
        return text;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("selector of a webhook request", List.of(problem));
    }

    /** The JSON that {@link #fromJson} reads. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put(type.name().toLowerCase(Locale.ROOT), name);
        if (!separator.isEmpty()) {
            json.put("items", separator);
        }
        return prefix.isEmpty() ? json : json.put("after", prefix);
    }

    static ValueSelector fromJson(JsonNode json) {
        return JsonObjectReader.read("selector of a webhook request", json, ValueSelector::read);
    }

    static @Nullable ValueSelector read(JsonObjectReader reader) {
        List<ValueSelector> selectors = new ArrayList<>();
        reader.text("header", name -> selectors.add(header(name)));
        reader.text("query", name -> selectors.add(query(name)));
        reader.text("body", pointer -> selectors.add(body(pointer)));
        String kind = reader.exactlyOneOf("header", "query", "body");
        // A placeholder reads the remaining members, so that their problems are reported as well.
        ValueSelector start = selectors.isEmpty() ? header("none") : selectors.get(0);
        ValueSelector selector = new MemberSteps<>(reader, start)
                .text("items", ValueSelector::items)
                .text("after", ValueSelector::after)
                .value();
        return kind == null ? null : selector;
    }

    /** Receives the positions of selected values. */
    @FunctionalInterface
    interface MatchConsumer {
        void accept(String text, int from, int to);
    }

    /** Selects the values from the raw values at this location. */
    List<String> values(List<String> texts) {
        List<String> values = new ArrayList<>(2);
        texts.forEach(text -> find(text, (found, from, to) -> values.add(found.substring(from, to))));
        return values;
    }

    /** Returns the first selected value of a raw value; empty if there is none. */
    String first(String text) {
        if (separator.isEmpty() && prefix.isEmpty()) {
            return text;
        }
        List<String> values = values(List.of(text));
        return values.isEmpty() ? "" : values.get(0);
    }

    /** Reports the selected values of a raw value. */
    void find(String text, MatchConsumer found) {
        if (separator.isEmpty()) {
            afterPrefix(text, 0, text.length(), found);
            return;
        }
        int start = 0;
        while (start >= 0) {
            int next = text.indexOf(separator, start);
            item(text, start, next < 0 ? text.length() : next, found);
            start = next < 0 ? -1 : next + separator.length();
        }
    }

    /** Reports an item without surrounding spaces. */
    private void item(String text, int start, int end, MatchConsumer found) {
        int from = start;
        int to = end;
        while (from < to && Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        while (to > from && Character.isWhitespace(text.charAt(to - 1))) {
            to--;
        }
        afterPrefix(text, from, to, found);
    }

    private void afterPrefix(String text, int from, int to, MatchConsumer found) {
        if (to - from >= prefix.length() && text.startsWith(prefix, from)) {
            found.accept(text, from + prefix.length(), to);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValueSelector selector
                && type == selector.type
                && (type == SelectorType.HEADER ? name.equalsIgnoreCase(selector.name) : name.equals(selector.name))
                && separator.equals(selector.separator)
                && prefix.equals(selector.prefix);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, name.toLowerCase(Locale.ROOT), separator, prefix);
    }

    /**
     * Returns the location.
     *
     * @return such as {@code header X-Signature}
     */
    @Override
    public String toString() {
        return type.name().toLowerCase(Locale.ROOT) + " " + name + (prefix.isEmpty() ? "" : " after " + prefix);
    }
}
