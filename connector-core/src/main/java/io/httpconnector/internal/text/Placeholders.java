package io.httpconnector.internal.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits texts with plain placeholders: two braces, a name and two braces, with optional white space around the name. The pills
 * of templates, which also have filters and quotes, are read by {@link PillToken}.
 */
public final class Placeholders {

    /**
     * A placeholder, or literal text.
     *
     * @param text the text as written, with the braces of a placeholder
     * @param start the index of its first character in the whole text
     * @param name the name of the placeholder, without white space around it; null for literal text
     */
    public record Segment(String text, int start, @Nullable String name) {}

    private Placeholders() {}

    /** Returns the placeholders and the literal texts between them, none of which is empty. */
    public static List<Segment> split(String text) {
        List<Segment> segments = new ArrayList<>();
        int literal = 0;
        for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", Math.max(literal, open + 1))) {
            Segment placeholder = at(text, open);
            if (placeholder != null) {
                addLiteral(text, literal, open, segments);
                segments.add(placeholder);
                literal = open + placeholder.text.length();
            }
        }
        addLiteral(text, literal, text.length(), segments);
        return segments;
    }

    /** Returns the placeholder that opens at an index; null if there is none. */
    public static @Nullable Segment at(String text, int open) {
        if (!text.startsWith("{{", open)) {
            return null;
        }
        int close = open + 2;
        while (close < text.length() && text.charAt(close) != '{' && text.charAt(close) != '}') {
            close++;
        }
        return text.startsWith("}}", close)
                ? new Segment(
                        text.substring(open, close + 2),
                        open,
                        text.substring(open + 2, close).strip())
                : null;
    }

    private static void addLiteral(String text, int start, int end, List<Segment> segments) {
        if (start < end) {
            segments.add(new Segment(text.substring(start, end), start, null));
        }
    }
}
