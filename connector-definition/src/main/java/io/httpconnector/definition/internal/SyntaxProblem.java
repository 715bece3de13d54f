package io.httpconnector.definition.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.httpconnector.definition.internal.DocumentParser.Place;
import org.jspecify.annotations.Nullable;

/**
 * A mistake in the syntax of a text. Messages never quote the text, which may have a secret at this place. Immutable.
 *
 * @param offset the position in the text; negative if it is unknown
 * @param message what is wrong, and how to fix it
 * @param repaired the text without the mistake, in which further problems can be found; null if it cannot be guessed
 */
record SyntaxProblem(int offset, String message, @Nullable String repaired) {

    static SyntaxProblem at(int offset, String message) {
        return new SyntaxProblem(offset, message, null);
    }

    /** Describes a failure of a parser. */
    static SyntaxProblem of(JsonProcessingException failure, String text, boolean isJson) {
        if (failure instanceof StreamConstraintsException) {
            return at(-1, "it is nested too deeply, or one of its texts is too long");
        }
        return isJson ? JsonSyntax.describe(failure, text) : YamlSyntax.describe(failure, text);
    }

    /** Returns the text with a part of it in single quotes. */
    static String quoted(String text, int from, int to) {
        return text.substring(0, from) + "'" + text.substring(from, to).replace("'", "''") + "'" + text.substring(to);
    }

    /** Returns the text with spaces in place of a part of it, so that all other places remain. */
    static String blanked(String text, int from, int to) {
        return text.substring(0, from) + text.substring(from, to).replaceAll("[^\\r\\n]", " ") + text.substring(to);
    }

    /** Returns the problem as text, with line and column. */
    String in(String text) {
        return offset < 0 ? message : place(text, offset) + ": " + message;
    }

    /** Returns the line and column of a position. */
    static Place place(String text, int offset) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < offset; i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'))) {
                line++;
                start = i + 1;
            }
        }
        return new Place(line, text.codePointCount(start, offset) + 1);
    }

    /** Returns the end of the line of a position. */
    static int endOfLine(String text, int offset) {
        int end = offset;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    /** Returns the start of the line of a position. */
    static int startOfLine(String text, int offset) {
        int start = Math.min(offset, text.length());
        while (start > 0 && text.charAt(start - 1) != '\n' && text.charAt(start - 1) != '\r') {
            start--;
        }
        return start;
    }
}
