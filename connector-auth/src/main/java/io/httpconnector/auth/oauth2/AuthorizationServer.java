package io.httpconnector.auth.oauth2;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An authorization server with its endpoints, configured or discovered.
 *
 * @param definition the endpoints, and how they differ from the RFCs
 * @param registrationUrl where clients are registered, RFC 7591; null when it registers none
 * @param clientMethods the client authentication methods that it supports; empty when it does not say
 */
record AuthorizationServer(
        Issuer issuer,
        ProviderSettings definition,
        @Nullable String registrationUrl,
        Set<String> clientMethods) {

    static AuthorizationServer configured(ProviderSettings definition) {
        return new AuthorizationServer(Issuer.of(definition.issuer(), definition), definition, null, Set.of());
    }
}
