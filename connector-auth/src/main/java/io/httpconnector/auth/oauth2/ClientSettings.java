package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an {@link OAuth2Builder} has been told, checked: the provider, this client of it, and where its tokens are. Immutable. */
record ClientSettings(
        Grant grant,
        Definition definition,
        @Nullable String discover,
        @Nullable String clientId,
        @Nullable Secret clientSecret,
        @Nullable JwtKey clientKey,
        @Nullable String redirectUri,
        List<String> scopes,
        Map<String, Secret> secretParameters,
        Map<String, String> fields,
        TokenStore tokens,
        @Nullable String account,
        Duration refreshBefore,
        Clock clock) {

    ClientSettings with(Definition discovered) {
        return with(discovered, clientId, clientSecret);
    }

    ClientSettings with(String registeredId, @Nullable Secret registeredSecret) {
        return with(definition, registeredId, registeredSecret);
    }

    private ClientSettings with(Definition definition, @Nullable String clientId, @Nullable Secret clientSecret) {
        return new ClientSettings(
                grant,
                definition,
                discover,
                clientId,
                clientSecret,
                clientKey,
                redirectUri,
                scopes,
                secretParameters,
                fields,
                tokens,
                account,
                refreshBefore,
                clock);
    }

    /** The scopes as the provider wants them; null when there are none. */
    @Nullable String scope() {
        String separator = definition.scopeSeparator() == null ? " " : definition.scopeSeparator();
        return scopes.isEmpty() ? null : String.join(separator, scopes);
    }

    /** Whether some values for the base URL come with the tokens only. */
    boolean hasTokenFields() {
        return definition.tokenFields() != null || definition.callbackFields() != null;
    }

    OAuth2.ClientAuthentication clientAuthentication() {
        return clientSecret == null ? OAuth2.ClientAuthentication.NONE : definition.clientAuthenticationOrDefault();
    }
}
