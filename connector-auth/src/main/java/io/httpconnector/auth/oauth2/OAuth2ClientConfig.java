package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.JwtKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an {@link OAuth2Builder} has been told, checked: the provider, this client of it, and where its tokens are. Immutable. */
record OAuth2ClientConfig(
        GrantType grant,
        ProviderSettings definition,
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

    OAuth2ClientConfig with(ProviderSettings discovered) {
        return with(discovered, clientId, clientSecret);
    }

    OAuth2ClientConfig with(RegisteredClient client) {
        boolean hasSecret = client.secret() != null && client.method() != ClientAuthentication.NONE;
        return with(
                client.method() == null ? definition : definition.with(client.method()),
                client.id(),
                hasSecret ? Secret.of(String.valueOf(client.secret())) : null);
    }

    private OAuth2ClientConfig with(
            ProviderSettings definition, @Nullable String clientId, @Nullable Secret clientSecret) {
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

    /** The scopes as the provider wants them; null when there are none. */
    @Nullable String scope() {
        String separator = definition.scopeSeparator() == null ? " " : definition.scopeSeparator();
        return scopes.isEmpty() ? null : String.join(separator, scopes);
    }

    /** Whether clients are registered dynamically. */
    boolean registersClients() {
        return discover != null
                && clientId == null
                && (grant instanceof GrantType.AuthorizationCode || grant instanceof GrantType.DeviceCode);
    }

    /** Whether the service itself names the authorization server: RFC 9728. */
    boolean asksService() {
        return discover != null && discover.isEmpty();
    }

    /** Whether there is a secret that the authorization server must not change for. */
    boolean hasSecrets() {
        return clientSecret != null
                || clientKey != null
                || !secretParameters.isEmpty()
                || !requestSecrets.refresh().isEmpty()
                || !requestSecrets.headers().isEmpty()
                || definition.tokenHeaders() != null
                || grant instanceof GrantType.Password
                || grant instanceof GrantType.RefreshToken
                || grant instanceof GrantType.JwtBearer;
    }

    /** The authorization server as the configuration names it. */
    String authority() {
        if (definition.tokenUrl() != null) {
            return EndpointUrl.origin(definition.tokenUrl());
        }
        return asksService() ? "named by the service" : String.valueOf(discover);
    }

    /** The secrets that a token request with this refresh token, if any, sends; the text is a secret, too. */
    String credentials(@Nullable String refreshToken) {
        List<String> secrets = new ArrayList<>();
        secrets.add(String.valueOf(refreshToken));
        secrets.add(clientSecret == null ? "" : clientSecret.reveal());
        Stream.of(secretParameters, requestSecrets.refresh(), requestSecrets.headers())
                .forEach(all -> all.forEach((name, value) -> secrets.add(name + " " + value.reveal())));
        if (grant instanceof GrantType.Password given) {
            secrets.add(given.user());
            secrets.add(given.password().reveal());
        }
        return String.join("\n", secrets);
    }

    /** Whether some values for the base URL come with the tokens only. */
    boolean hasTokenFields() {
        return definition.tokenFields() != null || definition.callbackFields() != null;
    }

    ClientAuthentication clientAuthentication() {
        return clientSecret == null ? ClientAuthentication.NONE : definition.clientAuthenticationOrDefault();
    }
}
