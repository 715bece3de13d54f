package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Argument checks that fail with a descriptive message. */
final class Arguments {

    private Arguments() {}

    static <T> T notNull(@Nullable T value, String what) {
        if (value == null) {
            throw new InvalidDefinitionException(what, List.of("it is null"));
        }
        return value;
    }

    /** Checks that neither the array nor an element is null. */
    static <T> List<T> all(@Nullable T @Nullable [] values, String what) {
        if (values == null || Arrays.stream(values).anyMatch(Objects::isNull)) {
            throw new InvalidDefinitionException(what, List.of("an element is null"));
        }
        return List.of(values);
    }
}
