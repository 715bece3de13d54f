package io.httpconnector.auth.oauth2;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An authorization request in the store that waits for its callback. Its state is only in its key, as a
 * fingerprint.
 *
 * @param account the store key of the requested tokens
 * @param session the fingerprint of the browser session that started the flow
 * @param verifier the code verifier of PKCE, RFC 7636
 * @param nonce the nonce that the ID token must have
 * @param until the expiry, in milliseconds since 1970
 * @param issuer the authorization server that the user was sent to; null if an earlier version wrote it
 * @param client the registered client; null if the client is configured
 * @param scopes the requested scopes if a challenge of the service required more than the settings; null otherwise
 */
record PendingAuthorization(
        String account,
        String session,
        String redirectUri,
        @Nullable String verifier,
        @Nullable String nonce,
        long until,
        @Nullable Issuer issuer,
        @Nullable RegisteredClient client,
        @Nullable List<String> scopes) {

    static String key(String state) {
        return "authorization." + TokenStoreCodec.fingerprint(state);
    }

    /** Omits the verifier. */
    @Override
    public String toString() {
        return "Pending authorization of \"" + account + "\"";
    }
}
