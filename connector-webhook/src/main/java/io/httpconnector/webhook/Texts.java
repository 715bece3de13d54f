package io.httpconnector.webhook;

/** What strangers send, made fit to be logged. */
final class Texts {

    private static final int LONGEST = 200;

    private Texts() {}

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
