package io.httpconnector.template;

import java.nio.charset.StandardCharsets;

/** Text as the inside of a JSON string (RFC 8259, section 7), in UTF-8: measured first, then written without a copy. */
final class JsonText {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** What follows the backslash for a character below 0x60, or 0 when there is no short escape. */
    private static final byte[] SHORT = new byte[0x60];

    static {
        SHORT['\b'] = 'b';
        SHORT['\t'] = 't';
        SHORT['\n'] = 'n';
        SHORT['\f'] = 'f';
        SHORT['\r'] = 'r';
        SHORT['"'] = '"';
        SHORT['\\'] = '\\';
    }

    private JsonText() {}

    static int length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x80) {
                length += c == '"' || c == '\\' ? 1 : 0;
            } else if (c < 0x20) {
                length += SHORT[c] != 0 ? 1 : 5;
            } else if (c < 0x800) {
                length += 1;
            } else if (!Character.isSurrogate(c)) {
                length += 2;
            } else if (isPair(text, i)) {
                // Two characters become four bytes.
                length += 2;
                i++;
            } else {
                length += 5;
            }
        }
        return length;
    }

    /** Writes the text, and gives the position behind it. */
    static int write(String text, byte[] out, int start) {
        int at = start;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
                out[at++] = (byte) c;
            } else if (c < 0x60 && SHORT[c] != 0) {
                out[at++] = '\\';
                out[at++] = SHORT[c];
            } else if (c < 0x20) {
                at = writeEscape(c, out, at);
            } else if (c < 0x800) {
                out[at++] = (byte) (0xc0 | (c >> 6));
                out[at++] = (byte) (0x80 | (c & 0x3f));
            } else if (!Character.isSurrogate(c)) {
                out[at++] = (byte) (0xe0 | (c >> 12));
                out[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                out[at++] = (byte) (0x80 | (c & 0x3f));
            } else if (isPair(text, i)) {
                int point = text.codePointAt(i++);
                out[at++] = (byte) (0xf0 | (point >> 18));
                out[at++] = (byte) (0x80 | ((point >> 12) & 0x3f));
                out[at++] = (byte) (0x80 | ((point >> 6) & 0x3f));
                out[at++] = (byte) (0x80 | (point & 0x3f));
            } else {
                // Half a surrogate pair is no UTF-8, but JSON can carry it.
                at = writeEscape(c, out, at);
            }
        }
        return at;
    }

    private static int writeEscape(char c, byte[] out, int start) {
        int at = start;
        out[at++] = '\\';
        out[at++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            out[at++] = HEX[(c >> shift) & 0xf];
        }
        return at;
    }

    private static boolean isPair(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
    }
}
