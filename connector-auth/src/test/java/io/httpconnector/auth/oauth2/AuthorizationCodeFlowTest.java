package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class AuthorizationCodeFlowTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension stranger = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final String TOKENS = "{\"access_token\": \"a1\", \"refresh_token\": \"r1\", \"expires_in\": 3600}";

    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new java.util.ArrayList<>();

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        respondWith(okJson(TOKENS));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
    }

    private static void respondWith(ResponseDefinitionBuilder response) {
        service.stubFor(post("/token").willReturn(response));
    }

    private HttpConnection connection(UnaryOperator<OAuth2Builder> more) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(more.apply(OAuth2.authorizationCode()
                                .authorizationUrl("https://login.example.com/authorize?response_type=code&tenant=a%20b")
                                .tokenUrl(service.url("/token"))
                                .client("id", Secret.of("client-secret"))
                                .redirectUri("https://app.example.com/callback?x=1")
                                .tokenStore(store)
                                .timeSource(clock))
                        .build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private HttpConnection connection() {
        return connection(auth -> auth);
    }

    private static Map<String, String> query(URI url) {
        return Stream.of(url.getRawQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(java.util.stream.Collectors.toMap(
                        pair -> pair[0],
                        pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8),
                        (a, b) -> a + " and " + b,
                        TreeMap::new));
    }

    private static String state(URI url) {
        return String.valueOf(query(url).get("state"));
    }

    private static Map<String, String> tokenRequest() {
        List<LoggedRequest> requests = service.findAll(postRequestedFor(urlEqualTo("/token")));
        assertThat(requests).hasSize(1);
        return query(URI.create("x:/?" + requests.get(0).getBodyAsString()));
    }

    @Test
    void connectionUsesTheTokensOfAConsent() throws Exception {
        HttpConnection connection = connection(auth -> auth.scopes("read", "write"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);

        URI url = flow.start("session-1");
        TokenSet tokens = flow.finish("code=c%2B1&state=" + state(url), "session-1");
        connection.send(Request.get("/orders"));

        Map<String, String> authorization = query(url);
        assertThat(url.toString()).startsWith("https://login.example.com/authorize?tenant=a%20b&");
        assertThat(authorization)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", "id")
                .containsEntry("redirect_uri", "https://app.example.com/callback?x=1")
                .containsEntry("scope", "read write")
                .containsEntry("code_challenge_method", "S256")
                .containsOnlyKeys(
                        "tenant",
                        "response_type",
                        "client_id",
                        "redirect_uri",
                        "scope",
                        "state",
                        "code_challenge",
                        "code_challenge_method");
        Map<String, String> sent = tokenRequest();
        String verifier = String.valueOf(sent.get("code_verifier"));
        assertThat(sent)
                .containsEntry("grant_type", "authorization_code")
                .containsEntry("code", "c+1")
                .containsEntry("redirect_uri", "https://app.example.com/callback?x=1")
                .containsOnlyKeys("grant_type", "code", "redirect_uri", "code_verifier");
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
        assertThat(authorization)
                .containsEntry(
                        "code_challenge",
                        Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
        assertThat(tokens.accessToken().reveal()).isEqualTo("a1");
        assertThat(tokens.refreshToken().map(Secret::reveal)).contains("r1");
        assertThat(tokens.expiresAt()).contains(clock.now().plusSeconds(3600));
        service.verify(getRequestedFor(urlEqualTo("/orders")).withHeader("Authorization", equalTo("Bearer a1")));
    }

    @Test
    void withoutConsentNothingIsSent() {
        HttpConnection connection = connection();
        assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("AuthorizationCodeFlow");
        assertThat(service.getAllServeEvents()).isEmpty();
    }

    @Test
    void anotherProcessCanFinishTheFlow() {
        HttpConnection one = connection();
        HttpConnection other = connection();
        URI url = AuthorizationCodeFlow.of(one).start("s");
        AuthorizationCodeFlow.of(other).finish("https://app.example.com/callback?x=1&code=c&state=" + state(url), "s");

        one.send(Request.get("/orders"));

        service.verify(getRequestedFor(urlEqualTo("/orders")).withHeader("Authorization", equalTo("Bearer a1")));
    }

    @Test
    void newConsentReplacesTheRejectedOne() {
        HttpConnection connection = connection();
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        flow.finish("code=c&state=" + state(flow.start("s")), "s");
        clock.advance(Duration.ofHours(2));
        respondWith(okJson("{\"error\": \"invalid_grant\"}").withStatus(400));
        assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                .isInstanceOf(AuthorizationRequiredException.class);

        respondWith(okJson(TOKENS.replace("a1", "a2")));
        flow.finish("code=c&state=" + state(flow.start("s")), "s");
        connection.send(Request.get("/orders"));

        service.verify(getRequestedFor(urlEqualTo("/orders")).withHeader("Authorization", equalTo("Bearer a2")));
    }

    @Test
    void expiredTokenWithoutRefreshTokenRequiresConsent() {
        respondWith(okJson("{\"access_token\": \"a1\", \"expires_in\": 60}"));
        HttpConnection connection = connection();
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        flow.finish("code=c&state=" + state(flow.start("s")), "s");
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("no refresh token");
    }

    @Test
    void stateIsValidOnce() throws Exception {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String callback = "code=c&state=" + state(flow.start("s"));
        List<Thread> threads = Stream.generate(() -> new Thread(() -> {
                    try {
                        flow.finish(callback, "s");
                    } catch (InvalidCallbackException expected) {
                        assertThat(expected).hasMessageContaining("already used");
                    }
                }))
                .limit(8)
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        service.verify(1, postRequestedFor(urlEqualTo("/token")));
    }

    @Test
    void stateTakenByAnotherProcessIsRejected() {
        TokenStore late = new ForwardingStore(store) {
            @Override
            public boolean remove(String key) {
                boolean unused = super.remove(key);
                return false;
            }
        };
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(auth -> auth.tokenStore(late)));
        assertRefused(flow, "code=c&state=" + state(flow.start("s")), "s", "already used");
    }

    @Test
    void stateExpires() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String state = state(flow.start("s"));
        clock.advance(Duration.ofMinutes(15));
        assertRefused(flow, "code=c&state=" + state, "s", "expired");
    }

    @Test
    void callbackOfAnotherSessionIsRejected() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        assertRefused(flow, "code=c&state=" + state(flow.start("mallory")), "alice", "another browser session");
    }

    @Test
    void callbackForAnotherAccountIsRejected() {
        AuthorizationCodeFlow one = AuthorizationCodeFlow.of(connection(auth -> auth.tokenStore(store, "customer-1")));
        AuthorizationCodeFlow other =
                AuthorizationCodeFlow.of(connection(auth -> auth.tokenStore(store, "customer-2")));
        assertRefused(other, "code=c&state=" + state(one.start("s")), "s", "another account");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "code=c", "code=c&state=", "code=c&state=guessed", "state=%zz", "%", "&&=&="})
    void unsolicitedCallbackIsRejected(String callback) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        flow.start("s");
        assertRefused(flow, callback, "s", "callback");
    }

    @ParameterizedTest
    @ValueSource(strings = {"&iss=https://evil.example.com", "", "&iss=https://login.example.com&iss=x"})
    void callbackOfAnotherServerIsRejected(String iss) {
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(auth -> auth.issuer("https://login.example.com")));
        assertRefused(flow, "code=c&state=" + state(flow.start("s")) + iss, "s", "callback");
    }

    @Test
    void callbackOfTheRightServerIsAccepted() {
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(auth -> auth.issuer("https://login.example.com")));
        String callback = "code=c&iss=https%3A%2F%2Flogin.example.com&state=" + state(flow.start("s"));
        assertThat(flow.finish(callback, "s").accessToken().reveal()).isEqualTo("a1");
    }

    private static void assertRefused(AuthorizationCodeFlow flow, String callback, String session, String why) {
        assertThatThrownBy(() -> flow.finish(callback, session))
                .isInstanceOf(InvalidCallbackException.class)
                .hasMessageContaining(why);
        service.verify(0, postRequestedFor(urlEqualTo("/token")));
    }

    @ParameterizedTest
    @CsvSource({"access_denied, true", "consent_required, true", "server_error, false", "invalid_scope, false"})
    void errorInTheCallbackIsTyped(String error, boolean userCanMendIt) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String callback =
                "error=" + error + "&error_description=Not+this%0Atime&code=c&state=" + state(flow.start("s"));
        OAuth2Exception refused = catchThrowableOfType(OAuth2Exception.class, () -> flow.finish(callback, "s"));
        assertThat(refused).hasMessageEndingWith(error + ": Not this time");
        assertThat(refused.error()).contains(error);
        assertThat(refused instanceof AuthorizationRequiredException).isEqualTo(userCanMendIt);
        service.verify(0, postRequestedFor(urlEqualTo("/token")));
    }

    @Test
    void errorMessageOfTheTokenEndpointDoesNotContainTheCode() {
        respondWith(okJson("{\"error\": \"invalid_grant\", \"error_description\": \"code canary-code unknown\"}"));
        for (UnaryOperator<OAuth2Builder> more : List.<UnaryOperator<OAuth2Builder>>of(
                auth -> auth, auth -> auth.provider(ProviderSettings.defaults().withoutPkce()))) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(more));
            String callback = "code=canary-code&state=" + state(flow.start("s"));
            assertThatThrownBy(() -> flow.finish(callback, "s"))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("code *** unknown");
            assertThat(flow.tokens()).isEmpty();
        }
    }

    /** RFC 6749, section 6: the scope stays the same. */
    @Test
    void refreshOfAConsentSendsNoScope() {
        HttpConnection connection = connection(auth -> auth.scopes("read").tokenParameter("audience", "api"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        flow.finish("code=c&state=" + state(flow.start("s")), "s");
        clock.advance(Duration.ofHours(1));
        connection.send(Request.get("/orders"));

        String refresh = service.findAll(
                        postRequestedFor(urlEqualTo("/token")).withFormParam("grant_type", equalTo("refresh_token")))
                .get(0)
                .getBodyAsString();
        assertThat(query(URI.create("x:/?" + refresh))).containsOnlyKeys("grant_type", "refresh_token");
    }

    @Test
    void fieldsOfCallbackAndResponseAreKeptAfterARefresh() {
        respondWith(okJson(TOKENS.replace("}", ", \"site\": {\"url\": \"https://eu.example.com\"}, \"other\": 1}")));
        HttpConnection connection = connection(auth -> auth.provider(
                ProviderSettings.defaults().callbackFields("realmId", "shop").tokenField("instance_url", "/site/url")));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        Map<String, String> fields = Map.of("realmId", "77", "instance_url", "https://eu.example.com");
        assertThat(flow.finish("realmId=77&more=1&code=c&state=" + state(flow.start("s")), "s")
                        .fields())
                .isEqualTo(fields);

        respondWith(okJson(TOKENS));
        clock.advance(Duration.ofHours(1));
        connection.send(Request.get("/orders"));

        assertThat(TokenStoreCodec.read(store.get(Keys.of(connection)).orElseThrow(), StoredTokens.class)
                        .fields())
                .isEqualTo(fields);
    }

    @Test
    void customParametersAreInEachRequest() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(auth -> auth.scopes("a", "b")
                .provider(ProviderSettings.defaults().withoutPkce().scopeSeparator(","))
                .authorizationParameter("prompt", "consent")
                .authorizationParameter("login_hint_token", Secret.of("hint"))
                .authorizationParameter("response_type", "code id_token")
                .resource("https://api.example.com/mcp")));
        URI url = flow.start("s");
        flow.finish("code=c&state=" + state(url), "s");
        assertThat(query(url))
                .containsEntry("prompt", "consent")
                .containsEntry("login_hint_token", "hint")
                .containsEntry("response_type", "code id_token")
                .containsEntry("scope", "a,b")
                .containsEntry("resource", "https://api.example.com/mcp")
                .doesNotContainKeys("code_challenge", "code_challenge_method");
        assertThat(tokenRequest())
                .containsEntry("resource", "https://api.example.com/mcp")
                .doesNotContainKey("code_verifier");
    }

    @Test
    void baseUrlIsReceivedWithTheTokens() {
        respondWith(okJson(TOKENS.replace("}", ", \"instance_url\": \"" + service.baseUrl() + "\"}")));
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl("{{auth.instance_url}}/{{auth.version}}/{{auth.realmId}}")
                .auth(OAuth2.authorizationCode()
                        .authorizationUrl("https://login.example.com/authorize")
                        .tokenUrl(service.url("/token"))
                        .client("id", Secret.of("client-secret"))
                        .redirectUri("https://app.example.com/callback")
                        .provider(ProviderSettings.defaults()
                                .callbackFields("realmId")
                                .tokenField("instance_url", "/instance_url"))
                        .field("version", "v2")
                        .build())
                .build();
        opened.add(connection);
        assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                .isInstanceOf(AuthorizationRequiredException.class);

        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        flow.finish("realmId=7&code=c&state=" + state(flow.start("s")), "s");
        connection.send(Request.get("/orders"));

        service.verify(getRequestedFor(urlEqualTo("/v2/7/orders")).withHeader("Authorization", equalTo("Bearer a1")));
    }

    private static String idToken(String claims) {
        return "h." + Base64.getUrlEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + ".s";
    }

    @Test
    void idTokenMustContainTheNonce() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(OAuth2Builder::nonce));
        URI good = flow.start("s");
        String nonce = query(good).get("nonce");
        respondWith(
                okJson(TOKENS.replace("}", ", \"id_token\": \"" + idToken("{\"nonce\": \"" + nonce + "\"}") + "\"}")));
        assertThat(flow.finish("code=c&state=" + state(good), "s").accessToken().reveal())
                .isEqualTo("a1");
        URI bad = flow.start("s");
        assertThatThrownBy(() -> flow.finish("code=c&state=" + state(bad), "s"))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("nonce of the ID token differs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "canary", "a.%.c", "h.e30.s"})
    void invalidIdTokenIsRejected(String idToken) {
        respondWith(okJson(TOKENS.replace("}", ", \"id_token\": \"" + idToken + "\"}")));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(OAuth2Builder::nonce));
        assertThatThrownBy(() -> flow.finish("code=c&state=" + state(flow.start("s")), "s"))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("ID token")
                .hasMessageNotContaining("canary");
    }

    @Test
    void missingValuesAreReported() {
        assertThatThrownBy(() ->
                        OAuth2.authorizationCode().redirectUri("/callback").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("authorization URL: it is missing")
                .hasMessageContaining("redirectUri: it is not absolute");
        assertThatThrownBy(() ->
                        OAuth2.authorizationCode().redirectUri("https://a b").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("character");
        assertThatThrownBy(() -> OAuth2.authorizationCode().redirectUri(null).build())
                .hasMessageContaining("redirectUri: it is null");
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        assertThatThrownBy(() -> flow.start(null)).hasMessageContaining("browser session: it is null");
        assertThatThrownBy(() -> flow.finish(null, "s")).isInstanceOf(InvalidCallbackException.class);
        try (HttpConnection plain =
                HttpConnection.named("Plain").baseUrl(service.baseUrl()).build()) {
            assertThatThrownBy(() -> AuthorizationCodeFlow.of(plain))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("authorizationCode()");
        }
    }

    /** RFC 6749, section 3.1. */
    @Test
    void parameterGivenTwiceIsRejected() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String state = state(flow.start("s"));
        assertRefused(flow, "code=c&code=c&state=" + state, "s", "a parameter twice");
        assertRefused(flow, "code=c&state=" + state + "&state=" + state, "s", "a parameter twice");

        assertThat(flow.finish("&&code=c&&state=" + state + "&", "s")
                        .accessToken()
                        .reveal())
                .isEqualTo("a1");
    }

    @Test
    void longestCallbackIsAccepted() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String callback = "state=" + state(flow.start("s")) + "&code=";
        flow.finish(callback + "c".repeat(64 * 1024 - callback.length()), "s");
        assertThat(flow.tokens()).isPresent();
    }

    @Test
    void endlessCallbackIsRejected() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String callback = "code=" + "c".repeat(70_000) + "&state=" + state(flow.start("s"));
        assertRefused(flow, callback, "s", "longer than");
    }

    @Test
    void userCanConsentAgainAfterARevocation() {
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(auth -> auth.revocationUrl(service.url("/revoke"))));
        assertThat(flow).hasToString("Authorization flow of OAuth2 of \"Service\"");
        for (int i = 1; i <= 2; i++) {
            flow.finish("code=c&state=" + state(flow.start("s")), "s");
            assertThat(flow.tokens()).isPresent();
            flow.revoke();
            assertThat(flow.tokens()).isEmpty();
            service.verify(
                    i,
                    postRequestedFor(urlEqualTo("/revoke"))
                            .withFormParam("token", equalTo("r1"))
                            .withFormParam("token_type_hint", equalTo("refresh_token")));
        }
    }

    @Test
    void refusedTokensAreNotRevoked() {
        HttpConnection connection = connection(auth -> auth.revocationUrl(service.url("/revoke")));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        flow.finish("code=c&state=" + state(flow.start("s")), "s");
        clock.advance(Duration.ofHours(2));
        respondWith(okJson("{\"error\": \"invalid_grant\"}").withStatus(400));
        assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                .isInstanceOf(AuthorizationRequiredException.class);

        flow.revoke();

        assertThat(flow.tokens()).isEmpty();
        service.verify(0, postRequestedFor(urlEqualTo("/revoke")));
    }

    @Test
    void accessTokenIsRevokedIfThereIsNoRefreshToken() {
        respondWith(okJson("{\"access_token\": \"a1\"}"));
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(auth -> auth.revocationUrl(service.url("/revoke"))));
        flow.finish("code=c&state=" + state(flow.start("s")), "s");

        flow.revoke();

        service.verify(postRequestedFor(urlEqualTo("/revoke"))
                .withFormParam("token", equalTo("a1"))
                .withFormParam("token_type_hint", equalTo("access_token")));
    }

    @Test
    void errorWithoutDescriptionIsReported() {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String callback = "error=access_denied&state=" + state(flow.start("s"));
        assertThatThrownBy(() -> flow.finish(callback, "s"))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessage("The user did not consent: access_denied");
        respondWith(okJson("{\"error\": \"invalid_grant\", \"error_uri\": \"https://login.example.com/e\"}")
                .withStatus(400));
        assertThatThrownBy(() -> flow.finish("code=c0de&state=" + state(flow.start("s")), "s"))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageEndingWith(
                        "The token endpoint responded with an error: invalid_grant (https://login.example.com/e)"
                                + " (status 400, POST " + service.url("/token") + ")");
    }

    @Test
    void closedConnectionReturnsNoTokens() {
        HttpConnection connection = connection();
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        String callback = "code=c&state=" + state(flow.start("s"));
        connection.close();
        assertThatThrownBy(() -> flow.finish(callback, "s"))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("is closed");
        assertThat(flow.tokens()).isEmpty();
    }

    @Test
    void endlessTokenResponseIsRejected() {
        respondWith(okJson("{\"access_token\": \"" + "a".repeat(12 * 1024 * 1024) + "\"}"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String callback = "code=c&state=" + state(flow.start("s"));
        assertThatThrownBy(() -> flow.finish(callback, "s"))
                .isInstanceOf(ConnectorException.class)
                .hasMessageNotContaining("aaaa");
        assertThat(flow.tokens()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void tokenRequestsDoNotFollowRedirects(int status) {
        stranger.stubFor(any(anyUrl()).willReturn(okJson(TOKENS)));
        respondWith(aResponse().withStatus(status).withHeader("Location", stranger.url("/token")));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection());
        String callback = "code=canary&state=" + state(flow.start("s"));
        assertThatThrownBy(() -> flow.finish(callback, "s"))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("redirects, with status " + status);
        assertThat(stranger.getAllServeEvents()).isEmpty();
    }

    @Test
    void failingStoreDoesNotUseUpTheCode() {
        TokenStore down = new ForwardingStore(store) {
            @Override
            public Lease lease(String key, Duration timeout) {
                throw new ConnectorException("the database is down");
            }
        };
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(auth -> auth.tokenStore(down)));
        String callback = "code=c&state=" + state(flow.start("s"));
        assertThatThrownBy(() -> flow.finish(callback, "s")).hasMessageContaining("database is down");
        service.verify(0, postRequestedFor(urlEqualTo("/token")));
    }
}
