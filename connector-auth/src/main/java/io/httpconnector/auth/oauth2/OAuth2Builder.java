package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.JsonSupport;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.internal.SecureUrl;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Describes an OAuth 2 client; begin with {@link OAuth2}. For one thread; what it builds is for all. */
public final class OAuth2Builder {

    private static final Set<String> TOKEN_METHODS = Set.of("GET", "POST", "PUT");

    private final GrantType grant;
    private final ObjectNode definition = JsonNodeFactory.instance.objectNode();
    private final List<String> problems = new ArrayList<>();
    private @Nullable String clientId;
    private @Nullable Secret clientSecret;
    private @Nullable JwtKey clientKey;
    private @Nullable String redirectUri;
    private @Nullable String discover;
    private final List<String> scopes = new ArrayList<>();
    private final Map<String, Secret> secretParameters = new LinkedHashMap<>();
    private final Map<String, Secret> secretAuthorizationParameters = new LinkedHashMap<>();
    private final Map<String, Secret> secretRefreshParameters = new LinkedHashMap<>();
    private final Map<String, Secret> secretTokenHeaders = new LinkedHashMap<>();
    private final Map<String, String> fields = new LinkedHashMap<>();
    private @Nullable TokenStore tokens;
    private @Nullable String account;
    private Duration refreshBefore = Duration.ofMinutes(1);
    private TimeSource timeSource = TimeSource.SYSTEM;

    OAuth2Builder(GrantType grant) {
        this.grant = grant;
    }

    /**
     * The authorization endpoint, to which the user's browser is sent.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface; the query that it has stays
     * @return this
     */
    public OAuth2Builder authorizationUrl(String url) {
        return url("authorizationUrl", url);
    }

    /**
     * Where the authorization endpoint sends the browser back to: the page of the application that calls
     * {@link AuthorizationFlow#finish}.
     *
     * @param uri an absolute URI, exactly as the service knows it
     * @return this
     */
    public OAuth2Builder redirectUri(String uri) {
        if (!isThere("redirectUri", uri)) {
            return this;
        }
        try {
            if (!new URI(uri).isAbsolute()) {
                problems.add("redirectUri: it is not absolute: begin with https://");
            }
            this.redirectUri = uri;
        } catch (URISyntaxException e) {
            problems.add("redirectUri: " + e.getReason() + " at character " + (e.getIndex() + 1));
        }
        return this;
    }

    /**
     * Adds a parameter to the authorization request, such as {@code prompt}; for a device, to the device authorization request.
     *
     * @param name the name
     * @param value the value; instead of the protocol's own where that has the same name
     * @return this
     */
    public OAuth2Builder authorizationParameter(String name, String value) {
        return pair("authorizationParameters", name, value);
    }

    /**
     * Adds a secret parameter to the authorization request. The user's browser sees it, as a part of the URL.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each authorization request
     * @return this
     */
    public OAuth2Builder authorizationParameter(String name, Secret value) {
        return secret("authorizationParameter", secretAuthorizationParameters, name, value);
    }

    /**
     * Leaves out the proof key for code exchange (PKCE, RFC 7636), which is sent by default and which some services refuse.
     *
     * @return this
     */
    public OAuth2Builder withoutPkce() {
        definition.put("pkce", false);
        return this;
    }

    /**
     * Sends a nonce, and checks that the ID token has it: OpenID Connect Core 1.0, section 3.1.2.1.
     *
     * @return this
     */
    public OAuth2Builder nonce() {
        definition.put("nonce", true);
        return this;
    }

    /**
     * Who the authorization server is, for one that says so in its callbacks: RFC 9207. A callback that says another name, or
     * none, is refused then; so is another server that the service names by {@link #discover()}. A discovered server must name
     * itself only when its metadata says that it does; a callback that names another one is refused in any case.
     *
     * @param issuer its issuer identifier: an https URL, or an http URL on the loopback interface, without a query
     * @return this
     */
    public OAuth2Builder issuer(String issuer) {
        checkIssuer("issuer", issuer);
        return text("issuer", issuer);
    }

