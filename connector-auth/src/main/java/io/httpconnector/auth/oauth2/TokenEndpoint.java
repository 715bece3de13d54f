package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.scribejava.core.builder.api.DefaultApi20;
import com.github.scribejava.core.model.OAuthConstants;
import com.github.scribejava.core.model.OAuthRequest;
import com.github.scribejava.core.model.Parameter;
import com.github.scribejava.core.model.ParameterList;
import com.github.scribejava.core.model.Verb;
import com.github.scribejava.core.oauth.AccessTokenRequestParams;
import com.github.scribejava.core.oauth.OAuth20Service;
import io.httpconnector.AuthContext;
import io.httpconnector.Body;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.JwtKey;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client of the token, revocation and device authorization endpoints. ScribeJava creates each request as the RFCs define; this class
 * adapts it to the provider and sends it over the connection, not with ScribeJava's own HTTP client.
 */
final class TokenEndpoint implements TokenRequests {

    private static final Set<String> SECRET_PARAMETERS =
            Set.of("client_secret", "refresh_token", "code", "code_verifier", "password", "assertion", "device_code");
    private static final Duration ASSERTION_LIFETIME = Duration.ofMinutes(5);

    private static final String CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final OAuth2ClientConfig settings;
    private final CredentialPolicy policy;
    private final @Nullable RegisteredClient client;
    private final AuthContext context;
    private final TokenResponseParser parser;
    private final RequestFactory requests;

    /**
     * Creates a client.
     *
     * @param settings the settings, with the discovered endpoints and the registered client
     * @param client the registered client in the settings; null if the client is configured
     */
    TokenEndpoint(
            OAuth2ClientConfig settings,
            CredentialPolicy policy,
            @Nullable RegisteredClient client,
            AuthContext context) {
        this.settings = settings;
        this.policy = policy;
        this.client = client;
        this.context = context;
        this.parser = new TokenResponseParser(settings);
        this.requests = new RequestFactory(settings);
    }

    OAuth2ClientConfig settings() {
        return settings;
    }

    /** Revokes the refresh token, and with it all access tokens; without a refresh token, the access token. */
    void revoke(StoredTokens tokens) {
        String url = settings.definition().revocationUrl();
        String token = tokens.refreshToken() == null ? tokens.accessToken() : tokens.refreshToken();
        if (url == null || token == null) {
            return;
        }
        policy.check(url, tokens.issuer());
        Request request = Request.post(url)
                .named("OAuth 2 revocation")
                .bodyField("token", Secret.of(token))
                .bodyField("token_type_hint", tokens.refreshToken() == null ? "access_token" : "refresh_token");
        var unused = sendTo(
                "revocation endpoint",
                withClient(request, TokenRequestFormat.FORM).idempotent());
    }

