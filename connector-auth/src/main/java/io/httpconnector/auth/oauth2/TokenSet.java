package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The tokens that a user has consented to, as they are in the {@link TokenStore}: there is no need to keep them elsewhere. */
public final class TokenSet {

    private final StoredTokens tokens;

    TokenSet(StoredTokens tokens) {
        this.tokens = tokens;
    }

    /**
     * The access token: RFC 6749, section 1.4.
     *
     * @return the token
     */
    public Secret accessToken() {
        return Secret.of(String.valueOf(tokens.accessToken()));
    }

    /**
     * The refresh token: RFC 6749, section 1.5.
     *
     * @return the token; empty when the service gave none, so that the user must consent again when the access token expires
     */
    public Optional<Secret> refreshToken() {
        return Optional.ofNullable(tokens.refreshToken()).map(Secret::of);
    }

    /**
     * When the access token expires.
     *
     * @return the time, by the clock of the client; empty when nobody knows
     */
    public Optional<Instant> expiresAt() {
        return Optional.ofNullable(tokens.expiresAt()).map(Instant::ofEpochMilli);
    }

    /**
     * What else was to be kept: {@link OAuth2Builder#callbackFields} and {@link OAuth2Builder#tokenField}.
     *
     * @return values by name
     */
    public Map<String, String> fields() {
        return tokens.fields();
    }

    /** Without a token. */
    @Override
    public String toString() {
        return tokens.toString();
    }
}
