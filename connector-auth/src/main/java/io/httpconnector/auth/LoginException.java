package io.httpconnector.auth;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if the service rejects a login, or responds to it without a token. Network failures are reported by other subtypes of
 * {@link ConnectorException}.
 */
public final class LoginException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The remaining backoff; null if there is none. */
    private final @Nullable Duration retryAfter;

    LoginException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    LoginException(String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    /**
     * Returns whether other credentials are required before another attempt makes sense.
     *
     * @return true if the service has rejected the login with status 401
     */
    @Override
    public boolean needsAuthorization() {
        return getCause() instanceof ConnectorException cause && cause.needsAuthorization();
    }

    /**
     * Returns the time until another login is sent.
     *
     * @return the remaining backoff after a failed login; empty for the first failure
     */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
