package io.httpconnector.internal.text;

import org.jspecify.annotations.Nullable;

/** Parses the parameters of a media type (RFC 9110, section 8.3.1), leniently and in a single pass. */
public final class MediaType {

    private final String text;
    private int position;

    private MediaType(String text) {
        this.text = text;
    }

    /** Returns the value of the first parameter of this name, unquoted; null if there is none, or no type before it. */
    public static @Nullable String parameter(String mediaType, String name) {
        MediaType reader = new MediaType(mediaType);
        if (reader.token("=;,").isEmpty()) {
            return null;
        }
        if (reader.take('=')) {
            reader.token(";,");
        }
        while (reader.take(';')) {
            String found = reader.token("=;,");
            String value = reader.take('=') ? reader.token(";,") : null;
            if (found.equalsIgnoreCase(name)) {
                return value;
            }
        }
        return null;
    }

    private boolean take(char expected) {
        boolean isNext = position < text.length() && text.charAt(position) == expected;
        position += isNext ? 1 : 0;
        return isNext;
    }

    /** Returns the text before one of these delimiters. White space at both ends is removed, and quoted strings are unquoted. */
    private String token(String delimiters) {
        StringBuilder token = new StringBuilder();
        boolean isQuoted = false;
        while (position < text.length() && (isQuoted || delimiters.indexOf(text.charAt(position)) < 0)) {
            char c = text.charAt(position++);
            if (c == '"') {
                isQuoted = !isQuoted;
            } else if (isQuoted && c == '\\' && position < text.length()) {
                token.append(text.charAt(position++));
            } else {
                token.append(c);
            }
        }
        return token.toString().strip();
    }
}
