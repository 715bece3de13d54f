package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.TextTemplate.EscapedPill;
import io.httpconnector.template.TextTemplate.Escaper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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

    private ValueTemplate(String source, TextTemplate text) {
        this.source = source;
        this.text = text;
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
        return new ValueTemplate(text, compiled);
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
