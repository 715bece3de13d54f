package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.Origin.Received;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dynamic client registration against a server that checks clients, redirect URIs and client authentication. */
@Timeout(30)
class RegistrationTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Origin service = new Origin();
    private final Origin login = new Origin();
    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();
    private final AtomicInteger registered = new AtomicInteger();
    private final AtomicInteger tokens = new AtomicInteger();
    /** The redirect URI by client id. */
    private final Map<String, String> clients = new ConcurrentHashMap<>();

    private final Set<String> refreshTokens = ConcurrentHashMap.newKeySet();
    private volatile String more = "";
    private volatile String metadata = "";

    @BeforeEach
    void setUp() {
        service.on(
                "/api",
                request -> request.authorization().startsWith("Bearer a")
                        ? Reply.json("{}")
                        : Reply.json(401, "{}")
                                .with("WWW-Authenticate", "Bearer resource_metadata=\"" + service.url("/meta") + "\""));
        service.on(
                "/meta",
                request -> Reply.json("{\"resource\": \"" + service.url("/api") + "\", \"authorization_servers\": [\""
                        + login.url("") + "\"]}"));
        login.on(
                "/.well-known/oauth-authorization-server",
                request -> Reply.json("{\"issuer\": \"" + login.url("")
                        + "\", \"authorization_endpoint\": \"" + login.url("/authorize") + "\", \"token_endpoint\": \""
                        + login.url("/token") + "\", \"registration_endpoint\": \"" + login.url("/register")
                        + "\", \"device_authorization_endpoint\": \"" + login.url("/device") + "\"" + metadata + "}"));
        login.on("/register", this::register);
        login.on("/authorize", this::authorize);
        login.on("/token", this::token);
        login.on(
                "/device",
                Reply.json("{\"device_code\": \"d\", \"user_code\": \"U\", \"interval\": 0, \"expires_in\": 9,"
                        + " \"verification_uri\": \"https://login.example.com\"}"));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
        List.of(service, login).forEach(Origin::close);
    }

    private Reply register(Received request) {
        String id = "c-" + registered.incrementAndGet();
        clients.put(id, json(request).at("/redirect_uris/0").asText("none"));
        return Reply.json(201, "{\"client_id\": \"" + id + "\"" + more + "}");
    }

    /** Compares redirect URIs as strings, as many servers do. */
    private Reply authorize(Received request) {
        URI url = URI.create("x:/?" + request.query());
        String redirectUri = parameter(url, "redirect_uri");
        return redirectUri.equals(clients.get(parameter(url, "client_id")))
                ? Reply.redirect(302, redirectUri + "?code=code-4711&state=" + parameter(url, "state"))
                : Reply.json(400, "{\"error\": \"invalid_redirect_uri\"}");
    }

    private Reply token(Received request) {
        Map<String, String> form = Origin.form(request);
        String id = form.get("client_id");
        if (id == null) {
            id = clients.keySet().stream()
                    .filter(known -> request.contains(known + ":"))
                    .findFirst()
                    .orElse("");
        }
        if (!clients.containsKey(id)) {
            return Reply.json(401, "{\"error\": \"invalid_client\"}");
        }
        String old = form.get("refresh_token");
        if (old != null && !refreshTokens.remove(old + " of " + id)) {
            return Reply.json(400, "{\"error\": \"invalid_grant\"}");
        }
        int number = tokens.incrementAndGet();
        refreshTokens.add("r" + number + " of " + id);
        return Reply.json(
                "{\"access_token\": \"a" + number + "\", \"refresh_token\": \"r" + number + "\", \"expires_in\": 60}");
    }

    private static JsonNode json(Received request) {
        try {
            return JSON.readTree(request.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<JsonNode> registrations() {
        return login.received("/register").stream().map(RegistrationTest::json).toList();
    }

    private static String parameter(URI url, String name) {
        return Stream.of(url.getRawQuery().split("&"))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
                .findFirst()
                .orElseThrow();
    }

    private HttpConnection connection(OAuth2Builder auth, String account) {
        HttpConnection connection = HttpConnection.named("Tools")
                .baseUrl(service.url("/api"))
                .auth(auth.tokenStore(store, account).timeSource(clock).build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private HttpConnection connection() {
        return connection(user(), "ann");
    }

    private static OAuth2Builder user() {
        return OAuth2.authorizationCode().discover().redirectUri("https://app.example.com/callback");
    }

    /** Follows the authorization URL to the callback, without the page of the application. */
    private static void consent(HttpConnection connection) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        HttpResponse<String> response = get(flow.start("s"));
        flow.finish(response.headers().firstValue("Location").orElseThrow(), "s");
    }

    private static HttpResponse<String> get(URI url) {
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Follows the redirect to the loopback interface. */
    @SuppressWarnings("UnnecessaryLambda")
    private static final Consumer<URI> BROWSER =
            url -> get(URI.create(get(url).headers().firstValue("Location").orElse("http://127.0.0.1:1")));

    @Test
    void unknownClientIsRegisteredAgainOnce() {
        HttpConnection ann = connection();
        HttpConnection bob = connection(user(), "bob");
        consent(ann);
        consent(bob);
        assertThat(registered).hasValue(1);

        clients.clear();
        clock.advance(Duration.ofMinutes(2));
        for (HttpConnection connection : List.of(ann, bob, ann, bob)) {
            // Its refresh token was issued to the old client.
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOfSatisfying(
                            AuthorizationRequiredException.class,
                            e -> assertThat(e.error()).hasValue("invalid_grant"));
        }
        assertThat(registered).hasValue(2);

        consent(ann);
        consent(bob);
        ann.send(Request.get(""));
        bob.send(Request.get(""));
        clock.advance(Duration.ofMinutes(2));
        ann.send(Request.get(""));
        assertThat(registered).hasValue(2);
    }

    @Test
    void refreshTokenThatTheNewClientCanUseRequiresNoConsent() {
        HttpConnection connection = connection();
        consent(connection);
        clients.clear();
        clock.advance(Duration.ofMinutes(2));
        refreshTokens.add("r1 of c-2");
        connection.send(Request.get(""));
        clock.advance(Duration.ofMinutes(2));
        connection.send(Request.get(""));
        assertThat(registered).hasValue(2);
    }

    @Test
    void clientIsNotRegisteredAgainAndAgain() {
        HttpConnection connection = connection();
        consent(connection);
        clock.advance(Duration.ofMinutes(2));
        login.on("/token", Reply.json(401, "{\"error\": \"invalid_client\"}"));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOf(AuthorizationRequiredException.class);
        }
        assertThat(registered).hasValue(2);
        assertThat(login.received("/token")).hasSize(3);
    }

    @Test
    void clientUnknownAtTheCodeExchangeIsRegisteredAgain() {
        HttpConnection connection = connection();
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        String callback = "code=code-4711&state=" + parameter(flow.start("s"), "state");
        clients.clear();
        flow.finish(callback, "s");
        assertThat(registered).hasValue(2);
        assertThat(parameter(flow.start("s"), "client_id")).isEqualTo("c-2");
    }

    @Test
    void manyThreadsRegisterOneClient() throws Exception {
        List<HttpConnection> connections = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            connections.add(connection(user(), "user-" + i));
        }
        atOnce(connections, RegistrationTest::consent);
        assertThat(registered).hasValue(1);

        clients.clear();
        clock.advance(Duration.ofMinutes(2));
        atOnce(
                connections,
                connection -> assertThatThrownBy(() -> connection.send(Request.get("")))
                        .isInstanceOf(AuthorizationRequiredException.class));
        assertThat(registered).hasValue(2);
    }

    private static void atOnce(List<HttpConnection> connections, Consumer<HttpConnection> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections.size());
        try {
            List<Future<?>> all = new ArrayList<>();
            connections.forEach(connection -> all.add(threads.submit(() -> work.accept(connection))));
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void expiredSecretIsReplaced() {
        more = ", \"client_secret\": \"secret-4711\", \"client_secret_expires_at\": "
                + clock.now().plusSeconds(3600).getEpochSecond();
        consent(connection());
        clock.advance(Duration.ofMinutes(59));
        assertThat(parameter(AuthorizationCodeFlow.of(connection()).start("s"), "client_id"))
                .isEqualTo("c-1");
        clock.advance(Duration.ofMinutes(1));
        assertThat(parameter(AuthorizationCodeFlow.of(connection()).start("s"), "client_id"))
                .isEqualTo("c-2");
        more = ", \"client_secret\": \"secret-4711\", \"client_secret_expires_at\": 0";
        assertThatThrownBy(() -> connection().send(Request.get(""))).isInstanceOf(AuthorizationRequiredException.class);
        assertThat(registered).hasValueLessThanOrEqualTo(3);
    }

    @Test
    void registrationsAreByGrantScopesAndRedirectUri() {
        Set<String> ids = new HashSet<>();
        for (OAuth2Builder auth : List.of(
                user(),
                user().scopes("a"),
                user().scopes("a", "b"),
                user().redirectUri("https://app.example.com/other"))) {
            ids.add(parameter(AuthorizationCodeFlow.of(connection(auth, "ann")).start("s"), "client_id"));
        }
        DeviceFlow.of(connection(OAuth2.deviceCode().discover(), "ann")).authorize(prompt -> {});
        assertThat(ids).hasSize(4);
        assertThat(registered).hasValue(5);
        JsonNode device = registrations().get(4);
        assertThat(device.at("/grant_types").toString()).contains("device_code", "refresh_token");
        assertThat(device.has("redirect_uris")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "client_secret_post, true, BODY",
        "client_secret_basic, true, BASIC",
        "none, true, NONE",
        "none, false, NONE",
        "'', true, BASIC",
        "'', false, NONE"
    })
    void clientAuthenticatesAsTheResponseSays(String method, boolean hasSecret, ClientAuthentication expected) {
        more = (method.isEmpty() ? "" : ", \"token_endpoint_auth_method\": \"" + method + "\"")
                + (hasSecret ? ", \"client_secret\": \"the-secret\"" : "");
        consent(connection());
        Received request = login.received("/token").get(0);
        Map<String, String> form = login.forms("/token").get(0);
        assertThat(request.authorization().startsWith("Basic ")).isEqualTo(expected == ClientAuthentication.BASIC);
        assertThat(form.containsKey("client_secret")).isEqualTo(expected == ClientAuthentication.BODY);
        assertThat(form.containsKey("client_id")).isEqualTo(expected != ClientAuthentication.BASIC);
        assertThat(request.contains("the-secret")).isEqualTo(expected != ClientAuthentication.NONE);
    }

    @Test
    void unsupportedMethodIsReported() {
        more = ", \"token_endpoint_auth_method\": \"private_key_jwt\"";
        assertThatThrownBy(() -> consent(connection())).hasMessageContaining("private_key_jwt");
    }

    @Test
    void supportedMethodIsRegistered() {
        metadata = ", \"token_endpoint_auth_methods_supported\": [\"client_secret_post\", \"private_key_jwt\"]";
        consent(connection());
        assertThat(registrations().get(0).at("/token_endpoint_auth_method").asText())
                .isEqualTo("client_secret_post");
    }

    @Test
    void loopbackRedirectIsRegisteredAsItIsUsed() {
        OAuth2Builder auth = OAuth2.authorizationCode().discover();
        HttpConnection connection = connection(auth, "ann");
        AuthorizationCodeFlow.of(connection).authorize(BROWSER, Duration.ofSeconds(10));
        connection.send(Request.get(""));
        JsonNode first = registrations().get(0);
        assertThat(first.at("/application_type").asText()).isEqualTo("native");
        assertThat(first.at("/redirect_uris/0").asText()).matches("http://127\\.0\\.0\\.1:\\d+/callback");

        // The next time it has the same port, and the same client.
        AuthorizationCodeFlow.of(connection).authorize(BROWSER, Duration.ofSeconds(10));
        assertThat(registered).hasValue(1);
    }

    @Test
    void loopbackRedirectIsRegisteredWithAnotherPortIfItsPortIsInUse() throws Exception {
        HttpConnection ann = connection(OAuth2.authorizationCode().discover(), "ann");
        AuthorizationCodeFlow.of(ann).authorize(BROWSER, Duration.ofSeconds(10));
        int port = URI.create(registrations().get(0).at("/redirect_uris/0").asText())
                .getPort();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            HttpConnection bob = connection(OAuth2.authorizationCode().discover(), "bob");
            AuthorizationCodeFlow.of(bob).authorize(BROWSER, Duration.ofSeconds(10));
        }
        assertThat(registered).hasValue(2);
        // The tokens of the first client are refreshed by the first client.
        clock.advance(Duration.ofMinutes(2));
        ann.send(Request.get(""));
        assertThat(registered).hasValue(2);
    }

    @Test
    void configuredLoopbackPortIsKept() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        String redirectUri = "http://localhost:" + port + "/back";
        HttpConnection connection =
                connection(OAuth2.authorizationCode().discover().redirectUri(redirectUri), "ann");
        AuthorizationCodeFlow.of(connection).authorize(BROWSER, Duration.ofSeconds(10));
        assertThat(registrations().get(0).at("/redirect_uris/0").asText()).isEqualTo(redirectUri);
    }

    @Test
    void timeoutMentionsTheRedirectUri() {
        HttpConnection connection = connection(OAuth2.authorizationCode().discover(), "ann");
        assertThatThrownBy(() -> AuthorizationCodeFlow.of(connection).authorize(url -> {}, Duration.ofMillis(50)))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("redirect URI")
                .hasMessageContaining("http://127.0.0.1:");
    }

    @Test
    void rejectedRegistrationIsReportedWithTheEndpoint() {
        login.on("/register", Reply.json(400, "{\"error\": \"invalid_client_metadata\"}"));
        assertThatThrownBy(() -> consent(connection()))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("The registration endpoint responded with an error: invalid_client_metadata");
        login.on("/register", Reply.json(201, "{}"));
        assertThatThrownBy(() -> consent(connection())).hasMessageContaining("no client_id");
    }

    @Test
    void clientOfAnEarlierVersionIsUsed() {
        clients.put("old", "https://app.example.com/callback");
        String key = "client." + TokenStoreCodec.fingerprint(login.url("") + " https://app.example.com/callback");
        store.put(key, Secret.of("{\"id\": \"old\", \"secret\": null}"), null);
        HttpConnection connection = connection();
        consent(connection);
        assertThat(registered).hasValue(0);
        clients.clear();
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(() -> connection.send(Request.get(""))).isInstanceOf(AuthorizationRequiredException.class);
        assertThat(registered).hasValue(1);
    }

    @Test
    void tokensOfAnUnknownClientCountAsRevoked() {
        metadata = ", \"revocation_endpoint\": \"" + login.url("/revoke") + "\"";
        login.on("/revoke", Reply.json(401, "{\"error\": \"invalid_client\"}"));
        HttpConnection connection = connection();
        consent(connection);
        AuthorizationCodeFlow.of(connection).revoke();
        assertThat(AuthorizationCodeFlow.of(connection).tokens()).isEmpty();
    }

    @Test
    void otherGrantsRequireAClient() {
        for (OAuth2Builder auth : List.of(
                OAuth2.clientCredentials().discover(),
                OAuth2.clientCredentials().discover(login.url("")),
                OAuth2.deviceCode().discover(login.url("")),
                OAuth2.refreshToken(Secret.of("r")).discover(),
                OAuth2.password("ann", Secret.of("p")).discover())) {
            assertThatThrownBy(auth::build)
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("client: it is missing");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void resourceIsInEachRequest(boolean discovered, boolean device) {
        OAuth2Builder auth = device ? OAuth2.deviceCode() : OAuth2.authorizationCode();
        if (discovered) {
            auth.discover();
        } else {
            auth.discover(login.url("")).publicClient("c").resource(service.url("/api"));
            clients.put("c", "https://app.example.com/callback");
        }
        auth.redirectUri("https://app.example.com/callback").authorizationParameter("audience", "everyone");
        HttpConnection connection = connection(auth, "ann");
        if (device) {
            DeviceFlow.of(connection).authorize(prompt -> {});
            assertThat(login.forms("/device").get(0))
                    .containsEntry("resource", service.url("/api"))
                    .containsEntry("audience", "everyone");
        } else {
            consent(connection);
            assertThat(parameter(
                            URI.create(
                                    "x:/?" + login.received("/authorize").get(0).query()),
                            "resource"))
                    .isEqualTo(service.url("/api"));
        }
        clock.advance(Duration.ofMinutes(2));
        connection.send(Request.get(""));
        assertThat(login.forms("/token"))
                .hasSize(2)
                .allSatisfy(form -> assertThat(form).containsEntry("resource", service.url("/api")));
        assertThat(login.forms("/token").get(1)).containsEntry("grant_type", "refresh_token");
    }

    @Test
    void configuredResourceTakesPrecedence() {
        HttpConnection connection = connection(user().resource("https://api.example.com/"), "ann");
        assertThat(parameter(AuthorizationCodeFlow.of(connection).start("s"), "resource"))
                .isEqualTo("https://api.example.com/");
    }
}
