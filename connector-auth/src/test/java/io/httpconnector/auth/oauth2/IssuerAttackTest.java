package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks by documents and responses with another authorization server, or with a URL that a browser must not open. No attack gets a
 * client secret, a refresh token, a code, a PKCE verifier or an access token.
 */
@Timeout(30)
class IssuerAttackTest {

    private static final List<String> CANARIES = List.of(
            "canary-secret",
            "canary-refresh",
            "canary-access",
            "canary-code",
            "canary-pass",
            "canary-parameter",
            "code_verifier",
            "client_assertion=",
            "assertion=");
    private static final Secret KEY = Secret.of("0123456789abcdef0123456789abcdef");

    private final Origin service = new Origin();
    private final Origin good = new Origin();
    private final Origin evil = new Origin();
    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();
    private final List<URI> browsed = new ArrayList<>();

    @BeforeEach
    void setUp() {
        service.on(
                "/api",
                request -> request.authorization().equals("Bearer canary-access")
                        ? Reply.json("{}")
                        : Reply.json(401, "{}")
                                .with("WWW-Authenticate", "Bearer resource_metadata=\"" + service.url("/meta") + "\""));
        nameServer(good);
        for (Origin server : List.of(good, evil)) {
            metadata(server, Map.of());
            server.on(
                    "/token",
                    Reply.json("{\"access_token\": \"canary-access\", \"refresh_token\": \"canary-refresh\","
                            + " \"expires_in\": 60}"));
            server.on("/register", Reply.json(201, "{\"client_id\": \"c-1\", \"client_secret\": \"canary-secret\"}"));
            server.on("/revoke", Reply.json("{}"));
            server.on(
                    "/device",
                    Reply.json("{\"device_code\": \"canary-code\", \"user_code\": \"U\", \"verification_uri\":"
                            + " \"https://login.example.com\", \"interval\": 0, \"expires_in\": 5}"));
        }
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
        List.of(service, good, evil).forEach(Origin::close);
    }

    private void nameServer(Origin server) {
        resource(service.url("/api"), server.url(""));
    }

    private void resource(String resource, String server) {
        service.on(
                "/meta",
                Reply.json("{\"resource\": \"" + resource + "\", \"authorization_servers\": [\"" + server + "\"]}"));
    }

    /** Sets the metadata of a server, with some members replaced. */
    private static void metadata(Origin server, Map<String, String> replaced) {
        server.on("/.well-known/oauth-authorization-server", Reply.json(document(server, replaced)));
    }

    private static String document(Origin server, Map<String, String> replaced) {
        Map<String, String> members = new java.util.LinkedHashMap<>(Map.of(
                "issuer", quoted(server.url("")),
                "authorization_endpoint", quoted("https://login.example.com/authorize"),
                "token_endpoint", quoted(server.url("/token")),
                "registration_endpoint", quoted(server.url("/register")),
                "revocation_endpoint", quoted(server.url("/revoke")),
                "device_authorization_endpoint", quoted(server.url("/device"))));
        members.putAll(replaced);
        return members.entrySet().stream()
                .map(member -> quoted(member.getKey()) + ": " + member.getValue())
                .collect(java.util.stream.Collectors.joining(", ", "{", "}"));
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\u0007", "\\u0007") + "\"";
    }

    private HttpConnection connection(OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.url("/api"))
                .auth(auth.tokenStore(store).timeSource(clock).build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private static OAuth2Builder user() {
        return OAuth2.authorizationCode().redirectUri("https://app.example.com/callback");
    }

    private static OAuth2Builder confidential() {
        return user().client("id", Secret.of("canary-secret"));
    }

    private static String parameter(URI url, String name) {
        return Stream.of(url.getRawQuery().split("&"))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
                .findFirst()
                .orElseThrow();
    }

    private static void consent(HttpConnection connection) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        flow.finish("code=canary-code&state=" + parameter(flow.start("s"), "state"), "s");
    }

