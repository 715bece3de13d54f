package io.httpconnector.internal.graphql;

import java.util.function.IntPredicate;

/**
 * Splits a GraphQL document into tokens (GraphQL specification, section 2.1): names, variables, and punctuation. Comments, commas
 * and the content of strings are skipped. Not thread-safe.
 */
final class GraphQlScanner {

    private static final String BLOCK = "\"\"\"";

    private final String text;
    private int position;
    private int start;

    GraphQlScanner(String text) {
        this.text = text;
    }

    /** Returns the next token; empty at the end. A string is the token {@code "}. */
    String next() {
        skipIgnored();
        start = position;
        if (position == text.length()) {
            return "";
        }
        char first = text.charAt(position);
        if (first == '"') {
            skipString();
            return "\"";
        }
        position++;
        if (first == '$' || isNamePart(first)) {
            skipWhile(GraphQlScanner::isNamePart);
        }
        return text.substring(start, position);
    }

    /** Returns whether the next token is a string. */
    boolean isString() {
        skipIgnored();
        return position < text.length() && text.charAt(position) == '"';
    }

    private static boolean isNamePart(int character) {
        return character == '_'
                || (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9');
    }

    private void skipWhile(IntPredicate part) {
        while (position < text.length() && part.test(text.charAt(position))) {
            position++;
        }
    }

    private void skipIgnored() {
        while (position < text.length()) {
            char here = text.charAt(position);
            if (here == '#') {
                skipWhile(character -> character != '\n' && character != '\r');
            } else if (here == ',' || here == '\uFEFF' || Character.isWhitespace(here)) {
                position++;
            } else {
                return;
            }
        }
    }

    private void skipString() {
        if (text.startsWith(BLOCK, position)) {
            int end = position + BLOCK.length();
            do {
                end = text.indexOf(BLOCK, end);
                end = end < 0 ? text.length() : end + BLOCK.length();
            } while (end < text.length() && text.charAt(end - BLOCK.length() - 1) == '\\');
            position = end;
            return;
        }
        position++;
        while (position < text.length() && text.charAt(position) != '"' && text.charAt(position) != '\n') {
            position += text.charAt(position) == '\\' ? 2 : 1;
        }
        position = Math.min(text.length(), position + 1);
    }

    /** Returns the content of the last token, which is a string without escapes. */
    String string() {
        String token = text.substring(start, position);
        int quotes = token.startsWith(BLOCK) ? BLOCK.length() : 1;
        return token.length() < 2 * quotes ? "" : token.substring(quotes, token.length() - quotes);
    }

    /** Returns the location of the last token, such as {@code line 3, column 7}. */
    String location() {
        int line = 1;
        int column = 1;
        for (int i = 0; i < start; i++) {
            boolean isBreak = text.charAt(i) == '\n';
            line += isBreak ? 1 : 0;
            column = isBreak ? 1 : column + 1;
        }
        return "line " + line + ", column " + column;
    }
}
