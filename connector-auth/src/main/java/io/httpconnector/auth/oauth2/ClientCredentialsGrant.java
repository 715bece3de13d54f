package io.httpconnector.auth.oauth2;

/** The client credentials grant: RFC 6749, section 4.4. */
record ClientCredentialsGrant() implements NonInteractiveGrant {

    @Override
    public StoredTokens requestTokens(TokenRequests endpoint) {
        return endpoint.clientCredentials();
    }
}
