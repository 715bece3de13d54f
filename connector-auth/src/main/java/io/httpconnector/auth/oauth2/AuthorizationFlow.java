package io.httpconnector.auth.oauth2;

import com.github.scribejava.core.model.OAuthConstants;
import com.github.scribejava.core.model.ParameterList;
import com.github.scribejava.core.pkce.PKCE;
import com.github.scribejava.core.pkce.PKCEService;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.CombinedAuth;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sends a user to the authorization server and takes the consent that comes back: RFC 6749, section 4.1. It belongs to no web
 * framework; two pages of the application call it:
 *
 * <pre>{@code
 * AuthorizationFlow flow = AuthorizationFlow.of(eventbrite);
 * URI url = flow.start(session.getId());                                     // redirect the browser there
 * TokenSet tokens = flow.finish(request.getQueryString(), session.getId());  // at the redirect URI
 * }</pre>
 *
 * <p>What it must know between the two is in the {@link TokenStore}, for 15 minutes, so that another process can finish what
 * one has started. Safe for many threads.
 */
public final class AuthorizationFlow {

    private static final Duration PENDING = Duration.ofMinutes(15);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final TokenManager session;
    private final OAuth2ClientConfig settings;

    private AuthorizationFlow(TokenManager session, OAuth2ClientConfig settings) {
        this.session = session;
        this.settings = settings;
    }

    /**
     * The flow that brings the tokens of a connection.
     *
     * @param connection a connection with {@link OAuth2#authorizationCode()}; stays the caller's
     * @return the flow
     * @throws InvalidDefinitionException when it has another strategy
     */
    public static AuthorizationFlow of(HttpConnection connection) {
        if (CombinedAuth.withoutAdditions(connection.auth()) instanceof TokenManager session
                && session.settings().grant() instanceof GrantType.AuthorizationCode) {
            return new AuthorizationFlow(session, session.settings());
        }
        throw new InvalidDefinitionException(
                "authorization flow",
                List.of("the auth strategy of the connection must be an OAuth2.authorizationCode(), it is "
                        + connection.auth()));
    }

    /**
     * Begins.
     *
     * @param browserSession identifies the session of the user's browser, and can't be guessed by others
     * @return the URL to send the browser to; good once, for 15 minutes, and only for this session
     * @throws AuthorizationRequiredException when discovery names another authorization server than the one that the client
     *     secret belongs to
     * @throws OAuth2Exception when discovery or registration fails
     * @throws io.httpconnector.ConnectorException when the store can't be written
     */
    public URI start(String browserSession) {
        if (settings.redirectUri() == null) {
            throw new InvalidDefinitionException(
                    "OAuth 2", List.of("redirect URI: it is missing: set it by redirectUri(\"https://...\")"));
        }
        return start(browserSession, settings.redirectUri());
    }

    URI start(String browserSession, String redirectUri) {
        TokenManager.StoredEntry server = session.find(redirectUri);
        OAuth2ClientConfig found = server.settings();
        ProviderSettings definition = found.definition();
        String state = random();
        String nonce = Boolean.TRUE.equals(definition.nonce()) ? random() : null;
        PKCE pkce = Boolean.FALSE.equals(definition.pkce())
                ? null
                : PKCEService.defaultInstance().generatePKCE();
        PendingAuthorization pending = new PendingAuthorization(
                session.key(),
                fingerprint(browserSession),
                redirectUri,
                pkce == null ? null : pkce.getCodeVerifier(),
                nonce,
                settings.timeSource().now().plus(PENDING).toEpochMilli(),
                server.issuer(),
                server.client());
        if (definition.authorizationUrl() == null) {
            throw Discovery.withoutEndpoint(server.issuer(), "authorization_endpoint", "authorizationUrl");
        }
        URI url = url(definition.authorizationUrl(), parameters(found, state, pending, pkce));
        settings.tokens().put(PendingAuthorization.key(state), TokenStoreCodec.write(pending), PENDING);
        return url;
    }

    private static String fingerprint(String browserSession) {
        if (browserSession == null) {
            throw new InvalidDefinitionException("authorization flow", List.of("browser session: it is null"));
        }
        return TokenStoreCodec.fingerprint(browserSession);
    }