    /** The user has consented, and the access token has expired: the next request requires the refresh token. */
    private void expiredConsent(OAuth2Builder auth) {
        HttpConnection connection = connection(auth);
        consent(connection);
        connection.send(Request.get(""));
        clock.advance(Duration.ofMinutes(2));
    }

    private void assertAttackerReceivedNothing() {
        assertThat(evil.received()).noneSatisfy(request -> assertThat(CANARIES).anyMatch(request::contains));
        assertThat(browsed).isEmpty();
    }

    private static Stream<String> dangerous() {
        return Stream.of(
                "file:///etc/passwd",
                "FILE:///etc/passwd",
                "javascript:alert(1)",
                "JaVaScRiPt:alert(1)",
                "ms-msdt:/id%20PCWDiagnostic",
                "data:text/html,x",
                "mailto:a@example.com",
                "vscode://x",
                "ftp://login.example.com/x",
                "http://login.example.com/x",
                "http://10.0.0.1/x",
                "http://127.0.0.1.evil.example.com/x",
                "http://127.0.0.1@evil.example.com/x",
                "http://localhost.evil.example.com/x",
                "http://2130706433/x",
                "http://127.1/x",
                "http://0177.0.0.1/x",
                "https://user@evil.example.com/x",
                "https://user:pass@evil.example.com/x",
                "https://login.example.com/x#y",
                "https://login.example.com\\@evil.example.com/x",
                "//evil.example.com/x",
                "/authorize",
                "authorize",
                "",
                " https://login.example.com/x",
                "https://login.example.com/x\n",
                "https://login.example.com/\u0007",
                "https://",
                "https:login.example.com");
    }

    @ParameterizedTest
    @MethodSource("dangerous")
    void browserNeverOpensADangerousAuthorizationEndpoint(String url) {
        metadata(good, Map.of("authorization_endpoint", quoted(url)));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(
                connection(OAuth2.authorizationCode().publicClient("id").discover(good.url(""))));
        assertThatThrownBy(() -> flow.authorize(browsed::add, Duration.ofMillis(50)))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("authorization_endpoint that is not acceptable");
        assertThat(browsed).isEmpty();
    }

    private static Stream<Arguments> members() {
        return Stream.of(
                        "token_endpoint",
                        "registration_endpoint",
                        "revocation_endpoint",
                        "device_authorization_endpoint",
                        "introspection_endpoint",
                        "pushed_authorization_request_endpoint",
                        "jwks_uri")
                .flatMap(member -> Stream.of(
                                "file:///x",
                                "http://login.example.com/x",
                                "/relative",
                                "http://127.0.0.1@evil.example.com/x")
                        .map(url -> Arguments.of(member, url)));
    }

    @ParameterizedTest
    @MethodSource("members")
    void endpointsInTheMetadataMustBeHttps(String member, String url) {
        metadata(good, Map.of(member, quoted(url)));
        HttpConnection connection = connection(confidential().discover(good.url("")));
        assertThatThrownBy(() -> consent(connection))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining(member + " that is not acceptable");
        assertThat(good.received("/token")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "{}", "[\"https://login.example.com\"]", "true"})
    void endpointThatIsNotAStringIsRejected(String value) {
        metadata(good, Map.of("token_endpoint", value));
        HttpConnection connection = connection(confidential().discover(good.url("")));
        assertThatThrownBy(() -> consent(connection)).isInstanceOf(OAuth2Exception.class);
    }

    @Test
    void aliasesForMutualTlsMustBeHttps() {
        metadata(good, Map.of("mtls_endpoint_aliases", "{\"token_endpoint\": \"http://login.example.com/x\"}"));
        HttpConnection connection = connection(confidential().discover(good.url("")));
        assertThatThrownBy(() -> consent(connection)).hasMessageContaining("mtls_endpoint_aliases/token_endpoint");
    }

