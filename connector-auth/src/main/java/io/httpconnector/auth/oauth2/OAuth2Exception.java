package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if the authorization server responds with an error code of RFC 6749, sections 4.1.2.1 and 5.2, or one of its own; or if
 * such an error is remembered and the backoff has not ended ({@link #retryAfter()}). The
 * subtype {@link AuthorizationRequiredException} means that the user must consent; this class that the client, its secret, the
 * scope or another setting is wrong. Network failures are reported by other subtypes of {@link ConnectorException}.
 */
public class OAuth2Exception extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The client, its secret, or the password is wrong: RFC 6749, section 5.2. */
    private static final Set<String> WRONG_CREDENTIALS = Set.of("invalid_client", "invalid_grant");

    /** The error code. */
    private final @Nullable String error;

    /** The remaining backoff; null if there is none. */
    private final @Nullable Duration retryAfter;

    OAuth2Exception(String message, @Nullable String error, @Nullable Throwable cause) {
        this(message, error, cause, null);
    }

    OAuth2Exception(String message, @Nullable String error, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, cause);
        this.error = error;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns the error code of the server.
     *
     * @return the code, such as {@code invalid_client}; empty if the server sent none
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /**
     * Returns whether other credentials are required before another attempt makes sense.
     *
     * @return true for {@code invalid_client} (such as a wrong client secret) and {@code invalid_grant} (such as a wrong password),
     *     and for any error with the status 401
     */
    @Override
    public boolean needsAuthorization() {
        // Keycloak, for one, reports a wrong client secret as unauthorized_client.
        return (error != null && WRONG_CREDENTIALS.contains(error))
                || (getCause() instanceof ConnectorException cause && cause.needsAuthorization());
    }

    /**
     * Returns the time until another token request is sent.
     *
     * @return the remaining backoff after a failed request; empty if no failure was remembered
     */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
