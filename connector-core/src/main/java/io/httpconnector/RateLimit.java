package io.httpconnector;

import io.httpconnector.internal.http.RoutePattern;
import io.httpconnector.internal.http.Timeouts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A limit for the number of requests that a connection sends in a period, so that the service does not reject them.
 *
 * <pre>{@code
 * .rateLimit(RateLimit.of(100, Duration.ofMinutes(1)))
 * .rateLimit(RateLimit.adaptive())
 * .rateLimit(RateLimit.of(10, Duration.ofSeconds(1)).andAdaptive())
 * }</pre>
 *
 * <p>Each attempt counts. Requests over the limit wait in FIFO order, up to the timeout of the call. A request that would wait
 * longer fails with a {@link RateLimitedException} at once, which states when the next one is permitted.
 *
 * <p>Immutable. Each connection counts its own requests.
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
     * Limits the number of requests in every period of this length (a sliding window).
     *
     * @param requests the maximum number of requests, 1 to 100000
     * @param period the length of the period, 1 ms to 24 h
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
     * Adapts to the limit that the service reports: {@code X-RateLimit-Remaining} and {@code -Reset} in all common spellings,
     * {@code RateLimit} of the IETF draft, the delay that a 429 requests, and for {@linkplain Request#graphQlResponse GraphQL}
     * the cost budgets of Shopify ({@code extensions.cost.throttleStatus}) and GitHub ({@code data.rateLimit}, if the query
     * selects {@code cost}, {@code remaining} and {@code resetAt}).
     *
     * @return the limit
     */
    public static RateLimit adaptive() {
        return new RateLimit(0, Duration.ZERO, true);
    }

    /**
     * Returns this limit combined with the limit that the service reports.
     *
     * @return a new limit
     */
    public RateLimit andAdaptive() {
        return new RateLimit(requests, period, true);
    }

    /** The limit of the requests that match a route; of all requests if the route is null. */
    record RouteLimit(@Nullable RoutePattern route, RateLimit limit) {}

    /** Returns the maximum number of requests in a period; 0 if only the limit of the service applies. */
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
     * Describes the limit.
     *
     * @return a text such as {@code 100 in PT1M, adaptive}
     */
    @Override
    public String toString() {
        return (requests == 0 ? "" : requests + " in " + period + (adaptive ? ", " : ""))
                + (adaptive ? "adaptive" : "");
    }
}
