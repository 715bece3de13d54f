package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import java.util.Map;

/** An authorization grant, by which the initial tokens are obtained: RFC 6749, section 1.3. */
sealed interface GrantType {

    /** A grant without user interaction, which can be repeated at any time. */
    sealed interface NonInteractive extends GrantType {

        /** Sends the token request. */
        StoredTokens requestTokens(TokenRequests endpoint);

        /** Returns whether a valid refresh token is used in preference to this grant. */
        default boolean prefersRefresh() {
            return false;
        }
    }

    /** RFC 6749, section 4.1: a user consents in the browser. */
    record AuthorizationCode() implements GrantType {}

    /** RFC 8628: a user consents on another device. */
    record DeviceCode() implements GrantType {}

    /** RFC 6749, section 6: from a refresh token that the application already has. */
    record RefreshToken(Secret first) implements GrantType {}

    /** RFC 6749, section 4.4. */
    record ClientCredentials() implements NonInteractive {
        @Override
        public StoredTokens requestTokens(TokenRequests endpoint) {
            return endpoint.clientCredentials();
        }
    }

    /** RFC 6749, section 4.3. */
    record Password(String user, Secret password) implements NonInteractive {
        @Override
        public StoredTokens requestTokens(TokenRequests endpoint) {
            return endpoint.password(user, password);
        }

        @Override
        public boolean prefersRefresh() {
            return true;
        }
    }

    /** RFC 7523, section 2.1. */
    record JwtBearer(JwtKey key, Map<String, ?> claims) implements NonInteractive {
        @Override
        public StoredTokens requestTokens(TokenRequests endpoint) {
            return endpoint.jwtBearer(key, claims);
        }
    }
}
