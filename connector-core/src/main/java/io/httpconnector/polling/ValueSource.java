package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.MismatchedNames;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.ValueTemplate;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The location of a value in a page or a record: a JSON pointer, or an expression of the template language, such as
 * {@code {{response.page | plus(1)}}}, or code. A text is an expression if it contains a pill and does not begin with a slash.
 * Immutable.
 */
final class ValueSource {

    /** The steps of an expression that is evaluated for a page. */
    private static final List<String> PAGE_STEPS = List.of("response", "headers", "status", "page", "lastRecord");

    /** The steps of an expression that is evaluated for a record. */
    private static final List<String> RECORD_STEPS = List.of("record");

    private static final Set<String> LAST_RECORD = Set.of("lastRecord");

    private final @Nullable JsonPaths pointer;
    private final @Nullable ValueTemplate expression;
    private final @Nullable Function<JsonNode, JsonNode> code;
    private final String text;

    private ValueSource(
            @Nullable JsonPaths pointer,
            @Nullable ValueTemplate expression,
            @Nullable Function<JsonNode, JsonNode> code,
            String text) {
        this.pointer = pointer;
        this.expression = expression;
        this.code = code;
        this.text = text;
    }

    /** A value of a record that code extracts. */
    static ValueSource byCode(Function<JsonNode, JsonNode> code) {
        return new ValueSource(null, null, code, "code");
    }

    /** A value of a page: a pointer from the root of the response, or an expression over response, headers and last record. */
    static ValueSource ofPage(String part, String text) {
        return of(part, text, PAGE_STEPS);
    }

    /** A value of a record: a pointer from the record, or an expression over it. */
    static ValueSource ofRecord(String part, String text) {
        return of(part, text, RECORD_STEPS);
    }

    /** A condition on a record: an expression over it and the pills of the trigger. */
    static ValueSource ofFilter(String part, String text) {
        return of(part, text, null);
    }

    /** A value that does not depend on records: an expression over the pills of the trigger. */
    static ValueSource ofConstants(String part, String text) {
        try {
            return new ValueSource(null, ValueTemplate.of(text), null, text);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(part, e.problems());
        }
    }

    private static ValueSource of(String part, String text, @Nullable List<String> steps) {
        if (text == null || text.startsWith("/") || !ValueTemplate.hasPills(text)) {
            return new ValueSource(JsonPaths.of(part, text), null, null, String.valueOf(text));
        }
        ValueTemplate expression = ValueTemplate.of(text);
        for (String step : expression.steps()) {
            if (steps != null && !steps.contains(step)) {
                String nearest = Suggestions.of(step, steps);
                throw new InvalidDefinitionException(
                        part,
                        List.of("\"" + text + "\": \"" + step + "\" is unknown here: "
                                + (nearest == null
                                        ? "use one of " + String.join(", ", steps)
                                        : "did you mean \"" + nearest + "\"?")));
            }
        }
        return new ValueSource(null, expression, null, text);
    }

    boolean isExpression() {
        return expression != null;
    }

    /** Whether it is an expression that uses the last record of a page only. */
    boolean isOfLastRecord() {
        return expression != null && expression.steps().equals(LAST_RECORD);
    }

    /** Whether it is a pointer to the whole value. */
    boolean isRoot() {
        return pointer != null && pointer.isRoot();
    }

    /**
     * A member of the record that differs from that of the pointer only in case, hyphens and underscores; null when the record
     * has the member itself, or none like it.
     */
    @Nullable String misspelt(JsonNode item) {
        int slash = text.lastIndexOf('/');
        if (pointer == null || slash < 0 || !in(item).isMissingNode()) {
            return null;
        }
        String wanted = text.substring(slash + 1);
        JsonNode parent = item.at(text.substring(0, slash));
        Iterator<String> names = parent.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            if (MismatchedNames.areSimilar(name, wanted)) {
                return text.substring(0, slash + 1) + name;
            }
        }
        return null;
    }

    /** The value; a missing node when there is none. */
    JsonNode in(Page page) {
        return pointer != null ? page.at(pointer) : evaluate(page.pills());
    }

    /** The value of a record; a missing node when there is none. For an XML element with attributes, its text. */
    JsonNode in(JsonNode item) {
        if (code != null) {
            JsonNode value = code.apply(item);
            return value == null ? MissingNode.getInstance() : value;
        }
        return pointer != null ? pointer.resolveValue(item) : evaluate(Pills.of("record", item));
    }

    /** The value of a record by an expression that also uses other values. */
    JsonNode in(JsonNode item, Pills pills) {
        return evaluate(pills.and("record", item));
    }

    /** The steps of an expression besides the record. */
    Set<String> steps() {
        Set<String> steps = new TreeSet<>(expression == null ? Set.of() : expression.steps());
        RECORD_STEPS.forEach(steps::remove);
        return steps;
    }

    /** The value of an expression over these pills; a missing node when there is none. */
    JsonNode evaluate(Pills pills) {
        if (expression == null) {
            throw new IllegalStateException("neither a pointer nor an expression");
        }
        try {
            return expression.evaluate(pills);
        } catch (RenderException e) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "The expression " + text + " cannot be evaluated: " + String.join("; ", e.problems()),
                    e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
