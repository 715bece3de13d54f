/**
 * OAuth 2: tokens by every grant that services offer, refreshed before they expire, once for all who wait, and kept in a store
 * that many processes may share. Start with {@link io.httpconnector.auth.oauth2.OAuth2}. ScribeJava forms the requests of the
 * protocol; they go over the connection that wants the tokens.
 */
@NullMarked
package io.httpconnector.auth.oauth2;

import org.jspecify.annotations.NullMarked;
