package io.httpconnector.auth.definition;

import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth1Builder;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.TokenStore;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a strategy that the application makes, and not the definition. Immutable.
 *
 * @param baseUrlFields the entered values for the base URL, by field name; others are received with the tokens
 * @param baseUrlSecrets the secrets in the path of the base URL
 * @param baseUrl the base URL, which the strategy renders unless it is simple
 */
record ApplicationSettings(
        @Nullable String redirectUri,
        @Nullable TokenStore tokens,
        @Nullable String account,
        Map<String, String> baseUrlFields,
        Map<String, Secret> baseUrlSecrets,
        BaseUrlText baseUrl) {

    void applyTo(OAuth1Builder builder) {
        if (redirectUri != null) {
            builder.redirectUri(redirectUri);
        }
        if (tokens != null && account != null) {
            builder.tokenStore(tokens, account);
        }
        baseUrlFields.forEach(builder::field);
    }

    void applyTo(OAuth2Builder builder) {
        if (redirectUri != null) {
            builder.redirectUri(redirectUri);
        }
        if (tokens != null && account != null) {
            builder.tokenStore(tokens, account);
        }
        baseUrlFields.forEach(builder::field);
    }
}
