package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The tokens of a user, as stored in the {@link TokenStore}. Applications need not store them. Immutable. */
public final class TokenSet {

    private final StoredTokens tokens;

    TokenSet(StoredTokens tokens) {
        this.tokens = tokens;
    }

    /**
     * Returns the access token: RFC 6749, section 1.4.
     *
     * @return the token
     */
    public Secret accessToken() {
        return Secret.of(String.valueOf(tokens.accessToken()));
    }

    /**
     * Returns the refresh token: RFC 6749, section 1.5.
     *
     * @return the token; empty if the service issued none, so that the user must consent again when the access token expires
     */
    public Optional<Secret> refreshToken() {
        return Optional.ofNullable(tokens.refreshToken()).map(Secret::of);
    }

    /**
     * Returns the expiry of the access token.
     *
     * @return the time, by the clock of the client; empty if it is unknown
     */
    public Optional<Instant> expiresAt() {
        return Optional.ofNullable(tokens.expiresAt()).map(Instant::ofEpochMilli);
    }

    /**
     * Returns the values of {@link ProviderSettings#callbackFields} and {@link ProviderSettings#tokenField}.
     *
     * @return values by name
     */
    public Map<String, String> fields() {
        return tokens.fields();
    }

    /** Omits the tokens. */
    @Override
    public String toString() {
        return tokens.toString();
    }
}
