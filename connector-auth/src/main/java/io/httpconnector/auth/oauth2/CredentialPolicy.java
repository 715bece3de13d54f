package io.httpconnector.auth.oauth2;

import io.httpconnector.auth.internal.ErrorText;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The decision whether a credential (client secret, refresh token, code, registered client) may be sent to an endpoint: only to
 * the authorization server that it belongs to. Every request with a credential is checked here before it is sent.
 *
 * @param connection the name of the connection, for messages
 * @param configured the origins of the endpoints that the user configured, which may receive any credential
 * @param server the authorization server that the configuration or discovery names now
 * @param client the authorization server that the client belongs to; null if the endpoints are configured
 */
record CredentialPolicy(
        String connection,
        Set<String> configured,
        Issuer server,
        @Nullable Issuer client) {

    /**
     * Checks whether a request may be sent.
     *
     * @param url the endpoint
     * @param owner the authorization server that the token or code in the request belongs to; null if there is none
     * @throws AuthorizationRequiredException if one of the credentials belongs to another server
     */
    void check(String url, @Nullable Issuer owner) {
        checkOwner("The client", client, url);
        checkOwner("The token", owner, url);
    }

    private void checkOwner(String credential, @Nullable Issuer owner, String url) {
        if (owner == null) {
            return;
        }
        if (owner.contradicts(server)) {
            throw changed(credential, owner, "it is " + server + " now");
        }
        if (!owner.hasEndpointAt(url) && !configured.contains(EndpointUrl.origin(url))) {
            throw changed(credential, owner, "it names an endpoint at " + EndpointUrl.origin(url) + " now");
        }
    }

    private AuthorizationRequiredException changed(String credential, Issuer owner, String now) {
        return new AuthorizationRequiredException(
                "\"" + connection + "\" needs the user's authorization: the authorization server has changed. "
                        + credential
                        + " belongs to " + ErrorText.singleLine(owner.toString()) + "; "
                        + ErrorText.singleLine(now)
                        + ". Nothing was sent. If the change is legitimate, name the server by discover(\"https://...\") or"
                        + " tokenUrl(\"https://...\"), and send the user through the flow",
                null,
                null);
    }
}
