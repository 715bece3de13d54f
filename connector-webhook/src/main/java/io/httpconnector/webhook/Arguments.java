package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What callers give, refused by a sentence when it is null. */
final class Arguments {

    private Arguments() {}

    static <T> T notNull(@Nullable T value, String what) {
        if (value == null) {
            throw new InvalidDefinitionException(what, List.of("it is null"));
        }
        return value;
    }

    /** A list of arguments, none of which is null. */
    static <T> List<T> all(@Nullable T @Nullable [] values, String what) {
        if (values == null || Arrays.stream(values).anyMatch(Objects::isNull)) {
            throw new InvalidDefinitionException(what, List.of("one is null"));
        }
        return List.of(values);
    }
}
