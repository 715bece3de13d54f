package io.httpconnector.internal.limits;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown by a handler that cannot handle an event yet, and has not tried: the attempt does not count, and another one follows. */
public final class PostponedException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private final Duration delay;

    /**
     * Creates an exception.
     *
     * @param message the reason
     * @param delay the delay before the next attempt
     * @param cause the failure; null if there is none
     */
    public PostponedException(String message, Duration delay, @Nullable Throwable cause) {
        super(message, cause);
        this.delay = delay;
    }

    /** Returns the delay before the next attempt. */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(delay);
    }

    /** Returns the delay before the next attempt. */
    public Duration delay() {
        return delay;
    }
}
