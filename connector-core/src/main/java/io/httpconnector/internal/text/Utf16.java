package io.httpconnector.internal.text;

import io.httpconnector.InvalidDefinitionException;
import java.util.Locale;

/** Checks of text that is to be encoded in UTF-8. */
public final class Utf16 {

    private Utf16() {}

    /**
     * Rejects text that UTF-8 can't encode, instead of sending a question mark.
     *
     * @param what the kind of text for the message
     * @return the text
     */
    public static String encodable(String what, String text) {
        int at = unpairedSurrogate(text);
        if (at >= 0) {
            throw new InvalidDefinitionException(
                    what,
                    String.format(
                            Locale.ROOT,
                            "character %d is an unpaired surrogate (U+%04X), which is not valid text: was the text cut"
                                    + " in the middle of a character?",
                            at + 1,
                            (int) text.charAt(at)));
        }
        return text;
    }

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
