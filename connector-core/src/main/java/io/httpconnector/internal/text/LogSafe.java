package io.httpconnector.internal.text;

import java.util.Locale;

/** Makes untrusted text safe for a single line of a log, a terminal or an exception message. */
public final class LogSafe {

    /** The mask that replaces a secret wherever text is shown. */
    public static final String MASK = "***";

    private static final String ENCODED_MASK = "%2A%2A%2A";

    private LogSafe() {}

    /** Returns whether a text contains a mask, also a percent-encoded one. */
    public static boolean hasMask(String text) {
        return text.contains(MASK) || text.toUpperCase(Locale.ROOT).contains(ENCODED_MASK);
    }

    /**
     * Returns the text on one line. Every character that a terminal or log viewer would interpret is replaced by a question
     * mark.
     */
    public static String visible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text.charAt(i))) {
                StringBuilder safe = new StringBuilder(text);
                for (int j = i; j < safe.length(); j++) {
                    if (isUnsafe(safe.charAt(j))) {
                        safe.setCharAt(j, '?');
                    }
                }
                return safe.toString();
            }
        }
        return text;
    }

    private static boolean isUnsafe(char c) {
        // In addition to control characters: Unicode line separators and characters that change the text direction.
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029;
    }
}
