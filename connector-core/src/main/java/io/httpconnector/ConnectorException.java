package io.httpconnector;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every failure of this library. Its subtypes are what a caller would treat differently:
 *
 * <ul>
 *   <li>{@link InvalidDefinitionException}: wrongly described; nothing was sent.
 *   <li>{@link CannotConnectException}: the service could not be reached; nothing was sent.
 *   <li>{@link TimedOutException}: no response in time; the service may or may not have acted.
 *   <li>{@link TransferException}: the exchange broke off; the service may or may not have acted.
 *   <li>{@link StatusException}: the service responded with a status that was not accepted.
 *   <li>{@link RateLimitedException}: the service permits no more requests for now.
 *   <li>{@link InvalidResponseException}: the response is invalid: too large, not JSON, a bad redirect.
 * </ul>
 *
 * <p>Neither the message nor the exchange shows a secret.
 */
public class ConnectorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Exchange exchange;

    /**
     * A failure outside an exchange.
     *
     * @param message what happened, and what to do
     */
    public ConnectorException(String message) {
        this(message, null, null);
    }

    /**
     * A failure with a cause.
     *
     * @param message what happened, and what to do
     * @param cause what led to it
     */
    public ConnectorException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    ConnectorException(String message, @Nullable Throwable cause, @Nullable Exchange exchange) {
        super(message, cause);
        this.exchange = exchange;
    }

    /**
     * Returns whether the user must provide credentials again before another attempt makes sense.
     *
     * @return true for a 401 that refreshing did not help, and for an authorization that is missing or was taken back
     */
    public boolean needsAuthorization() {
        return false;
    }

    /**
     * How long to wait before another attempt has a chance, counted from now: what the service said by {@code Retry-After} (RFC
     * 9110, section 10.2.3) or in the ways of its rate limit.
     *
     * @return the time; empty when the service did not say
     */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /**
     * What was sent and what came back, without its secrets.
     *
     * @return the exchange; empty when nothing was about to be sent
     */
    public Optional<Exchange> exchange() {
        return Optional.ofNullable(exchange);
    }
}
