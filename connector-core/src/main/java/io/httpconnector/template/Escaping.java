package io.httpconnector.template;

import io.httpconnector.template.TemplateProblem.Code;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Makes text harmless for the place where it is put. */
final class Escaping {

    private static final String HEX = "0123456789ABCDEF";

    private Escaping() {}

    /** Refuses half of a surrogate pair, which UTF-8 has no bytes for. */
    static String unicode(String text) {
        char before = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : 0;
            if (Character.isHighSurrogate(before) != Character.isLowSurrogate(c)) {
                throw Character.isLowSurrogate(c) ? halfPair(c, i) : halfPair(before, i - 1);
            }
            before = c;
        }
        return text;
    }

    static ValueRejectedException halfPair(char c, int at) {
        return new ValueRejectedException(
                Code.UNENCODABLE,
                String.format(
                        Locale.ROOT, "character %d is half of a surrogate pair (U+%04X), and no text", at + 1, (int)
                                c));
    }

    static byte[] utf8(String text) {
        return unicode(text).getBytes(StandardCharsets.UTF_8);
    }

    /** Percent-encodes all that is not unreserved (RFC 3986, section 2.3), but for the characters to keep. */
    static String percent(String text, String kept) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (byte b : utf8(text)) {
            boolean literal = (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || "-._~".indexOf(b) >= 0
                    || kept.indexOf(b) >= 0;
            if (literal) {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
            }
        }
        return out.toString();
    }

    /** Text between tags, or in an attribute; what XML 1.0 has no character for (section 2.2) is refused. */
    static String xml(String text, boolean attribute) {
        unicode(text);
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&apos;");
                case '\r' -> out.append("&#13;");
                case '\t', '\n' -> out.append(attribute ? "&#" + (int) c + ";" : String.valueOf(c));
                default -> {
                    if (c < 0x20 || c == 0xfffe || c == 0xffff) {
                        throw new ValueRejectedException(
                                Code.UNENCODABLE,
                                String.format(Locale.ROOT, "character %d (U+%04X) can't stand in XML", i + 1, (int) c));
                    }
                    out.append(c);
                }
            }
        }
        return out.toString();
    }
}
