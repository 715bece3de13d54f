package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.util.function.BiFunction;

/**
 * The SAML bearer grant: RFC 7522, section 2.1.
 *
 * @param assertion creates the encoded assertion for the token URL
 */
record SamlBearerGrant(BiFunction<TimeSource, String, Secret> assertion) implements NonInteractiveGrant {

    @Override
    public StoredTokens requestTokens(TokenRequests endpoint) {
        return endpoint.samlBearer(assertion);
    }
}
