package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.text.PillToken;
import io.httpconnector.template.PillText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The base URL of a definition. A connection fills in the placeholders of a simple one. One with filters or alternatives is
 * rendered by the strategy, as the value of a single placeholder. Immutable.
 *
 * @param hasChoiceWithPath whether a field in it has choices that are more than one segment
 */
record BaseUrlText(UrlText url, boolean hasChoiceWithPath) {

    /** The value that the strategy renders. */
    static final String RENDERED = "definition.baseUrl";

    /**
     * The placeholders that a strategy has values for.
     *
     * @param secrets by name of an entered field, whether it is a secret
     * @param optional the fields that may be left empty
     * @param received the values that are received with the tokens
     * @param withPath the fields with choices that have a path
     */
    record Known(Map<String, Boolean> secrets, Set<String> optional, Set<String> received, Set<String> withPath) {

        private boolean has(String field) {
            return secrets.containsKey(field) || received.contains(field);
        }

        private void check(String pill, String field, String strategy, List<String> problems) {
            if (received.contains(field)) {
                return;
            }
            if (!secrets.containsKey(field)) {
                problems.add("{{" + pill + "}} has no value with the strategy \"" + strategy
                        + "\": make it one of its fields, or one of all strategies");
            } else if (optional.contains(field)) {
                problems.add("{{" + pill + "}}: it is optional, but the base URL requires it: add a default, as in {{"
                        + pill + " | default('...')}}");
            }
        }
    }

    static final BaseUrlText NONE =
            new BaseUrlText(new UrlText(List.of(new FieldText("/baseUrl", PillText.compile("")))), false);

    /** Reads the base URL, and checks that each strategy has the values that it needs. */
    static BaseUrlText read(JsonObjectReader reader, Map<String, Known> strategies) {
        // "baseUrl": The base URL of the connection; in a list, the first one whose fields all have values is used.
        reader.require("baseUrl");
        JsonNode given = reader.any("baseUrl");
        List<FieldText> texts = new ArrayList<>();
        if (given != null && given.isArray()) {
            reader.requireElement("baseUrl");
            texts.addAll(reader.texts("baseUrl", (text, at) -> checked(at, text, true, strategies)));
        } else {
            reader.text("baseUrl", text -> texts.add(checked("/baseUrl", text, false, strategies)));
        }
        UrlText url = new UrlText(List.copyOf(texts));
        boolean hasChoiceWithPath =
                strategies.values().stream().anyMatch(known -> url.fields().anyMatch(known.withPath::contains));
        return texts.isEmpty() ? NONE : new BaseUrlText(url, hasChoiceWithPath);
    }

    private static FieldText checked(String pointer, String url, boolean isAlternative, Map<String, Known> strategies) {
        FieldText text = new FieldText(pointer, PillText.compile(url));
        List<String> problems = new ArrayList<>();
        for (String name : text.pills().names()) {
            String field = FieldText.isField(name) ? FieldText.field(name) : "";
            if (strategies.values().stream().anyMatch(known -> known.secrets.getOrDefault(field, false))
                    && !isInPath(url, name)) {
                problems.add("{{" + name + "}}: it is a secret, which is only allowed in the path");
            } else if (!strategies.isEmpty() && strategies.values().stream().noneMatch(known -> known.has(field))) {
                problems.add("{{" + name + "}} is not a field, and is not received with the tokens");
            } else if (!isAlternative && text.required().contains(field)) {
                strategies.forEach((strategy, known) -> known.check(name, field, strategy, problems));
            }
        }
        String sample = text.sampleUrl();
        try {
            if (sample != null && !Request.get(sample).uri().isAbsolute()) {
                problems.add("it is not absolute: start with https://");
            }
        } catch (InvalidDefinitionException e) {
            problems.addAll(e.problems());
        } catch (IllegalArgumentException e) {
            // Read as a path, because no scheme has such characters.
            problems.add("it is not absolute: start with https://");
        }
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        return text;
    }

    /** Returns whether a placeholder is only in the path of a URL. */
    private static boolean isInPath(String url, String name) {
        int path = url.indexOf('/', url.indexOf("://") + 3);
        return PillToken.all(url, "{{", "}}").stream()
                .filter(pill -> pill.inside().split("\\|", -1)[0].strip().equals(name))
                .allMatch(pill -> path >= 0 && pill.start() > path);
    }

    private static InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException("base URL", problems);
    }

    /** Returns whether a connection can fill in the placeholders itself. */
    boolean isSimple() {
        return !hasChoiceWithPath
                && url.alternatives().size() == 1
                && !url.alternatives().get(0).pills().hasFilters();
    }

    /** Returns the base URL of a connection. */
    String forConnection() {
        return isSimple() ? url.toString() : "{{" + FieldText.PREFIX + RENDERED + "}}";
    }

    /** Returns the URL with the given values; null if one is missing. */
    @Nullable String render(FieldValues values) {
        return values.url(url);
    }
}
