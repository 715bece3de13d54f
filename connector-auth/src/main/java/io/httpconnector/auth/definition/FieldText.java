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

    /** The names of all its fields. */
    List<String> fields() {
        return pills.names().stream()
                .filter(FieldText::isField)
                .map(FieldText::field)
                .toList();
    }

    /** The names of the fields that need a value. */
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

    boolean isFixed() {
        return pills.names().isEmpty();
    }

    /** What the text could be with values; null if its filters accept no sample. */
    @Nullable String sample() {
        return sample((before, value) -> value);
    }

    /** The same for a URL, whose first placeholder may be a URL itself. */
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

    /** The text without its placeholders' braces resolved; for a fixed text, what it stands for. */
    String fixed() {
        String rendered = pills.render(name -> null);
        return rendered == null ? "" : rendered;
    }
}