    /**
     * Which service the tokens are for: RFC 8707. Goes into each of the requests: authorization, device authorization, token and
     * refresh. {@link #discover()} sets it to what the service says, unless it is set here.
     *
     * @param uri an absolute URI without a fragment
     * @return this
     */
    public OAuth2Builder resource(String uri) {
        String problem = uri == null ? null : SecureUrl.problemOfResource(uri);
        if (problem != null) {
            problems.add("resource: " + problem);
        }
        return authorizationParameter("resource", uri)
                .tokenParameter("resource", uri)
                .refreshParameter("resource", uri);
    }

    /**
     * A value for the base URL of the connection: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param value the value
     * @return this
     */
    public OAuth2Builder field(String name, String value) {
        if (isThere("field", name) && isThere("field " + name, value)) {
            fields.put(name, value);
        }
        return this;
    }

    /**
     * Parameters of the callback to be kept with the tokens, such as {@code realmId}. They are there for the base URL of the
     * connection too.
     *
     * @param names their names, which are those of the fields too
     * @return this
     */
    public OAuth2Builder callbackFields(String... names) {
        for (String name : names) {
            if (isThere("callbackFields", name)) {
                definition.withArray("/callbackFields").add(name);
            }
        }
        return this;
    }

    /**
     * Something in the token answer to be kept with the tokens, such as {@code instance_url}. It is there for the base URL of
     * the connection too: {@code {{auth.instance_url}}/services}.
     *
     * @param name the name of the field
     * @param path a JSON pointer to it
     * @return this
     */
    public OAuth2Builder tokenField(String name, String path) {
        return pointer("tokenField " + name, path).pair("tokenFields", name, path);
    }

    /**
     * The token endpoint. Endpoints that are set here, and not discovered, may receive the client secret and refresh tokens
     * whatever discovery says.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder tokenUrl(String url) {
        return url("tokenUrl", url);
    }

    /**
     * Asks the authorization server for its endpoints when they are needed: RFC 8414, or OpenID Connect Discovery 1.0. Those
     * that are set stay. Secrets and tokens stay with the origins of the endpoints that it named first, as the
     * {@link TokenStore} remembers them: when it names endpoints at other origins later, an
     * {@link AuthorizationRequiredException} says so, and nothing is sent. An authorization code client without a client id is
     * registered, as by {@link #discover()}. The issuer in the metadata must be equal to this one, also in a slash at the end
     * (RFC 8414, section 3.3).
     *
     * @param issuer its issuer identifier, such as {@code https://login.example.com/tenant}: https, or http on the loopback
     *     interface
     * @return this
     */
    public OAuth2Builder discover(String issuer) {
        checkIssuer("discover", issuer);
        this.discover = issuer;
        return this;
    }

    /**
     * Asks the service itself, at the base URL of the connection, who its authorization server is (RFC 9728), and that for its
     * endpoints; as servers of the Model Context Protocol want it. Without a client id it asks for one too (RFC 7591), for users
     * in the browser and on devices; it is kept in the {@link TokenStore}, and asked for again when its secret has expired or the
     * server no longer knows it. The resource in the metadata must be the base URL of the connection (RFC 9728, section 3.3); a
     * slash at the end makes no difference.
     *
     * <p>Tokens and secrets belong to the authorization server that the service named first, as the {@link TokenStore} remembers
     * it. When the service names another one, an {@link AuthorizationRequiredException} says so, and nothing is sent: a user may
     * consent to the other one, unless there is a client secret, which goes there only after {@link #discover(String)} names it.
     *
     * @return this
     */
    public OAuth2Builder discover() {
        this.discover = "";
        return this;
    }

    /**
     * The endpoint that revokes tokens: RFC 7009.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder revocationUrl(String url) {
        return url("revocationUrl", url);
    }

    /**
     * The endpoint where a device begins: RFC 8628, section 3.1.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder deviceAuthorizationUrl(String url) {
        return url("deviceAuthorizationUrl", url);
    }

    /**
     * The endpoint that refreshes, where it is not the token endpoint.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder refreshUrl(String url) {
        return url("refreshUrl", url);
    }

    /**
     * Adds a parameter to the request that refreshes.
     *
     * @param name the name
     * @param value the value; instead of the protocol's own where that has the same name
     * @return this
     */
    public OAuth2Builder refreshParameter(String name, String value) {
        return pair("refreshParameters", name, value);
    }

