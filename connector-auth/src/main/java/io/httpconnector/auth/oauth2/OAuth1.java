package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.auth.OAuth1Auth;
import java.util.List;

/**
 * OAuth 1.0a with the consent of a user, RFC 5849, section 2: the token of the user is obtained by {@link OAuth1Flow}, and kept in the
 * {@link TokenStore}. For a token that you already have, use {@link OAuth1Auth#token}. Immutable; an instance can serve any number
 * of connections.
 *
 * <pre>{@code
 * .auth(OAuth1.by(OAuth1Auth.of("consumer-key", consumerSecret))
 *         .requestTokenUrl("https://trello.com/1/OAuthGetRequestToken")
 *         .authorizationUrl("https://trello.com/1/OAuthAuthorizeToken")
 *         .accessTokenUrl("https://trello.com/1/OAuthGetAccessToken")
 *         .redirectUri("https://app.example.com/callback")
 *         .tokenStore(tokens, "customer-1")
 *         .build())
 * }</pre>
 */
public final class OAuth1 implements AuthStrategy {

    private final OAuth1Config config;

    OAuth1(OAuth1Config config) {
        this.config = config;
    }

    /**
     * Creates a builder.
     *
     * @param client signs the requests, by the keys of the client
     * @return a builder
     */
    public static OAuth1Builder by(OAuth1Auth client) {
        return new OAuth1Builder(client);
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new OAuth1Session(config, context);
    }

    /**
     * Not supported: only a connection has the tokens of a user.
     *
     * @throws InvalidDefinitionException always
     */
    @Override
    public Request apply(Request request) {
        throw new InvalidDefinitionException(
                "OAuth 1", List.of("a connection must open the strategy first: call open(...) before apply(...)"));
    }

    @Override
    public String toString() {
        return "OAuth1";
    }
}
