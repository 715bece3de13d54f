package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A name and a text with pills: a query parameter, a header field, a form field or a part. */
record Pair(String name, TextTemplate value, @Nullable ListStyle style) {

    static Pair compile(Language language, String part, RequestDefinition.Pair pair, List<TemplateProblem> problems) {
        TextTemplate value = TextTemplate.compile(language, part, pair.value(), TextTemplate.Encoding.PLAIN, problems);
        if (pair.style() != null && value.whole() == null) {
            problems.add(TemplateProblem.of(
                    Spot.of(part), Code.WRONG_PLACE, null, "a list style needs a value that is exactly one pill"));
        }
        return new Pair(pair.name(), value, pair.style());
    }

    /** Gives each name and value that there is; what is wrong stands in the scope. */
    void render(Scope scope, BiConsumer<String, String> sink) {
        Expression list = style == null ? null : value.whole();
        if (style != null && list != null) {
            renderList(list, style, scope, sink);
            return;
        }
        String rendered = value.render(scope);
        if (rendered != null) {
            sink.accept(name, rendered);
        }
    }

    Stream<Use> uses() {
        return value.pills().stream().map(pill -> Use.of(pill, style == null ? Use.SINGLE : Set.of(Type.LIST)));
    }

    private void renderList(Expression pill, ListStyle style, Scope scope, BiConsumer<String, String> sink) {
        try {
            JsonNode value = pill.evaluatePresent(scope);
            if (value == null) {
                return;
            }
            List<String> elements = elements(value, style);
            if (style.delimiter().isEmpty()) {
                for (int i = 0; i < elements.size(); i++) {
                    sink.accept(style.name(name, i), elements.get(i));
                }
            } else if (!elements.isEmpty()) {
                sink.accept(name, String.join(style.delimiter(), elements));
            }
        } catch (Refusal e) {
            scope.problems().add(pill.problem(e));
        }
    }

    private static List<String> elements(JsonNode value, ListStyle style) {
        if (!value.isArray()) {
            throw new Refusal(
                    Code.WRONG_TYPE, "is " + Type.of(value).phrase() + ", but the style " + style + " needs a list");
        }
        List<String> elements = new ArrayList<>();
        for (JsonNode element : value) {
            String where = " at [" + elements.size() + "]";
            if (!Use.SINGLE.contains(Type.of(element))) {
                throw new Refusal(
                        Code.WRONG_TYPE,
                        "has " + Type.of(element).phrase() + where + ", where a single value is needed");
            }
            String text = Encode.unicode(Filters.text(element));
            if (!style.delimiter().isEmpty() && text.contains(style.delimiter())) {
                throw new Refusal(
                        Code.UNENCODABLE,
                        "has a \"" + style.delimiter() + "\"" + where
                                + ", which separates elements: use another style");
            }
            elements.add(text);
        }
        return elements;
    }
}