    /**
     * Adds a secret parameter to the request that refreshes.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each request
     * @return this
     */
    public OAuth2Builder refreshParameter(String name, Secret value) {
        return secret("refreshParameter", secretRefreshParameters, name, value);
    }

    /**
     * Where the answer has the access token; by default {@code /access_token}.
     *
     * @param path a JSON pointer, RFC 6901
     * @return this
     */
    public OAuth2Builder accessTokenAt(String path) {
        return path("accessTokenPath", path);
    }

    /**
     * Where the answer has the refresh token; by default {@code /refresh_token}.
     *
     * @param path a JSON pointer, RFC 6901
     * @return this
     */
    public OAuth2Builder refreshTokenAt(String path) {
        return path("refreshTokenPath", path);
    }

    /**
     * Error codes that mean what {@code invalid_grant} means: the user must consent again.
     *
     * @param errors the codes of this provider, such as {@code bad_refresh_token}
     * @return this
     */
    public OAuth2Builder refusals(String... errors) {
        for (String error : errors) {
            if (isThere("refusals", error)) {
                definition.withArray("/refusals").add(error);
            }
        }
        return this;
    }

    /**
     * Which header field has the access token; by default {@code Authorization}.
     *
     * @param name the field name
     * @return this
     */
    public OAuth2Builder accessTokenHeader(String name) {
        check("accessTokenHeader", () -> Request.get("/").header(name, ""));
        return text("accessTokenHeader", name);
    }

    /**
     * What stands before the access token in its header; by default {@code "Bearer "}, RFC 6750.
     *
     * @param prefix with its space; may be empty
     * @return this
     */
    public OAuth2Builder tokenPrefix(String prefix) {
        check("tokenPrefix", () -> Request.get("/").header("Authorization", prefix + "x"));
        return text("tokenPrefix", prefix);
    }

    /**
     * A client with a secret.
     *
     * @param id the client id
     * @param secret the client secret; one by {@link Secret#from} is looked up for each token request
     * @return this
     */
    public OAuth2Builder client(String id, Secret secret) {
        if (isThere("client id", id) && isThere("client secret", secret)) {
            this.clientId = id;
            this.clientSecret = secret;
            this.clientKey = null;
        }
        return this;
    }

    /**
     * A client that proves who it is by a signed JWT: {@code private_key_jwt}, or {@code client_secret_jwt} with
     * {@link JwtKey#hs256}; RFC 7523, section 2.2.
     *
     * @param id the client id
     * @param key its key
     * @return this
     */
    public OAuth2Builder client(String id, JwtKey key) {
        if (isThere("client id", id) && isThere("client key", key)) {
            this.clientId = id;
            this.clientSecret = null;
            this.clientKey = key;
        }
        return this;
    }

    /**
     * A public client, without a secret.
     *
     * @param id the client id
     * @return this
     */
    public OAuth2Builder publicClient(String id) {
        if (isThere("client id", id)) {
            this.clientId = id;
            this.clientSecret = null;
            this.clientKey = null;
        }
        return this;
    }

    /**
     * How the client proves who it is at the token endpoint; by default in the Basic scheme.
     *
     * @param way the way
     * @return this
     */
    public OAuth2Builder clientAuthentication(ClientAuthentication way) {
        return isThere("clientAuthentication", way) ? text("clientAuthentication", way.name()) : this;
    }

    /**
     * What is to be permitted. Later refreshes keep the scope that was granted; with {@link OAuth2#refreshToken}, each refresh asks
     * for these scopes, which must be among those of the refresh token (RFC 6749, section 6).
     *
     * @param scopes the scopes, one by one: none is empty, and none is there twice
     * @return this
     */
    public OAuth2Builder scopes(String... scopes) {
        for (String scope : scopes) {
            if (isThere("scopes", scope)) {
                if (scope.isBlank()) {
                    problems.add("scopes: one of them is empty: leave it out");
                } else if (this.scopes.contains(scope)) {
                    problems.add("scopes: \"" + scope + "\" is there twice: leave one out");
                }
                this.scopes.add(scope);
            }
        }
        return this;
    }

    /**
     * What stands between two scopes; by default a space, RFC 6749, section 3.3.
     *
     * @param separator such as a comma
     * @return this
     */
    public OAuth2Builder scopeSeparator(String separator) {
        if ("".equals(separator)) {
            problems.add("scopeSeparator: it is empty");
        }
        return text("scopeSeparator", separator);
    }

