package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;

/** The resource owner password credentials grant: RFC 6749, section 4.3. */
record PasswordGrant(String user, Secret password) implements NonInteractiveGrant {

    @Override
    public StoredTokens requestTokens(TokenRequests endpoint) {
        return endpoint.password(user, password);
    }

    @Override
    public boolean prefersRefresh() {
        return true;
    }
}