    @Test
    void openIdConfigurationIsChecked() {
        good.on("/.well-known/oauth-authorization-server", Reply.json(404, "{}"));
        good.on(
                "/.well-known/openid-configuration",
                Reply.json(document(good, Map.of("authorization_endpoint", quoted("file:///x")))));
        HttpConnection connection = connection(confidential().discover(good.url("")));
        assertThatThrownBy(() -> consent(connection)).hasMessageContaining("authorization_endpoint");
    }

    @ParameterizedTest
    @MethodSource("dangerous")
    void configuredEndpointsMustBeHttps(String url) {
        // The page of a browser can have a fragment.
        String page = url.contains("#") ? "http://login.example.com/x#y" : url;
        assertThatThrownBy(() -> OAuth2.deviceCode()
                        .publicClient("id")
                        .tokenUrl(url)
                        .authorizationUrl(page)
                        .provider(ProviderSettings.defaults().refreshUrl(url))
                        .revocationUrl(url)
                        .deviceAuthorizationUrl(url)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContainingAll(
                        "tokenUrl: ",
                        "authorizationUrl: ",
                        "refreshUrl: ",
                        "revocationUrl: ",
                        "deviceAuthorizationUrl: ");
        assertThatThrownBy(() -> user().publicClient("id").discover(url).build())
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:1/x", "http://127.255.0.9/x", "http://localhost/x", "http://[::1]:8080/x"})
    void loopbackEndpointsArePermitted(String url) {
        assertThat(OAuth2.clientCredentials().publicClient("id").tokenUrl(url).build())
                .isNotNull();
    }

    @ParameterizedTest
    @MethodSource("dangerous")
    void verificationUriOfADeviceMustBeHttps(String url) {
        for (String member : List.of("verification_uri", "verification_uri_complete")) {
            good.on(
                    "/device",
                    Reply.json("{\"device_code\": \"canary-code\", \"user_code\": \"U\", \"verification_uri\":"
                            + " \"https://login.example.com\", " + quoted(member) + ": " + quoted(url) + "}"));
            DeviceFlow flow = DeviceFlow.of(
                    connection(OAuth2.deviceCode().publicClient("id").discover(good.url(""))));
            if (member.equals("verification_uri_complete") && url.isEmpty()) {
                continue;
            }
            assertThatThrownBy(() -> flow.authorize(prompt -> browsed.add(URI.create("x:/shown"))))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining(member);
        }
        assertAttackerReceivedNothing();
    }

    @Test
    void userCodeCannotControlATerminal() {
        good.on(
                "/device",
                Reply.json("{\"device_code\": \"canary-code\", \"user_code\": \"\\u001b[2J\","
                        + " \"verification_uri\": \"https://login.example.com\"}"));
        DeviceFlow flow =
                DeviceFlow.of(connection(OAuth2.deviceCode().publicClient("id").discover(good.url(""))));
        assertThatThrownBy(() -> flow.authorize(prompt -> {})).hasMessageContaining("control characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///x", "http://10.0.0.1", "http://login.example.com", "", "evil", "https://a@b"})
    void serviceCannotNameADangerousServer(String issuer) {
        resource(service.url("/api"), issuer);
        assertThatThrownBy(() -> consent(connection(confidential().discover()))).isInstanceOf(OAuth2Exception.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///x", "http://10.0.0.1/meta", "/meta", "ftp://x/y", "https://a@b/c"})
    void challengeCannotNameADangerousDocument(String url) {
        service.on("/api", Reply.json(401, "{}").with("WWW-Authenticate", "Bearer resource_metadata=\"" + url + "\""));
        assertThatThrownBy(() -> consent(connection(confidential().discover())))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("resource_metadata");
    }

    @Test
    void challengeCannotNameADocumentOfAnotherOrigin() {
        evil.on(
                "/meta",
                Reply.json("{\"resource\": \"" + service.url("/api") + "\", \"authorization_servers\": [\""
                        + evil.url("") + "\"]}"));
        service.on(
                "/api",
                Reply.json(401, "{}")
                        .with("WWW-Authenticate", "Bearer resource_metadata=\"" + evil.url("/meta") + "\""));
        assertThatThrownBy(() -> consent(connection(confidential().discover())))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("at another origin");
        assertThat(evil.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic realm=\"x, Bearer resource_metadata=URL\"",
                "Basic realm=\"x\\\", Bearer resource_metadata=\\\"URL\\\"\"",
                "Bearer error_description=\"resource_metadata=URL \", realm=\"y\"",
                "Digest nonce=\"a resource_metadata=URL\", Bearer realm=\"z\"",
                "Bearer x_resource_metadata=\"URL\"",
                "Bearer error=\"resource_metadata=URL"
            })
    void quotedStringIsNotAMetadataUrl(String challenge) {
        service.on(
                "/api",
                Reply.json(401, "{}").with("WWW-Authenticate", challenge.replace("URL", service.url("/user-file"))));
        service.on(
                "/user-file",
                Reply.json("{\"resource\": \"" + service.url("/api") + "\", \"authorization_servers\": [\""
                        + evil.url("") + "\"]}"));

        assertThatThrownBy(
                        () -> AuthorizationCodeFlow.of(connection(confidential().discover()))
                                .start("s"))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("/.well-known/oauth-protected-resource/api responds with status 404");
        assertThat(service.received("/user-file")).isEmpty();
        assertAttackerReceivedNothing();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer realm=\"a, b\", RESOURCE_METADATA = \"URL\"",
                "Basic realm=\"x\", , Bearer resource_metadata=\"URL\", error=\"e\"",
                "Negotiate abc=, DPoP algs=\"ES256\", resource_metadata=\"URL\"",
                "Bearer resource_metadata=URL"
            })
    void documentIsFoundAmongOtherChallenges(String challenge) {
        service.on(
                "/api", Reply.json(401, "{}").with("WWW-Authenticate", challenge.replace("URL", service.url("/meta"))));

        assertThat(AuthorizationCodeFlow.of(connection(confidential().discover()))
                        .start("s"))
                .hasHost("login.example.com");
    }

    @Test
    void redirectOfTheServiceDoesNotNameTheServer() {
        evil.on(
                "/api",
                Reply.json(401, "{}")
                        .with("WWW-Authenticate", "Bearer resource_metadata=\"" + evil.url("/meta") + "\""));
        service.on("/api", Reply.redirect(302, evil.url("/api")));
        assertThatThrownBy(() -> consent(connection(confidential().discover()))).isInstanceOf(OAuth2Exception.class);
        assertThat(evil.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/meta", "/.well-known/oauth-authorization-server"})
    void redirectOfADocumentIsNotFollowed(String path) {
        (path.equals("/meta") ? service : good).on(path, Reply.redirect(302, evil.url(path)));
        assertThatThrownBy(() -> consent(connection(confidential().discover()))).isInstanceOf(OAuth2Exception.class);
        assertThat(evil.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/other", "/api/more", "/API", "/api?x=1"})
    void documentForAnotherResourceIsRejected(String path) {
        resource(service.url(path), good.url(""));
        assertThatThrownBy(() -> consent(connection(confidential().discover())))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("is for another resource");
    }

    @Test
    void documentOfAnotherIssuerIsRejected() {
        metadata(good, Map.of("issuer", quoted(evil.url("")), "token_endpoint", quoted(evil.url("/token"))));
        assertThatThrownBy(() -> consent(connection(confidential().discover()))).hasMessageContaining("is not of");
        assertAttackerReceivedNothing();
    }

    private void assertRejected(HttpConnection connection) {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("authorization server has changed");
        }
        assertAttackerReceivedNothing();
    }

    @Test
    void refreshTokenAndSecretAreNotSentToAnotherServer() {
        expiredConsent(confidential().discover());
        nameServer(evil);
        HttpConnection restarted = connection(confidential().discover());
        assertRejected(restarted);
        // The user is not sent to the other server either, which would get the secret with the code.
        assertThatThrownBy(() -> AuthorizationCodeFlow.of(restarted).start("s"))
                .isInstanceOf(AuthorizationRequiredException.class);
        assertThat(evil.received("/token")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void firstServerIsAcceptedWhenItIsNamedAgain(boolean isConfidential) {
        OAuth2Builder auth = isConfidential ? confidential() : user().publicClient("id");
        expiredConsent(auth.discover());
        nameServer(evil);
        HttpConnection restarted = connection(auth.discover());
        assertRejected(restarted);
        nameServer(good);
        clock.advance(Duration.ofMinutes(1));
        assertThat(restarted.send(Request.get("")).status()).isEqualTo(200);
    }

    @Test
    void refreshTokenOfAPublicClientIsNotSentToAnotherServer() {
        expiredConsent(user().publicClient("id").discover());
        nameServer(evil);
        HttpConnection restarted = connection(user().publicClient("id").discover());
        assertRejected(restarted);
        // The user may consent to the other server: it gets no credentials of the first.
        assertThat(AuthorizationCodeFlow.of(restarted).start("s")).isNotNull();
    }

    @Test
    void refreshTokenAndRegisteredSecretAreNotSentToAnotherServer() {
        expiredConsent(user().discover());
        nameServer(evil);
        assertRejected(connection(user().discover()));
        assertThat(evil.received("/token")).isEmpty();
    }

    @Test
    void refreshTokenIsNotSentToAMovedTokenEndpoint() {
        for (OAuth2Builder auth : List.of(
                confidential().discover(),
                confidential().discover(good.url("")),
                user().discover(),
                user().publicClient("id").discover())) {
            metadata(good, Map.of());
            expiredConsent(auth);
            metadata(good, Map.of("token_endpoint", quoted(evil.url("/token"))));
            HttpConnection restarted = connection(auth);
            assertThatThrownBy(() -> restarted.send(Request.get("")))
                    .isInstanceOfAny(AuthorizationRequiredException.class, OAuth2Exception.class);
            assertAttackerReceivedNothing();
        }
    }

    @Test
    void revocationEndpointOfAnotherOriginGetsNoToken() {
        expiredConsent(confidential().discover());
        metadata(good, Map.of("revocation_endpoint", quoted(evil.url("/revoke"))));
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(confidential().discover()));
        assertThatThrownBy(flow::revoke).isInstanceOf(AuthorizationRequiredException.class);
        assertThat(flow.tokens()).isPresent();
        assertAttackerReceivedNothing();
        assertThat(evil.received()).isEmpty();
    }

    @Test
    void deviceAuthorizationEndpointOfAnotherOriginGetsNoSecret() {
        OAuth2Builder auth = OAuth2.deviceCode().client("id", Secret.of("canary-secret"));
        DeviceFlow.of(connection(auth.discover())).authorize(prompt -> {});
        metadata(good, Map.of("device_authorization_endpoint", quoted(evil.url("/device"))));
        assertThatThrownBy(() -> DeviceFlow.of(connection(auth.discover())).authorize(prompt -> {}))
                .isInstanceOf(AuthorizationRequiredException.class);
        assertAttackerReceivedNothing();
        assertThat(evil.received()).isEmpty();
    }

    private static Stream<OAuth2Builder> secrets() {
        return Stream.of(
                OAuth2.clientCredentials().client("id", Secret.of("canary-secret")),
                OAuth2.clientCredentials().client("id", JwtKey.hs256(KEY)),
                OAuth2.clientCredentials().publicClient("id").tokenParameter("key", Secret.of("canary-parameter")),
                OAuth2.clientCredentials()
                        .publicClient("id")
                        .provider(ProviderSettings.defaults().tokenHeader("Authorization", "canary-secret")),
                OAuth2.password("ann", Secret.of("canary-pass")).publicClient("id"),
                OAuth2.refreshToken(Secret.of("canary-refresh")).publicClient("id"),
                OAuth2.jwtBearer(JwtKey.hs256(KEY), Map.of("sub", "robot")));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void configuredSecretsAreSentOnlyToTheFirstServer(OAuth2Builder auth) {
        connection(auth.discover()).send(Request.get(""));
        assertThat(good.received("/token")).hasSize(1);
        clock.advance(Duration.ofMinutes(2));
        nameServer(evil);
        assertRejected(connection(auth.discover()));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void configuredSecretsAreNotSentToAMovedTokenEndpoint(OAuth2Builder auth) {
        connection(auth.discover(good.url(""))).send(Request.get(""));
        clock.advance(Duration.ofMinutes(2));
        metadata(good, Map.of("token_endpoint", quoted(evil.url("/token"))));
        assertThatThrownBy(() -> connection(auth.discover(good.url(""))).send(Request.get("")))
                .isInstanceOf(OAuth2Exception.class);
        assertAttackerReceivedNothing();
    }

    @Test
    void newServerIsAcceptedWhenTheUserNamesIt() {
        expiredConsent(confidential().discover());
        nameServer(evil);
        HttpConnection moved = connection(confidential().discover(evil.url("")));
        consent(moved);
        assertThat(moved.send(Request.get("")).status()).isEqualTo(200);
        assertThat(evil.forms("/token")).noneMatch(form -> form.containsKey("refresh_token"));
    }

    @Test
    void onlyTheConfiguredIssuerIsAccepted() {
        OAuth2Builder auth = confidential().issuer(good.url("")).discover();
        nameServer(evil);
        assertThatThrownBy(() -> consent(connection(auth))).isInstanceOf(AuthorizationRequiredException.class);
        assertAttackerReceivedNothing();
    }

    @Test
    void codeAndVerifierAreNotSentIfTheServerChangesDuringTheFlow() {
        for (OAuth2Builder auth : List.of(user().publicClient("id").discover(), user().discover())) {
            nameServer(good);
            URI url = AuthorizationCodeFlow.of(connection(auth)).start("s");
            nameServer(evil);
            AuthorizationCodeFlow other = AuthorizationCodeFlow.of(connection(auth));
            assertThatThrownBy(() -> other.finish("code=canary-code&state=" + parameter(url, "state"), "s"))
                    .isInstanceOf(AuthorizationRequiredException.class);
            assertAttackerReceivedNothing();
        }
    }

    @Test
    void codeOfAnotherServersCallbackIsNotSent() {
        // The attacker redirects the user to the honest server (mix-up attack, RFC 9700, section 4.4).
        nameServer(evil);
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(user().publicClient("id").discover()));
        String callback = "code=canary-code&state=" + parameter(flow.start("s"), "state") + "&iss=" + good.url("");
        assertThatThrownBy(() -> flow.finish(callback, "s")).isInstanceOf(InvalidCallbackException.class);
        assertAttackerReceivedNothing();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code=canary-code",
                "code=canary-code&state=x",
                "code=canary-code&code=b&state=STATE",
                "code=canary-code&state=STATE&state=x",
                "code=canary-code&state=STATE&iss=https://evil.example.com"
            })
    void codeOfAnInvalidCallbackIsNotSent(String callback) {
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(confidential().discover(good.url(""))));
        String state = parameter(flow.start("s"), "state");
        assertThatThrownBy(() -> flow.finish(callback.replace("STATE", state), "s"))
                .isInstanceOf(InvalidCallbackException.class);
        assertThat(good.received("/token")).isEmpty();
    }

    @Test
    void clientsAreNotRegisteredAtAnotherOrigin() {
        // Otherwise the attacker would get the codes of a client of the honest server.
        metadata(evil, Map.of("registration_endpoint", quoted(good.url("/register"))));
        nameServer(evil);
        assertThatThrownBy(() -> consent(connection(user().discover())))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("registration endpoint");
        assertThat(good.received("/register")).isEmpty();
        assertAttackerReceivedNothing();
    }

    private HttpConnection explicit(String name, Origin server, OAuth2Builder auth, Origin api) {
        HttpConnection connection = HttpConnection.named(name)
                .baseUrl(api.url("/api"))
                .auth(auth.authorizationUrl("https://login.example.com/authorize")
                        .tokenUrl(server.url("/token"))
                        .redirectUri("https://app.example.com/callback")
                        .tokenStore(store, "customer-1")
                        .timeSource(clock)
                        .build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    @Test
    void servicesWithOneStoreAndAccountDoNotShareTokens() {
        evil.on("/api", Reply.json("{}"));
        HttpConnection one =
                explicit("One", good, OAuth2.authorizationCode().client("id", Secret.of("canary-secret")), service);
        consent(one);
        for (HttpConnection other : List.of(
                explicit("Two", evil, OAuth2.authorizationCode().publicClient("id"), evil),
                explicit("One", evil, OAuth2.authorizationCode().publicClient("id"), evil),
                explicit("One", good, OAuth2.authorizationCode().publicClient("other"), evil),
                explicit("Two", good, OAuth2.authorizationCode().publicClient("id"), evil))) {
            assertThatThrownBy(() -> other.send(Request.get("")))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("there is no consent yet");
        }
        assertAttackerReceivedNothing();
        assertThat(one.send(Request.get("")).status()).isEqualTo(200);
    }

    @Test
    void callbackOfOneServiceIsNotFinishedByAnother() {
        HttpConnection one = explicit("One", good, OAuth2.authorizationCode().publicClient("id"), service);
        HttpConnection two = explicit("Two", evil, OAuth2.authorizationCode().publicClient("id"), evil);
        String state = parameter(AuthorizationCodeFlow.of(one).start("s"), "state");
        assertThatThrownBy(() -> AuthorizationCodeFlow.of(two).finish("code=canary-code&state=" + state, "s"))
                .isInstanceOf(InvalidCallbackException.class);
        assertAttackerReceivedNothing();
    }

    @Test
    void changedTokenEndpointGetsNoOldRefreshToken() {
        consent(explicit("One", good, OAuth2.authorizationCode().publicClient("id"), service));
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(
                        () -> explicit("One", evil, OAuth2.authorizationCode().publicClient("id"), service)
                                .send(Request.get("")))
                .isInstanceOf(AuthorizationRequiredException.class);
        assertAttackerReceivedNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsOfTheServerAreNotFollowed(int status) {
        good.on("/register", Reply.redirect(status, evil.url("/register")));
        assertThatThrownBy(() -> consent(connection(user().discover()))).hasMessageContaining("redirects");
        good.on("/register", Reply.json(201, "{\"client_id\": \"c-1\", \"client_secret\": \"canary-secret\"}"));
        good.on("/token", Reply.redirect(status, evil.url("/token")));
        assertThatThrownBy(() -> consent(connection(user().discover()))).hasMessageContaining("redirects");
        good.on("/device", Reply.redirect(status, evil.url("/device")));
        DeviceFlow device = DeviceFlow.of(connection(
                OAuth2.deviceCode().client("id", Secret.of("canary-secret")).discover()));
        assertThatThrownBy(() -> device.authorize(prompt -> {})).hasMessageContaining("redirects");
        assertThat(evil.received()).isEmpty();
    }

    @Test
    void refreshAndRevocationAreNotRedirected() {
        expiredConsent(confidential().discover());
        good.on("/token", Reply.redirect(307, evil.url("/token")));
        good.on("/revoke", Reply.redirect(307, evil.url("/revoke")));
        HttpConnection connection = connection(confidential().discover());
        assertThatThrownBy(() -> connection.send(Request.get(""))).hasMessageContaining("redirects");
        assertThatThrownBy(() -> AuthorizationCodeFlow.of(connection).revoke()).hasMessageContaining("redirects");
        assertThat(evil.received()).isEmpty();
    }

    @Test
    void tokenResponseCannotNameAnotherServer() {
        good.on(
                "/token",
                Reply.json("{\"access_token\": \"canary-access\", \"refresh_token\": \"canary-refresh\","
                        + " \"expires_in\": 60, \"iss\": \"" + evil.url("") + "\", \"token_endpoint\": \""
                        + evil.url("/token")
                        + "\", \"issuer\": {\"id\": \"" + evil.url("") + "\"}}"));
        expiredConsent(confidential().discover());
        connection(confidential().discover()).send(Request.get(""));
        assertThat(good.received("/token")).hasSize(2);
        assertThat(evil.received()).isEmpty();
    }

    @Test
    void registrationResponseCannotNameAnotherServer() {
        good.on(
                "/register",
                Reply.json(
                        201,
                        "{\"client_id\": \"c-1\", \"client_secret\": \"canary-secret\","
                                + " \"registration_client_uri\": \"" + evil.url("/x") + "\", \"issuer\": {\"id\": \""
                                + evil.url("")
                                + "\"}, \"token_endpoint\": \"" + evil.url("/token") + "\"}"));
        expiredConsent(user().discover());
        connection(user().discover()).send(Request.get(""));
        assertThat(evil.received()).isEmpty();
    }

    @Test
    void serverWithoutS256ReceivesNoAuthorizationRequest() {
        metadata(good, Map.of("code_challenge_methods_supported", "[\"plain\"]"));
        assertThatThrownBy(() -> consent(connection(confidential().discover()))).hasMessageContaining("S256");
        consent(connection(
                confidential().discover().provider(ProviderSettings.defaults().withoutPkce())));
        metadata(good, Map.of("code_challenge_methods_supported", "[\"plain\", \"S256\"]"));
        consent(connection(confidential().discover()));
    }

    @Test
    void tokensOfAnEarlierVersionAreRefreshedOnlyWhereTheUserNamedTheServer() {
        String earlier =
                "{\"accessToken\": \"old\", \"refreshToken\": \"canary-refresh\", \"obtainedAt\": 0, \"expiresAt\": 1}";
        store.put("Service", Secret.of(earlier), null);
        HttpConnection discovering = connection(user().publicClient("id").discover());
        assertThatThrownBy(() -> discovering.send(Request.get("")))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("an earlier version");
        assertThat(good.received("/token")).isEmpty();
        AuthorizationCodeFlow.of(discovering).revoke();
        assertThat(store.get("Service")).isEmpty();
        assertThat(good.received("/revoke")).isEmpty();
    }

    @Test
    void tokensOfAnEarlierVersionMoveToTheirNewKey() {
        String earlier =
                "{\"accessToken\": \"old\", \"refreshToken\": \"canary-refresh\", \"obtainedAt\": 0, \"expiresAt\": 1}";
        for (OAuth2Builder auth : List.of(
                user().publicClient("id").discover(good.url("")),
                user().publicClient("id")
                        .authorizationUrl("https://login.example.com/authorize")
                        .tokenUrl(good.url("/token")))) {
            store.put("Service", Secret.of(earlier), null);
            HttpConnection connection = connection(auth);
            assertThat(connection.send(Request.get("")).status()).isEqualTo(200);
            assertThat(store.get("Service")).isEmpty();
            assertThat(store.remove(Keys.of(connection))).isTrue();
        }
        assertThat(good.forms("/token"))
                .allSatisfy(form -> assertThat(form).containsEntry("refresh_token", "canary-refresh"));
    }
}
