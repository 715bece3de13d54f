package io.httpconnector.auth.definition;

import io.httpconnector.template.PillText;
import java.util.List;

/**
 * A text of a definition with placeholders for fields, compiled. Immutable.
 *
 * @param pointer the JSON Pointer of the text
 * @param pills the compiled text
 */
record Text(String pointer, PillText pills) {

    static final String PREFIX = "auth.";

    /** The names of all its fields. */
    List<String> fields() {
        return pills.names().stream().filter(Text::isField).map(Text::field).toList();
    }

    /** The names of the fields that need a value. */
    List<String> required() {
        return pills.required().stream().filter(Text::isField).map(Text::field).toList();
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

    /** The text without its placeholders' braces resolved; for a fixed text, what it stands for. */
    String fixed() {
        String rendered = pills.render(name -> null);
        return rendered == null ? "" : rendered;
    }
}
