package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The authorization server refused: it answered with an error code of RFC 6749, sections 4.1.2.1 and 5.2, or one of its own; or
 * such a refusal is remembered, and it is too early for another request ({@link #retryAfter()}). Its
 * subtype {@link AuthorizationRequiredException} says that the user must consent; this one that the client, its secret, the
 * scope or the like is wrong. What went wrong on the way to the server is a {@link ConnectorException} of another kind.
 */
public class OAuth2Exception extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The client, its secret, or the password is wrong: RFC 6749, section 5.2. */
    private static final Set<String> WRONG_CREDENTIALS = Set.of("invalid_client", "invalid_grant");

    /** The error code. */
    private final @Nullable String error;

    /** How long to wait. */
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
     * The error code of the server.
     *
     * @return such as {@code invalid_client}; empty when the server did not give one
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /**
     * Whether somebody must give other credentials before another attempt makes sense.
     *
     * @return true for {@code invalid_client} (such as a wrong client secret) and {@code invalid_grant} (such as a wrong password)
     */
    @Override
    public boolean needsAuthorization() {
        return error != null && WRONG_CREDENTIALS.contains(error);
    }

    /**
     * How long to wait before another token request is made.
     *
     * @return what is left of the pause after a request that failed; empty when nothing was remembered
     */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
