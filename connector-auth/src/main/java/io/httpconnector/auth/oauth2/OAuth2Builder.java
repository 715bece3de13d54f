package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.internal.SecureUrl;
import io.httpconnector.internal.json.JsonSupport;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builder for an OAuth 2 client; created by the methods of {@link OAuth2}. Not thread-safe; the instances it builds are. */
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
     * Sets the authorization endpoint, to which the user's browser is redirected.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface; its query is kept
     * @return this
     */
    public OAuth2Builder authorizationUrl(String url) {
        return url("authorizationUrl", url);
    }

    /**
     * Sets the redirect URI: the page of the application that calls {@link AuthorizationFlow#finish}.
     *
     * @param uri an absolute URI, exactly as registered with the service
     * @return this
     */
    public OAuth2Builder redirectUri(String uri) {
        if (!isPresent("redirectUri", uri)) {
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
     * Adds a parameter to the authorization request, such as {@code prompt}; in the device flow, to the device authorization request.
     *
     * @param name the name
     * @param value the value; it replaces a parameter of the protocol with the same name
     * @return this
     */
    public OAuth2Builder authorizationParameter(String name, String value) {
        return pair("authorizationParameters", name, value);
    }

    /**
     * Adds a secret parameter to the authorization request. It is visible to the user's browser, as part of the URL.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each authorization request
     * @return this
     */
    public OAuth2Builder authorizationParameter(String name, Secret value) {
        return secret("authorizationParameter", secretAuthorizationParameters, name, value);
    }

    /**
     * Omits the proof key for code exchange (PKCE, RFC 7636), which is sent by default, but which some services reject.
     *
     * @return this
     */
    public OAuth2Builder withoutPkce() {
        definition.put("pkce", false);
        return this;
    }

    /**
     * Sends a nonce, and checks that the ID token contains it: OpenID Connect Core 1.0, section 3.1.2.1.
     *
     * @return this
     */
    public OAuth2Builder nonce() {
        definition.put("nonce", true);
        return this;
    }

    /**
     * Sets the issuer of an authorization server that names itself in its callbacks: RFC 9207. A callback with another issuer, or
     * without one, is then rejected; so is another server that the service names by {@link #discover()}. The callback of a discovered
     * server must have an issuer only if its metadata declares it; a callback with another issuer is always rejected.
     *
     * @param issuer the issuer identifier: an https URL, or an http URL on the loopback interface, without a query
     * @return this
     */
    public OAuth2Builder issuer(String issuer) {
        checkIssuer("issuer", issuer);
        return text("issuer", issuer);
    }

    /**
     * Sets the service that the tokens are for: RFC 8707. It is sent in all requests: authorization, device authorization, token and
     * refresh. {@link #discover()} sets it to the resource in the metadata of the service, unless it is set here.
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
     * Sets a value for the base URL of the connection: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param value the value
     * @return this
     */
    public OAuth2Builder field(String name, String value) {
        if (isPresent("field", name) && isPresent("field " + name, value)) {
            fields.put(name, value);
        }
        return this;
    }

    /**
     * Stores parameters of the callback with the tokens, such as {@code realmId}. They are also available to the base URL of the
     * connection.
     *
     * @param names the names of the parameters and of the fields
     * @return this
     */
    public OAuth2Builder callbackFields(String... names) {
        for (String name : names) {
            if (isPresent("callbackFields", name)) {
                definition.withArray("/callbackFields").add(name);
            }
        }
        return this;
    }

    /**
     * Stores a value of the token response with the tokens, such as {@code instance_url}. It is also available to the base URL of
     * the connection: {@code {{auth.instance_url}}/services}.
     *
     * @param name the name of the field
     * @param path a JSON pointer to the value
     * @return this
     */
    public OAuth2Builder tokenField(String name, String path) {
        return pointer("tokenField " + name, path).pair("tokenFields", name, path);
    }

    /**
     * Sets the token endpoint. Endpoints that are configured, and not discovered, may receive the client secret and refresh tokens
     * independent of discovery.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder tokenUrl(String url) {
        return url("tokenUrl", url);
    }

    /**
     * Discovers the endpoints of the authorization server when they are needed: RFC 8414, or OpenID Connect Discovery 1.0. Configured
     * endpoints take precedence. Secrets and tokens are sent only to the origins of the endpoints that it named first, as stored in the
     * {@link TokenStore}: if it names endpoints at other origins later, an
     * {@link AuthorizationRequiredException} is thrown, and nothing is sent. An authorization code client without a client ID is
     * registered, as by {@link #discover()}. The issuer in the metadata must be equal to this one, including a trailing slash
     * (RFC 8414, section 3.3).
     *
     * @param issuer the issuer identifier, such as {@code https://login.example.com/tenant}: https, or http on the loopback
     *     interface
     * @return this
     */
    public OAuth2Builder discover(String issuer) {
        checkIssuer("discover", issuer);
        this.discover = issuer;
        return this;
    }

    /**
     * Discovers the authorization server from the service itself, at the base URL of the connection (RFC 9728), and the endpoints from the
     * authorization server; as servers of the Model Context Protocol require. Without a client ID a client is registered (RFC 7591), for
     * the authorization code and device grants; it is kept in the {@link TokenStore}, and registered again if its secret has expired or the
     * server no longer knows it. The resource in the metadata must be the base URL of the connection (RFC 9728, section 3.3); a
     * trailing slash is ignored.
     *
     * <p>Tokens and secrets belong to the authorization server that the service named first, as stored in the {@link TokenStore}.
     * If the service names another one, an {@link AuthorizationRequiredException} is thrown, and nothing is sent: a user may
     * consent to the other one, unless there is a client secret, which is sent there only after {@link #discover(String)} names it.
     *
     * @return this
     */
    public OAuth2Builder discover() {
        this.discover = "";
        return this;
    }

    /**
     * Sets the token revocation endpoint: RFC 7009.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder revocationUrl(String url) {
        return url("revocationUrl", url);
    }

    /**
     * Sets the device authorization endpoint: RFC 8628, section 3.1.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder deviceAuthorizationUrl(String url) {
        return url("deviceAuthorizationUrl", url);
    }

    /**
     * Sets the endpoint for refresh requests, if it is not the token endpoint.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder refreshUrl(String url) {
        return url("refreshUrl", url);
    }

    /**
     * Adds a parameter to the refresh request.
     *
     * @param name the name
     * @param value the value; it replaces a parameter of the protocol with the same name
     * @return this
     */
    public OAuth2Builder refreshParameter(String name, String value) {
        return pair("refreshParameters", name, value);
    }

    /**
     * Adds a secret parameter to the refresh request.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each request
     * @return this
     */
    public OAuth2Builder refreshParameter(String name, Secret value) {
        return secret("refreshParameter", secretRefreshParameters, name, value);
    }

    /**
     * Sets the location of the access token in the response. Default: {@code /access_token}.
     *
     * @param path a JSON pointer, RFC 6901
     * @return this
     */
    public OAuth2Builder accessTokenAt(String path) {
        return path("accessTokenPath", path);
    }

    /**
     * Sets the location of the refresh token in the response. Default: {@code /refresh_token}.
     *
     * @param path a JSON pointer, RFC 6901
     * @return this
     */
    public OAuth2Builder refreshTokenAt(String path) {
        return path("refreshTokenPath", path);
    }

    /**
     * Sets error codes that have the meaning of {@code invalid_grant}: the user must consent again.
     *
     * @param errors the codes of this provider, such as {@code bad_refresh_token}
     * @return this
     */
    public OAuth2Builder refusals(String... errors) {
        for (String error : errors) {
            if (isPresent("refusals", error)) {
                definition.withArray("/refusals").add(error);
            }
        }
        return this;
    }

    /**
     * Sets the header field of the access token. Default: {@code Authorization}.
     *
     * @param name the field name
     * @return this
     */
    public OAuth2Builder accessTokenHeader(String name) {
        check("accessTokenHeader", () -> Request.get("/").header(name, ""));
        return text("accessTokenHeader", name);
    }

    /**
     * Sets the prefix of the access token in its header field. Default: {@code "Bearer "}, RFC 6750.
     *
     * @param prefix the prefix, including the space; may be empty
     * @return this
     */
    public OAuth2Builder tokenPrefix(String prefix) {
        check("tokenPrefix", () -> Request.get("/").header("Authorization", prefix + "x"));
        return text("tokenPrefix", prefix);
    }

    /**
     * Sets a client with a secret.
     *
     * @param id the client ID
     * @param secret the client secret; one by {@link Secret#from} is looked up for each token request
     * @return this
     */
    public OAuth2Builder client(String id, Secret secret) {
        if (isPresent("client id", id) && isPresent("client secret", secret)) {
            this.clientId = id;
            this.clientSecret = secret;
            this.clientKey = null;
        }
        return this;
    }

    /**
     * Sets a client that authenticates by a signed JWT: {@code private_key_jwt}, or {@code client_secret_jwt} with
     * {@link JwtKey#hs256}; RFC 7523, section 2.2.
     *
     * @param id the client ID
     * @param key its key
     * @return this
     */
    public OAuth2Builder client(String id, JwtKey key) {
        if (isPresent("client id", id) && isPresent("client key", key)) {
            this.clientId = id;
            this.clientSecret = null;
            this.clientKey = key;
        }
        return this;
    }

    /**
     * Sets a public client, without a secret.
     *
     * @param id the client ID
     * @return this
     */
    public OAuth2Builder publicClient(String id) {
        if (isPresent("client id", id)) {
            this.clientId = id;
            this.clientSecret = null;
            this.clientKey = null;
        }
        return this;
    }

    /**
     * Sets the client authentication method at the token endpoint. Default: HTTP Basic authentication.
     *
     * @param method the method
     * @return this
     */
    public OAuth2Builder clientAuthentication(ClientAuthentication method) {
        return isPresent("clientAuthentication", method) ? text("clientAuthentication", method.name()) : this;
    }

    /**
     * Adds requested scopes. Refreshes keep the scope that was granted; with {@link OAuth2#refreshToken}, each refresh requests
     * these scopes, which must be among those of the refresh token (RFC 6749, section 6).
     *
     * @param scopes the scopes, one by one; not empty, no duplicates
     * @return this
     */
    public OAuth2Builder scopes(String... scopes) {
        for (String scope : scopes) {
            if (isPresent("scopes", scope)) {
                if (scope.isBlank()) {
                    problems.add("scopes: one of them is empty: omit it");
                } else if (this.scopes.contains(scope)) {
                    problems.add("scopes: \"" + scope + "\" is a duplicate: omit it");
                }
                this.scopes.add(scope);
            }
        }
        return this;
    }

    /**
     * Sets the separator between scopes. Default: a space, RFC 6749, section 3.3.
     *
     * @param separator the separator, such as a comma
     * @return this
     */
    public OAuth2Builder scopeSeparator(String separator) {
        if ("".equals(separator)) {
            problems.add("scopeSeparator: it is empty");
        }
        return text("scopeSeparator", separator);
    }

    /**
     * Adds a parameter to the request for the initial tokens, such as {@code audience}.
     *
     * @param name the name
     * @param value the value; it replaces a parameter of the protocol with the same name
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
        if (isPresent("tokenParameter", name) && isPresent("tokenParameter " + name, value)) {
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
     * Sets the format of the parameters of a token request. Default: a form.
     *
     * @param format the format
     * @return this
     */
    public OAuth2Builder tokenRequest(TokenRequestFormat format) {
        return isPresent("tokenRequest", format) ? text("tokenRequest", format.name()) : this;
    }

    /**
     * Sets the HTTP method of a token request. Default: POST.
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
     * Sets the location and format of the token expiry in the response. Default: {@code /expires_in}, in seconds.
     *
     * @param path a JSON pointer
     * @param meaning the format of the value
     * @return this
     */
    public OAuth2Builder expires(String path, ExpiryFormat meaning) {
        return isPresent("expires", meaning)
                ? path("expiresPath", path).text("expiresAs", meaning.name().replace('_', '-'))
                : this;
    }

    /**
     * Sets the lifetime of a token if the response has none. Without it such a token is used until the service rejects it.
     *
     * @param lifetime a positive duration
     * @return this
     */
    public OAuth2Builder lifetime(Duration lifetime) {
        if (isPresent("lifetime", lifetime) && (lifetime.isNegative() || lifetime.isZero())) {
            problems.add("lifetime: " + lifetime + " is not positive");
        }
        return text("lifetime", String.valueOf(lifetime));
    }

    /**
     * Sets the token store. Default: in memory. Connections share tokens if they have the same name, authorization server
     * and client.
     *
     * @param store the store
     * @return this
     */
    public OAuth2Builder tokenStore(TokenStore store) {
        if (isPresent("tokenStore", store)) {
            this.tokens = store;
        }
        return this;
    }

    /**
     * Sets the token store and the account that the tokens belong to. Connections share tokens if they have the same account, name,
     * authorization server and client: set an account if connections with the same name are for different users.
     *
     * @param store the store
     * @param account the account, such as a customer ID
     * @return this
     */
    public OAuth2Builder tokenStore(TokenStore store, String account) {
        if (isPresent("account", account)) {
            this.account = account;
        }
        return tokenStore(store);
    }

    /**
     * Sets how long before its expiry a token is refreshed. Default: one minute, but at most a quarter of its lifetime.
     *
     * @param time the duration; not negative
     * @return this
     */
    public OAuth2Builder refreshBefore(Duration time) {
        if (isPresent("refreshBefore", time) && time.isNegative()) {
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
        if (isPresent("timeSource", timeSource)) {
            this.timeSource = timeSource;
        }
        return this;
    }

    /**
     * Builds the strategy. Nothing is sent yet.
     *
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing or invalid; reports all problems
     */
    public OAuth2 build() {
        List<String> found = new ArrayList<>(problems);
        boolean discovers = discover != null;
        if (!discovers && !definition.has("tokenUrl")) {
            found.add("token URL: it is missing: set it by tokenUrl(\"https://...\")");
        }
        if ((clientId == null || clientId.isEmpty()) && !registersClient() && !(grant instanceof GrantType.JwtBearer)) {
            found.add("client: it is missing: set it by client(id, secret)");
        }
        if (!discovers && grant instanceof GrantType.AuthorizationCode && !definition.has("authorizationUrl")) {
            found.add("authorization URL: it is missing: set it by authorizationUrl(\"https://...\")");
        }
        if (!discovers && grant instanceof GrantType.DeviceCode && !definition.has("deviceAuthorizationUrl")) {
            found.add("device authorization URL: it is missing: set it by deviceAuthorizationUrl(\"https://...\")");
        }
        String format = definition.path("tokenRequest").asText("QUERY");
        if ("GET".equals(definition.path("tokenMethod").asText()) && !"QUERY".equals(format)) {
            found.add("tokenRequest: a GET request has no body: use QUERY, or omit it");
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

    /** Returns whether a client is registered. For the device grant this requires discovery from the service. */
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
        var unused = isPresent(name, issuer);
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
        if (isPresent(map, name) && isPresent(map + " " + name, value)) {
            definition.withObject("/" + map).put(name, value);
        }
        return this;
    }

    private OAuth2Builder secret(String method, Map<String, Secret> secrets, String name, Secret value) {
        if (isPresent(method, name) && isPresent(method + " " + name, value)) {
            secrets.put(name, value);
        }
        return this;
    }

    private OAuth2Builder text(String name, String value) {
        if (isPresent(name, value)) {
            definition.put(name, value);
        }
        return this;
    }

    private boolean isPresent(String name, @Nullable Object value) {
        if (value == null) {
            problems.add(name + ": it is null");
        }
        return value != null;
    }

    /** Collects the problems of a step for {@link #build()}. */
    private void check(String name, Runnable step) {
        try {
            step.run();
        } catch (InvalidDefinitionException e) {
            problems.add(name + ": " + e.getMessage());
        }
    }
}
