package io.httpconnector;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The superclass of all exceptions of this library. Each subclass is a kind of failure that callers may handle differently:
 *
 * <ul>
 *   <li>{@link InvalidDefinitionException}: a definition is invalid; nothing was sent.
 *   <li>{@link CannotConnectException}: the service could not be reached; nothing was sent.
 *   <li>{@link TimedOutException}: there was no response in time; the service may or may not have processed the request.
 *   <li>{@link TransferException}: the exchange failed midway; the service may or may not have processed the request.
 *   <li>{@link StatusException}: the service responded with a status that was not accepted.
 *   <li>{@link RateLimitedException}: the service permits no more requests for now.
 *   <li>{@link InvalidResponseException}: the response is invalid: too large, not JSON, a bad redirect.
 * </ul>
 *
 * <p>Neither the message nor the exchange contains a secret.
 */
public class ConnectorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Exchange exchange;

    /**
     * Creates an exception for a failure outside an exchange.
     *
     * @param message the problem, and how to fix it
     */
    public ConnectorException(String message) {
        this(message, null, null);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param message the problem, and how to fix it
     * @param cause the cause, or null
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
     * @return true for a 401 that remains after a refresh, and for an authorization that is missing or was revoked
     */
    public boolean needsAuthorization() {
        return false;
    }

    /**
     * Returns the delay, from now, before another attempt can succeed, as requested by the service with {@code Retry-After}
     * (RFC 9110, section 10.2.3) or with its rate-limit headers.
     *
     * @return the delay; empty if the service did not request one
     */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /**
     * Returns the recorded request and response, without secrets.
     *
     * @return the exchange; empty if the failure did not concern a request
     */
    public Optional<Exchange> exchange() {
        return Optional.ofNullable(exchange);
    }
}
