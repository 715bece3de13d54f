package io.httpconnector;

import io.httpconnector.internal.http.Timeouts;
import java.time.Duration;

/**
 * A limit for the requests that a connection sends in a period, so that the service rejects none.
 *
 * <pre>{@code
 * .rateLimit(RateLimit.of(100, Duration.ofMinutes(1)))
 * .rateLimit(RateLimit.adaptive())
 * .rateLimit(RateLimit.of(10, Duration.ofSeconds(1)).andAdaptive())
 * }</pre>
 *
 * <p>Each attempt counts. Requests over the limit wait in FIFO order, up to the timeout of the call. A request that
 * would wait longer fails with a {@link RateLimitedException} at once, which tells when the next one is permitted.
 *
 * <p>Immutable. Each connection counts for itself.
 */
public final class RateLimit {

    private static final int MAX_REQUESTS = 100_000;

    private final int requests;
    private final Duration period;
    private final boolean adaptive;

    private RateLimit(int requests, Duration period, boolean adaptive) {
        this.requests = requests;
        this.period = period;
        this.adaptive = adaptive;
    }

    /**
     * So many requests in any period of this length, wherever it begins.
     *
     * @param requests 1 to 100000
     * @param period 1 ms to 24 h
     * @return the limit
     * @throws InvalidDefinitionException when a number is out of range
     */
    public static RateLimit of(int requests, Duration period) {
        if (requests < 1 || requests > MAX_REQUESTS) {
            throw new InvalidDefinitionException("rate limit", requests + " requests: use 1 to " + MAX_REQUESTS);
        }
        return new RateLimit(requests, Timeouts.check("rate limit period", period), false);
    }

    /**
     * As many as the service says that it still permits: {@code X-RateLimit-Remaining} and {@code -Reset} in any of their
     * spellings, {@code RateLimit} of the IETF, and the wait that a 429 asks for.
     *
     * @return the limit
     */
    public static RateLimit adaptive() {
        return new RateLimit(0, Duration.ZERO, true);
    }

    /**
     * Returns this limit, and what the service says beside.
     *
     * @return a new limit
     */
    public RateLimit andAdaptive() {
        return new RateLimit(requests, period, true);
    }

    /** How many in a period; 0 when only the service says. */
    int requests() {
        return requests;
    }

    Duration period() {
        return period;
    }

    boolean isAdaptive() {
        return adaptive;
    }

    /**
     * Says what it permits.
     *
     * @return for instance {@code 100 in PT1M, adaptive}
     */
    @Override
    public String toString() {
        return (requests == 0 ? "" : requests + " in " + period + (adaptive ? ", " : ""))
                + (adaptive ? "adaptive" : "");
    }
}
