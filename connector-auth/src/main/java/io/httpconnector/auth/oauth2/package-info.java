/**
 * OAuth 2: all common grants. Tokens are refreshed before they expire, once for all waiting threads, and kept in a store
 * that processes can share. Start with {@link io.httpconnector.auth.oauth2.OAuth2}. ScribeJava creates the requests of the
 * protocol; they are sent over the connection that needs the tokens.
 */
@NullMarked
package io.httpconnector.auth.oauth2;

import org.jspecify.annotations.NullMarked;
