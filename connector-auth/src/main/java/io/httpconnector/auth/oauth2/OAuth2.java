package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.util.List;

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

    private final ClientSettings settings;

    OAuth2(ClientSettings settings) {
        this.settings = settings;
    }

    /**
     * The authorization code grant, RFC 6749, section 4.1, with PKCE, RFC 7636: the application acts for a user, who consents
     * in the browser. An {@link AuthorizationFlow} takes the user there and back.
     *
     * @return a builder
     */
    public static OAuth2Builder authorizationCode() {
        return new OAuth2Builder(ClientSettings.Grant.AUTHORIZATION_CODE, null);
    }

    /**
     * The client credentials grant, RFC 6749, section 4.4: the application acts for itself.
     *
     * @return a builder
     */
    public static OAuth2Builder clientCredentials() {
        return new OAuth2Builder(ClientSettings.Grant.CLIENT_CREDENTIALS, null);
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
        return new OAuth2Builder(ClientSettings.Grant.REFRESH_TOKEN, first);
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new TokenSession(settings, context);
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

    /** How the client proves who it is at the token endpoint: RFC 6749, section 2.3. */
    public enum ClientAuthentication {
        /** The Basic scheme, id and secret form-encoded first. */
        @JsonProperty("basic")
        BASIC,
        /** {@code client_id} and {@code client_secret} among the parameters. */
        @JsonProperty("body")
        BODY,
        /** A public client, which has only its {@code client_id}. */
        @JsonProperty("none")
        NONE
    }

    /** Where the parameters of a token request are. */
    public enum TokenRequest {
        /** In the body as a form: RFC 6749, section 4.1.3. */
        @JsonProperty("form")
        FORM,
        /** In the body as a JSON object. */
        @JsonProperty("json")
        JSON,
        /** In the URL. */
        @JsonProperty("query")
        QUERY
    }
}
