package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;

/**
 * A refresh token that the application already has: RFC 6749, section 6.
 *
 * @param first the initial refresh token
 */
record RefreshTokenGrant(Secret first) implements GrantType {}
