package io.httpconnector.auth.oauth2;

import static io.httpconnector.internal.Arguments.notNull;

import com.github.scribejava.core.model.OAuthConstants;
import com.github.scribejava.core.model.Parameter;
import com.github.scribejava.core.model.ParameterList;
import com.github.scribejava.core.pkce.PKCE;
import com.github.scribejava.core.pkce.PKCEService;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.CombinedAuth;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The authorization code flow, RFC 6749, section 4.1: sends a user to the authorization server and exchanges the callback for tokens.
 * Independent of web frameworks; two pages of the application call it:
 *
 * <pre>{@code
 * AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(eventbrite);
 * URI url = flow.start(session.getId());                                     // redirect the browser there
 * TokenSet tokens = flow.finish(request.getQueryString(), session.getId());  // at the redirect URI
 * }</pre>
 *
 * <p>The state between the two calls is in the {@link TokenStore}, for 15 minutes, so that another process can finish a flow.
 * Thread-safe.
 */
public final class AuthorizationCodeFlow {

    private static final Duration PENDING = Duration.ofMinutes(15);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final TokenManager session;
    private final OAuth2ClientConfig settings;

    private AuthorizationCodeFlow(TokenManager session, OAuth2ClientConfig settings) {
        this.session = session;
        this.settings = settings;
    }

    /**
     * Creates the flow for the tokens of a connection.
     *
     * @param connection a connection with {@link OAuth2#authorizationCode()}; the caller closes it
     * @return the flow
     * @throws InvalidDefinitionException if the connection has another strategy
     */
    public static AuthorizationCodeFlow of(HttpConnection connection) {
        if (CombinedAuth.withoutAdditions(notNull(connection, "connection").auth()) instanceof TokenManager session
                && session.settings().grant() instanceof AuthorizationCodeGrant) {
            if (session.settings().definition().useToken() != null) {
                throw new InvalidDefinitionException(
                        "authorization flow",
                        List.of("useToken: the connection sends an additional token: use the connection that has"
                                + " additionalToken(...)"));
            }
            return new AuthorizationCodeFlow(session, session.settings());
        }
        throw new InvalidDefinitionException(
                "authorization flow",
                List.of("the auth strategy of the connection must be OAuth2.authorizationCode(), but is "
                        + connection.auth()));
    }

    /**
     * Starts the flow.
     *
     * @param browserSession an unguessable identifier of the user's browser session
     * @return the URL to redirect the browser to; valid once, for 15 minutes, and only for this session
     * @throws AuthorizationRequiredException if discovery names another authorization server than the one that the client
     *     secret belongs to
     * @throws OAuth2Exception if discovery or registration fails
     * @throws io.httpconnector.ConnectorException if the store can't be written
     */
    public URI start(String browserSession) {
        if (settings.redirectUri() == null) {
            throw new InvalidDefinitionException(
                    "OAuth 2", List.of("redirect URI: it is missing: set it by redirectUri(\"https://...\")"));
        }
        return start(browserSession, settings.redirectUri());
    }

    URI start(String browserSession, String redirectUri) {
        AuthorizationServerClient.AuthorizationContext server = session.server().prepareAuthorization(redirectUri);
        try {
            return start(browserSession, redirectUri, server);
        } catch (OAuth2Exception e) {
            // Only a pushed authorization request tells so early that the server no longer knows the client.
            if (server.client() == null || !AuthorizationServerClient.isUnknownClient(e)) {
                throw e;
            }
            session.server().replace(server.client(), redirectUri);
            return start(browserSession, redirectUri, session.server().prepareAuthorization(redirectUri));
        }
    }

    private URI start(
            String browserSession, String redirectUri, AuthorizationServerClient.AuthorizationContext server) {
        OAuth2ClientConfig found = server.settings();
        ProviderConfig definition = found.definition();
        String state = random();
        StepUpChallenge challenge = session.stepUp().orElse(null);
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
                server.client(),
                challenge == null ? null : challenge.scopes(found.scopes()));
        if (definition.authorizationUrl() == null) {
            throw Discovery.withoutEndpoint(server.issuer(), "authorization_endpoint", "authorizationUrl");
        }
        URI url =
                url(definition.authorizationUrl(), pushed(server, parameters(found, state, pending, pkce, challenge)));
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

