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
    final @Nullable Part part;
    final String prefix;
    final String suffix;

    /** Applies if this selector finds no value. */
    final @Nullable ValueSelector alternative;

    /** A part of a text that a separator divides. */
    record Part(String separator, int index) {

        static @Nullable Part read(JsonObjectReader reader) {
            // "separator": The text between the parts.
            String separator = reader.requiredText("separator");
            // "index": The position of the part, starting with 0; negative from the end.
            return separator.isEmpty() ? null : new Part(separator, reader.requiredInteger("index"));
        }
    }

    private ValueSelector(
            SelectorType kind,
            String name,
            @Nullable JsonPointer pointer,
            String separator,
            @Nullable Part part,
            String prefix,
            String suffix,
            @Nullable ValueSelector alternative) {
        this.type = kind;
        this.name = name;
        this.pointer = pointer;
        this.separator = separator;
        this.part = part;
        this.prefix = prefix;
        this.suffix = suffix;
        this.alternative = alternative;
    }

    private static ValueSelector whole(SelectorType type, String name, @Nullable JsonPointer pointer) {
        return new ValueSelector(type, name, pointer, "", null, "", "", null);
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
        return whole(SelectorType.HEADER, name, null);
    }

    /**
     * Selects a query parameter.
     *
     * @param name the name
     * @return the selector
     * @throws InvalidDefinitionException if the name is empty
     */
    public static ValueSelector query(String name) {
        return whole(SelectorType.QUERY, notEmpty(name, "query parameter"), null);
    }

    /**
     * Selects a value of the body: JSON, or the fields of a form. If a text contains JSON, the pointer may continue in it.
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
            return whole(SelectorType.BODY, pointer, JsonSupport.pointer(pointer));
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
        return new ValueSelector(
                type, name, pointer, notEmpty(separator, "separator"), part, prefix, suffix, alternative);
    }

    /**
     * Selects the part at a position of the value, or of each item. Values with fewer parts are ignored.
     *
     * @param separator the separator of the parts, such as {@code |}
     * @param index the position of the part: 0 for the first, at most 99
     * @return a new selector
     * @throws InvalidDefinitionException if the separator is empty, or the position is out of range
     */
    public ValueSelector part(String separator, int index) {
        if (index < 0 || index > 99) {
            throw invalid("the position " + index + " of a part is out of range, use 0 to 99");
        }
        Part selected = new Part(notEmpty(separator, "separator of the parts"), index);
        return new ValueSelector(type, name, pointer, this.separator, selected, prefix, suffix, alternative);
    }

    /**
     * Selects the text after a prefix; values and items without the prefix are ignored.
     *
     * @param prefix such as {@code sha256=}
     * @return a new selector
     * @throws InvalidDefinitionException if the prefix is empty
     */
    public ValueSelector after(String prefix) {
        return new ValueSelector(type, name, pointer, separator, part, notEmpty(prefix, "prefix"), suffix, alternative);
    }

    /**
     * Selects the text before a suffix, up to its first occurrence after the prefix; values and items without the suffix are
     * ignored.
     *
     * @param suffix such as {@code "}
     * @return a new selector
     * @throws InvalidDefinitionException if the suffix is empty
     */
    public ValueSelector before(String suffix) {
        return new ValueSelector(type, name, pointer, separator, part, prefix, notEmpty(suffix, "suffix"), alternative);
    }

    /**
     * Adds a location that applies if this selector finds no value.
     *
     * @param other the other location
     * @return a new selector
     * @throws InvalidDefinitionException if the location is null
     */
    public ValueSelector or(ValueSelector other) {
        if (other == null) {
            throw invalid("the alternative location is missing");
        }
        ValueSelector last = alternative == null ? other : alternative.or(other);
        return new ValueSelector(type, name, pointer, separator, part, prefix, suffix, last);
    }

    /** Returns the selector without its alternative. */
    ValueSelector alone() {
        return alternative == null
                ? this
                : new ValueSelector(type, name, pointer, separator, part, prefix, suffix, null);
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
        if (part != null) {
            json.putObject("part").put("separator", part.separator).put("index", part.index);
        }
        if (!prefix.isEmpty()) {
            json.put("after", prefix);
        }
        if (!suffix.isEmpty()) {
            json.put("before", suffix);
        }
        return alternative == null ? json : json.set("or", alternative.toJson());
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
                .with("part", reader.object("part", Part::read), (one, part) -> one.part(part.separator, part.index))
                .text("after", ValueSelector::after)
                .text("before", ValueSelector::before)
                .with("or", reader.object("or", ValueSelector::read), ValueSelector::or)
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
        if (isWhole()) {
            return text;
        }
        List<String> values = values(List.of(text));
        return values.isEmpty() ? "" : values.get(0);
    }

    /** Whether the selector selects a whole value. */
    boolean isWhole() {
        return separator.isEmpty() && part == null && prefix.isEmpty() && suffix.isEmpty();
    }

    /** Reports the selected values of a raw value. */
    void find(String text, MatchConsumer found) {
        if (separator.isEmpty()) {
            partOf(text, 0, text.length(), found);
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
        partOf(text, from, to, found);
    }

    private void partOf(String text, int from, int to, MatchConsumer found) {
        if (part == null) {
            between(text, from, to, found);
            return;
        }
        int start = from;
        for (int i = 0; i < part.index; i++) {
            int next = text.indexOf(part.separator, start);
            if (next < 0 || next + part.separator.length() > to) {
                return;
            }
            start = next + part.separator.length();
        }
        int end = text.indexOf(part.separator, start);
        between(text, start, end < 0 || end > to ? to : end, found);
    }

    /** Reports the text between prefix and suffix. */
    private void between(String text, int from, int to, MatchConsumer found) {
        if (to - from < prefix.length() || !text.startsWith(prefix, from)) {
            return;
        }
        int start = from + prefix.length();
        int end = suffix.isEmpty() ? to : text.indexOf(suffix, start);
        if (end >= 0 && end <= to) {
            found.accept(text, start, end);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValueSelector selector
                && type == selector.type
                && (type == SelectorType.HEADER ? name.equalsIgnoreCase(selector.name) : name.equals(selector.name))
                && separator.equals(selector.separator)
                && Objects.equals(part, selector.part)
                && prefix.equals(selector.prefix)
                && suffix.equals(selector.suffix)
                && Objects.equals(alternative, selector.alternative);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, name.toLowerCase(Locale.ROOT), separator, part, prefix, suffix, alternative);
    }

    /**
     * Returns the location.
     *
     * @return such as {@code header X-Signature}
     */
    @Override
    public String toString() {
        return type.name().toLowerCase(Locale.ROOT) + " " + name + (prefix.isEmpty() ? "" : " after " + prefix)
                + (alternative == null ? "" : " or " + alternative);
    }
}
