package io.httpconnector.stream;

import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.StatusException;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.internal.limits.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The delays between the connections of one stream: that of the service, with a backoff after failures. Not thread-safe. */
final class Reconnection {

    private static final Duration DEFAULT_DELAY = Duration.ofSeconds(3);
    private static final Duration MIN_DELAY = Duration.ofMillis(100);
    /** The maximum delay that a service can request by a failed response. */
    private static final Duration MAX_REQUESTED = Duration.ofHours(1);

    private final Duration maxDelay;
    private Duration delay;
    private int failures;

    Reconnection(Duration maxDelay) {
        this.maxDelay = maxDelay;
        this.delay = shorter(DEFAULT_DELAY, maxDelay);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Sets the delay that the service requests, within the limits. */
    void request(@Nullable Duration retry) {
        if (retry != null) {
            delay = shorter(retry.compareTo(MIN_DELAY) < 0 ? MIN_DELAY : retry, maxDelay);
        }
    }

    /** Returns the delay without a failure, which is also how long a quiet connection must last to count as a success. */
    Duration delay() {
        return delay;
    }

    /** Returns the number of consecutive connections that have brought nothing. */
    int failures() {
        return failures;
    }

    /**
     * Records the end of a connection and returns the delay before the next one.
     *
     * @param hasReceived whether the service has sent anything, or the connection has lasted
     * @param failure the failure that has ended it; null if the service has ended it regularly
     */
    Duration next(boolean hasReceived, @Nullable ConnectorException failure) {
        failures = hasReceived ? 0 : failures + 1;
        Duration own = failures <= 1 ? delay : new Backoff(delay, maxDelay).delay(failures, 0.5, 1);
        Duration requested =
                failure == null ? Duration.ZERO : shorter(failure.retryAfter().orElse(Duration.ZERO), MAX_REQUESTED);
        return own.compareTo(requested) < 0 ? requested : own;
    }

    /** Returns whether another attempt may succeed after this failure. */
    static boolean isTemporary(ConnectorException failure) {
        if (failure instanceof StatusException refused) {
            int status = refused.status();
            return status >= 500 || status == 408 || status == 425 || status == 429;
        }
        if (failure instanceof CannotConnectException unreachable) {
            return unreachable.reason() != CannotConnectException.Reason.NOT_ALLOWED;
        }
        return failure instanceof TimedOutException
                || failure instanceof TransferException
                || failure instanceof RateLimitedException;
    }
}
