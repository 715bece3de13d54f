package io.httpconnector.internal;

import io.httpconnector.InvalidDefinitionException;
import java.util.Arrays;
import java.util.List;
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
}
