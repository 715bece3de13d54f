package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A failed token request is not repeated before its backoff has ended. */
@Timeout(30)
class TokenRequestBackoffTest {

    private static final String TOKENS = "{\"access_token\": \"a1\", \"refresh_token\": \"r1\", \"expires_in\": 60}";
    private static final Reply UNAVAILABLE = new Reply(503, "", Map.of("Retry-After", "120"));

    private final Origin server = new Origin();
    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();

    @BeforeEach
    void setUp() {
        server.on("/x", Reply.json("{}"));
        server.on("/token", Reply.json(TOKENS));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
        server.close();
    }

    private HttpConnection connection(OAuth2Builder auth) {
        return connection(auth, clock);
    }

    private HttpConnection connection(OAuth2Builder auth, VirtualTime by) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(server.url(""))
                .auth(auth.tokenUrl(server.url("/token"))
                        .tokenStore(store)
                        .timeSource(by)
                        .build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private static OAuth2Builder machine() {
        return OAuth2.clientCredentials().client("id", Secret.of("secret-1"));
    }

    private static void send(HttpConnection connection) {
        connection.send(Request.get("/x"));
    }

    private static ConnectorException fails(HttpConnection connection) {
        return catchThrowableOfType(ConnectorException.class, () -> send(connection));
    }

    private int assertTokenRequests() {
        return server.received("/token").size();
    }

    @Test
    void retryAfterOfTheTokenEndpointIsKeptForExpiredTokens() {
        HttpConnection connection =
                connection(OAuth2.refreshToken(Secret.of("r0")).publicClient("id"));
        send(connection);
        clock.advance(Duration.ofMinutes(2));
        server.on("/token", UNAVAILABLE);
        for (int i = 0; i < 30; i++) {
            assertThat(fails(connection)).isNotNull();
        }
        assertThat(assertTokenRequests()).isEqualTo(2);
        assertThat(fails(connection).retryAfter()).hasValue(Duration.ofMinutes(2));
        clock.advance(Duration.ofSeconds(119));
        assertThat(fails(connection))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("until the backoff ends");
        assertThat(fails(connection).retryAfter()).hasValue(Duration.ofSeconds(1));
        assertThat(assertTokenRequests()).isEqualTo(2);

        server.on("/token", Reply.json(TOKENS));
        clock.advance(Duration.ofSeconds(1));
        send(connection);
        assertThat(assertTokenRequests()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "401, invalid_client, 30",
        "400, invalid_client, 30",
        "400, invalid_scope, 30",
        "400, unauthorized_client, 30",
        "200, invalid_client, 30",
        "400, temporarily_unavailable, 2",
        "403, '', 30",
        "500, '', 2",
        "408, '', 2",
        "429, '', 2",
        "200, '', 30"
    })
    void backoffDependsOnTheFailure(int status, String error, int seconds) {
        server.on("/token", Reply.json(status, error.isEmpty() ? "{}" : "{\"error\": \"" + error + "\"}"));
        HttpConnection connection = connection(machine());
        for (int i = 0; i < 40; i++) {
            assertThat(fails(connection)).isNotNull();
        }
        assertThat(assertTokenRequests()).isEqualTo(1);
        assertThat(fails(connection))
                .isInstanceOfSatisfying(
                        OAuth2Exception.class,
                        e -> assertThat(e.error().orElse("")).isEqualTo(error));
        clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
        assertThat(fails(connection)).isNotNull();
        assertThat(assertTokenRequests()).isEqualTo(1);
        clock.advance(Duration.ofMillis(1));
        assertThat(fails(connection)).isNotNull();
        assertThat(assertTokenRequests()).isEqualTo(2);
    }

    @Test
    void backoffDoublesUpToAQuarterOfAnHour() {
        server.on("/token", Reply.json(401, "{\"error\": \"invalid_client\"}"));
        HttpConnection connection = connection(machine());
        int requests = 0;
        for (int seconds : List.of(30, 60, 120, 240, 480, 900, 900)) {
            assertThat(fails(connection)).isNotNull();
            requests++;
            clock.advance(Duration.ofSeconds(seconds - 1));
            assertThat(fails(connection))
                    .hasMessageContaining("until the backoff ends")
                    .hasMessageContaining("in 2 s");
            assertThat(assertTokenRequests()).isEqualTo(requests);
            clock.advance(Duration.ofSeconds(1));
        }
        server.on("/token", Reply.json(TOKENS));
        send(connection);
        // A success ends the backoff.
        clock.advance(Duration.ofMinutes(2));
        server.on("/token", Reply.json(401, "{\"error\": \"invalid_client\"}"));
        assertThat(fails(connection)).isNotNull();
        clock.advance(Duration.ofSeconds(30));
        int before = assertTokenRequests();
        assertThat(fails(connection)).isNotNull();
        assertThat(assertTokenRequests()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @CsvSource({
        "401, unauthorized_client, true",
        "401, bad_secret, true",
        "400, unauthorized_client, false",
        "403, access_denied, false"
    })
    void anyErrorWithStatus401RequiresOtherCredentials(int status, String error, boolean isExpected) {
        server.on("/token", Reply.json(status, "{\"error\": \"" + error + "\"}"));
        HttpConnection connection =
                connection(OAuth2.password("ann", Secret.of("wrong-4711")).publicClient("id"));
        for (int i = 0; i < 2; i++) {
            assertThat(fails(connection).needsAuthorization()).isEqualTo(isExpected);
        }
    }

    @Test
    void wrongPasswordIsNotSentRepeatedly() {
        server.on("/token", Reply.json(400, "{\"error\": \"invalid_grant\"}"));
        AtomicReference<String> password = new AtomicReference<>("wrong-4711");
        HttpConnection connection =
                connection(OAuth2.password("ann", Secret.from(password::get)).publicClient("id"));
        for (int i = 0; i < 12; i++) {
            ConnectorException failure = fails(connection);
            assertThat(failure.needsAuthorization()).isTrue();
            assertThat(failure).hasMessageNotContaining("wrong-4711");
        }
        assertThat(assertTokenRequests()).isEqualTo(1);

        // Another password is sent immediately.
        password.set("right-4711");
        server.on("/token", Reply.json(TOKENS));
        send(connection);
        assertThat(assertTokenRequests()).isEqualTo(2);
    }

    @Test
    void otherSecretsAreSentImmediately() {
        server.on("/token", Reply.json(401, "{\"error\": \"invalid_client\"}"));
        assertThat(fails(connection(machine()))).isNotNull();
        assertThat(fails(connection(machine()))).hasMessageContaining("until the backoff ends");
        assertThat(fails(connection(OAuth2.clientCredentials().client("id", Secret.of("secret-2")))))
                .hasMessageNotContaining("until the backoff ends");
        assertThat(fails(connection(OAuth2.clientCredentials().client("id-2", Secret.of("secret-1")))))
                .hasMessageNotContaining("until the backoff ends");
        assertThat(fails(connection(machine().tokenParameter("key", Secret.of("another-secret")))))
                .hasMessageNotContaining("until the backoff ends");
        assertThat(assertTokenRequests()).isEqualTo(4);
    }

    @Test
    void connectionsWithTheSameTokensShareTheBackoff() throws Exception {
        server.on("/token", UNAVAILABLE);
        List<HttpConnection> connections = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            connections.add(connection(machine()));
        }
        ExecutorService threads = Executors.newFixedThreadPool(10);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                HttpConnection connection = connections.get(i % 5);
                all.add(threads.submit(() -> assertThat(fails(connection)).isNotNull()));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(assertTokenRequests()).isEqualTo(1);
    }

    @Test
    void newConsentEndsTheBackoff() {
        OAuth2Builder auth = OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .publicClient("id")
                .redirectUri("https://app.example.com/callback");
        HttpConnection connection = connection(auth);
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        consent(flow);
        clock.advance(Duration.ofMinutes(2));
        server.on("/token", UNAVAILABLE);
        assertThat(fails(connection)).isNotNull();
        server.on("/token", Reply.json(TOKENS));
        consent(flow);
        send(connection);
        clock.advance(Duration.ofMinutes(1));
        send(connection);
        assertThat(assertTokenRequests()).isEqualTo(4);
    }

    private static void consent(AuthorizationCodeFlow flow) {
        String state = flow.start("s").toString().replaceAll(".*state=", "");
        flow.finish("code=code-4711&state=" + state, "s");
    }

    @Test
    void unreachableServerCausesNoBackoff() {
        String url = server.url("/token");
        server.close();
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl("http://127.0.0.1:1")
                .auth(machine()
                        .tokenUrl(url)
                        .tokenStore(store)
                        .timeSource(clock)
                        .build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        assertThat(fails(connection)).isInstanceOf(CannotConnectException.class);
        assertThat(fails(connection)).as("nothing reached the server").isInstanceOf(CannotConnectException.class);
    }

    @Test
    void failedDiscoveryIsNotRepeatedImmediately() {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(server.url(""))
                .auth(machine()
                        .discover(server.url(""))
                        .tokenStore(store)
                        .timeSource(clock)
                        .build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        for (int i = 0; i < 10; i++) {
            assertThat(fails(connection)).isNotNull();
        }
        assertThat(server.received()).hasSize(3);
    }

    @Test
    void failingStoreCausesNoBackoff() {
        TokenStore broken = new ForwardingStore(store) {
            @Override
            public void put(String key, Secret value, Duration needed) {
                throw new ConnectorException("the disk is full");
            }
        };
        HttpConnection connection =
                connection(OAuth2.refreshToken(Secret.of("r0")).publicClient("id"));
        HttpConnection failing = HttpConnection.named("Service")
                .baseUrl(server.url(""))
                .auth(OAuth2.refreshToken(Secret.of("r0"))
                        .publicClient("id")
                        .tokenUrl(server.url("/token"))
                        .tokenStore(broken)
                        .timeSource(clock)
                        .build())
                .build();
        opened.add(failing);
        assertThat(fails(failing)).hasMessageContaining("disk is full");
        assertThat(fails(failing))
                .hasMessageContaining("disk is full")
                .hasMessageNotContaining("until the backoff ends");
        send(connection);
    }

    @Test
    void clockThatIsSetBackDoesNotExtendTheBackoff() {
        server.on("/token", Reply.json(401, "{\"error\": \"invalid_client\"}"));
        HttpConnection connection = connection(machine());
        assertThat(fails(connection)).isNotNull();
        clock.adjustClock(Duration.ofHours(-5));
        assertThat(fails(connection)).hasMessageNotContaining("until the backoff ends");
        assertThat(assertTokenRequests()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999", "8640000"})
    void retryAfterIsLimitedToADay(String retryAfter) {
        server.on("/token", new Reply(503, "", Map.of("Retry-After", retryAfter)));
        HttpConnection connection = connection(machine());
        assertThat(fails(connection)).isNotNull();
        clock.advance(Duration.ofDays(1).minusSeconds(1));
        boolean remembers = fails(connection).getMessage().contains("until the backoff ends");
        clock.advance(Duration.ofSeconds(1));
        assertThat(fails(connection)).hasMessageNotContaining("until the backoff ends");
        assertThat(remembers || retryAfter.length() > 9).isTrue();
    }

    // The meaning of tokens and errors.

    @Test
    void temporaryErrorDoesNotEndTheGrant() {
        HttpConnection connection =
                connection(OAuth2.refreshToken(Secret.of("r0")).publicClient("id"));
        for (String error : List.of("temporarily_unavailable", "server_error", "invalid_request", "invalid_scope")) {
            server.on("/token", Reply.json(400, "{\"error\": \"" + error + "\"}"));
            assertThat(fails(connection))
                    .isInstanceOf(OAuth2Exception.class)
                    .isNotInstanceOf(AuthorizationRequiredException.class);
            clock.advance(Duration.ofHours(1));
        }
        server.on("/token", Reply.json(TOKENS));
        send(connection);
    }

    private HttpConnection repeating(OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("Repeating")
                .baseUrl(server.url(""))
                .auth(auth.tokenUrl(server.url("/token")).build())
                .build();
        opened.add(connection);
        return connection;
    }

    @Test
    void refreshIsNotRepeatedAfterAFailureOfTheServer() {
        server.on("/token", Reply.json(503, "{}"));
        HttpConnection connection =
                repeating(OAuth2.refreshToken(Secret.of("r0")).publicClient("id"));
        assertThat(fails(connection)).isInstanceOf(ConnectorException.class);
        assertThat(assertTokenRequests()).isEqualTo(1);
    }

    @Test
    void codeIsNotRepeatedAfterAFailureOfTheServer() {
        server.on("/token", Reply.json(503, "{}"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(repeating(OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .publicClient("id")
                .redirectUri("https://app.example.com/callback")));
        assertThatThrownBy(() -> consent(flow)).isInstanceOf(ConnectorException.class);
        assertThat(assertTokenRequests()).isEqualTo(1);
    }

    @Test
    void clientCredentialsAreRepeatedAfterAFailureOfTheServer() {
        server.on("/token", request -> assertTokenRequests() == 1 ? Reply.json(503, "{}") : Reply.json(TOKENS));
        send(repeating(machine()));
        assertThat(assertTokenRequests()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"40, 30", "8, 6", "240, 180", "3600, 3540"})
    void tokenIsRefreshedAtMostAQuarterOfItsLifetimeBeforeItExpires(int lifetime, int renewed) {
        server.on("/token", Reply.json("{\"access_token\": \"a1\", \"expires_in\": " + lifetime + "}"));
        HttpConnection connection = connection(machine());
        send(connection);
        send(connection);
        clock.advance(Duration.ofSeconds(renewed).minusMillis(1));
        send(connection);
        assertThat(assertTokenRequests()).isEqualTo(1);
        clock.advance(Duration.ofMillis(1));
        send(connection);
        assertThat(assertTokenRequests()).isEqualTo(2);
    }

    @Test
    void rejectedTokenIsReplacedDespiteDifferentClocks() {
        VirtualTime behind = new VirtualTime();
        behind.adjustClock(Duration.ofMinutes(-5));
        HttpConnection one = connection(machine());
        HttpConnection two = connection(machine(), behind);
        send(one);
        send(two);
        server.on(
                "/x",
                request -> request.authorization().equals("Bearer a2") ? Reply.json("{}") : Reply.json(401, "{}"));
        server.on("/token", Reply.json("{\"access_token\": \"a2\", \"expires_in\": 60}"));
        send(two);
        send(two);
        assertThat(assertTokenRequests()).isEqualTo(2);
    }

    @Test
    void rejectedTokenIsReplacedAfterTheClockWasSetBack() {
        HttpConnection connection = connection(machine());
        send(connection);
        clock.adjustClock(Duration.ofMinutes(-5));
        server.on(
                "/x",
                request -> request.authorization().equals("Bearer a2") ? Reply.json("{}") : Reply.json(401, "{}"));
        server.on("/token", Reply.json("{\"access_token\": \"a2\", \"expires_in\": 60}"));
        send(connection);
        assertThat(assertTokenRequests()).isEqualTo(2);
    }

    @Test
    void invalidCodeRequiresConsent() {
        server.on("/token", Reply.json(400, "{\"error\": \"invalid_grant\"}"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .publicClient("id")
                .redirectUri("https://app.example.com/callback")));
        assertThatThrownBy(() -> consent(flow))
                .isInstanceOfSatisfying(
                        AuthorizationRequiredException.class,
                        e -> assertThat(e.error()).hasValue("invalid_grant"));
        server.on("/token", Reply.json(401, "{\"error\": \"invalid_client\"}"));
        assertThatThrownBy(() -> consent(flow))
                .isNotInstanceOf(AuthorizationRequiredException.class)
                .isInstanceOfSatisfying(
                        OAuth2Exception.class,
                        e -> assertThat(e.needsAuthorization()).isTrue());
    }

    @Test
    void rememberedErrorHasItsErrorCode() {
        server.on("/token", Reply.json(400, "{\"error\": \"invalid_grant\"}"));
        HttpConnection connection =
                connection(OAuth2.refreshToken(Secret.of("r0")).publicClient("id"));
        for (int i = 0; i < 3; i++) {
            assertThat(fails(connection))
                    .isInstanceOfSatisfying(
                            AuthorizationRequiredException.class,
                            e -> assertThat(e.error()).hasValue("invalid_grant"));
        }
        assertThat(assertTokenRequests()).isEqualTo(1);
    }
}
