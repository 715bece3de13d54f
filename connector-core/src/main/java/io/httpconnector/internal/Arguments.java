package io.httpconnector.internal;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.Utf16;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Argument checks that fail with a descriptive message. */
public final class Arguments {

    private Arguments() {}

    /** Rejects null with a sentence that names the argument, instead of a bare {@code NullPointerException}. */
    public static <T> T notNull(@Nullable T value, String what) {
        if (value == null) {
            throw new InvalidDefinitionException(what, "it is null");
        }
        return value;
    }

    /** Rejects a null array and null elements, and returns the elements. */
    public static <T> List<T> all(@Nullable T @Nullable [] values, String what) {
        if (values == null || Arrays.stream(values).anyMatch(Objects::isNull)) {
            throw new InvalidDefinitionException(what, "an element is null");
        }
        return List.of(values);
    }

    /**
     * Rejects text that UTF-8 can't encode, instead of sending a question mark.
     *
     * @param what the kind of text for the message
     * @return the text
     */
    public static String encodable(String what, String text) {
        int at = Utf16.unpairedSurrogate(text);
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
}
