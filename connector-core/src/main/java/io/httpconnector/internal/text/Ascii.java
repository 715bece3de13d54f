package io.httpconnector.internal.text;

import java.util.HexFormat;
import java.util.Locale;

/** Classifies and converts ASCII characters, independent of the default locale. */
public final class Ascii {

    private Ascii() {}

    public static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    public static boolean isHexDigit(char c) {
        return HexFormat.isHexDigit(c);
    }

    public static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
