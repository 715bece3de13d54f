package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Argument checks that fail with a descriptive message instead of a bare NullPointerException. */
final class Arguments {

    private Arguments() {}

    static <T> T notNull(@Nullable T value, String what) {
        if (value == null) {
            throw new InvalidDefinitionException(what, List.of("must not be null"));
        }
        return value;
    }
}
