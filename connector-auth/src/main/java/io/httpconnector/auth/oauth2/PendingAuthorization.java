package io.httpconnector.auth.oauth2;

import org.jspecify.annotations.Nullable;

/**
 * An authorization request that waits in the store for its callback; the state that it goes by is only in its key, as a
 * fingerprint.
 *
 * @param account whose tokens it is to bring
 * @param session the fingerprint of the session that asked
 * @param verifier of PKCE, RFC 7636
 * @param nonce that the ID token must have
 * @param until in milliseconds since 1970
 * @param issuer the authorization server that the user was sent to; null when an earlier version wrote it
 * @param client the registered client that asked; null when the client is configured
 */
record PendingAuthorization(
        String account,
        String session,
        String redirectUri,
        @Nullable String verifier,
        @Nullable String nonce,
        long until,
        @Nullable Issuer issuer,
        @Nullable RegisteredClient client) {

    static String key(String state) {
        return "authorization." + TokenStoreCodec.fingerprint(state);
    }

    /** Without the verifier. */
    @Override
    public String toString() {
        return "Pending authorization of \"" + account + "\"";
    }
}
