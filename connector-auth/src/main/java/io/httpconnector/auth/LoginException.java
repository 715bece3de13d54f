package io.httpconnector.auth;

import io.httpconnector.ConnectorException;
import org.jspecify.annotations.Nullable;

/** The service refused a login, or answered it without a token. What went wrong on the way is another {@link ConnectorException}. */
public final class LoginException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    LoginException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
