package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.PillText;
import java.util.List;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A text of a definition with placeholders for fields, compiled. Immutable.
 *
 * @param pointer the JSON Pointer of the text
 * @param pills the compiled text
 */
record FieldText(String pointer, PillText pills) {

    static final String PREFIX = "auth.";

    /** Returns the names of all its fields. */
    List<String> fields() {
        return pills.names().stream()
                .filter(FieldText::isField)
                .map(FieldText::field)
                .toList();
    }

    /** Returns the names of the fields that require a value. */
    List<String> required() {
        return pills.required().stream()
                .filter(FieldText::isField)
                .map(FieldText::field)
                .toList();
    }

    static boolean isField(String pill) {
        return pill.startsWith(PREFIX);
    }

    static String field(String pill) {
        return pill.substring(PREFIX.length());
    }

    /** Returns whether the text has placeholders that are not fields, so that it differs for each request. */
    boolean isPerAttempt() {
        return pills.names().stream().anyMatch(name -> !isField(name));
    }

    boolean isFixed() {
        return pills.names().isEmpty();
    }

    /** Renders the text with sample values; null if its filters accept no sample. */
    @Nullable String sample() {
        return sample((before, value) -> value);
    }

    /** Renders a URL with sample values; its first placeholder may be a URL itself. */
    @Nullable String sampleUrl() {
        return sample((before, value) -> before.isEmpty()
                ? "https://x"
                : before.endsWith("://") ? "localhost" : before.endsWith(":") ? "1" : value);
    }

    private @Nullable String sample(BinaryOperator<String> encoding) {
        try {
            return pills.render(name -> "x", encoding);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /** Renders a text without fields, resolving escaped braces. */
    String fixed() {
        String rendered = pills.render(name -> null);
        return rendered == null ? "" : rendered;
    }
}
