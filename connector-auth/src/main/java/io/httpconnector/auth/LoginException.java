package io.httpconnector.auth;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The service refused a login, or answered it without a token. What went wrong on the way is another {@link ConnectorException}. */
public final class LoginException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** How long to wait. */
    private final @Nullable Duration retryAfter;

    LoginException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    LoginException(String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    /**
     * How long to wait before another login is tried.
     *
     * @return what is left of the pause after a login that failed; empty for the first failure
     */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
