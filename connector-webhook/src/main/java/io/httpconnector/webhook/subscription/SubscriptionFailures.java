package io.httpconnector.webhook.subscription;

import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.StatusException;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.template.RenderException;
import java.time.Duration;

/** The consequences of failed requests: whether they may have been executed, and when they are repeated. */
final class SubscriptionFailures {

    static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(30), Duration.ofMinutes(15));
    private static final Duration AUTHORIZATION_RETRY = Duration.ofHours(1);
    private static final Duration MAX_REQUESTED_DELAY = Duration.ofDays(1);

    private SubscriptionFailures() {}

    /** Whether the service may have executed a request that has failed. */
    static boolean isOutcomeUnknown(RuntimeException e) {
        if (e instanceof StatusException status) {
            return status.status() < 400 || status.status() >= 500 || status.status() == 408;
        }
        return !(e instanceof CannotConnectException
                || e instanceof RejectedSubscriptionException
                || e instanceof RenderException
                || e instanceof InvalidDefinitionException);
    }

    /** Returns the time until the next attempt, after a number of consecutive failures. */
    static Duration delay(RuntimeException e, int count) {
        Duration backoff = BACKOFF.delay(count, 1, 1.25);
        if (!(e instanceof ConnectorException failure)) {
            return backoff;
        }
        if (failure.needsAuthorization()) {
            return AUTHORIZATION_RETRY;
        }
        Duration requested = failure.retryAfter().orElse(Duration.ZERO);
        Duration limited = requested.compareTo(MAX_REQUESTED_DELAY) < 0 ? requested : MAX_REQUESTED_DELAY;
        return backoff.compareTo(limited) < 0 ? limited : backoff;
    }
}
