package io.httpconnector.webhook;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What strangers send, made fit to be logged. */
final class Texts {

    private static final int LONGEST = 200;

    private Texts() {}

    /** Whether bytes are well-formed UTF-8. */
    static boolean isUtf8(byte[] bytes) {
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** On one line, and not long: what a terminal or a log file would act upon becomes a question mark. */
    static String visible(String text) {
        StringBuilder safe = new StringBuilder(text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text);
        for (int i = 0; i < safe.length(); i++) {
            char c = safe.charAt(i);
            if (Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || c == '\u2028'
                    || c == '\u2029') {
                safe.setCharAt(i, '?');
            }
        }
        return safe.toString();
    }
}
