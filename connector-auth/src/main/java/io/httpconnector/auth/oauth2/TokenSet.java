package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tokens of a user, as stored in the {@link TokenStore}. Applications need not store them. Immutable. */
public final class TokenSet {

    private final StoredTokens tokens;
    private final List<String> requested;

    TokenSet(StoredTokens tokens, List<String> requested) {
        this.tokens = tokens;
        this.requested = requested;
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
        return tokens.expiry();
    }

    /**
     * Returns the values of {@link ProviderSettings#callbackFields} and {@link ProviderSettings#tokenField}.
     *
     * @return values by name
     */
    public Map<String, String> fields() {
        return tokens.fields();
    }

    /**
     * Returns the granted scopes: RFC 6749, section 3.3.
     *
     * @return the scopes that the authorization server named; the requested ones if it named none
     */
    public Set<String> scopes() {
        return tokens.scopes(requested);
    }

    /**
     * Returns the scopes that were requested, but not granted, because the user or the authorization server has refused them.
     *
     * @return the scopes; empty if all were granted
     */
    public Set<String> missingScopes() {
        return tokens.missingScopes(requested);
    }

    /** Omits the tokens. */
    @Override
    public String toString() {
        return tokens.toString();
    }
}
