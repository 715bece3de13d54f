package io.httpconnector.auth.oauth2;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * There is no way to a token without the user: nobody has consented yet, or the consent has been taken back, has expired or was
 * spent.
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
