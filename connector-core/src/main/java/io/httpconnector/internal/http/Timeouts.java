package io.httpconnector.internal.http;

import io.httpconnector.InvalidDefinitionException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The time limits of an exchange. */
public record Timeouts(Duration connect, Duration response, Duration total) {

    public static final Timeouts DEFAULTS =
            new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60));

    private static final Duration MIN = Duration.ofMillis(1);
    private static final Duration MAX = Duration.ofDays(1);

    public static Duration check(String name, @Nullable Duration value) {
        if (value == null || value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
            throw new InvalidDefinitionException(name, value + " is not a time limit: use 1 ms to 24 h");
        }
        return value;
    }
}
