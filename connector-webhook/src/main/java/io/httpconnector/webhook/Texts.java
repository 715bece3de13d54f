package io.httpconnector.webhook;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Makes untrusted text safe for logs. */
final class Texts {

    private static final int MAX_LENGTH = 200;

    private Texts() {}

    /** Checks that bytes are well-formed UTF-8. */
    static boolean isUtf8(byte[] bytes) {
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Shortens the text to one line and replaces characters that a terminal or log file would interpret by question marks. */
    static String visible(String text) {
        StringBuilder safe =
                new StringBuilder(text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "..." : text);
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
