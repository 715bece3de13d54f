package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.ConnectionTestResult;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.oauth2.Origin.Received;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Challenges that only another consent can fulfil: RFC 9470, and insufficient_scope of RFC 6750. */
@Timeout(30)
class StepUpTest {

    private static final String STRONGER =
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:gold phr\", max_age=\"300\"";

    private final Origin service = new Origin();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();
    private final AtomicInteger tokens = new AtomicInteger();
    /** The first access token that suffices, and the response to the others. */
    private volatile int sufficient = 1;

    private volatile int status = 401;
    private volatile String challenge = STRONGER;

    @BeforeEach
    void setUp() {
        service.on("/api", this::api);
        service.on(
                "/token",
                request -> Reply.json("{\"access_token\": \"" + tokens.incrementAndGet()
                        + "\", \"refresh_token\": \"r\", \"expires_in\": 3600}"));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
        service.close();
    }

    private Reply api(Received request) {
        return Integer.parseInt(request.authorization().replace("Bearer ", "")) >= sufficient
                ? Reply.json("{}")
                : Reply.json(status, "{}").with("WWW-Authenticate", challenge);
    }

    private HttpConnection connection(OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.url("/api"))
                .auth(auth.tokenUrl(service.url("/token"))
                        .publicClient("app")
                        .tokenStore(store)
                        .build())
                .test(Request.get(""))
                .build();
        opened.add(connection);
        return connection;
    }

    private HttpConnection user(String... scopes) {
        return connection(OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .redirectUri("https://app.example.com/callback")
                .authorizationParameter("max_age", "9999")
                .scopes(scopes));
    }

    private static Map<String, String> start(HttpConnection connection) {
        return parameters(AuthorizationCodeFlow.of(connection).start("s"));
    }

    private static Map<String, String> parameters(URI url) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : url.getRawQuery().split("&", -1)) {
            String[] both = pair.split("=", 2);
            parameters.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static TokenSet consent(HttpConnection connection) {
        String state = start(connection).get("state");
        return AuthorizationCodeFlow.of(connection).finish("code=c&state=" + state, "s");
    }

    private static AuthorizationRequiredException rejected(HttpConnection connection) {
        return catchThrowableOfType(AuthorizationRequiredException.class, () -> connection.send(Request.get("")));
    }

    private void require(int responseStatus, String header) {
        status = responseStatus;
        challenge = header;
        sufficient = tokens.get() + 1;
    }

    @Test
    void strongerAuthenticationIsRequested() {
        HttpConnection connection = user("read");
        consent(connection);
        require(401, STRONGER);

        AuthorizationRequiredException e = rejected(connection);
        assertThat(e.error()).contains("insufficient_user_authentication");
        assertThat(e.acrValues()).containsExactly("urn:gold", "phr");
        assertThat(e.maxAge()).contains(Duration.ofMinutes(5));
        assertThat(e).hasMessageContaining("urn:gold phr").hasMessageContaining("300 seconds");
        assertThat(service.received("/api")).as("not repeated").hasSize(1);
        assertThat(service.received("/token")).as("not refreshed").hasSize(1);
        assertThat(connection.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.AUTHORIZATION_REQUIRED);

        // Another process, which shares only the store, sends the user to the server.
        HttpConnection web = user("read");
        assertThat(start(web))
                .containsEntry("acr_values", "urn:gold phr")
                .containsEntry("max_age", "300")
                .containsEntry("scope", "read");
        consent(web);

        assertThat(connection.send(Request.get("")).status()).isEqualTo(200);
        assertThat(start(web)).doesNotContainKey("acr_values").containsEntry("max_age", "9999");
    }

    @Test
    void moreScopesAreRequestedBesideTheGrantedOnes() {
        HttpConnection connection = user("read");
        consent(connection);
        require(403, "Bearer error=\"insufficient_scope\", scope=\"write files:x\"");
        assertThat(rejected(connection).scopes()).containsExactly("write", "files:x");
        assertThat(rejected(connection).acrValues()).isEmpty();
        assertThat(start(connection)).containsEntry("scope", "read write files:x");
        assertThat(consent(connection).scopes()).containsExactly("read", "write", "files:x");
        assertThat(connection.send(Request.get("")).status()).isEqualTo(200);

        require(403, "Bearer realm=\"x\", error=insufficient_scope, scope=\"admin\"");
        assertThat(rejected(connection).scopes()).containsExactly("admin");
        assertThat(start(connection)).containsEntry("scope", "read write files:x admin");
    }

    @Test
    void challengesAccumulateUntilTheConsent() {
        HttpConnection connection = user("read");
        consent(connection);
        require(403, "Bearer error=\"insufficient_scope\", scope=\"write\"");
        rejected(connection);
        require(401, STRONGER);
        rejected(connection);

        assertThat(start(connection)).containsEntry("scope", "read write").containsEntry("acr_values", "urn:gold phr");
    }

    @Test
    void anotherCredentialIsNotRequestedByAClientWithoutUser() {
        HttpConnection connection = connection(OAuth2.clientCredentials());
        require(403, "Bearer error=\"insufficient_scope\", scope=\"write\"");
        sufficient = 9;
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.status()).isEqualTo(403));
        }
        assertThat(service.received("/token")).hasSize(1);
    }

    @Test
    void sessionIsNotReplaced() {
        service.on("/login", Reply.json("{\"token\": \"0\"}"));
        try (HttpConnection connection = HttpConnection.named("Session")
                .baseUrl(service.url("/api"))
                .auth(LoginAuth.by(Request.post(service.url("/login")))
                        .token("/token")
                        .use(session -> CustomAuth.bearer(session))
                        .build())
                .build()) {
            require(403, "Bearer error=\"insufficient_scope\"");
            assertThatThrownBy(() -> connection.send(Request.get(""))).isInstanceOf(StatusException.class);
            assertThat(service.received("/api")).hasSize(1);
        }
    }

    @Test
    void acceptedResponseIsReturned() {
        HttpConnection connection = user("read");
        consent(connection);
        require(403, "Bearer error=\"insufficient_scope\", scope=\"write\"");
        assertThat(connection.send(Request.get("").acceptStatus(403)).status()).isEqualTo(403);
        require(401, STRONGER);
        assertThat(connection.send(Request.get("").acceptAnyStatus()).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic error=\"insufficient_scope\", scope=\"evil\"",
                "Bearer error_description=\"error=\\\"insufficient_scope\\\", scope=\\\"evil\\\"\"",
                "Bearer error=\"invalid_token\", realm=\"x, error=insufficient_scope scope=evil\"",
                "Bearer error=\"insufficient_scope\" scope=\"evil"
            })
    void onlyAChallengeRequiresScopes(String header) {
        HttpConnection connection = user("read");
        consent(connection);
        require(403, header);
        assertThatThrownBy(() -> connection.send(Request.get(""))).isInstanceOf(StatusException.class);
        assertThat(start(connection)).containsEntry("scope", "read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "99999999999999999999", "1.5", ""})
    void invalidAgeIsIgnored(String age) {
        HttpConnection connection = user("read");
        consent(connection);
        require(
                401,
                "DPoP error=\"insufficient_user_authentication\", max_age=\"" + age + "\", acr_values=\"a\u0007b c\"");
        AuthorizationRequiredException e = rejected(connection);
        assertThat(e.maxAge()).isEmpty();
        assertThat(e.acrValues()).contains("c");
        assertThat(start(connection)).containsEntry("max_age", "9999");
    }

    @Test
    void deviceFlowRequestsWhatIsRequired() {
        service.on("/device", Reply.json("""
                {"device_code": "d", "user_code": "U", "verification_uri": "https://x.example.com", "expires_in": 60}"""));
        HttpConnection connection = connection(OAuth2.deviceCode()
                .deviceAuthorizationUrl(service.url("/device"))
                .authorizationParameter("login_hint", Secret.of("ann"))
                .timeSource(new VirtualTime())
                .scopes("read"));
        DeviceFlow.of(connection).authorize(prompt -> {});
        require(403, "Bearer error=\"insufficient_scope\", scope=\"write\"");
        rejected(connection);
        TokenSet granted = DeviceFlow.of(connection).authorize(prompt -> {});

        assertThat(service.forms("/device"))
                .extracting(form -> form.get("scope") + " " + form.get("login_hint"))
                .containsExactly("read ann", "read write ann");
        assertThat(granted.scopes()).containsExactly("read", "write");
        assertThat(connection.send(Request.get("")).status()).isEqualTo(200);
    }

    @Test
    void revocationForgetsTheChallenge() {
        HttpConnection connection = user("read");
        consent(connection);
        require(401, STRONGER);
        rejected(connection);
        AuthorizationCodeFlow.of(connection).revoke();
        assertThat(start(connection)).doesNotContainKey("acr_values");
    }
}
