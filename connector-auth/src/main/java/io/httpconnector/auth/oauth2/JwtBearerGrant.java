package io.httpconnector.auth.oauth2;

import io.httpconnector.auth.JwtKey;
import java.util.Map;

/** The JWT bearer grant: an assertion that the application signs. RFC 7523, section 2.1. */
record JwtBearerGrant(JwtKey key, Map<String, ?> claims) implements NonInteractiveGrant {

    @Override
    public StoredTokens requestTokens(TokenRequests endpoint) {
        return endpoint.jwtBearer(key, claims);
    }
}
