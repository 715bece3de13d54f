package io.httpconnector.auth.oauth2;

/** A grant without user interaction, which can be repeated at any time. */
interface NonInteractiveGrant extends GrantType {

    /** Sends the token request. */
    StoredTokens requestTokens(TokenRequests endpoint);

    /** Returns whether a valid refresh token is used in preference to this grant. */
    default boolean prefersRefresh() {
        return false;
    }
}
