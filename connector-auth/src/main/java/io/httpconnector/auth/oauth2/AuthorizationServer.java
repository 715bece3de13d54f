package io.httpconnector.auth.oauth2;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An authorization server with its endpoints, configured or discovered.
 *
 * @param definition the endpoints, and their differences from the RFCs
 * @param registrationUrl the client registration endpoint, RFC 7591; null if there is none
 * @param clientMethods the client authentication methods that it supports; empty if they are unknown
 */
record AuthorizationServer(
        Issuer issuer, ProviderConfig definition, @Nullable String registrationUrl, Set<String> clientMethods) {

    static AuthorizationServer configured(ProviderConfig definition) {
        return new AuthorizationServer(Issuer.of(definition.issuer(), definition), definition, null, Set.of());
    }
}
