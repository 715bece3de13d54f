package io.httpconnector.internal.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pill in the source text of a template, not parsed.
 *
 * @param inside the text between the delimiters
 * @param start the index of the opening delimiter
 * @param end the index after the closing delimiter
 */
public record PillToken(String inside, int start, int end) {

    /**
     * Finds the pill that opens at an index. Returns null if it is not closed on the same line. Closing delimiters within
     * quotes are ignored.
     *
     * @param json whether the text is a JSON string, whose escape sequences are decoded
     */
    public static @Nullable PillToken find(String text, int start, String open, String close, boolean json) {
        StringBuilder inside = new StringBuilder();
        char quote = 0;
        boolean escaped = false;
        for (int i = start + open.length(); i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                return null;
            }
            if (quote == 0 && text.startsWith(close, i)) {
                return new PillToken(inside.toString(), start, i + close.length());
            }
            if (json && c == '\\' && i + 1 < text.length()) {
                c = unescaped(text.charAt(++i));
            }
            inside.append(c);
            if (escaped) {
                escaped = false;
            } else if (quote != 0) {
                escaped = c == '\\';
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            }
        }
        return null;
    }

    private static char unescaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> c;
        };
    }

    /** Returns all pills of a text, up to the first one that is not closed. */
    public static List<PillToken> all(String text, String open, String close) {
        List<PillToken> all = new ArrayList<>();
        PillToken pill = null;
        for (int start = text.indexOf(open); start >= 0; start = text.indexOf(open, pill.end)) {
            pill = find(text, start, open, close, false);
            if (pill == null) {
                break;
            }
            all.add(pill);
        }
        return all;
    }

    /** Returns whether it is a quoted literal: <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code> produces two braces. */
    public boolean isQuoted() {
        String text = inside.strip();
        return text.length() >= 2
                && (text.charAt(0) == '\'' || text.charAt(0) == '"')
                && text.indexOf(text.charAt(0), 1) == text.length() - 1;
    }

    /** Returns the text of a quoted literal. */
    public String unquoted() {
        String text = inside.strip();
        return text.substring(1, text.length() - 1);
    }
}
