package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import java.util.Map;

/** How the first tokens are come by: RFC 6749, section 1.3. */
sealed interface GrantType {

    /** One that needs nobody, and so can be asked for again. */
    sealed interface Alone extends GrantType {

        /** Sends the token request. */
        StoredTokens requestTokens(TokenRequests endpoint);

        /** Whether a refresh token is used as long as it is good. */
        default boolean refreshes() {
            return false;
        }
    }

    /** Section 4.1: a user consents in the browser. */
    record AuthorizationCode() implements GrantType {}

    /** RFC 8628: a user consents on another device. */
    record DeviceCode() implements GrantType {}

    /** Section 6, from a refresh token that is there already. */
    record RefreshToken(Secret first) implements GrantType {}

    /** Section 4.4. */
    record ClientCredentials() implements Alone {
        @Override
        public StoredTokens requestTokens(TokenRequests endpoint) {
            return endpoint.clientCredentials();
        }
    }

    /** Section 4.3. */
    record Password(String user, Secret password) implements Alone {
        @Override
        public StoredTokens requestTokens(TokenRequests endpoint) {
            return endpoint.password(user, password);
        }

        @Override
        public boolean refreshes() {
            return true;
        }
    }

    /** RFC 7523, section 2.1. */
    record JwtBearer(JwtKey key, Map<String, ?> claims) implements Alone {
        @Override
        public StoredTokens requestTokens(TokenRequests endpoint) {
            return endpoint.jwtBearer(key, claims);
        }
    }
}