    /**
     * Sends the device authorization request: RFC 8628, section 3.1.
     *
     * @param challenge the challenge of the service that the consent must fulfil; null if there is none
     */
    JsonNode authorizeDevice(@Nullable StepUpChallenge challenge) {
        String url = settings.definition().deviceAuthorizationUrl();
        if (url == null) {
            throw Discovery.withoutEndpoint(policy.server(), "device_authorization_endpoint", "deviceAuthorizationUrl");
        }
        policy.check(url, null);
        Map<String, String> parameters = new LinkedHashMap<>();
        if (settings.scope() != null) {
            parameters.put("scope", settings.scope());
        }
        parameters.putAll(ProviderConfig.orEmpty(settings.definition().authorizationParameters()));
        Request request = Request.post(url)
                .named("OAuth 2 device authorization")
                .header("Accept", "application/json")
                .body(Body.form());
        if (challenge != null) {
            challenge.addTo(parameters, settings);
        }
        Map<String, Secret> secrets = settings.requestSecrets().authorization();
        parameters.keySet().removeAll(secrets.keySet());
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            request = request.bodyField(parameter.getKey(), parameter.getValue());
        }
        for (Map.Entry<String, Secret> secret : secrets.entrySet()) {
            request = request.bodyField(secret.getKey(), secret.getValue());
        }
        for (String resource : settings.definition().resourcesBeside(parameters.keySet())) {
            request = request.bodyField("resource", resource);
        }
        return sendTo("device authorization endpoint", withClient(request, TokenRequestFormat.FORM))
                .json();
    }

    /**
     * Sends the parameters of an authorization request to the server: RFC 9126, section 2.1.
     *
     * @return the reference to them
     */
    String pushAuthorizationRequest(String url, List<Parameter> parameters) {
        policy.check(url, null);
        Request request = Request.post(url)
                .named("OAuth 2 pushed authorization request")
                .header("Accept", "application/json")
                .body(Body.form());
        boolean isBasic = settings.clientAuthentication() == ClientAuthentication.BASIC && settings.clientKey() == null;
        for (Parameter parameter : parameters) {
            // The client authentication adds the client ID to the body, except for HTTP Basic.
            if (isBasic || !parameter.getKey().equals(OAuthConstants.CLIENT_ID)) {
                request = settings.requestSecrets().authorization().containsKey(parameter.getKey())
                        ? request.bodyField(parameter.getKey(), Secret.of(parameter.getValue()))
                        : request.bodyField(parameter.getKey(), parameter.getValue());
            }
        }
        String reference = Discovery.text(
                sendTo("pushed authorization request endpoint", withClient(request, TokenRequestFormat.FORM))
                        .json(),
                "request_uri");
        if (reference == null) {
            throw new OAuth2Exception(
                    "The response of the pushed authorization request endpoint has no request_uri", null, null);
        }
        return reference;
    }

    StoredTokens deviceCode(String code) {
        OAuthRequest form = requests.deviceCode(code);
        Response response = send(form, settings.definition().tokenParameters(), false, null);
        return tokens(response, null);
    }

    @Override
    public StoredTokens clientCredentials() {
        OAuthRequest form = requests.clientCredentials(settings.scope());
        Response response = send(form, settings.definition().tokenParameters(), true, null);
        return tokens(response, null);
    }

    @Override
    public StoredTokens password(String user, Secret password) {
        OAuthRequest form = requests.password(user, password.reveal(), settings.scope());
        Response response = send(form, settings.definition().tokenParameters(), true, null);
        return tokens(response, null);
    }

    @Override
    public StoredTokens jwtBearer(JwtKey key, Map<String, ?> claims) {
        String assertion = assertion(key, claims).reveal();
        OAuthRequest form = requests.assertion("jwt-bearer", assertion, settings.scope());
        Response response = send(form, settings.definition().tokenParameters(), true, null);
        return tokens(response, null);
    }

    @Override
    public StoredTokens samlBearer(BiFunction<TimeSource, String, Secret> assertion) {
        String encoded = assertion
                .apply(settings.timeSource(), settings.definition().tokenUrl())
                .reveal();
        OAuthRequest form = requests.assertion("saml2-bearer", encoded, settings.scope());
        Response response = send(form, settings.definition().tokenParameters(), true, null);
        return tokens(response, null);
    }

    /** Creates an assertion that is valid once, for a short time: RFC 7523, section 3. */
    private Secret assertion(JwtKey key, Map<String, ?> additional) {
        Map<String, Object> claims = new LinkedHashMap<>();
        String audience = settings.definition().assertionAudience();
        claims.put("aud", audience == null ? settings.definition().tokenUrl() : audience);
        claims.putAll(additional);
        String lifetime = settings.definition().assertionLifetime();
        return key.sign(
                claims,
                lifetime == null ? ASSERTION_LIFETIME : Duration.parse(lifetime),
                settings.timeSource().now());
    }

    StoredTokens refresh(StoredTokens old, String refreshToken) {
        // The scope of a consent stays the same; scopes that are set with a refresh token reduce it: RFC 6749, section
        // 6.
        boolean isRefreshTokenGrant = settings.grant() instanceof RefreshTokenGrant;
        OAuthRequest form = requests.refresh(refreshToken, isRefreshTokenGrant ? settings.scope() : null);
        Map<String, String> parameters = new LinkedHashMap<>();
        if (isRefreshTokenGrant) {
            parameters.putAll(ProviderConfig.orEmpty(settings.definition().tokenParameters()));
        }
        parameters.putAll(ProviderConfig.orEmpty(settings.definition().refreshParameters()));
        Map<String, Secret> secrets = settings.requestSecrets().refresh();
        Response response = send(form, parameters, secrets, false, old.issuer());
        return tokens(response, old);
    }

    /** Exchanges an authorization code, which can be used only once: RFC 6749, section 4.1.3. */
    Consent authorizationCode(String code, PendingAuthorization pending) {
        OAuthRequest form = requests.authorizationCode(code, pending.verifier(), pending.redirectUri());
        Response response = send(form, settings.definition().tokenParameters(), false, pending.issuer());
        if (pending.nonce() != null) {
            parser.checkNonce(response, pending.nonce());
        }
        Map<String, StoredTokens> additional = new LinkedHashMap<>();
        parser.additional(response).forEach((name, token) -> additional.put(name, token.from(policy.server(), client)));
        return new Consent(tokens(response, null), Map.copyOf(additional));
    }

    private StoredTokens tokens(Response response, @Nullable StoredTokens old) {
        return parser.tokens(response, old, text -> context.mask(response, text))
                .from(policy.server(), client);
    }

    /**
     * Checks that tokens may be refreshed at the current authorization server.
     *
     * @throws AuthorizationRequiredException if they belong to another one
     */
    void checkRefresh(@Nullable Issuer owner) {
        policy.check(requests.refreshUrl(), owner);
    }

    private Response send(
            OAuthRequest form, @Nullable Map<String, String> parameters, boolean repeatable, @Nullable Issuer owner) {
        return send(form, parameters, Map.of(), repeatable, owner);
    }

    private Response send(
            OAuthRequest form,
            @Nullable Map<String, String> parameters,
            Map<String, Secret> secrets,
            boolean repeatable,
            @Nullable Issuer owner) {
        policy.check(form.getUrl(), owner);
        List<Parameter> all = additionalParameters(form);
        all.addAll(form.getBodyParams().getParams());
        ProviderConfig.orEmpty(parameters).forEach((name, value) -> {
            all.removeIf(known -> known.getKey().equals(name));
            all.add(new Parameter(name, value));
        });
        Set<String> names = all.stream().map(Parameter::getKey).collect(Collectors.toSet());
        settings.definition().resourcesBeside(names).forEach(uri -> all.add(new Parameter("resource", uri)));
        Request request = Request.of(form.getVerb().name(), form.getUrl()).named("OAuth 2 token request");
        secrets.keySet().forEach(name -> all.removeIf(known -> known.getKey().equals(name)));
        // A configured parameter replaces an omitted one.
        all.removeIf(known -> settings.definition().omitsTokenParameter(known.getKey())
                && !ProviderConfig.orEmpty(parameters).containsKey(known.getKey()));
        request = withParameters(request.header("Accept", "application/json"), all);
        for (Map.Entry<String, Secret> secret : secrets.entrySet()) {
            request = with(request, secret.getKey(), secret.getValue(), format());
        }
        for (Map.Entry<String, String> header :
                ProviderConfig.orEmpty(settings.definition().tokenHeaders()).entrySet()) {
            request = request.header(header.getKey(), header.getValue());
        }
        for (Map.Entry<String, Secret> header :
                settings.requestSecrets().headers().entrySet()) {
            request = request.header(header.getKey(), header.getValue());
        }
        request = withClient(request, format());
        return sendTo("token endpoint", repeatable ? request.idempotent() : request);
    }

    /** Returns the query parameters that are not already in the URL, whose query is kept: RFC 6749, section 3.2. */
    private static List<Parameter> additionalParameters(OAuthRequest form) {
        ParameterList inUrl = new ParameterList();
        inUrl.addQuerystring(URI.create(form.getUrl()).getRawQuery());
        List<Parameter> all = form.getQueryStringParams().getParams();
        return new ArrayList<>(all.subList(inUrl.getParams().size(), all.size()));
    }

    /** Sends a request. Redirects are not followed, as credentials are sent only to the configured or discovered endpoint. */
    private Response sendTo(String endpoint, Request request) {
        Response response = TokenError.send(context, endpoint, request.acceptStatus(301, 302, 303, 307, 308));
        if (response.status() >= 300) {
            throw unexpectedRedirect(response);
        }
        return response;
    }

    static OAuth2Exception unexpectedRedirect(Response response) {
        return new OAuth2Exception(
                "The authorization server redirects, with status " + response.status() + ": set its current URL",
                null,
                null);
    }

    private Request withParameters(Request bare, List<Parameter> parameters) {
        Request request = switch (format()) {
            case FORM -> bare.body(Body.form());
            case JSON -> bare.json(Map.of());
            case QUERY -> bare;
        };
        for (Parameter parameter : parameters) {
            String name = settings.definition().tokenParameterName(parameter.getKey());
            request = SECRET_PARAMETERS.contains(parameter.getKey())
                    ? with(request, name, Secret.of(parameter.getValue()), format())
                    : with(request, name, parameter.getValue(), format());
        }
        for (Map.Entry<String, Secret> secret : settings.secretParameters().entrySet()) {
            request = with(request, secret.getKey(), secret.getValue(), format());
        }
        return request;
    }

    private Request withClient(Request request, TokenRequestFormat format) {
        String id = settings.clientId();
        Secret secret = settings.clientSecret();
        JwtKey key = settings.clientKey();
        if (id == null) {
            return request;
        }
        if (key != null) {
            Request named = with(withId(request, id, format), "client_assertion_type", CLIENT_ASSERTION_TYPE, format);
            return with(named, "client_assertion", assertion(key, Map.of("iss", id, "sub", id)), format);
        }
        if (secret == null || settings.clientAuthentication() == ClientAuthentication.NONE) {
            return withId(request, id, format);
        }
        return settings.clientAuthentication() == ClientAuthentication.BASIC
                ? request.header("Authorization", basic(id, secret))
                : with(
                        withId(request, id, format),
                        settings.definition().tokenParameterName("client_secret"),
                        secret,
                        format);
    }

    private Request withId(Request request, String id, TokenRequestFormat format) {
        return settings.definition().omitsTokenParameter("client_id")
                ? request
                : with(request, settings.definition().tokenParameterName("client_id"), id, format);
    }

    /** Form-encodes ID and secret before they are joined: RFC 6749, section 2.3.1. */
    private static Secret basic(String id, Secret secret) {
        return secret.map(value -> encoded(id) + ":" + encoded(value))
                .map(pair -> Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                .map(value -> "Basic " + value);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static Request with(Request request, String name, String value, TokenRequestFormat format) {
        return format == TokenRequestFormat.QUERY ? request.query(name, value) : request.bodyField(name, value);
    }

    private static Request with(Request request, String name, Secret value, TokenRequestFormat format) {
        return format == TokenRequestFormat.QUERY ? request.query(name, value) : request.bodyField(name, value);
    }

    private TokenRequestFormat format() {
        boolean hasBody = !"GET".equals(settings.definition().tokenMethod());
        return hasBody ? settings.definition().tokenRequestOrDefault() : TokenRequestFormat.QUERY;
    }

    /** Creates the requests with ScribeJava, without client credentials and provider-specific parameters. */
    private static final class RequestFactory extends OAuth20Service {

        RequestFactory(OAuth2ClientConfig settings) {
            super(new Api(settings.definition()), "", null, null, null, null, null, null, null, null);
        }

        OAuthRequest clientCredentials(@Nullable String scope) {
            return createAccessTokenClientCredentialsGrantRequest(scope);
        }

        OAuthRequest authorizationCode(String code, @Nullable String verifier, String redirectUri) {
            OAuthRequest form = createAccessTokenRequest(
                    AccessTokenRequestParams.create(code).pkceCodeVerifier(verifier));
            form.addParameter(OAuthConstants.REDIRECT_URI, redirectUri);
            return form;
        }

        OAuthRequest password(String user, String password, @Nullable String scope) {
            return createAccessTokenPasswordGrantRequest(user, password, scope);
        }

        OAuthRequest assertion(String grant, String assertion, @Nullable String scope) {
            OAuthRequest form = createAccessTokenClientCredentialsGrantRequest(scope);
            form.getBodyParams().getParams().removeIf(known -> known.getKey().equals(OAuthConstants.GRANT_TYPE));
            form.addParameter(OAuthConstants.GRANT_TYPE, "urn:ietf:params:oauth:grant-type:" + grant);
            form.addParameter("assertion", assertion);
            return form;
        }

        OAuthRequest deviceCode(String code) {
            OAuthRequest form = new OAuthRequest(getApi().getAccessTokenVerb(), getApi().getAccessTokenEndpoint());
            form.addParameter(OAuthConstants.GRANT_TYPE, "urn:ietf:params:oauth:grant-type:device_code");
            form.addParameter("device_code", code);
            return form;
        }

        String refreshUrl() {
            return getApi().getRefreshTokenEndpoint();
        }

        OAuthRequest refresh(String refreshToken, @Nullable String scope) {
            return createRefreshTokenRequest(refreshToken, scope);
        }
    }

    private static final class Api extends DefaultApi20 {
        private final ProviderConfig definition;

        Api(ProviderConfig definition) {
            this.definition = definition;
        }

        @Override
        public String getAccessTokenEndpoint() {
            return definition.tokenUrl();
        }

        @Override
        public String getRefreshTokenEndpoint() {
            return definition.refreshUrl() == null ? getAccessTokenEndpoint() : definition.refreshUrl();
        }

        @Override
        public Verb getAccessTokenVerb() {
            return definition.tokenMethod() == null ? Verb.POST : Verb.valueOf(definition.tokenMethod());
        }

        @Override
        public com.github.scribejava.core.oauth2.clientauthentication.ClientAuthentication getClientAuthentication() {
            return (request, id, secret) -> {};
        }

        @Override
        protected String getAuthorizationBaseUrl() {
            throw new UnsupportedOperationException("the authorization URL is built by AuthorizationCodeFlow");
        }
    }
}
