package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonMemberReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.TemplateProblem.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A compiled text with pills and filters, for documents other than request templates, such as auth definitions. The name of a
 * pill is its whole path: {@code auth.user} for {@code {{auth.user | base64}}}. Values are data and never interpreted as
 * templates. Immutable and thread-safe.
 */
public final class PillText {

    private final String text;
    /** Strings and expressions. */
    private final List<Object> pieces;

    private PillText(String text, List<Object> pieces) {
        this.text = text;
        this.pieces = List.copyOf(pieces);
    }

    /**
     * Compiles a text.
     *
     * @param text the text, with pills between double braces
     * @return the compiled text
     * @throws InvalidDefinitionException with all problems: an unclosed or malformed pill, an unknown filter, an invalid
     *     argument
     */
    public static PillText compile(String text) {
        if (text == null) {
            throw new InvalidDefinitionException("text", List.of("it is null"));
        }
        List<TemplateProblem> problems = new ArrayList<>();
        List<Object> pieces = PillSyntax.DEFAULT.tokenize("text", text, quoted -> quoted, problems);
        for (Object piece : pieces) {
            if (piece instanceof Expression pill) {
                check(pill, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        return new PillText(text, pieces);
    }

    private static void check(Expression pill, List<TemplateProblem> problems) {
        if (!paths(pill).flatMap(path -> path.steps().stream()).allMatch(String.class::isInstance)) {
            problems.add(pill.problem(Code.MISPLACED, "indexes are not allowed here, only names"));
        }
        if (pill.keepsSlashes()) {
            problems.add(pill.problem(Code.MISPLACED, TextTemplate.PATH_ONLY));
        }
        if (pill.canBeNull()) {
            problems.add(pill.problem(Code.MISPLACED, "null has no text form: use | default('') or | omit"));
        }
    }

    private static InvalidDefinitionException invalid(List<TemplateProblem> problems) {
        return new InvalidDefinitionException(
                "text",
                problems.stream()
                        .map(problem -> (problem.pill() == null ? "" : "{{" + problem.pill() + "}}: ")
                                + problem.message()
                                + (problem.column() == 0 ? "" : " (column " + problem.column() + ")"))
                        .toList());
    }

    /**
     * Returns the names of all pills.
     *
     * @return each name once, in the order of the text; none for a fixed text
     */
    public Set<String> names() {
        return pills().stream()
                .flatMap(PillText::paths)
                .map(PillText::name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Returns the names of the pills that require a value, because no filter handles a missing one.
     *
     * @return each name once
     */
    public Set<String> required() {
        return pills().stream()
                .flatMap(pill -> Stream.concat(Stream.of(pill), pill.operands().stream()))
                .filter(Expression::isRequired)
                .map(pill -> name(pill.path()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Whether any pill has filters.
     *
     * @return true if there is at least one filter
     */
    public boolean hasFilters() {
        return pills().stream().anyMatch(pill -> !pill.filters().isEmpty());
    }

    private List<Expression> pills() {
        return pieces.stream()
                .filter(Expression.class::isInstance)
                .map(Expression.class::cast)
                .toList();
    }

    private static String name(PillPath path) {
        return path.steps().stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    /** The paths of the value of a pill, and of those that its filters use. */
    private static Stream<PillPath> paths(Expression pill) {
        return Stream.concat(Stream.of(pill.path()), pill.operands().stream().map(Expression::path));
    }

    /**
     * Renders the text.
     *
     * @param values returns the value of a name, any object that Jackson can serialise; null for none
     * @return the text, or null if the filter {@code omit} omits it
     * @throws InvalidDefinitionException if a value is missing or rejected by a filter; the message never contains a value
     */
    public @Nullable String render(Function<String, @Nullable Object> values) {
        return render(values, (before, value) -> value);
    }

    /**
     * Renders the text and encodes the values.
     *
     * @param values returns the value of a name; null for none
     * @param encoding encodes a value, given the text before it and the value
     * @return the text, or null if the filter {@code omit} omits it
     * @throws InvalidDefinitionException if a value is missing or rejected by a filter; the message never contains a value
     */
    public @Nullable String render(Function<String, @Nullable Object> values, BinaryOperator<String> encoding) {
        StringBuilder rendered = new StringBuilder();
        for (Object piece : pieces) {
            if (piece instanceof Expression pill) {
                JsonNode value = value(pill, values);
                if (value == null) {
                    return null;
                }
                rendered.append(encoding.apply(rendered.toString(), single(pill, value)));
            } else {
                rendered.append((String) piece);
            }
        }
        return rendered.toString();
    }

    /**
     * Fills in some pills, and keeps the others with their filters for later.
     *
     * @param isBound returns whether a name is filled in now
     * @param values returns the value of such a name; null for none
     * @param encoding encodes a value, given the text before it and the value
     * @return the text with the remaining pills, or null if the filter {@code omit} omits it
     * @throws InvalidDefinitionException if a value is missing or rejected by a filter; the message never contains a value
     */
    public @Nullable PillText bind(
            Predicate<String> isBound, Function<String, @Nullable Object> values, BinaryOperator<String> encoding) {
        StringBuilder bound = new StringBuilder();
        for (Object piece : pieces) {
            if (!(piece instanceof Expression pill)) {
                bound.append(literal((String) piece));
            } else if (paths(pill).map(PillText::name).allMatch(isBound)) {
                JsonNode value = value(pill, values);
                if (value == null) {
                    return null;
                }
                bound.append(literal(encoding.apply(bound.toString(), single(pill, value))));
            } else {
                bound.append("{{").append(pill.text()).append("}}");
            }
        }
        return compile(bound.toString());
    }

    private static String literal(String text) {
        return text.replace("{{", "{{'{{'}}");
    }

    /**
     * Renders the text as a JSON value. A text that is exactly one pill keeps the type of its value, such as the result of
     * the filter {@code number}.
     *
     * @param values returns the value of a name; null for none
     * @return the value, or null if the filter {@code omit} omits it
     * @throws InvalidDefinitionException if a value is missing or rejected by a filter; the message never contains a value
     */
    public @Nullable JsonNode value(Function<String, @Nullable Object> values) {
        if (pieces.size() == 1 && pieces.get(0) instanceof Expression pill) {
            return value(pill, values);
        }
        String rendered = render(values);
        return rendered == null ? null : TextNode.valueOf(rendered);
    }

    /**
     * Renders the text as bytes: text in UTF-8, and values of the type {@code byte[]} unchanged.
     *
     * @param values returns the value of a name; null for none
     * @return the bytes
     * @throws InvalidDefinitionException if a value is missing or rejected by a filter; the message never contains a value
     */
    public byte[] bytes(Function<String, @Nullable Object> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object piece : pieces) {
            if (piece instanceof Expression pill) {
                JsonNode value = Objects.requireNonNullElse(value(pill, values), TextNode.valueOf(""));
                bytes.writeBytes(value.isBinary() ? binary(value) : utf8(single(pill, value)));
            } else {
                bytes.writeBytes(utf8((String) piece));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] binary(JsonNode value) {
        try {
            return value.binaryValue();
        } catch (IOException e) {
            throw new IllegalStateException("a binary node always has bytes", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable JsonNode value(Expression pill, Function<String, @Nullable Object> values) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        paths(pill).forEach(path -> {
            Object given = values.apply(name(path));
            List<Object> steps = path.steps();
            ObjectNode owner = root;
            for (int i = 0; i < steps.size() - 1; i++) {
                owner = owner.withObject("/" + JsonMemberReader.token((String) steps.get(i)));
            }
            if (given != null) {
                owner.set((String) steps.get(steps.size() - 1), JsonSupport.tree(given));
            }
        });
        try {
            return pill.evaluatePresent(new RenderContext(root, 0));
        } catch (ValueRejectedException e) {
            throw invalid(List.of(pill.problem(e)));
        }
    }

    private static String single(Expression pill, JsonNode value) {
        try {
            return Escaping.requireValidUnicode(Filters.single(value));
        } catch (ValueRejectedException e) {
            throw invalid(List.of(pill.problem(e)));
        }
    }

    /**
     * Returns the source text.
     *
     * @return the text with its pills
     */
    @Override
    public String toString() {
        return text;
    }
}
