package io.httpconnector.auth.internal;

/** Makes text from a server fit for an exception message. */
public final class ErrorText {

    private static final int MAX_LENGTH = 300;

    private ErrorText() {}

    /**
     * Returns the text on a single line, truncated to a length that suits a message.
     *
     * @param text the text
     * @return the line
     */
    public static String singleLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "…";
    }
}
