package io.httpconnector.auth.oauth2;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if the user must consent: there is no consent yet, or it was revoked, has expired, or its refresh token was already used.
 */
public final class AuthorizationRequiredException extends OAuth2Exception {

    private static final long serialVersionUID = 1L;

    AuthorizationRequiredException(String message, @Nullable String error, @Nullable Throwable cause) {
        super(message, error, cause);
    }

    AuthorizationRequiredException(
            String message, @Nullable String error, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, error, cause, retryAfter);
    }

    @Override
    public boolean needsAuthorization() {
        return true;
    }
}
