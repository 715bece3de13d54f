package io.httpconnector.webhook;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code application/x-www-form-urlencoded}, as the URL standard has it: what is no percent-encoding stands for itself. */
final class Forms {

    private Forms() {}

    /** Each byte as one character, so that bytes of any charset can be decoded later. */
    static String text(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    static Map<String, List<String>> parse(String form) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        int start = 0;
        while (start < form.length()) {
            int amp = form.indexOf('&', start);
            int end = amp < 0 ? form.length() : amp;
            int equals = form.indexOf('=', start);
            if (end > start) {
                int split = equals >= 0 && equals < end ? equals : end;
                String value = split < end ? decode(form, split + 1, end) : "";
                fields.computeIfAbsent(decode(form, start, split), name -> new ArrayList<>(1))
                        .add(value);
            }
            start = end + 1;
        }
        return fields;
    }

    private static String decode(String form, int start, int end) {
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
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
