package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
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
    /** The number of the page; 0 if unknown. */
    private final int page;
    /** The URL of the page, without secrets; null if unknown. */
    private final @Nullable String url;

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
        this(reason, message, cause, 0, null);
    }

    private PollingException(Reason reason, String message, @Nullable Throwable cause, int page, @Nullable String url) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = null;
        this.page = page;
        this.url = url;
    }

    PollingException(Duration handlerWaits) {
        super(
                "The handler has called a service that requests a delay of " + handlerWaits + ": unhandled"
                        + " events are delivered after it",
                (Throwable) null);
        this.reason = Reason.HANDLER_WAITS;
        this.retryAfter = handlerWaits;
        this.page = 0;
        this.url = null;
    }

    /**
     * Returns this failure with the page on which it occurred.
     *
     * @param url the URL without secrets
     */
    PollingException onPage(int number, String url) {
        PollingException located = new PollingException(
                reason, getMessage() + " (page " + number + ", " + url + ")", getCause(), number, url);
        located.setStackTrace(getStackTrace());
        return located;
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

    /**
     * Returns the page of a {@link PagedRequest} on which the failure occurred.
     *
     * @return its number, counted from 1; empty for a failure of a poll
     */
    public OptionalInt page() {
        return page == 0 ? OptionalInt.empty() : OptionalInt.of(page);
    }

    /**
     * Returns the URL of the page of a {@link PagedRequest} on which the failure occurred.
     *
     * @return the URL without secrets; empty for a failure of a poll
     */
    public Optional<String> url() {
        return Optional.ofNullable(url);
    }
}