    /**
     * Adds a parameter to the request that brings the first tokens, such as {@code audience}.
     *
     * @param name the name
     * @param value the value; instead of the protocol's own where that has the same name
     * @return this
     */
    public OAuth2Builder tokenParameter(String name, String value) {
        return pair("tokenParameters", name, value);
    }

    /**
     * Adds a secret parameter to each token request.
     *
     * @param name the name
     * @param value the value
     * @return this
     */
    public OAuth2Builder tokenParameter(String name, Secret value) {
        if (isThere("tokenParameter", name) && isThere("tokenParameter " + name, value)) {
            secretParameters.put(name, value);
        }
        return this;
    }

    /**
     * Adds a header field to each token request.
     *
     * @param name the name
     * @param value the value
     * @return this
     */
    public OAuth2Builder tokenHeader(String name, String value) {
        check("tokenHeader", () -> Request.get("/").header(name, value));
        return pair("tokenHeaders", name, value);
    }

    /**
     * Adds a header field with a secret to each token request.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each request
     * @return this
     */
    public OAuth2Builder tokenHeader(String name, Secret value) {
        check("tokenHeader", () -> Request.get("/").header(name, ""));
        return secret("tokenHeader", secretTokenHeaders, name, value);
    }

    /**
     * How the parameters of a token request are sent; by default as a form.
     *
     * @param place where they are
     * @return this
     */
    public OAuth2Builder tokenRequest(TokenRequestFormat place) {
        return isThere("tokenRequest", place) ? text("tokenRequest", place.name()) : this;
    }

    /**
     * The method of a token request; by default POST.
     *
     * @param method GET, POST or PUT
     * @return this
     */
    public OAuth2Builder tokenMethod(String method) {
        if (method == null || !TOKEN_METHODS.contains(method)) {
            problems.add("tokenMethod: it must be one of GET, POST and PUT");
        }
        return text("tokenMethod", method);
    }

    /**
     * Where the answer says when the token expires, and what that means; by default {@code /expires_in}, in seconds.
     *
     * @param path a JSON pointer
     * @param meaning what the value means
     * @return this
     */
    public OAuth2Builder expires(String path, ExpiryFormat meaning) {
        return isThere("expires", meaning)
                ? path("expiresPath", path).text("expiresAs", meaning.name().replace('_', '-'))
                : this;
    }

    /**
     * How long a token lives when the answer does not say so. Without it such a token is used until the service refuses it.
     *
     * @param lifetime a positive time
     * @return this
     */
    public OAuth2Builder lifetime(Duration lifetime) {
        if (isThere("lifetime", lifetime) && (lifetime.isNegative() || lifetime.isZero())) {
            problems.add("lifetime: " + lifetime + " is not positive");
        }
        return text("lifetime", String.valueOf(lifetime));
    }

    /**
     * Where the tokens are kept; by default in memory. Connections share tokens when they have the same name, authorization server
     * and client.
     *
     * @param store the store
     * @return this
     */
    public OAuth2Builder tokenStore(TokenStore store) {
        if (isThere("tokens", store)) {
            this.tokens = store;
        }
        return this;
    }

    /**
     * Where the tokens are kept, and whose they are. Connections share tokens when they have the same account, name,
     * authorization server and client: set an account wherever connections with the same name are for different users.
     *
     * @param store the store
     * @param account such as the id of a customer
     * @return this
     */
    public OAuth2Builder tokenStore(TokenStore store, String account) {
        if (isThere("account", account)) {
            this.account = account;
        }
        return tokenStore(store);
    }

    /**
     * How long before it expires a token is replaced: a minute by default, but never more than a quarter of its life.
     *
     * @param time not negative
     * @return this
     */
    public OAuth2Builder refreshBefore(Duration time) {
        if (isThere("refreshBefore", time) && time.isNegative()) {
            problems.add("refreshBefore: " + time + " is negative");
        }
        this.refreshBefore = time;
        return this;
    }

    /**
     * Sets the time source by which tokens expire, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return this
     */
    public OAuth2Builder timeSource(TimeSource timeSource) {
        if (isThere("timeSource", timeSource)) {
            this.timeSource = timeSource;
        }
        return this;
    }

