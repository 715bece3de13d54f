package io.httpconnector.internal.text;

/** Makes text from outside safe for one line of a log, a terminal or an exception message. */
public final class LogSafe {

    /** Replaces a secret wherever text is shown. */
    public static final String MASK = "***";

    private LogSafe() {}

    /** Returns the text on one line. Every character that a terminal or a log file would act upon becomes a question mark. */
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
        // Beside the control characters: the line separators of Unicode and the marks that reverse the reading
        // direction.
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029;
    }
}
