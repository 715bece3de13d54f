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
 * A policy that determines when a connection retries a request, and after which delay.
 *
 * <pre>{@code
 * .retry(RetryPolicy.maxAttempts(6).backoff(Duration.ofSeconds(1), Duration.ofMinutes(2)))
 * }</pre>
 *
 * <p>A request is retried in these cases:
 *
 * <ul>
 *   <li>no connection was established, so that nothing was sent: any request;
 *   <li>no response, an incomplete response, or status 502 or 504: a request that only reads, such as GET, or that is
 *       {@linkplain Request#idempotent() idempotent} or has an {@linkplain Request#idempotencyKey() idempotency key};
 *   <li>status 408, 425, 429, and 503 with {@code Retry-After}, which mean that the service has not processed the request: any
 *       request. A 503 without {@code Retry-After} is treated like a 502.
 * </ul>
 *
 * <p>The delay is a random time between zero and the backoff, which doubles with each attempt ("full jitter"). If the service
 * requests a delay, with {@code Retry-After} or the reset of a rate limit, the delay is at least that. If it would exceed the
 * maximum backoff or the timeout of the call, the call fails immediately instead. Retries that the service did not request are
 * limited to a tenth of the requests of a connection plus one every two seconds, so that they do not prevent an overloaded
 * service from recovering.
 *
 * <p>Immutable.
 */
public final class RetryPolicy {

    private static final int MAX_ATTEMPTS = 100;
    /** The maximum number of immediate retries of a call on another connection, after the service has closed a reused one. */
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
     * Returns a policy without retries. The only exception: if a reused connection turns out to be closed, a request that may
     * be repeated is sent on another one.
     *
     * @return the policy
     */
    public static RetryPolicy none() {
        return NONE;
    }

    /**
     * Returns a policy with a maximum number of attempts and the default backoff.
     *
     * @param attempts the maximum number of attempts, 1 to 100, including the first one
     * @return the policy
     * @throws InvalidDefinitionException when the number is out of range
     */
    public static RetryPolicy maxAttempts(int attempts) {
        if (attempts < 1 || attempts > MAX_ATTEMPTS) {
            throw new InvalidDefinitionException("retry", attempts + " attempts: use 1 to " + MAX_ATTEMPTS);
        }
        return new RetryPolicy(attempts, DEFAULTS.first, DEFAULTS.max);
    }

    /**
     * Sets the backoff.
     *
     * @param first the maximum delay before the second attempt, 1 ms to 24 h
     * @param max the maximum delay before any attempt, even if the service requests a longer one: at least {@code first}, up to
     *     24 h
     * @return a new policy
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

    /** Returns the delay before the next attempt after a failure without a response; null if there is no further attempt. */
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

    /** Returns the delay before the next attempt after a response; null if there is no further attempt. */
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

    /** Returns the delay that the service requests, or null. */
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
