package io.httpconnector.template;

import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.internal.text.Utf16;
import io.httpconnector.template.TemplateProblem.Code;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Escapes and validates text for its target context: URL, XML, or Unicode in general. */
final class Escaping {

    private Escaping() {}

    /** Returns the text, or rejects an unpaired surrogate, which can't be encoded in UTF-8. */
    static String requireValidUnicode(String text) {
        int at = Utf16.unpairedSurrogate(text);
        if (at >= 0) {
            throw unpairedSurrogate(text.charAt(at), at);
        }
        return text;
    }

    static ValueRejectedException unpairedSurrogate(char c, int at) {
        return new ValueRejectedException(
                Code.UNENCODABLE,
                String.format(
                        Locale.ROOT,
                        "character %d is an unpaired surrogate (U+%04X), which is not valid text",
                        at + 1,
                        (int) c));
    }

    static byte[] utf8(String text) {
        return requireValidUnicode(text).getBytes(StandardCharsets.UTF_8);
    }

    /** Percent-encodes all characters except the unreserved ones (RFC 3986, section 2.3) and those to keep. */
    static String percent(String text, String kept) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        PercentEncoding.encode(requireValidUnicode(text), kept, out);
        return out.toString();
    }

    /** Escapes element text or an attribute value; rejects characters that XML 1.0 does not allow (section 2.2). */
    static String xml(String text, boolean attribute) {
        requireValidUnicode(text);
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
                                String.format(
                                        Locale.ROOT, "character %d (U+%04X) is not allowed in XML", i + 1, (int) c));
                    }
                    out.append(c);
                }
            }
        }
        return out.toString();
    }
}
