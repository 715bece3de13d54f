package io.httpconnector.auth.oauth2;

import org.jspecify.annotations.Nullable;

/**
 * A dynamically registered client: RFC 7591, section 3.2.1.
 *
 * @param method the client authentication method; null if the server sent none
 * @param expiresAt the expiry of its secret, in milliseconds since 1970; null for never
 * @param redirectUri the redirect URI; null if an earlier version registered the client, or it has none
 * @param issuer the authorization server; null if an earlier version registered the client
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

    /** Omits the secret. */
    @Override
    public String toString() {
        return "Registered client " + id;
    }
}
