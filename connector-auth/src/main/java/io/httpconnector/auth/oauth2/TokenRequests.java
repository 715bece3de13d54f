package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.JwtKey;
import java.util.Map;
import java.util.function.BiFunction;

/** The token requests of the grants that need no user. */
interface TokenRequests {

    /** RFC 6749, section 4.4. */
    StoredTokens clientCredentials();

    /** RFC 6749, section 4.3. */
    StoredTokens password(String user, Secret password);

    /** RFC 7522, section 2.1. */
    StoredTokens samlBearer(BiFunction<TimeSource, String, Secret> assertion);

    /** RFC 7523, section 2.1. */
    StoredTokens jwtBearer(JwtKey key, Map<String, ?> claims);
}
