package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A name and a text with pills: a query parameter, a header field, a form field or a part. */
record NamedTemplate(
        String name, TextTemplate value, @Nullable ListStyle style) {

    static NamedTemplate compile(
            PillSyntax language, String part, RequestDefinition.PairDefinition pair, List<TemplateProblem> problems) {
        if (pair.name().contains(language.open())) {
            problems.add(TemplateProblem.of(
                    SourceLocation.of(part), Code.WRONG_PLACE, null, "a pill can't be in a name, only in a value"));
        }
        TextTemplate value = TextTemplate.compile(language, part, pair.value(), TextTemplate.Escaper.PLAIN, problems);
        if (pair.style() != null && value.whole() == null) {
            problems.add(TemplateProblem.of(
                    SourceLocation.of(part),
                    Code.WRONG_PLACE,
                    null,
                    "a list style needs a value that is exactly one pill"));
        }
        return new NamedTemplate(pair.name(), value, pair.style());
    }

    /** The names and values that there are; what is wrong stands in the scope. */
    List<Map.Entry<String, String>> render(RenderContext scope) {
        Expression list = style == null ? null : value.whole();
        if (style != null && list != null) {
            return renderList(list, style, scope);
        }
        String rendered = value.render(scope);
        return rendered == null ? List.of() : List.of(Map.entry(name, rendered));
    }

    Stream<PillUsage> uses() {
        return value.pills().stream()
                .map(pill -> PillUsage.of(pill, style == null ? PillUsage.SINGLE : Set.of(ValueType.LIST)));
    }

    private List<Map.Entry<String, String>> renderList(Expression pill, ListStyle style, RenderContext scope) {
        try {
            JsonNode value = pill.evaluatePresent(scope);
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
            scope.problems().add(pill.problem(e));
            return List.of();
        }
    }

    private static List<String> elements(JsonNode value, ListStyle style) {
        if (!value.isArray()) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "is " + ValueType.of(value).phrase() + ", but the style " + style + " needs a list");
        }
        List<String> elements = new ArrayList<>();
        for (JsonNode element : value) {
            String where = " at [" + elements.size() + "]";
            if (!PillUsage.SINGLE.contains(ValueType.of(element))) {
                throw new ValueRejectedException(
                        Code.WRONG_TYPE,
                        "has " + ValueType.of(element).phrase() + where + ", where a single value is needed");
            }
            String text = Escaping.unicode(Filters.text(element));
            if (!style.delimiter().isEmpty() && text.contains(style.delimiter())) {
                throw new ValueRejectedException(
                        Code.UNENCODABLE,
                        "has a \"" + style.delimiter() + "\"" + where
                                + ", which separates elements: use another style");
            }
            elements.add(text);
        }
        return elements;
    }
}
