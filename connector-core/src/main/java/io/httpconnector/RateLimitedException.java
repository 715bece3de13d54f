package io.httpconnector;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when no more requests are permitted for now, by the service or by the connection's own {@link RateLimit}, and the wait
 * would exceed the timeout of the call. The service has not processed the request. Put the job back into its queue and run it
 * again later:
 *
 * <pre>{@code
 * } catch (RateLimitedException e) {
 *     queue.putBack(job, e.retryAfter().orElse(Duration.ofMinutes(1)));
 * }
 * }</pre>
 */
public final class RateLimitedException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The requested delay; null if unknown. */
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
