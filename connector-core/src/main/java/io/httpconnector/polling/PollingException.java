package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A poll can't go on, although the service has answered. What was not delivered comes with the next poll that succeeds. */
public final class PollingException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** Why not. */
    private final Reason reason;
    /** How long to wait. */
    private final @Nullable Duration retryAfter;

    /** Why a poll can't go on. */
    public enum Reason {
        /** The answer is not as it was described: nothing at the path of the records, no JSON, no key in a record. */
        UNEXPECTED_RESPONSE,
        /** The pages lead to one that was there already, or the service gives the same page whatever it is asked for. */
        PAGES_REPEAT,
        /** The trigger polls already: it does not overlap itself. */
        BUSY,
        /** The next page is at another host. */
        FOREIGN_PAGE,
        /** There are more pages, keys, parents or dead letters than permitted. */
        LIMIT_REACHED,
        /** The poll has waited for the service for longer than {@code pollTimeout} of the trigger. */
        TIMED_OUT,
        /** The handler has called a service that wants to be left alone for longer than a thread can wait. */
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
                "The handler has called a service that wants to be left alone for " + handlerWaits
                        + ": what was not handled is delivered after that",
                (Throwable) null);
        this.reason = Reason.HANDLER_WAITS;
        this.retryAfter = handlerWaits;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Why the poll can't go on.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
