package io.httpconnector.auth.oauth2;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if the user must consent: there is no consent yet, or it was revoked, has expired, or its refresh token was already used; or
 * the service requires more scopes, or another authentication of the user. The next {@link AuthorizationCodeFlow} or
 * {@link DeviceFlow} of the account requests what the service requires.
 */
public final class AuthorizationRequiredException extends OAuth2Exception {

    private static final long serialVersionUID = 1L;

    /** What the service requires; null if it said nothing. */
    private final transient @Nullable StepUpChallenge challenge;

    AuthorizationRequiredException(String message, @Nullable String error, @Nullable Throwable cause) {
        this(message, error, cause, null);
    }

    AuthorizationRequiredException(String message, StepUpChallenge challenge) {
        super(message, challenge.error(), null);
        this.challenge = challenge;
    }

    AuthorizationRequiredException(
            String message, @Nullable String error, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, error, cause, retryAfter);
        this.challenge = null;
    }

    /**
     * Returns the scopes that the service requires: RFC 6750, section 3.1.
     *
     * @return the scopes of its challenge; empty if it named none
     */
    public List<String> scopes() {
        return challenge == null ? List.of() : challenge.scopes();
    }

    /**
     * Returns the authentication context classes, one of which the service requires: RFC 9470, section 3.
     *
     * @return the {@code acr_values} of its challenge, in order of preference; empty if it named none
     */
    public List<String> acrValues() {
        return challenge == null ? List.of() : challenge.acrValues();
    }

    /**
     * Returns the highest age of the user's authentication that the service accepts: RFC 9470, section 3.
     *
     * @return the {@code max_age} of its challenge; empty if it named none
     */
    public Optional<Duration> maxAge() {
        return Optional.ofNullable(challenge).map(StepUpChallenge::maxAge).map(Duration::ofSeconds);
    }

    @Override
    public boolean needsAuthorization() {
        return true;
    }
}
