package io.httpconnector.internal.text;

/** Checks of text that is to be encoded in UTF-8. */
public final class Utf16 {

    private Utf16() {}

    /** Returns the index of the first half of a surrogate pair without the other half, or -1: UTF-8 can't encode it. */
    public static int unpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean isPair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!isPair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
