package io.httpconnector.internal.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Percent-encoding (RFC 3986, section 2.1), and its use in forms, where a plus sign is a space. */
public final class PercentEncoding {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PercentEncoding() {}

    /** Appends the text in UTF-8, with all characters except the unreserved ones (section 2.3) percent-encoded. */
    public static void encode(String text, StringBuilder out) {
        encode(text, "", out);
    }

    /** Appends the text in UTF-8, with all characters except the unreserved ones and those in {@code kept} percent-encoded. */
    public static void encode(String text, String kept, StringBuilder out) {
        int plain = 0;
        while (plain < text.length() && isKept(text.charAt(plain), kept)) {
            plain++;
        }
        out.append(text, 0, plain);
        if (plain < text.length()) {
            encode(text.substring(plain).getBytes(StandardCharsets.UTF_8), kept, out);
        }
    }

    public static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        encode(text, out);
        return out.toString();
    }

    /** Encodes bytes that need not be UTF-8. */
    public static String encode(byte[] octets) {
        StringBuilder out = new StringBuilder(octets.length + 16);
        encode(octets, "", out);
        return out.toString();
    }

    private static void encode(byte[] octets, String kept, StringBuilder out) {
        for (byte octet : octets) {
            if (octet >= 0 && isKept((char) octet, kept)) {
                out.append((char) octet);
            } else {
                HEX.toHexDigits(out.append('%'), octet);
            }
        }
    }

    /** Appends all bytes of a character in UTF-8 percent-encoded, also those of an unreserved character. */
    public static void encodeCharacter(int codePoint, StringBuilder out) {
        for (byte octet : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
            HEX.toHexDigits(out.append('%'), octet);
        }
    }

    private static boolean isKept(char c, String kept) {
        return Ascii.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_' || c == '~' || kept.indexOf(c) >= 0;
    }

    /** Returns whether a percent sign and two hexadecimal digits are at an index. */
    public static boolean isEscape(String text, int at) {
        return at + 2 < text.length()
                && text.charAt(at) == '%'
                && Ascii.isHexDigit(text.charAt(at + 1))
                && Ascii.isHexDigit(text.charAt(at + 2));
    }

    /** Decodes bytes. A percent sign without two hexadecimal digits is literal. */
    public static byte[] decode(byte[] encoded) {
        return decode(encoded, false);
    }

    /** Decodes bytes of a form or query. A percent sign without two hexadecimal digits is literal. */
    public static byte[] decodeForm(byte[] encoded) {
        return decode(encoded, true);
    }

    private static byte[] decode(byte[] encoded, boolean isForm) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
        for (int i = 0; i < encoded.length; i++) {
            byte octet = encoded[i];
            int high = octet == '%' && i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(encoded[i + 2], 16) : -1;
            if (low >= 0) {
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(octet == '+' && isForm ? ' ' : octet);
            }
        }
        return decoded.toByteArray();
    }

    /** Decodes a name or value of a form or query in UTF-8. Returns null if a percent sign lacks its two hexadecimal digits. */
    public static @Nullable String decodeForm(String text) {
        return isWellFormed(text)
                ? new String(decodeForm(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8)
                : null;
    }

    /** Decodes text in UTF-8. Returns null if a percent sign lacks its two hexadecimal digits. */
    public static @Nullable String decode(String text) {
        return isWellFormed(text)
                ? new String(decode(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8)
                : null;
    }

    private static boolean isWellFormed(String text) {
        for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 1)) {
            if (!isEscape(text, at)) {
                return false;
            }
        }
        return true;
    }
}
