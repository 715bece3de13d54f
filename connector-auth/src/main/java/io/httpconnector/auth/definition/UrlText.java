package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.internal.SecureUrl;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A URL of a definition: one text, or an array of alternatives. The first alternative is used whose required fields all have
 * values; the last one if there is none. Immutable.
 *
 * @param alternatives at least one
 */
record UrlText(List<FieldText> alternatives) {

    /** Reads the URL of an endpoint that receives credentials; null if it is absent or rejected. */
    static @Nullable UrlText read(Members members, String name) {
        return read(members, name, SecureUrl::problem);
    }

    /** Reads the URL of an endpoint, which is required. */
    static @Nullable UrlText readRequired(Members members, String name) {
        members.reader().require(name);
        return read(members, name);
    }

    /**
     * Reads a URL.
     *
     * @param problem returns why a URL with sample values is invalid; null if it is valid
     */
    static @Nullable UrlText read(Members members, String name, Function<String, @Nullable String> problem) {
        List<FieldText> texts = texts(members, name, problem);
        return texts.isEmpty() ? null : new UrlText(texts);
    }

    /** Reads one URL, or an array of URLs that are all used. */
    static List<UrlText> readAll(Members members, String name, Function<String, @Nullable String> problem) {
        return texts(members, name, problem).stream()
                .map(text -> new UrlText(List.of(text)))
                .toList();
    }

    private static List<FieldText> texts(Members members, String name, Function<String, @Nullable String> problem) {
        JsonObjectReader reader = members.reader();
        JsonNode given = reader.any(name);
        if (given != null && given.isArray()) {
            reader.requireElement(name);
            return reader.texts(name, (text, at) -> checked(members.compiled(at, text, false), problem));
        }
        List<FieldText> texts = new ArrayList<>();
        reader.text(
                name,
                text -> texts.add(checked(members.compiled(reader.pointer() + "/" + name, text, false), problem)));
        return texts;
    }

    private static FieldText checked(FieldText text, Function<String, @Nullable String> problem) {
        String sample = text.sampleUrl();
        String found = sample == null ? null : problem.apply(sample);
        if (found != null) {
            throw invalid(found);
        }
        return text;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("URL", List.of(problem));
    }

    /** Returns the alternative to use. */
    FieldText choose(Predicate<String> hasValue) {
        return alternatives.stream()
                .filter(text -> text.required().stream().allMatch(hasValue))
                .findFirst()
                .orElse(alternatives.get(alternatives.size() - 1));
    }

    Stream<String> fields() {
        return alternatives.stream().flatMap(text -> text.fields().stream());
    }

    @Override
    public String toString() {
        return alternatives.get(0).pills().toString();
    }
}
