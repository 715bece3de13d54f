package io.httpconnector.template;

import org.jspecify.annotations.Nullable;

/** A place in the text of a part, and in a JSON body the pointer to it. A part as a whole has no text. */
record Spot(
        String part,
        @Nullable String text,
        int at,
        @Nullable String pointer) {

    static Spot of(String part) {
        return new Spot(part, null, 0, null);
    }

    static Spot in(String part, String text, long at) {
        return new Spot(part, text, (int) Math.max(0, Math.min(at, text.length())), null);
    }

    Spot pointer(String pointer) {
        return new Spot(part, text, at, pointer);
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
