package io.httpconnector.auth.oauth2;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An authorization server with its endpoints, configured or discovered.
 *
 * @param definition the endpoints, and their differences from the RFCs
 * @param registrationUrl the client registration endpoint, RFC 7591; null if there is none
 * @param clientMethods the client authentication methods that it supports; empty if they are unknown
 * @param scopes the scopes that the service requires, unless others are configured
 */
record AuthorizationServer(
        Issuer issuer,
        ProviderConfig definition,
        @Nullable String registrationUrl,
        Set<String> clientMethods,
        List<String> scopes) {

    /** Returns the server with the values of the callback or a token response in the URLs of its endpoints. */
    AuthorizationServer with(Map<String, String> received) {
        if (!definition.hasTemplates()) {
            return this;
        }
        ProviderConfig known = definition.with(received);
        return new AuthorizationServer(Issuer.of(issuer.id(), known), known, registrationUrl, clientMethods, scopes);
    }

    static AuthorizationServer configured(ProviderConfig definition) {
        return new AuthorizationServer(
                Issuer.of(definition.issuer(), definition),
                definition,
                definition.registrationUrl(),
                Set.of(),
                List.of());
    }
}
