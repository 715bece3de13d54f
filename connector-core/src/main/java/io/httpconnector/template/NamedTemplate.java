package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.text.Utf16;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A name and a value with pills: a query parameter, header field, form field or part. */
record NamedTemplate(
        String name, TextTemplate value, @Nullable ListStyle style) {

    static NamedTemplate compile(
            PillSyntax syntax, String part, RequestDefinition.PairDefinition pair, List<TemplateProblem> problems) {
        if (pair.name().contains(syntax.open())) {
            problems.add(TemplateProblem.of(
                    SourceLocation.of(part), Code.MISPLACED, null, "pills are not allowed in names, only in values"));
        }
        int broken = Utf16.unpairedSurrogate(pair.name());
        if (broken >= 0) {
            ValueRejectedException problem =
                    Escaping.unpairedSurrogate(pair.name().charAt(broken), broken);
            problems.add(TemplateProblem.of(
                    SourceLocation.of(part), Code.UNENCODABLE, null, "in its name, " + problem.getMessage()));
        }
        TextTemplate value = TextTemplate.compile(syntax, part, pair.value(), TextTemplate.Escaper.PLAIN, problems);
        if (pair.style() != null && value.whole() == null) {
            problems.add(TemplateProblem.of(
                    SourceLocation.of(part),
                    Code.MISPLACED,
                    null,
                    "a list style requires a value that is exactly one pill"));
        }
        return new NamedTemplate(pair.name(), value, pair.style());
    }

    /** Renders the names and values. Problems are added to the context. */
    List<Map.Entry<String, String>> render(RenderContext context) {
        Expression list = style == null ? null : value.whole();
        if (style != null && list != null) {
            return renderList(list, style, context);
        }
        String rendered = value.render(context);
        return rendered == null ? List.of() : List.of(Map.entry(name, rendered));
    }

    Stream<PillUsage> usages() {
        return value.pills().stream()
                .map(pill -> PillUsage.of(pill, style == null ? PillUsage.SINGLE : Set.of(ValueType.LIST)));
    }

    private List<Map.Entry<String, String>> renderList(Expression pill, ListStyle style, RenderContext context) {
        try {
            JsonNode value = pill.evaluatePresent(context);
            List<String> elements = value == null ? List.of() : elements(value, style);
            if (elements.isEmpty()) {
                return List.of();
            }
            if (!style.delimiter().isEmpty()) {
                return List.of(Map.entry(name, String.join(style.delimiter(), elements)));
            }
            List<Map.Entry<String, String>> pairs = new ArrayList<>(elements.size());
            for (int i = 0; i < elements.size(); i++) {
                pairs.add(Map.entry(style.name(name, i), elements.get(i)));
            }
            return pairs;
        } catch (ValueRejectedException e) {
            context.problems().add(pill.problem(e));
            return List.of();
        }
    }

    private static List<String> elements(JsonNode value, ListStyle style) {
        if (!value.isArray()) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "is " + ValueType.of(value).phrase() + ", but the style " + style + " requires a list");
        }
        List<String> elements = new ArrayList<>();
        for (JsonNode element : value) {
            String where = " at [" + elements.size() + "]";
            if (!PillUsage.SINGLE.contains(ValueType.of(element))) {
                throw new ValueRejectedException(
                        Code.WRONG_TYPE,
                        "has " + ValueType.of(element).phrase() + where + ", where a single value is required");
            }
            String text = Escaping.requireValidUnicode(Filters.text(element));
            if (!style.delimiter().isEmpty() && text.contains(style.delimiter())) {
                throw new ValueRejectedException(
                        Code.UNENCODABLE,
                        "has a \"" + style.delimiter() + "\"" + where
                                + ", which is the separator of this style: use another style");
            }
            elements.add(text);
        }
        return elements;
    }
}
