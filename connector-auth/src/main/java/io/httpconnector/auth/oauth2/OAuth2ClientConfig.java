package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.JwtKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The validated settings of an {@link OAuth2Builder}: the provider, the client, and the token store. Immutable. */
record OAuth2ClientConfig(
        GrantType grant,
        ProviderConfig definition,
        @Nullable String discover,
        @Nullable String clientId,
        @Nullable Secret clientSecret,
        @Nullable JwtKey clientKey,
        @Nullable String redirectUri,
        List<String> scopes,
        Map<String, Secret> secretParameters,
        RequestSecrets requestSecrets,
        Map<String, String> fields,
        TokenStore tokens,
        @Nullable String account,
        Duration refreshBefore,
        TimeSource timeSource) {

    /** Returns the settings for a server: its endpoints, and the scopes that the service requires unless others are configured. */
    OAuth2ClientConfig with(AuthorizationServer server) {
        return with(server.definition(), clientId, clientSecret, scopes.isEmpty() ? server.scopes() : scopes);
    }

    OAuth2ClientConfig with(RegisteredClient client) {
        boolean hasSecret = client.secret() != null && client.method() != ClientAuthentication.NONE;
        return with(
                client.method() == null ? definition : definition.with(client.method()),
                client.id(),
                hasSecret ? Secret.of(String.valueOf(client.secret())) : null,
                scopes);
    }

    private OAuth2ClientConfig with(
            ProviderConfig definition, @Nullable String clientId, @Nullable Secret clientSecret, List<String> scopes) {
        return new OAuth2ClientConfig(
                grant,
                definition,
                discover,
                clientId,
                clientSecret,
                clientKey,
                redirectUri,
                scopes,
                secretParameters,
                requestSecrets,
                fields,
                tokens,
                account,
                refreshBefore,
                timeSource);
    }

    /** Returns the scopes, joined by the separator of the provider; null if there are none. */
    @Nullable String scope() {
        String separator = definition.scopeSeparator() == null ? " " : definition.scopeSeparator();
        return scopes.isEmpty() ? null : String.join(separator, scopes);
    }

    /** Returns whether clients are registered dynamically. */
    boolean registersClients() {
        return (discover != null || definition.registrationUrl() != null)
                && clientId == null
                && (grant instanceof AuthorizationCodeGrant || grant instanceof DeviceCodeGrant);
    }

    /** Returns whether the service itself names the authorization server: RFC 9728. */
    boolean discoversFromService() {
        return discover != null && discover.isEmpty();
    }

    /** Returns whether there is a secret that must not be sent to another authorization server. */
    boolean hasSecrets() {
        return clientSecret != null
                || clientKey != null
                || !secretParameters.isEmpty()
                || !requestSecrets.refresh().isEmpty()
                || !requestSecrets.headers().isEmpty()
                || definition.tokenHeaders() != null
                || grant instanceof PasswordGrant
                || grant instanceof RefreshTokenGrant
                || grant instanceof JwtBearerGrant
                || grant instanceof SamlBearerGrant;
    }

    /** Returns the authorization server as configured. */
    String authority() {
        if (definition.tokenUrl() != null) {
            return EndpointUrl.origin(definition.tokenUrl());
        }
        return discoversFromService() ? "named by the service" : String.valueOf(discover);
    }

    /** Returns the secrets of a token request with this refresh token, if any; the result is a secret, too. */
    String credentials(@Nullable String refreshToken) {
        List<String> secrets = new ArrayList<>();
        secrets.add(String.valueOf(refreshToken));
        secrets.add(clientSecret == null ? "" : clientSecret.reveal());
        Stream.of(secretParameters, requestSecrets.refresh(), requestSecrets.headers())
                .forEach(all -> all.forEach((name, value) -> secrets.add(name + " " + value.reveal())));
        if (grant instanceof PasswordGrant given) {
            secrets.add(given.user());
            secrets.add(given.password().reveal());
        }
        return String.join("\n", secrets);
    }

    /** Returns the values for the URLs of endpoints. */
    Map<String, String> withFields(Map<String, String> received) {
        Map<String, String> all = new HashMap<>(fields);
        all.putAll(received);
        return all;
    }

    /** Returns whether some values for the base URL are received with the tokens. */
    boolean hasTokenFields() {
        return definition.tokenFields() != null || definition.callbackFields() != null;
    }

    OAuth2ClientConfig withScopes(List<String> requested) {
        return with(definition, clientId, clientSecret, requested);
    }

    ClientAuthentication clientAuthentication() {
        return clientSecret == null ? ClientAuthentication.NONE : definition.clientAuthenticationOrDefault();
    }
}