    /** Sends the parameters to the server, if it has an endpoint for them; returns those for the browser. */
    private List<Parameter> pushed(AuthorizationServerClient.AuthorizationContext server, List<Parameter> parameters) {
        String url = server.settings().definition().pushedAuthorizationRequestUrl();
        if (url == null) {
            return parameters;
        }
        String reference =
                session.server().endpoint(server.client(), Map.of()).pushAuthorizationRequest(url, parameters);
        return List.of(
                new Parameter(
                        OAuthConstants.CLIENT_ID,
                        String.valueOf(server.settings().clientId())),
                new Parameter("request_uri", reference));
    }

    private static List<Parameter> parameters(
            OAuth2ClientConfig settings,
            String state,
            PendingAuthorization pending,
            @Nullable PKCE pkce,
            @Nullable StepUpChallenge challenge) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put(OAuthConstants.RESPONSE_TYPE, OAuthConstants.CODE);
        parameters.put(OAuthConstants.CLIENT_ID, String.valueOf(settings.clientId()));
        parameters.put(OAuthConstants.REDIRECT_URI, pending.redirectUri());
        if (settings.scope() != null) {
            parameters.put(OAuthConstants.SCOPE, settings.scope());
        }
        parameters.putAll(ProviderConfig.orEmpty(settings.definition().authorizationParameters()));
        settings.requestSecrets().authorization().forEach((name, secret) -> parameters.put(name, secret.reveal()));
        if (challenge != null) {
            challenge.addTo(parameters, settings);
        }
        if (pending.nonce() != null) {
            parameters.put("nonce", pending.nonce());
        }
        if (pkce != null) {
            parameters.putAll(pkce.getAuthorizationUrlParams());
        }
        parameters.put(OAuthConstants.STATE, state);
        return named(parameters, settings.definition());
    }

    /** Returns the parameters under the names of the provider, without those that it rejects. */
    private static List<Parameter> named(Map<String, String> parameters, ProviderConfig definition) {
        List<Parameter> all = new ArrayList<>();
        parameters.forEach((name, value) -> all.add(new Parameter(name, value)));
        definition
                .resourcesBeside(parameters.keySet())
                .forEach(resource -> all.add(new Parameter("resource", resource)));
        Set<String> omitted = definition.omittedAuthorizationParameters();
        return all.stream()
                .filter(parameter -> omitted == null
                        || !omitted.contains(parameter.getKey())
                        || ProviderConfig.orEmpty(definition.authorizationParameters())
                                .containsKey(parameter.getKey()))
                .map(parameter ->
                        new Parameter(definition.authorizationParameterName(parameter.getKey()), parameter.getValue()))
                .toList();
    }

    /** Adds the parameters to the URL, or to its fragment if it has one. Other parameters in its query are kept. */
    private static URI url(String authorizationUrl, List<Parameter> added) {
        ParameterList parameters = new ParameterList();
        added.forEach(parameter -> parameters.add(parameter.getKey(), parameter.getValue()));
        Set<String> names = added.stream().map(Parameter::getKey).collect(Collectors.toSet());
        String[] page = authorizationUrl.split("#", 2);
        String address = EndpointUrl.require("The authorization URL", page[0]);
        if (page.length == 2) {
            String separator = page[1].contains("?") ? "&" : "?";
            String query = parameters.asFormUrlEncodedString();
            return URI.create(address + "#" + page[1] + separator + query);
        }
        String[] url = address.split("\\?", 2);
        String kept = url.length == 1
                ? ""
                : Arrays.stream(url[1].split("&", -1))
                        .filter(pair -> !pair.isEmpty() && !names.contains(pair.split("=", 2)[0]))
                        .collect(Collectors.joining("&"));
        return URI.create(parameters.appendTo(kept.isEmpty() ? url[0] : url[0] + "?" + kept));
    }

    /**
     * Finishes the flow: validates the callback, exchanges its code for tokens and stores them. From then on the
     * connection uses them, in all processes that share the store.
     *
     * @param callback the query of the callback, or its whole URL; null for one without a query, which is rejected
     * @param browserSession the same value as for {@link #start}
     * @return the tokens
     * @throws InvalidCallbackException if the callback does not belong to an authorization request of this session
     * @throws AuthorizationRequiredException if the user did not consent, the code is no longer valid, or the authorization
     *     server is another one than the user was sent to
     * @throws OAuth2Exception if the authorization server responds with an error
     * @throws io.httpconnector.ConnectorException if the token endpoint or the store can't be reached; the user must start
     *     again
     */
    public TokenSet finish(@Nullable String callback, String browserSession) {
        ProviderConfig definition = settings.definition();
        AuthorizationCallback response = AuthorizationCallback.of(callback);
        PendingAuthorization pending =
                take(response.state(definition.authorizationParameterName(OAuthConstants.STATE)), browserSession);
        Issuer issuer = pending.issuer();
        if (issuer == null) {
            throw new InvalidCallbackException(
                    "The authorization was started by an earlier version: the user must start again");
        }
        response.checkIssuer(session.server().server().definition().issuer(), issuer.id());
        String code = response.code(definition.codeParameter());
        Map<String, String> fields = response.fields(definition.callbackFields());
        try {
            return new TokenSet(
                    session.storeConsent(() -> session.server()
                            .exchange(
                                    pending.client(),
                                    pending.redirectUri(),
                                    fields,
                                    endpoint -> endpoint.authorizationCode(code, pending))
                            .with(fields, pending.scopes())),
                    pending.scopes() == null ? settings.scopes() : pending.scopes());
        } catch (OAuth2Exception e) {
            throw e.error().filter("invalid_grant"::equals).isPresent()
                    ? new AuthorizationRequiredException(
                            "The code of the callback is invalid or has expired; the user must start again: "
                                    + e.getMessage(),
                            "invalid_grant",
                            e)
                    : e;
        }
    }

    /**
     * Runs the whole flow for a native application, RFC 8252: opens the browser, listens on the loopback interface
     * for the callback and shows the user a page that says that the window can be closed. The redirect URI, by default
     * {@code http://127.0.0.1/callback}, must have a loopback host; unless it has a port, any free port is used. A client
     * that is registered dynamically is registered as a native application with this port, and keeps it as long
     * as it is free.
     *
     * @param timeout how long to wait for the user
     * @return the tokens
     * @throws AuthorizationRequiredException if the user did not consent in time
     * @throws io.httpconnector.ConnectorException if there is no browser, and as for {@link #finish}
     */
    public TokenSet authorize(Duration timeout) {
        return authorize(LoopbackListener::openSystemBrowser, timeout);
    }

    /**
     * Runs the whole flow as {@link #authorize(Duration)}, but passes the authorization URL to the application.
     *
     * @param browser receives the URL, for example to show it
     * @param timeout how long to wait for the user
     * @return the tokens
     */
    public TokenSet authorize(Consumer<URI> browser, Duration timeout) {
        String browserSession = random();
        LoopbackListener loopback =
                new LoopbackListener(settings.redirectUri(), session.server().loopbackPort());
        try {
            return loopback.await(
                    query -> finish(query, browserSession),
                    () -> browser.accept(
                            start(browserSession, loopback.redirectUri().toString())),
                    timeout);
        } finally {
            loopback.close();
        }
    }

    /**
     * Returns the tokens in the store.
     *
     * @return the tokens; empty if there are none
     * @throws io.httpconnector.ConnectorException if the store can't be read
     */
    public Optional<TokenSet> tokens() {
        return session.tokens().map(tokens -> new TokenSet(tokens, settings.scopes()));
    }

    /**
     * Revokes the tokens if the authorization server has a revocation endpoint, RFC 7009, and removes
     * them from the store. Does nothing if there are no tokens.
     *
     * @throws io.httpconnector.ConnectorException if the server can't be reached or responds with an error; the tokens stay then
     */
    public void revoke() {
        session.revoke();
    }

    /** Returns the pending authorization of a callback, and removes it from the store, so that it can be used only once. */
    private PendingAuthorization take(String state, String browserSession) {
        TokenStore store = settings.tokens();
        String key = PendingAuthorization.key(state);
        PendingAuthorization pending = store.get(key)
                .filter(found -> store.remove(key))
                .map(found -> TokenStoreCodec.read(found, PendingAuthorization.class))
                .orElseThrow(() -> new InvalidCallbackException("The state of the callback is unknown: it was already"
                        + " used, it has expired, or it was not created by this application"));
        if (settings.timeSource().now().toEpochMilli() >= pending.until()) {
            throw new InvalidCallbackException("The state of the callback has expired: the user must start again");
        }
        if (!pending.session().equals(fingerprint(browserSession))) {
            throw new InvalidCallbackException(
                    "The callback belongs to another browser session than the one that started the flow");
        }
        if (!pending.account().equals(session.key())) {
            throw new InvalidCallbackException("The callback belongs to another account");
        }
        return pending;
    }

    @Override
    public String toString() {
        return "Authorization flow of " + session;
    }
}
