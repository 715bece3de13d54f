package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import java.util.List;
import java.util.Map;

/**
 * OAuth 2, RFC 6749, as providers speak it. What it describes is immutable and can serve any number of connections; each of
 * them asks for tokens over its own way (TLS, proxy, time limits), refreshes them before they expire, and keeps them in the
 * {@link TokenStore}.
 *
 * <pre>{@code
 * .auth(OAuth2.clientCredentials()
 *         .tokenUrl("https://login.example.com/oauth2/token")
 *         .client("client-id", Secret.fromEnv("CLIENT_SECRET"))
 *         .scopes("orders.read")
 *         .build())
 * }</pre>
 */
public final class OAuth2 implements AuthStrategy {

    private final OAuth2ClientConfig settings;

    OAuth2(OAuth2ClientConfig settings) {
        this.settings = settings;
    }

    /**
     * The authorization code grant, RFC 6749, section 4.1, with PKCE, RFC 7636: the application acts for a user, who consents
     * in the browser. An {@link AuthorizationFlow} takes the user there and back.
     *
     * @return a builder
     */
    public static OAuth2Builder authorizationCode() {
        return new OAuth2Builder(new GrantType.AuthorizationCode());
    }

    /**
     * The client credentials grant, RFC 6749, section 4.4: the application acts for itself.
     *
     * @return a builder
     */
    public static OAuth2Builder clientCredentials() {
        return new OAuth2Builder(new GrantType.ClientCredentials());
    }

    /**
     * The refresh token grant, RFC 6749, section 6, from a refresh token that somebody has got elsewhere. From the first
     * refresh on the {@link TokenStore} holds what the service gives instead; when another first token is set, for a user
     * who has consented again, all begins anew with that.
     *
     * @param first the refresh token to begin with
     * @return a builder
     */
    public static OAuth2Builder refreshToken(Secret first) {
        if (first == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("refresh token: it is null"));
        }
        return new OAuth2Builder(new GrantType.RefreshToken(first));
    }

    /**
     * The device authorization grant, RFC 8628: the user consents on another device than the one that has no browser. A
     * {@link DeviceFlow} waits for it.
     *
     * @return a builder
     */
    public static OAuth2Builder deviceCode() {
        return new OAuth2Builder(new GrantType.DeviceCode());
    }

    /**
     * The resource owner password credentials grant, RFC 6749, section 4.3: with the password of a user, where a service has
     * nothing better.
     *
     * @param user the user name
     * @param password the password
     * @return a builder
     */
    public static OAuth2Builder password(String user, Secret password) {
        if (user == null || password == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("user and password: one of them is null"));
        }
        return new OAuth2Builder(new GrantType.Password(user, password));
    }

    /**
     * The JWT bearer grant, RFC 7523, section 2.1: with a token that the application signs itself, such as for the service
     * account of a cloud. Its claims {@code iat}, {@code exp} (in five minutes), {@code jti} and {@code aud} (the token URL) are
     * there unless they are given.
     *
     * @param key what signs it
     * @param claims the other claims, such as {@code iss}, {@code sub} and {@code scope}: strings, numbers, Booleans, lists, maps
     *     or JSON trees
     * @return a builder; a client is needed only where the service wants one
     */
    public static OAuth2Builder jwtBearer(JwtKey key, Map<String, ?> claims) {
        if (key == null || claims == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("key and claims: one of them is null"));
        }
        return new OAuth2Builder(new GrantType.JwtBearer(key, JwtKey.claims(claims)));
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new TokenManager(settings, context);
    }

    /**
     * Refuses: only a connection can ask for tokens.
     *
     * @throws InvalidDefinitionException always
     */
    @Override
    public Request apply(Request request) {
        throw new InvalidDefinitionException(
                "OAuth 2",
                List.of("a connection must open it first: whoever calls apply(...) has to call open(...) before"));
    }

    @Override
    public String toString() {
        return "OAuth2";
    }
}