    private static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Map<String, String> parameters(
            OAuth2ClientConfig settings, String state, PendingAuthorization pending, @Nullable PKCE pkce) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put(OAuthConstants.RESPONSE_TYPE, OAuthConstants.CODE);
        parameters.put(OAuthConstants.CLIENT_ID, String.valueOf(settings.clientId()));
        parameters.put(OAuthConstants.REDIRECT_URI, pending.redirectUri());
        if (settings.scope() != null) {
            parameters.put(OAuthConstants.SCOPE, settings.scope());
        }
        parameters.putAll(ProviderSettings.orEmpty(settings.definition().authorizationParameters()));
        settings.requestSecrets().authorization().forEach((name, secret) -> parameters.put(name, secret.reveal()));
        if (pending.nonce() != null) {
            parameters.put("nonce", pending.nonce());
        }
        if (pkce != null) {
            parameters.putAll(pkce.getAuthorizationUrlParams());
        }
        parameters.put(OAuthConstants.STATE, state);
        return parameters;
    }

    /** The query of the URL stays as it is, but for what we say ourselves. */
    private static URI url(String authorizationUrl, Map<String, String> parameters) {
        String[] url = authorizationUrl.split("\\?", 2);
        String own = url.length == 1
                ? ""
                : Arrays.stream(url[1].split("&", -1))
                        .filter(pair -> !pair.isEmpty() && !parameters.containsKey(pair.split("=", 2)[0]))
                        .collect(Collectors.joining("&"));
        String whole = new ParameterList(parameters).appendTo(own.isEmpty() ? url[0] : url[0] + "?" + own);
        return URI.create(EndpointUrl.require("The authorization URL", whole));
    }

    /**
     * Takes what the authorization server sent the browser back with, gets the tokens and stores them. From then on the
     * connection sends with them, here and wherever the store is shared.
     *
     * @param callback the query of the callback, or its whole URL; null for one without a query, which is refused
     * @param browserSession as it was given to {@link #start}
     * @return the tokens
     * @throws InvalidCallbackException when it is no answer to a request of this session
     * @throws AuthorizationRequiredException when the user did not consent, the code is no longer good, or the authorization
     *     server is another one than the user was sent to
     * @throws OAuth2Exception when the authorization server refuses
     * @throws io.httpconnector.ConnectorException when the token endpoint or the store can't be reached; the user must begin
     *     anew
     */
    public TokenSet finish(@Nullable String callback, String browserSession) {
        AuthorizationCallback response = AuthorizationCallback.of(callback);
        PendingAuthorization pending = take(response.state(), browserSession);
        Issuer issuer = pending.issuer();
        if (issuer == null) {
            throw new InvalidCallbackException(
                    "The authorization was begun by an earlier version: the user must begin anew");
        }
        response.checkIssuer(session.server().definition().issuer(), issuer.id());
        String code = response.code();
        Map<String, String> fields = response.fields(settings.definition().callbackFields());
        try {
            return new TokenSet(session.consented(() -> session.exchange(
                            pending.client(),
                            pending.redirectUri(),
                            endpoint -> endpoint.authorizationCode(code, pending))
                    .with(fields)));
        } catch (OAuth2Exception e) {
            throw e.error().filter("invalid_grant"::equals).isPresent()
                    ? new AuthorizationRequiredException(
                            "The code of the callback is not good, or no longer; the user must begin anew: "
                                    + e.getMessage(),
                            "invalid_grant",
                            e)
                    : e;
        }
    }

    /**
     * Does it all for an application on the user's own machine, RFC 8252: opens the browser, listens on the loopback interface
     * for the callback and shows the user a page that says that the window can be closed. The redirect URI, by default
     * {@code http://127.0.0.1/callback}, must be one of this machine; unless it names a port, any free one is taken. A client
     * that is registered dynamically is registered as a native application with the port that is taken, and keeps it as long
     * as it is free.
     *
     * @param timeout how long to wait for the user
     * @return the tokens
     * @throws AuthorizationRequiredException when the user did not consent in time
     * @throws io.httpconnector.ConnectorException when there is no browser, and as {@link #finish}
     */
    public TokenSet authorize(Duration timeout) {
        return authorize(LoopbackListener::openSystemBrowser, timeout);
    }

    /**
     * As {@link #authorize(Duration)}, with another way to get the user to the authorization endpoint.
     *
     * @param browser takes the URL, such as by showing it
     * @param timeout how long to wait for the user
     * @return the tokens
     */
    public TokenSet authorize(Consumer<URI> browser, Duration timeout) {
        String here = random();
        LoopbackListener loopback = new LoopbackListener(settings.redirectUri(), session.loopbackPort());
        try {
            return loopback.await(
                    query -> finish(query, here),
                    () -> browser.accept(start(here, loopback.redirectUri().toString())),
                    timeout);
        } finally {
            loopback.close();
        }
    }

    /**
     * What the user has consented to, as it is in the store now.
     *
     * @return the tokens; empty when there are none
     * @throws io.httpconnector.ConnectorException when the store can't be read
     */
    public Optional<TokenSet> tokens() {
        return session.tokens().map(TokenSet::new);
    }

    /**
     * Takes the consent back: revokes the tokens where the authorization server has an endpoint for it, RFC 7009, and removes
     * them from the store. Without tokens it does nothing.
     *
     * @throws io.httpconnector.ConnectorException when the server can't be reached or refuses; the tokens stay then
     */
    public void revoke() {
        session.revoke();
    }

    /** The request that waits for this callback, which never comes back. */
    private PendingAuthorization take(String state, String browserSession) {
        TokenStore store = settings.tokens();
        String key = PendingAuthorization.key(state);
        PendingAuthorization pending = store.get(key)
                .filter(found -> store.remove(key))
                .map(found -> TokenStoreCodec.read(found, PendingAuthorization.class))
                .orElseThrow(() -> new InvalidCallbackException("The state of the callback is unknown: it was answered"
                        + " before, it has expired, or it never was one of ours"));
        if (settings.timeSource().now().toEpochMilli() >= pending.until()) {
            throw new InvalidCallbackException("The state of the callback has expired: the user must begin anew");
        }
        if (!pending.session().equals(fingerprint(browserSession))) {
            throw new InvalidCallbackException("The callback came in another session than the one that began");
        }
        if (!pending.account().equals(session.key())) {
            throw new InvalidCallbackException("The callback is one for another account");
        }
        return pending;
    }

    @Override
    public String toString() {
        return "Authorization flow of " + session;
    }
}
