package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a poll cannot continue although the service has responded. Undelivered events are delivered by the next
 * successful poll.
 */
public final class PollingException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The reason. */
    private final Reason reason;
    /** The time to wait. */
    private final @Nullable Duration retryAfter;

    /** The reason why a poll cannot continue. */
    public enum Reason {
        /** The response does not match the definition: nothing at the path of the records, no JSON, a record without a key. */
        UNEXPECTED_RESPONSE,
        /** The pages form a loop, or the service returns the same page for every request. */
        PAGES_REPEAT,
        /** The trigger is polling already: it does not overlap itself. */
        BUSY,
        /** The next page is on another host. */
        FOREIGN_PAGE,
        /** The maximum number of pages, keys, parents or dead letters is exceeded. */
        LIMIT_REACHED,
        /** The poll has waited for the service longer than the {@code pollTimeout} of the trigger. */
        TIMED_OUT,
        /** The handler has called a service that requests a longer delay than a thread may wait. */
        HANDLER_WAITS
    }

    PollingException(Reason reason, String message) {
        this(reason, message, null);
    }

    PollingException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = null;
    }

    PollingException(Duration handlerWaits) {
        super(
                "The handler has called a service that requests a delay of " + handlerWaits + ": unhandled"
                        + " events are delivered after it",
                (Throwable) null);
        this.reason = Reason.HANDLER_WAITS;
        this.retryAfter = handlerWaits;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * The reason why the poll cannot continue.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
