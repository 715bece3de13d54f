package io.httpconnector.template;

import org.jspecify.annotations.Nullable;

/** A place in a template, for people: part, line and column, and in a JSON body the pointer. */
record Spot(String part, int line, int column, @Nullable String pointer) {

    /** A part as a whole. */
    static Spot of(String part) {
        return new Spot(part, 0, 0, null);
    }

    static Spot in(String part, String text, int at) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < at; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        return new Spot(part, line, at - start + 1, null);
    }

    Spot pointer(String pointer) {
        return new Spot(part, line, column, pointer);
    }
}
