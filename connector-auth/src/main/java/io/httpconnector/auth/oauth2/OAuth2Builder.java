package io.httpconnector.auth.oauth2;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.internal.SecureUrl;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builder for an OAuth 2 client; created by the methods of {@link OAuth2}. Not thread-safe; the instances it builds are. */
public final class OAuth2Builder {

    private final GrantType grant;
    private final OptionRecorder options = new OptionRecorder();
    private ProviderSettings provider = ProviderSettings.defaults();
    private @Nullable String clientId;
    private @Nullable Secret clientSecret;
    private @Nullable JwtKey clientKey;
    private @Nullable String redirectUri;
    private @Nullable String discover;
    private final List<String> scopes = new ArrayList<>();
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
     * @param url an absolute https URL, or an http URL on the loopback interface; its query is kept, and so is its fragment, to
     *     which the parameters are then appended
     * @return this
     */
    public OAuth2Builder authorizationUrl(String url) {
        options.text("authorizationUrl", url);
        options.check("authorizationUrl", () -> EndpointUrl.checkPage(url));
        return this;
    }

    /**
     * Sets the redirect URI: the page of the application that calls {@link AuthorizationCodeFlow#finish}.
     *
     * @param uri an absolute URI, exactly as registered with the service
     * @return this
     */
    public OAuth2Builder redirectUri(String uri) {
        if (!options.isPresent("redirectUri", uri)) {
            return this;
        }
        try {
            if (!new URI(uri).isAbsolute()) {
                options.problem("redirectUri: it is not absolute: start with https://");
            }
            this.redirectUri = uri;
        } catch (URISyntaxException e) {
            options.problem("redirectUri: " + e.getReason() + " at character " + (e.getIndex() + 1));
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
        options.pair("authorizationParameters", name, value);
        return this;
    }

    /**
     * Adds a secret parameter to the authorization request. It is visible to the user's browser, as part of the URL.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each authorization request
     * @return this
     */
    public OAuth2Builder authorizationParameter(String name, Secret value) {
        options.secret("authorizationParameter", "authorizationParameters", name, value);
        return this;
    }

    /**
     * Sends a nonce, and checks that the ID token contains it: OpenID Connect Core 1.0, section 3.1.2.1.
     *
     * @return this
     */
    public OAuth2Builder nonce() {
        options.flag("nonce", true);
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
        options.text("issuer", issuer);
        return this;
    }

    /**
     * Adds services that the tokens are for: RFC 8707. They are sent in all requests: authorization, device authorization, token and
     * refresh. {@link #discover()} sets the resource in the metadata of the service, unless there is one here.
     *
     * @param uris absolute URIs without a fragment
     * @return this
     */
    public OAuth2Builder resource(String... uris) {
        if (options.isPresent("resource", uris)) {
            for (String uri : uris) {
                String problem = uri == null ? null : SecureUrl.problemOfResource(uri);
                if (problem != null) {
                    options.problem("resource: " + problem);
                }
                options.texts("resources", uri);
            }
        }
        return this;
    }

    /**
     * Sets the pushed authorization request endpoint: RFC 9126. The parameters of the authorization request are sent there, and the browser
     * gets a reference to them. {@link #discover()} and {@link #discover(String)} use the endpoint of a server that requires it.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder pushedAuthorizationRequestUrl(String url) {
        options.url("pushedAuthorizationRequestUrl", url);
        return this;
    }

    /**
     * Sets a value for the base URL of the connection: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param value the value
     * @return this
     */
    public OAuth2Builder field(String name, String value) {
        if (options.isPresent("field", name) && options.isPresent("field " + name, value)) {
            fields.put(name, value);
        }
        return this;
    }

    /**
     * Sets the token endpoint. Endpoints that are configured, and not discovered, may receive the client secret and refresh tokens
     * independent of discovery.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface; it may have {@code {{auth.name}}} for a
     *     {@link #field field}, a callback field or a token field, as in {@code https://{{auth.shop}}.example.com/token}
     * @return this
     */
    public OAuth2Builder tokenUrl(String url) {
        options.urlTemplate("tokenUrl", url);
        return this;
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
     * @param url a URL as for {@link #tokenUrl}
     * @return this
     */
    public OAuth2Builder revocationUrl(String url) {
        options.urlTemplate("revocationUrl", url);
        return this;
    }

    /**
     * Sets the device authorization endpoint: RFC 8628, section 3.1.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth2Builder deviceAuthorizationUrl(String url) {
        options.url("deviceAuthorizationUrl", url);
        return this;
    }

    /**
     * Sets a client with a secret.
     *
     * @param id the client ID
     * @param secret the client secret; one by {@link Secret#from} is looked up for each token request
     * @return this
     */
    public OAuth2Builder client(String id, Secret secret) {
        if (options.isPresent("client id", id) && options.isPresent("client secret", secret)) {
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
        if (options.isPresent("client id", id) && options.isPresent("client key", key)) {
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
        if (options.isPresent("client id", id)) {
            this.clientId = id;
            this.clientSecret = null;
            this.clientKey = null;
        }
        return this;
    }

    /**
     * Adds requested scopes. Refreshes keep the scope that was granted; with {@link OAuth2#refreshToken}, each refresh requests
     * these scopes, which must be among those of the refresh token (RFC 6749, section 6).
     *
     * @param scopes the scopes, one by one; not empty, no duplicates
     * @return this
     */
    public OAuth2Builder scopes(String... scopes) {
        if (!options.isPresent("scopes", scopes)) {
            return this;
        }
        for (String scope : scopes) {
            if (options.isPresent("scopes", scope)) {
                if (scope.isBlank()) {
                    options.problem("scopes: one of them is empty: omit it");
                } else if (this.scopes.contains(scope)) {
                    options.problem("scopes: \"" + scope + "\" is a duplicate: omit it");
                }
                this.scopes.add(scope);
            }
        }
        return this;
    }

    /**
     * Adds a parameter to the request for the initial tokens, such as {@code audience}.
     *
     * @param name the name
     * @param value the value; it replaces a parameter of the protocol with the same name
     * @return this
     */
    public OAuth2Builder tokenParameter(String name, String value) {
        options.pair("tokenParameters", name, value);
        return this;
    }

    /**
     * Adds a secret parameter to each token request.
     *
     * @param name the name
     * @param value the value
     * @return this
     */
    public OAuth2Builder tokenParameter(String name, Secret value) {
        options.secret("tokenParameter", "tokenParameters", name, value);
        return this;
    }

    /**
     * Sets the differences of the provider from the standards. Default: none.
     *
     * @param settings the settings, which replace those set before
     * @return this
     */
    public OAuth2Builder provider(ProviderSettings settings) {
        if (options.isPresent("provider", settings)) {
            this.provider = settings;
        }
        return this;
    }

    /**
     * Sets the token store. Default: in memory. Connections share tokens if they have the same name, authorization server
     * and client.
     *
     * @param store the store
     * @return this
     */
    public OAuth2Builder tokenStore(TokenStore store) {
        if (options.isPresent("tokenStore", store)) {
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
        if (options.isPresent("account", account)) {
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
        if (options.isPresent("refreshBefore", time) && time.isNegative()) {
            options.problem("refreshBefore: " + time + " is negative");
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
        if (options.isPresent("timeSource", timeSource)) {
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
        OptionRecorder all = new OptionRecorder().add(options).add(provider.options());
        all.checkTrust();
        List<String> found = new ArrayList<>(all.problems());
        found.addAll(new OAuth2Requirements(all, grant, discover, clientId, clientSecret != null || clientKey != null)
                .problems());
        if (!found.isEmpty()) {
            throw new InvalidDefinitionException(
                    "OAuth 2", found.stream().distinct().toList());
        }
        return new OAuth2(new OAuth2ClientConfig(
                grant,
                all.config(),
                discover,
                clientId,
                clientSecret,
                clientKey,
                redirectUri,
                List.copyOf(scopes),
                all.secrets("tokenParameters"),
                new RequestSecrets(
                        all.secrets("authorizationParameters"),
                        all.secrets("refreshParameters"),
                        all.secrets("tokenHeaders")),
                Map.copyOf(fields),
                tokens == null ? TokenStore.inMemory() : tokens,
                account,
                refreshBefore,
                timeSource));
    }

    private void checkIssuer(String name, String issuer) {
        String problem = issuer == null ? null : SecureUrl.problemOfIssuer(issuer);
        if (problem != null) {
            options.problem(name + ": " + problem);
        }
        var unused = options.isPresent(name, issuer);
    }
}
