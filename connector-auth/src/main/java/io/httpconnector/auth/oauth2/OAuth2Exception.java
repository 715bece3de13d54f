package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The authorization server refused: it answered with an error code of RFC 6749, sections 4.1.2.1 and 5.2, or one of its own. Its
 * subtype {@link AuthorizationRequiredException} says that the user must consent; this one that the client, its secret, the
 * scope or the like is wrong. What went wrong on the way to the server is a {@link ConnectorException} of another kind.
 */
public class OAuth2Exception extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The error code. */
    private final @Nullable String error;

    OAuth2Exception(String message, @Nullable String error, @Nullable Throwable cause) {
        super(message, cause);
        this.error = error;
    }

    /**
     * The error code of the server.
     *
     * @return such as {@code invalid_client}; empty when the server did not give one
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }
}
