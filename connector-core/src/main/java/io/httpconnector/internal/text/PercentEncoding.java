package io.httpconnector.internal.text;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encodes text as RFC 3986 defines it. */
public final class PercentEncoding {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PercentEncoding() {}

    /** Appends the text. Every character except RFC 3986's unreserved ones becomes percent-encoded UTF-8. */
    public static void encode(String text, StringBuilder out) {
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

    public static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        encode(text, out);
        return out.toString();
    }

    private static boolean isUnreserved(char c) {
        return Ascii.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    }
}
