package io.httpconnector.auth.oauth2;

/** An authorization grant, by which the initial tokens are obtained: RFC 6749, section 1.3. */
interface GrantType {}
