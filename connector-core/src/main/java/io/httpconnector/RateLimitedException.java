package io.httpconnector;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The service permits no more requests for now: it said so, or the connection's own {@link RateLimit} does, and the wait
 * would be longer than this call may take. The request was not acted upon. Put the job back and run it again later:
 *
 * <pre>{@code
 * } catch (RateLimitedException e) {
 *     queue.putBack(job, e.retryAfter().orElse(Duration.ofMinutes(1)));
 * }
 * }</pre>
 */
public final class RateLimitedException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** How long to wait. */
    private final @Nullable Duration retryAfter;

    RateLimitedException(String message, @Nullable Duration retryAfter, @Nullable Exchange exchange) {
        super(message, null, exchange);
        this.retryAfter = retryAfter;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
