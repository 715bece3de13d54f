package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where something stands in a request: a signature, a timestamp, the id or the type of an event. Immutable.
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

    final SelectorType kind;
    final String name;
    final @Nullable JsonPointer pointer;
    final String separator;
    final String prefix;

    private ValueSelector(
            SelectorType kind, String name, @Nullable JsonPointer pointer, String separator, String prefix) {
        this.kind = kind;
        this.name = name;
        this.pointer = pointer;
        this.separator = separator;
        this.prefix = prefix;
    }

    /**
     * The value of a header field.
     *
     * @param name its name, in any case
     * @return the part
     * @throws InvalidDefinitionException when the name is empty, or no name of a header field
     */
    public static ValueSelector header(String name) {
        if (!TOKEN.matcher(notEmpty(name, "header")).matches()) {
            throw invalid("\"" + Texts.visible(name) + "\" is no name of a header field (RFC 9110, section 5.1)");
        }
        return new ValueSelector(SelectorType.HEADER, name, null, "", "");
    }

    /**
     * The value of a query parameter.
     *
     * @param name its name
     * @return the part
     * @throws InvalidDefinitionException when the name is empty
     */
    public static ValueSelector query(String name) {
        return new ValueSelector(SelectorType.QUERY, notEmpty(name, "query parameter"), null, "", "");
    }

    /**
     * A value in the body: JSON, or the fields of a form.
     *
     * @param pointer a JSON pointer (RFC 6901), such as {@code /event/id}; for a field of a form {@code /name}
     * @return the part
     * @throws InvalidDefinitionException when it is no JSON pointer
     */
    public static ValueSelector body(String pointer) {
        return list(notEmpty(pointer, "body"));
    }

    /** As {@link #body}, but the body itself may be meant. */
    static ValueSelector list(String pointer) {
        try {
            return new ValueSelector(SelectorType.BODY, pointer, JsonSupport.pointer(pointer), "", "");
        } catch (InvalidDefinitionException e) {
            throw invalid(Texts.visible(pointer) + ": " + e.problems().get(0));
        }
    }

    /**
     * The items that the value is a list of. Spaces around them don't count.
     *
     * @param separator what stands between two, such as {@code ,}
     * @return another part
     * @throws InvalidDefinitionException when the separator is empty
     */
    public ValueSelector items(String separator) {
        return new ValueSelector(kind, name, pointer, notEmpty(separator, "separator"), prefix);
    }

    /**
     * What comes after a prefix; a value or an item without it is not meant.
     *
     * @param prefix such as {@code sha256=}
     * @return another part
     * @throws InvalidDefinitionException when the prefix is empty
     */
    public ValueSelector after(String prefix) {
        return new ValueSelector(kind, name, pointer, separator, notEmpty(prefix, "prefix"));
    }

    private static String notEmpty(String text, String what) {
        if (text == null || text.isEmpty()) {
            throw invalid("the " + what + " is missing");
        }
        return text;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("part of a webhook request", List.of(problem));
    }

    /** What {@link #fromJson} reads. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put(kind.name().toLowerCase(Locale.ROOT), name);
        if (!separator.isEmpty()) {
            json.put("items", separator);
        }
        return prefix.isEmpty() ? json : json.put("after", prefix);
    }

    static ValueSelector fromJson(JsonNode json) {
        return JsonObjectReader.read("part of a webhook request", json, ValueSelector::read);
    }

    static @Nullable ValueSelector read(JsonObjectReader reader) {
        List<ValueSelector> parts = new ArrayList<>();
        reader.text("header", name -> parts.add(header(name)));
        reader.text("query", name -> parts.add(query(name)));
        reader.text("body", pointer -> parts.add(body(pointer)));
        String kind = reader.exactlyOneOf("header", "query", "body");
        // A placeholder takes the other members, so that what is wrong with them is found, too.
        ValueSelector start = parts.isEmpty() ? header("none") : parts.get(0);
        ValueSelector part = new MemberSteps<>(reader, start)
                .text("items", ValueSelector::items)
                .text("after", ValueSelector::after)
                .value();
        return kind == null ? null : part;
    }

    /** Is told where a value stands. */
    @FunctionalInterface
    interface MatchConsumer {
        void at(String text, int from, int to);
    }

    /** The values that are meant, from the texts that stand there. */
    List<String> values(List<String> texts) {
        List<String> values = new ArrayList<>(2);
        texts.forEach(text -> find(text, (found, from, to) -> values.add(found.substring(from, to))));
        return values;
    }

    /** Finds the values that are meant, in a text that stands there. */
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

    /** Leaves out the spaces around it. */
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
            found.at(text, from + prefix.length(), to);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValueSelector part
                && kind == part.kind
                && (kind == SelectorType.HEADER ? name.equalsIgnoreCase(part.name) : name.equals(part.name))
                && separator.equals(part.separator)
                && prefix.equals(part.prefix);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, name.toLowerCase(Locale.ROOT), separator, prefix);
    }

    /**
     * Says where it is.
     *
     * @return such as {@code header X-Signature}
     */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + name + (prefix.isEmpty() ? "" : " after " + prefix);
    }
}
