package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.SamlAssertion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * OAuth 2, RFC 6749, with the variations of providers. Immutable; an instance can serve any number of connections. Each connection
 * requests tokens with its own network settings (TLS, proxy, timeouts), refreshes them before they expire, and stores them in the
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
     * The authorization code grant, RFC 6749, section 4.1, with PKCE, RFC 7636: the application acts on behalf of a
     * user, who consents in the browser. See {@link AuthorizationCodeFlow}.
     *
     * @return a builder
     */
    public static OAuth2Builder authorizationCode() {
        return new OAuth2Builder(new AuthorizationCodeGrant());
    }

    /**
     * The client credentials grant, RFC 6749, section 4.4: the application acts on its own behalf.
     *
     * @return a builder
     */
    public static OAuth2Builder clientCredentials() {
        return new OAuth2Builder(new ClientCredentialsGrant());
    }

    /**
     * The refresh token grant, RFC 6749, section 6, with a refresh token that was obtained elsewhere. From the first
     * refresh on, the tokens in the {@link TokenStore} are used. If another initial token is set, for a user
     * who has consented again, the stored tokens are replaced.
     *
     * @param first the initial refresh token
     * @return a builder
     */
    public static OAuth2Builder refreshToken(Secret first) {
        if (first == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("refresh token: it is null"));
        }
        return new OAuth2Builder(new RefreshTokenGrant(first));
    }

    /**
     * The device authorization grant, RFC 8628: the user consents on another device, as this one has no browser. See
     * {@link DeviceFlow}.
     *
     * @return a builder
     */
    public static OAuth2Builder deviceCode() {
        return new OAuth2Builder(new DeviceCodeGrant());
    }

    /**
     * The resource owner password credentials grant, RFC 6749, section 4.3: with the password of a user, for services that
     * support nothing else.
     *
     * @param user the user name
     * @param password the password
     * @return a builder
     */
    public static OAuth2Builder password(String user, Secret password) {
        if (user == null || password == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("user and password: one of them is null"));
        }
        return new OAuth2Builder(new PasswordGrant(user, password));
    }

    /**
     * The JWT bearer grant, RFC 7523, section 2.1: with a token that the application signs itself, such as for a service
     * account of a cloud provider. The claims {@code iat}, {@code exp} (in five minutes), {@code jti} and {@code aud} (the token URL)
     * are added unless they are given.
     *
     * @param key the signing key
     * @param claims the other claims, such as {@code iss}, {@code sub} and {@code scope}: strings, numbers, Booleans, lists, maps
     *     or JSON trees
     * @return a builder; a client is optional
     */
    public static OAuth2Builder jwtBearer(JwtKey key, Map<String, ?> claims) {
        if (key == null || claims == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("key and claims: one of them is null"));
        }
        return new OAuth2Builder(new JwtBearerGrant(key, JwtKey.claims(claims)));
    }

    /**
     * The SAML bearer grant, RFC 7522, section 2.1, with an assertion that the application signs for each token request.
     *
     * @param assertion the assertion
     * @return a builder; a client is optional
     */
    public static OAuth2Builder samlBearer(SamlAssertion assertion) {
        if (assertion == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("SAML assertion: it is null"));
        }
        return new OAuth2Builder(new SamlBearerGrant((time, tokenUrl) -> assertion
                .sign(time.now(), tokenUrl)
                .map(xml -> Base64.getUrlEncoder().encodeToString(xml.getBytes(StandardCharsets.UTF_8)))));
    }

    /**
     * The SAML bearer grant, RFC 7522, section 2.1, with an assertion of an identity provider.
     *
     * @param encoded the assertion, in Base64 with the alphabet for URLs; one by {@link Secret#from} is looked up for each token
     *     request
     * @return a builder; a client is optional
     */
    public static OAuth2Builder samlBearer(Secret encoded) {
        if (encoded == null) {
            throw new InvalidDefinitionException("OAuth 2", List.of("SAML assertion: it is null"));
        }
        return new OAuth2Builder(new SamlBearerGrant((time, tokenUrl) -> encoded));
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new TokenManager(settings, context);
    }

    /**
     * Not supported: only a connection can request tokens.
     *
     * @throws InvalidDefinitionException always
     */
    @Override
    public Request apply(Request request) {
        throw new InvalidDefinitionException(
                "OAuth 2", List.of("a connection must open the strategy first: call open(...) before apply(...)"));
    }

    @Override
    public String toString() {
        return "OAuth2";
    }
}
