package io.httpconnector.auth.oauth2;

/** The authorization code grant: a user consents in the browser. RFC 6749, section 4.1. */
record AuthorizationCodeGrant() implements GrantType {}
