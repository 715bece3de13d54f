package io.httpconnector;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** What protocols do with characters: RFC 3986 percent-encoding, and text that is safe to print. */
final class Ascii {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Ascii() {}

    static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    static boolean isHexDigit(char c) {
        return HexFormat.isHexDigit(c);
    }

    static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Appends the text with everything but RFC 3986's unreserved characters as percent-encoded UTF-8. */
    static void percentEncode(String text, StringBuilder out) {
        int plain = 0;
        while (plain < text.length() && isUnreserved(text.charAt(plain))) {
            plain++;
        }
        out.append(text, 0, plain);
        if (plain < text.length()) {
            for (byte octet : text.substring(plain).getBytes(StandardCharsets.UTF_8)) {
                if (octet >= 0 && isUnreserved((char) octet)) {
                    out.append((char) octet);
                } else {
                    HEX.toHexDigits(out.append('%'), octet);
                }
            }
        }
    }

    static String percentEncode(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        percentEncode(text, out);
        return out.toString();
    }

    private static boolean isUnreserved(char c) {
        return isLetterOrDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    }

    /** The text on one line: what a terminal or a log file would act upon becomes a question mark. */
    static String visible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text.charAt(i))) {
                StringBuilder safe = new StringBuilder(text);
                for (int j = i; j < safe.length(); j++) {
                    if (isUnsafe(safe.charAt(j))) {
                        safe.setCharAt(j, '?');
                    }
                }
                return safe.toString();
            }
        }
        return text;
    }

    private static boolean isUnsafe(char c) {
        // Beside the control characters: the line separators of Unicode and the marks that reverse the reading
        // direction.
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029;
    }
}
