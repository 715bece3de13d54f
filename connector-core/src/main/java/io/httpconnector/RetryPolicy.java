package io.httpconnector;

import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.internal.limits.RetryAfter;
import io.httpconnector.internal.limits.RetryBudget;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A policy that decides when a connection retries a request, and after which delay.
 *
 * <pre>{@code
 * .retry(RetryPolicy.maxAttempts(6).backoff(Duration.ofSeconds(1), Duration.ofMinutes(2)))
 * }</pre>
 *
 * <p>What is tried again:
 *
 * <ul>
 *   <li>no connection, so that nothing was sent: any request;
 *   <li>no response, a broken one, or status 502 or 504: a request that only reads (GET and the like), and one that is
 *       {@linkplain Request#idempotent() idempotent} or has an {@linkplain Request#idempotencyKey() idempotency key};
 *   <li>status 408, 425, 429, and 503 with {@code Retry-After}, by which the service says that it has not acted: any
 *       request; a 503 without is like a 502.
 * </ul>
 *
 * <p>The wait is random between nothing and the backoff, which doubles with each attempt ("full jitter"). Where the service
 * says how long to wait, by {@code Retry-After} or the reset of a rate limit, it is at least that. There is no attempt for
 * which the wait would pass the longest backoff, or the time limit of the call: the failure comes at once then. Retries that
 * the service did not ask for add at most a tenth to the requests of a connection, and one every two seconds, so that they
 * don't keep a service down that is down.
 *
 * <p>Immutable.
 */
public final class RetryPolicy {

    private static final int MAX_ATTEMPTS = 100;
    /** How often a call takes another connection at once, when the one that it took was closed by the service meanwhile. */
    private static final int MAX_STALE = 10;

    private static final RetryPolicy DEFAULTS = new RetryPolicy(4, Duration.ofMillis(250), Duration.ofSeconds(30));
    private static final RetryPolicy NONE = new RetryPolicy(1, DEFAULTS.first, DEFAULTS.max);

    private final int attempts;
    private final Duration first;
    private final Duration max;

    private RetryPolicy(int attempts, Duration first, Duration max) {
        this.attempts = attempts;
        this.first = first;
        this.max = max;
    }

    /**
     * Returns the default policy: up to 4 attempts, and a backoff from 250 ms to 30 s.
     *
     * @return the defaults
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * One attempt, and no more. Only a kept connection that turns out to be closed is replaced by another one, for a request
     * that may be repeated.
     *
     * @return no retries
     */
    public static RetryPolicy none() {
        return NONE;
    }

    /**
     * Up to so many attempts, with the backoff of the defaults.
     *
     * @param attempts 1 to 100, the first one included
     * @return the retries
     * @throws InvalidDefinitionException when the number is out of range
     */
    public static RetryPolicy maxAttempts(int attempts) {
        if (attempts < 1 || attempts > MAX_ATTEMPTS) {
            throw new InvalidDefinitionException("retry", attempts + " attempts: use 1 to " + MAX_ATTEMPTS);
        }
        return new RetryPolicy(attempts, DEFAULTS.first, DEFAULTS.max);
    }

    /**
     * Sets how long to wait.
     *
     * @param first before the second attempt, at most: 1 ms to 24 h
     * @param max before any, also when the service asks for more: at least {@code first}, up to 24 h
     * @return new retries
     * @throws InvalidDefinitionException when a time is out of range
     */
    public RetryPolicy backoff(Duration first, Duration max) {
        Timeouts.check("backoff", first);
        Timeouts.check("backoff", max);
        if (first.compareTo(max) > 0) {
            throw new InvalidDefinitionException("backoff", "the first, " + first + ", is longer than " + max);
        }
        return new RetryPolicy(attempts, first, max);
    }

    /** How long to wait before the next attempt after a failure without a response; null when there is to be none. */
    @Nullable Duration after(ConnectorException failure, Request request, CallContext call, RetryBudget budget) {
        if (failure instanceof TransferException e
                && e.isStale()
                && request.isRepeatable()
                && call.countStale() <= MAX_STALE) {
            return Duration.ZERO;
        }
        boolean again = request.isRepeatable() ? isPassing(failure) : isUnsent(failure);
        return again ? withinLimits(backoff(call), call, budget) : null;
    }

    /** How long to wait before the next attempt after a response; null when there is to be none. */
    @Nullable Duration after(Response response, CallContext call, RetryBudget budget, Instant now) {
        if (response.classification() != ResponseRule.Action.RETRY
                && response.classification() != ResponseRule.Action.RATE_LIMITED) {
            return null;
        }
        Duration asked = requestedDelay(response, now);
        Duration jitter = backoff(call);
        return asked == null
                ? withinLimits(jitter, call, budget)
                : withinLimits(asked.plus(jitter.compareTo(first) < 0 ? jitter : first), call, null);
    }

    /** How long the service asks to wait, or null. */
    static @Nullable Duration requestedDelay(Response response, Instant now) {
        return response.classification() == ResponseRule.Action.RATE_LIMITED
                ? RetryAfter.ofLimit(response.headers(), now)
                : RetryAfter.of(response.headers(), now);
    }

    private @Nullable Duration withinLimits(Duration wait, CallContext call, @Nullable RetryBudget budget) {
        boolean allowed = call.attempts() < attempts
                && wait.compareTo(max) <= 0
                && wait.compareTo(call.remaining()) < 0
                && (budget == null || budget.take());
        return allowed ? wait : null;
    }

    private Duration backoff(CallContext call) {
        return new Backoff(first, max).delay(call.attempts(), 0, 1);
    }

    private static boolean isUnsent(ConnectorException failure) {
        if (failure instanceof CannotConnectException e) {
            return e.reason() != CannotConnectException.Reason.TLS
                    && e.reason() != CannotConnectException.Reason.NOT_ALLOWED
                    && !(e.getCause() instanceof SSLException)
                    && !e.isLasting();
        }
        return failure instanceof TimedOutException e && e.phase() == TimedOutException.Phase.CONNECT;
    }

    private static boolean isPassing(ConnectorException failure) {
        return isUnsent(failure)
                || (failure instanceof TransferException
                        && !Thread.currentThread().isInterrupted())
                || (failure instanceof TimedOutException e && e.phase() == TimedOutException.Phase.RESPONSE);
    }
}
