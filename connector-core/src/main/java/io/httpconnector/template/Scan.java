package io.httpconnector.template;

/** Finds pills in the text of a template. */
final class Scan {

    private Scan() {}

    static boolean opens(String text, int at) {
        return text.startsWith("{{", at);
    }

    /** Where the two closing braces of the pill stand whose inside starts here, or -1. Braces between quotes do not count. */
    static int close(String text, int from) {
        char quote = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                return -1;
            }
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (text.startsWith("}}", i)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the inside of the braces is a text of its own: <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code> stands for two braces. */
    static boolean isQuoted(String inside) {
        String text = inside.strip();
        return text.length() >= 2
                && (text.charAt(0) == '\'' || text.charAt(0) == '"')
                && text.indexOf(text.charAt(0), 1) == text.length() - 1;
    }

    static String unquoted(String inside) {
        String text = inside.strip();
        return text.substring(1, text.length() - 1);
    }

    /** The place for people, such as {@code body line 2, column 16}. */
    static String where(String source, String text, int at) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < at; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        return source + " line " + line + ", column " + (at - start + 1);
    }

    static String unclosed(String where) {
        return where + ": \"{{\" is not closed on its line: add \"}}\", or write {{'{{'}} for the braces themselves";
    }
}
