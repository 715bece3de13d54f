package io.httpconnector.template;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.TextTemplate.EscapedPill;
import io.httpconnector.template.TextTemplate.Escaper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A text with pills that is evaluated to a value: a text that is exactly one pill to the value of the pill, of any type, and any
 * other text to a text. For values that are not part of a request, such as the token of the next page. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * ValueTemplate.of("{{response.page | plus(1)}}").evaluate(Pills.of("response", body))
 * }</pre>
 */
public final class ValueTemplate {

    private final String source;
    private final TextTemplate text;
    private final @Nullable Pointer pointer;

    /** A JSON Pointer into the value of a step. */
    private record Pointer(String step, JsonPointer path) {}

    private ValueTemplate(String source, TextTemplate text, @Nullable Pointer pointer) {
        this.source = source;
        this.text = text;
        this.pointer = pointer;
    }

    /**
     * Compiles a text.
     *
     * @param text the text
     * @return the template
     * @throws InvalidTemplateException if a pill is invalid: lists all problems
     */
    public static ValueTemplate of(String text) {
        if (text == null) {
            throw new InvalidDefinitionException("value template", List.of("the text is null"));
        }
        List<TemplateProblem> problems = new ArrayList<>();
        TextTemplate compiled = TextTemplate.compile(PillSyntax.DEFAULT, "value", text, Escaper.PLAIN, problems);
        if (!problems.isEmpty()) {
            throw new InvalidTemplateException(text, problems);
        }
        return new ValueTemplate(text, compiled, null);
    }

    /**
     * Compiles the location of a value: a JSON Pointer (RFC 6901) into the value of the first step, such as {@code /id}, or a text
     * with pills of the steps, such as <code>{{headers.location}}</code>.
     *
     * @param location the pointer or text
     * @param steps the names of the permitted steps, at least one
     * @return the template
     * @throws InvalidDefinitionException if it is neither a pointer nor a valid template, or has pills of other steps
     */
    public static ValueTemplate ofLocation(String location, List<String> steps) {
        if (location == null || !hasPills(location)) {
            TextTemplate none = TextTemplate.compile(PillSyntax.DEFAULT, "value", "", Escaper.PLAIN, new ArrayList<>());
            return new ValueTemplate(
                    String.valueOf(location), none, new Pointer(steps.get(0), JsonSupport.pointer(location)));
        }
        ValueTemplate template = of(location);
        for (String step : template.steps()) {
            if (!steps.contains(step)) {
                String nearest = Suggestions.of(step, steps);
                String names = String.join(", ", steps).replaceFirst(", ([^,]*)$", " or $1");
                throw new InvalidDefinitionException(
                        "location",
                        "\"" + step + "\" is unknown here: "
                                + (nearest == null ? "use " + names : "did you mean \"" + nearest + "\"?"));
            }
        }
        return template;
    }

    /**
     * Whether a text contains a pill.
     *
     * @param text the text
     * @return whether it contains an opening delimiter
     */
    public static boolean hasPills(String text) {
        return text.contains(PillSyntax.DEFAULT.open());
    }

    /**
     * Returns the names of the steps whose values are used, by the pills or as arguments of their filters.
     *
     * @return the names, sorted
     */
    public Set<String> steps() {
        if (pointer != null) {
            return Set.of(pointer.step());
        }
        Set<String> steps = new TreeSet<>();
        for (Expression pill : text.pills()) {
            steps.add(String.valueOf(pill.path().steps().get(0)));
            pill.operands()
                    .forEach(other ->
                            steps.add(String.valueOf(other.path().steps().get(0))));
        }
        return steps;
    }

    /**
     * Evaluates the template.
     *
     * @param pills the values
     * @return the value; a missing node if a pill has no value
     * @throws RenderException if a value is not accepted by a filter, or cannot be part of a text
     */
    public JsonNode evaluate(Pills pills) {
        if (pointer != null) {
            return pills.root().path(pointer.step()).at(pointer.path());
        }
        RenderContext context = new RenderContext(pills.root(), 0);
        Expression whole = text.whole();
        StringBuilder result = new StringBuilder();
        for (Object piece : text.pieces()) {
            if (!(piece instanceof EscapedPill placed)) {
                result.append((String) piece);
                continue;
            }
            try {
                JsonNode value = placed.pill().evaluateOrNull(context);
                if (value == null || whole != null) {
                    return value == null ? MissingNode.getInstance() : value;
                }
                if (value.isNull()) {
                    return MissingNode.getInstance();
                }
                result.append(Filters.single(value));
            } catch (ValueRejectedException e) {
                throw new RenderException(source, List.of(placed.pill().problem(e)));
            }
        }
        return TextNode.valueOf(result.toString());
    }

    /**
     * Returns the text of the template.
     *
     * @return the text, as given
     */
    @Override
    public String toString() {
        return source;
    }
}
