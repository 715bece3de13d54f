package io.httpconnector.webhook;

import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.webhook.BodyParser.TooLargeException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses {@code application/x-www-form-urlencoded} by the URL standard: malformed percent-encodings stand for themselves. */
final class FormParser {

    private static final int MAX_FIELDS = 10_000;

    private FormParser() {}

    /** Checks that bytes consist only of names and values as the URL standard writes them. */
    static boolean isForm(byte[] body) {
        boolean pair = false;
        for (byte b : body) {
            if (b <= ' ' || b >= 0x7F || "\"<>\\^`{|}".indexOf(b) >= 0) {
                return false;
            }
            pair |= b == '=';
        }
        return pair;
    }

    /** Maps each byte to one character, so that any charset can be decoded later. */
    static String text(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    static Map<String, List<String>> parse(String form, Charset charset) throws IOException {
        return parse(form, (text, start, end) -> decode(text, start, end, charset));
    }

    /**
     * Parses signed data in UTF-8: ambiguous text is rejected.
     *
     * @throws IOException also for malformed percent-encodings and invalid UTF-8
     */
    static Map<String, List<String>> parseStrictly(String form) throws IOException {
        return parse(form, FormParser::decodeStrictly);
    }

    @FunctionalInterface
    private interface Decoding {
        String decode(String form, int start, int end) throws IOException;
    }

    private static Map<String, List<String>> parse(String form, Decoding decoding) throws IOException {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        int count = 0;
        int start = 0;
        int equals = form.indexOf('=');
        while (start < form.length()) {
            int amp = form.indexOf('&', start);
            int end = amp < 0 ? form.length() : amp;
            if (equals >= 0 && equals < start) {
                equals = form.indexOf('=', start);
            }
            if (end > start) {
                if (++count > MAX_FIELDS) {
                    throw new TooLargeException("it has more than " + MAX_FIELDS + " fields");
                }
                int split = equals >= 0 && equals < end ? equals : end;
                String value = split < end ? decoding.decode(form, split + 1, end) : "";
                fields.computeIfAbsent(decoding.decode(form, start, split), name -> new ArrayList<>(1))
                        .add(value);
            }
            start = end + 1;
        }
        return fields;
    }

    private static String decodeStrictly(String form, int start, int end) throws IOException {
        for (int i = start; i < end; i++) {
            if (form.charAt(i) == '%' && (i + 2 >= end || !PercentEncoding.isEscape(form, i))) {
                throw new IOException("a percent-encoding of the form is malformed");
            }
        }
        String decoded = decode(form, start, end, StandardCharsets.UTF_8);
        if (decoded.indexOf('\uFFFD') >= 0 && !isUtf8(decode(form, start, end, StandardCharsets.ISO_8859_1))) {
            throw new IOException("the form is not valid UTF-8");
        }
        return decoded;
    }

    private static boolean isUtf8(String bytes) {
        return Texts.isUtf8(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String decode(String form, int start, int end, Charset charset) {
        byte[] encoded = form.substring(start, end).getBytes(StandardCharsets.ISO_8859_1);
        return new String(PercentEncoding.decodeForm(encoded), charset);
    }
}
