package io.httpconnector.template;

import org.jspecify.annotations.Nullable;

/** A location in the text of a part, with the JSON pointer to it in a JSON body. The location of a whole part has no text. */
record SourceLocation(
        String part,
        @Nullable String text,
        int at,
        @Nullable String pointer) {

    static SourceLocation of(String part) {
        return new SourceLocation(part, null, 0, null);
    }

    static SourceLocation in(String part, String text, long at) {
        return new SourceLocation(part, text, (int) Math.max(0, Math.min(at, text.length())), null);
    }

    SourceLocation withPointer(String pointer) {
        return new SourceLocation(part, text, at, pointer);
    }

    int line() {
        return text == null
                ? 0
                : 1 + (int) text.chars().limit(at).filter(c -> c == '\n').count();
    }

    int column() {
        return text == null ? 0 : at - text.lastIndexOf('\n', at - 1);
    }
}
