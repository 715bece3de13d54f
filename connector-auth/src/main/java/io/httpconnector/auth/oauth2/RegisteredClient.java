package io.httpconnector.auth.oauth2;

import org.jspecify.annotations.Nullable;

/**
 * A dynamically registered client: RFC 7591, section 3.2.1.
 *
 * @param method how it authenticates; null when the server did not say
 * @param expiresAt when its secret expires, in milliseconds since 1970; null for never
 * @param redirectUri what it was registered with; null when an earlier version registered it, or when it has none
 * @param issuer the authorization server; null when an earlier version registered it
 */
record RegisteredClient(
        String id,
        @Nullable String secret,
        @Nullable ClientAuthentication method,
        @Nullable Long expiresAt,
        @Nullable String redirectUri,
        @Nullable Issuer issuer) {

    boolean isExpired(long now) {
        return expiresAt != null && now >= expiresAt;
    }

    RegisteredClient from(Issuer server, @Nullable String uri) {
        return new RegisteredClient(id, secret, method, expiresAt, uri, server);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "Registered client " + id;
    }
}
