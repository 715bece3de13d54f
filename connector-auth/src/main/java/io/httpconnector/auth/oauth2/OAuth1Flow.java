package io.httpconnector.auth.oauth2;

import com.github.scribejava.core.model.ParameterList;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.CombinedAuth;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The consent of a user by OAuth 1.0a, RFC 5849, section 2. Independent of web frameworks; two pages of the application call it:
 *
 * <pre>{@code
 * OAuth1Flow flow = OAuth1Flow.of(trello);
 * URI url = flow.start(session.getId());                        // redirect the browser there
 * flow.finish(request.getQueryString(), session.getId());       // at the redirect URI
 * }</pre>
 *
 * <p>The state between the two calls is in the {@link TokenStore}, for 15 minutes. Thread-safe.
 */
public final class OAuth1Flow {

    private static final Duration PENDING = Duration.ofMinutes(15);

    private final OAuth1Session session;
    private final OAuth1Config config;

    /** A request token in the store that waits for its callback. */
    private record Pending(String account, String session, String secret, long until) {}

    private OAuth1Flow(OAuth1Session session) {
        this.session = session;
        this.config = session.config();
    }

    /**
     * Creates the flow for the token of a connection.
     *
     * @param connection a connection with {@link OAuth1}; the caller closes it
     * @return the flow
     * @throws InvalidDefinitionException if the connection has another strategy
     */
    public static OAuth1Flow of(HttpConnection connection) {
        if (CombinedAuth.withoutAdditions(connection.auth()) instanceof OAuth1Session session) {
            return new OAuth1Flow(session);
        }
        throw new InvalidDefinitionException(
                "OAuth 1 flow",
                List.of("the auth strategy of the connection must be OAuth1, but is " + connection.auth()));
    }

    /**
     * Starts the flow: requests temporary credentials.
     *
     * @param browserSession an unguessable identifier of the user's browser session
     * @return the URL to redirect the browser to
     * @throws OAuth2Exception if the service responds with an error
     */
    public URI start(String browserSession) {
        String callback = config.redirectUri();
        if (callback == null) {
            throw new InvalidDefinitionException(
                    "OAuth 1", List.of("redirect URI: it is missing: set it by redirectUri(\"https://...\")"));
        }
        OAuth1Session.Stored temporary = session.request(
                config.requestTokenUrl(),
                config.client().protocolParameter("oauth_callback", callback),
                config.requestParameters());
        Pending pending = new Pending(
                session.key(),
                fingerprint(browserSession),
                temporary.secret(),
                config.timeSource().now().plus(PENDING).toEpochMilli());
        config.tokens().put(key(temporary.token()), TokenStoreCodec.write(pending), PENDING);
        Map<String, String> parameters = new LinkedHashMap<>(config.authorizationParameters());
        parameters.put("oauth_token", temporary.token());
        return URI.create(new ParameterList(parameters).appendTo(config.authorizationUrl()));
    }

    private static String key(String token) {
        return "oauth1-authorization." + TokenStoreCodec.fingerprint(token);
    }

    private static String fingerprint(String browserSession) {
        if (browserSession == null) {
            throw new InvalidDefinitionException("OAuth 1 flow", List.of("browser session: it is null"));
        }
        return TokenStoreCodec.fingerprint(browserSession);
    }

    /**
     * Finishes the flow: validates the callback, exchanges it for the token of the user and stores it.
     *
     * @param callback the query of the callback, or its whole URL
     * @param browserSession the same value as for {@link #start}
     * @return other values of the response, such as {@code user_id}
     * @throws InvalidCallbackException if the callback does not belong to a flow of this session
     * @throws AuthorizationRequiredException if the user did not consent
     * @throws OAuth2Exception if the service responds with an error
     */
    public Map<String, String> finish(@Nullable String callback, String browserSession) {
        AuthorizationCallback response = AuthorizationCallback.of(callback);
        Optional<String> denied = response.parameter("denied");
        String token = denied.or(() -> response.parameter("oauth_token"))
                .orElseThrow(() -> new InvalidCallbackException("The callback has no oauth_token"));
        Pending pending = take(token, browserSession);
        if (denied.isPresent()) {
            throw new AuthorizationRequiredException("The user did not consent", "access_denied", null);
        }
        String verifier = response.parameter("oauth_verifier")
                .orElseThrow(() -> new InvalidCallbackException("The callback has no oauth_verifier"));
        OAuth1Session.Stored stored = session.request(
                config.accessTokenUrl(),
                config.client().token(token, Secret.of(pending.secret)).protocolParameter("oauth_verifier", verifier),
                Map.of());
        session.store(stored);
        return stored.fields();
    }

    private Pending take(String token, String browserSession) {
        String key = key(token);
        Pending pending = config.tokens()
                .get(key)
                .filter(found -> config.tokens().remove(key))
                .map(found -> TokenStoreCodec.read(found, Pending.class))
                .orElseThrow(() -> new InvalidCallbackException(
                        "The token of the callback is unknown: it was already used, or it has expired"));
        if (config.timeSource().now().toEpochMilli() >= pending.until) {
            throw new InvalidCallbackException("The token of the callback has expired: the user must start again");
        }
        if (!pending.session.equals(fingerprint(browserSession)) || !pending.account.equals(session.key())) {
            throw new InvalidCallbackException(
                    "The callback belongs to another browser session or account than the one that started the flow");
        }
        return pending;
    }

    /**
     * Returns whether there is a token in the store.
     *
     * @return true after a consent
     */
    public boolean isAuthorized() {
        return session.stored().isPresent();
    }

    /** Removes the token from the store. OAuth 1 defines no revocation. */
    public void forget() {
        session.remove();
    }

    @Override
    public String toString() {
        return "OAuth 1 flow of " + session;
    }
}