    /**
     * Builds the strategy. Nothing is sent yet.
     *
     * @return the strategy
     * @throws InvalidDefinitionException when something is missing or wrong: lists all of it
     */
    public OAuth2 build() {
        List<String> found = new ArrayList<>(problems);
        boolean asks = discover != null;
        if (!asks && !definition.has("tokenUrl")) {
            found.add("token URL: it is missing: set it by tokenUrl(\"https://...\")");
        }
        if ((clientId == null || clientId.isEmpty()) && !registersClient() && !(grant instanceof GrantType.JwtBearer)) {
            found.add("client: it is missing: set it by client(id, secret)");
        }
        if (!asks && grant instanceof GrantType.AuthorizationCode && !definition.has("authorizationUrl")) {
            found.add("authorization URL: it is missing: set it by authorizationUrl(\"https://...\")");
        }
        if (!asks && grant instanceof GrantType.DeviceCode && !definition.has("deviceAuthorizationUrl")) {
            found.add("device authorization URL: it is missing: set it by deviceAuthorizationUrl(\"https://...\")");
        }
        String place = definition.path("tokenRequest").asText("QUERY");
        if ("GET".equals(definition.path("tokenMethod").asText()) && !"QUERY".equals(place)) {
            found.add("tokenRequest: a GET request has no body: use QUERY, or leave it out");
        }
        if (!found.isEmpty()) {
            throw new InvalidDefinitionException(
                    "OAuth 2", found.stream().distinct().toList());
        }
        return new OAuth2(new OAuth2ClientConfig(
                grant,
                ProviderSettings.of(definition),
                discover,
                clientId,
                clientSecret,
                clientKey,
                redirectUri,
                List.copyOf(scopes),
                Map.copyOf(secretParameters),
                new RequestSecrets(secretAuthorizationParameters, secretRefreshParameters, secretTokenHeaders),
                Map.copyOf(fields),
                tokens == null ? TokenStore.inMemory() : tokens,
                account,
                refreshBefore,
                timeSource));
    }

    /** Whether a client id is asked for: a server that the user names registers users' clients only. */
    private boolean registersClient() {
        return discover != null
                && (grant instanceof GrantType.AuthorizationCode
                        || (grant instanceof GrantType.DeviceCode && discover.isEmpty()));
    }

    private OAuth2Builder url(String name, String url) {
        checkUrl(name, url);
        return text(name, url);
    }

    private void checkIssuer(String name, String issuer) {
        String problem = issuer == null ? null : SecureUrl.problemOfIssuer(issuer);
        if (problem != null) {
            problems.add(name + ": " + problem);
        }
        var unused = isThere(name, issuer);
    }

    private void checkUrl(String name, String url) {
        String problem = EndpointUrl.problem(url);
        if (problem != null) {
            problems.add(name + ": " + problem);
        }
    }

    private OAuth2Builder path(String name, String path) {
        return pointer(name, path).text(name, path);
    }

    private OAuth2Builder pointer(String name, String path) {
        try {
            var unused = JsonSupport.pointer(path);
        } catch (InvalidDefinitionException e) {
            problems.add(name + ": " + e.problems().get(0));
        }
        return this;
    }

    private OAuth2Builder pair(String map, String name, String value) {
        if (isThere(map, name) && isThere(map + " " + name, value)) {
            definition.withObject("/" + map).put(name, value);
        }
        return this;
    }

    private OAuth2Builder secret(String method, Map<String, Secret> secrets, String name, Secret value) {
        if (isThere(method, name) && isThere(method + " " + name, value)) {
            secrets.put(name, value);
        }
        return this;
    }

    private OAuth2Builder text(String name, String value) {
        if (isThere(name, value)) {
            definition.put(name, value);
        }
        return this;
    }

    private boolean isThere(String name, @Nullable Object value) {
        if (value == null) {
            problems.add(name + ": it is null");
        }
        return value != null;
    }

    /** Keeps what is wrong for {@link #build()}. */
    private void check(String name, Runnable step) {
        try {
            step.run();
        } catch (InvalidDefinitionException e) {
            problems.add(name + ": " + e.getMessage());
        }
    }
}
