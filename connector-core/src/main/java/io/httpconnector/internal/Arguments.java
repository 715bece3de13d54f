package io.httpconnector.internal;

import io.httpconnector.InvalidDefinitionException;
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
}
