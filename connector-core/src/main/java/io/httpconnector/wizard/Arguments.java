package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses null with a sentence, where callers without null checks of their own would meet a bare NullPointerException. */
final class Arguments {

    private Arguments() {}

    static <T> T notNull(@Nullable T value, String what) {
        if (value == null) {
            throw new InvalidDefinitionException(what, List.of("it is null"));
        }
        return value;
    }
}
