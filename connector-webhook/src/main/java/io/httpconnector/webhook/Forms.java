package io.httpconnector.webhook;

import io.httpconnector.webhook.Payloads.TooLargeException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code application/x-www-form-urlencoded}, as the URL standard has it: what is no percent-encoding stands for itself. */
final class Forms {

    private static final int MOST_FIELDS = 10_000;

    private Forms() {}

    /** Each byte as one character, so that bytes of any charset can be decoded later. */
    static String text(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    static Map<String, List<String>> parse(String form, Charset charset) throws IOException {
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
                if (++count > MOST_FIELDS) {
                    throw new TooLargeException("it has more than " + MOST_FIELDS + " fields");
                }
                int split = equals >= 0 && equals < end ? equals : end;
                String value = split < end ? decode(form, split + 1, end, charset) : "";
                fields.computeIfAbsent(decode(form, start, split, charset), name -> new ArrayList<>(1))
                        .add(value);
            }
            start = end + 1;
        }
        return fields;
    }

    private static String decode(String form, int start, int end, Charset charset) {
        byte[] bytes = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            char c = form.charAt(i);
            int high = c == '%' && i + 2 < end ? Character.digit(form.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(form.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                bytes[length++] = (byte) (high * 16 + low);
                i += 2;
            } else {
                bytes[length++] = (byte) (c == '+' ? ' ' : c);
            }
        }
        return new String(bytes, 0, length, charset);
    }
}
