package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.unauthorized;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.testing.VirtualTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class LoginAuthTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final VirtualTime clock = new VirtualTime();

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    private static void login(ResponseDefinitionBuilder response) {
        service.stubFor(post("/login").willReturn(response));
    }

    private static void loginReturns(String token) {
        login(okJson("{\"token\": \"" + token + "\"}"));
    }

    private HttpConnection connection(UnaryOperator<LoginAuthBuilder> more) {
        Request login = Request.post("/login").json(Map.of("user", "app")).bodyField("password", Secret.of("pa55word"));
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(more.apply(LoginAuth.by(login).timeSource(clock)).build())
                .retry(RetryPolicy.none())
                .build();
    }

    @Test
    void listenersObserveEachLogin() {
        loginReturns("t1");
        List<String> observed = new ArrayList<>();
        ExchangeListener listener = new ExchangeListener() {
            @Override
            public CallObserver started(ExchangeStarted start) {
                return new CallObserver() {};
            }

            @Override
            public void credentials(CredentialsReport report) {
                observed.add(report.outcome() + " until " + report.expiresAt().orElseThrow());
            }
        };
        Request login = Request.post("/login").json(Map.of("user", "app"));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(LoginAuth.by(login)
                        .timeSource(clock)
                        .lifetime(Duration.ofHours(1))
                        .build())
                .listener(listener)
                .build()) {
            connection.send(Request.get("/x"));
            connection.send(Request.get("/x"));
        }

        assertThat(observed).containsExactly("OBTAINED until " + clock.now().plus(Duration.ofHours(1)));
    }

    private static void verifyLogins(int count) {
        service.verify(count, postRequestedFor(urlEqualTo("/login")));
    }

    @Test
    void loginIsSentOnceForAllThreads() throws Exception {
        loginReturns("t1");
        ExecutorService threads = Executors.newFixedThreadPool(32);
        try (HttpConnection connection = connection(auth -> auth)) {
            List<Callable<Integer>> calls = Stream.<Callable<Integer>>generate(
                            () -> () -> connection.send(Request.get("/orders")).status())
                    .limit(64)
                    .toList();
            for (Future<Integer> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo(200);
            }
        } finally {
            threads.shutdownNow();
        }
        service.verify(
                1,
                postRequestedFor(urlEqualTo("/login"))
                        .withRequestBody(equalToJson("{\"user\": \"app\", \"password\": \"pa55word\"}")));
        service.verify(64, getRequestedFor(urlEqualTo("/orders")).withHeader("Authorization", equalTo("Bearer t1")));
    }

    @Test
    void tokenIsReadFromAndSentInTheConfiguredLocations() {
        login(okJson("{\"data\": {\"session\": 4711, \"host\": \"eu\"}}"));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl() + "/{{auth.region}}")
                .auth(LoginAuth.by(() -> Request.post(service.url("/login")))
                        .token("/data/session")
                        .field("region", "/data/host")
                        .use(token -> CustomAuth.query("sid", token).andCookie("sid", token))
                        .build())
                .build()) {
            connection.send(Request.get("/orders"));
        }
        service.verify(getRequestedFor(urlEqualTo("/eu/orders?sid=4711")).withHeader("Cookie", equalTo("sid=4711")));
    }

    /** SAP Business One: the session, and the node of the load balancer; the response has a token that is not sent. */
    @Test
    void cookiesOfTheLoginAreKept() {
        login(okJson("{\"SessionId\": \"s1\"}")
                .withHeader(
                        "Set-Cookie",
                        "B1SESSION=s1; HttpOnly; Path=/b1s",
                        "ROUTEID=.node2; path=/b1s",
                        "gone=; Max-Age=0"));
        try (HttpConnection connection = connection(LoginAuthBuilder::keepCookies)) {
            connection.send(Request.get("/b1s/orders"));
            connection.send(Request.get("/b1s/own").header("Cookie", "own=1"));
        }
        service.verify(getRequestedFor(urlEqualTo("/b1s/orders"))
                .withHeader("Cookie", equalTo("B1SESSION=s1; ROUTEID=.node2"))
                .withoutHeader("Authorization"));
        service.verify(getRequestedFor(urlEqualTo("/b1s/own"))
                .withHeader("Cookie", equalTo("own=1; B1SESSION=s1; ROUTEID=.node2")));
        login(okJson("{}"));
        try (HttpConnection connection = connection(LoginAuthBuilder::keepCookies)) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(LoginException.class)
                    .hasMessageContaining("no token in /token, and no response has set a cookie");
        }
    }

    /** RFC 6265, sections 5.2 and 5.3; values are sent as they were received. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a=\"x y,z\"                                   | a=\"x y,z\"",
                "a=b\u00fc                                    | a=b\u00fc",
                "=x#a=1                                      | a=1",
                "a=1#a=2                                     | a=2",
                "a=1#b=2; Max-Age=0#c=3                      | a=1; c=3",
                "a=1#b=2#b=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT | a=1",
                "a=1#b=2; Path=/other                        | a=1",
                "a=1#b=2; Path=/orders                       | b=2; a=1",
                "a=1#b=2; Domain=other.example               | a=1",
                "a=1#b=2; Secure                             | a=1",
            })
    void cookiesOfTheLoginAreKeptLikeABrowserDoes(String set, String sent) {
        login(okJson("{}").withHeader("Set-Cookie", set.split("#")));
        try (HttpConnection connection = connection(LoginAuthBuilder::keepCookies)) {
            connection.send(Request.get("/orders"));
        }
        String cookie = service.getAllServeEvents()
                .get(0)
                .getRequest()
                .getHeaders()
                .getHeader("Cookie")
                .firstValue();
        // The HTTP server of the test reads UTF-8 or ISO-8859-1.
        assertThat(cookie.replace("\u00c3\u00bc", "\u00fc")).isEqualTo(sent);
    }

    @Test
    void cookiesOfAStepAreSentWithTheNextOne() {
        service.stubFor(
                get("/app/page").willReturn(okJson("{}").withHeader("Set-Cookie", "csrf=c1; Path=/app", "s=0")));
        service.stubFor(post("/app/login").willReturn(okJson("{}").withHeader("Set-Cookie", "s=1; Max-Age=60")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.url("/app"))
                .auth(LoginAuth.by(Request.get("/page"))
                        .then(values -> Request.post("/login"))
                        .keepCookies()
                        .timeSource(clock)
                        .build())
                .build()) {
            connection.send(Request.get("/orders"));
            connection.send(Request.get("/orders"));
            service.verify(1, postRequestedFor(urlEqualTo("/app/login")).withHeader("Cookie", equalTo("csrf=c1; s=0")));
            service.verify(2, getRequestedFor(urlEqualTo("/app/orders")).withHeader("Cookie", equalTo("csrf=c1; s=1")));
            clock.advance(Duration.ofSeconds(60));
            connection.send(Request.get("/orders"));
        }
        service.verify(2, postRequestedFor(urlEqualTo("/app/login")));
    }

    @Test
    void tokenIsReadFromAHeaderACookieOrTheWholeBody() {
        login(aResponse()
                .withHeader("X-Subject-Token", "h1")
                .withHeader("Set-Cookie", "theme=dark; Path=/", "JSESSIONID=c1; Path=/; HttpOnly")
                .withBody("b1\n"));
        sendWith(auth -> auth.tokenHeader("X-Subject-Token"), "h1");
        sendWith(auth -> auth.tokenCookie("JSESSIONID"), "c1");
        sendWith(auth -> auth.token(""), "b1");
        login(okJson("\"b2\""));
        sendWith(auth -> auth.token(""), "b2");
    }

    private void sendWith(UnaryOperator<LoginAuthBuilder> place, String token) {
        try (HttpConnection connection = connection(place)) {
            connection.send(Request.get("/" + token));
        }
        service.verify(
                getRequestedFor(urlEqualTo("/" + token)).withHeader("Authorization", equalTo("Bearer " + token)));
    }

    @Test
    void loginIsRepeatedBeforeTheTokenExpires() {
        login(okJson("{\"token\": \"t1\", \"validFor\": 60}"));
        try (HttpConnection connection = connection(auth -> auth.expires("/validFor", ExpiryFormat.MINUTES))) {
            connection.send(Request.get("/orders"));
            clock.advance(Duration.ofMinutes(58));
            connection.send(Request.get("/orders"));
            verifyLogins(1);
            loginReturns("t2");
            clock.advance(Duration.ofMinutes(1));
            connection.send(Request.get("/last"));
            verifyLogins(2);
        }
        service.verify(getRequestedFor(urlEqualTo("/last")).withHeader("Authorization", equalTo("Bearer t2")));
    }

    static Stream<Arguments> absurd() {
        return Arrays.stream(ExpiryFormat.values())
                .flatMap(unit -> Stream.of(
                                "1e100000000",
                                "1e-100000000",
                                "0e2147483647",
                                "1e999999999",
                                "+999999999-12-31T23:59:59Z",
                                "9".repeat(5_000_000))
                        .map(written -> arguments(unit, written)));
    }

    @ParameterizedTest
    @MethodSource("absurd")
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void invalidExpiryIsIgnored(ExpiryFormat unit, String written) {
        login(okJson("{\"token\": \"t1\", \"validFor\": \"" + written + "\"}"));
        try (HttpConnection connection = connection(auth -> auth.expires("/validFor", unit))) {
            connection.send(Request.get("/orders"));
            connection.send(Request.get("/orders"));
        }
        verifyLogins(1);
    }

    @Test
    void configuredLifetimeAppliesToResponsesWithoutExpiry() {
        loginReturns("t1");
        try (HttpConnection connection = connection(
                auth -> auth.expires("/validFor", ExpiryFormat.MINUTES).lifetime(Duration.ofMinutes(10)))) {
            connection.send(Request.get("/orders"));
            clock.advance(Duration.ofMinutes(9));
            connection.send(Request.get("/orders"));
        }
        verifyLogins(2);
    }

    @Test
    void rejectedTokenIsReplacedAndTheRequestSentOnceMore() {
        loginReturns("t1");
        try (HttpConnection connection = connection(auth -> auth)) {
            connection.send(Request.get("/orders"));
            service.stubFor(get("/orders")
                    .withHeader("Authorization", equalTo("Bearer t1"))
                    .willReturn(unauthorized()));
            loginReturns("t2");
            clock.advance(Duration.ofSeconds(60));
            assertThat(connection.send(Request.get("/orders")).status()).isEqualTo(200);
            verifyLogins(2);
        }
    }

    @Test
    void serviceThatRejectsEveryTokenGetsNoFurtherLogins() {
        loginReturns("t1");
        service.stubFor(get("/orders").willReturn(unauthorized()));
        try (HttpConnection connection = connection(auth -> auth)) {
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                        .isInstanceOf(StatusException.class);
            }
            verifyLogins(1);
        }
    }

    @Test
    void rejectedLoginIsNotRepeatedForHalfAMinute() {
        login(aResponse().withStatus(403).withBody("no such user: pa55word"));
        try (HttpConnection connection = connection(auth -> auth)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                        .isInstanceOf(LoginException.class)
                        .hasMessageContaining("rejected with status 403")
                        .hasStackTraceContaining("StatusException");
            }
            verifyLogins(1);
            loginReturns("t1");
            clock.advance(Duration.ofSeconds(30));
            connection.send(Request.get("/orders"));
            verifyLogins(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"token\": null}", "{\"token\": {\"x\": 1}}", "[]", "canary", "<html>canary", ""})
    void responseWithoutATokenIsNotQuoted(String body) {
        login(aResponse().withBody(body));
        try (HttpConnection connection = connection(auth -> auth)) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(LoginException.class)
                    .hasMessageContaining("\"Service\": the response to the login has no token in /token")
                    .hasMessageNotContaining("canary");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"errcode\": 40001, \"errmsg\": \"bad canary, or pa55word\"} | 40001: bad canary, or ***",
                "{\"error\": {\"code\": \"E7\", \"message\": \"locked\"}} | E7: locked",
                "{\"error\": \"invalid_user\"} | invalid_user",
                "error=denied&error_description=No+way | denied: No way",
                "<r><code>7</code><message>closed</message></r> | 7: closed"
            })
    void errorOfAResponseWithoutATokenIsReported(String body, String reported) {
        login(aResponse().withBody(body));
        try (HttpConnection connection = connection(auth -> auth)) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(LoginException.class)
                    .hasMessageContaining("has no token in /token; the service reports: " + reported)
                    .hasMessageNotContaining("pa55word");
        }
    }

    @Test
    void codeThatMayBeACredentialIsNotReported() {
        login(aResponse().withBody("{\"data\": {\"code\": \"s3cr3t-c0de\"}}"));
        try (HttpConnection connection = connection(auth -> auth)) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(LoginException.class)
                    .hasMessageNotContaining("s3cr3t");
        }
    }

    @Test
    void backoffAfterARejectedLoginDoubles() {
        login(aResponse().withStatus(403));
        try (HttpConnection connection = connection(auth -> auth)) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders"))).isInstanceOf(LoginException.class);
            clock.advance(Duration.ofSeconds(30));
            assertThatThrownBy(() -> connection.send(Request.get("/orders"))).isInstanceOf(LoginException.class);
            verifyLogins(2);
            clock.advance(Duration.ofSeconds(59));
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOfSatisfying(
                            LoginException.class,
                            e -> assertThat(e.retryAfter()).hasValue(Duration.ofSeconds(1)));
            verifyLogins(2);
            clock.advance(Duration.ofSeconds(1));
            loginReturns("t1");
            connection.send(Request.get("/orders"));
        }
    }

    @Test
    void onlyARejectedLoginNeedsOtherCredentials() {
        for (int status : new int[] {401, 404}) {
            login(aResponse().withStatus(status));
            try (HttpConnection connection = connection(auth -> auth)) {
                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                            .isInstanceOfSatisfying(
                                    LoginException.class,
                                    e -> assertThat(e.needsAuthorization()).isEqualTo(status == 401));
                }
            }
        }
    }

    @Test
    void loginWaitsForRetryAfter() {
        login(aResponse().withStatus(503).withHeader("Retry-After", "120"));
        try (HttpConnection connection = connection(auth -> auth)) {
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                        .isInstanceOf(ConnectorException.class);
            }
            verifyLogins(1);
            clock.advance(Duration.ofMinutes(2));
            loginReturns("t1");
            connection.send(Request.get("/orders"));
        }
    }

    @Test
    void loginIsRepeatedAfterAServerFailure() {
        login(aResponse().withStatus(503));
        try (HttpConnection connection = connection(auth -> auth)) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders"))).isInstanceOf(StatusException.class);
            loginReturns("t1");
            assertThat(connection.send(Request.get("/orders")).status()).isEqualTo(200);
        }
    }

    @Test
    void invalidSettingsAreReportedWhenTheStrategyIsBuilt() {
        assertThatThrownBy(() -> LoginAuth.by((Request) null)
                        .token("a.b")
                        .lifetime(Duration.ZERO)
                        .expires("/x", null)
                        .use(null)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("request: it is null")
                .hasMessageContaining("token: it is no JSON pointer")
                .hasMessageContaining("lifetime: PT0S is not positive")
                .hasMessageContaining("expires: it is null")
                .hasMessageContaining("use: it is null");
        assertThatThrownBy(() -> LoginAuth.by(Request.post("/login")).build().apply(Request.get("/")))
                .hasMessageContaining("open(...)");
    }

    @ParameterizedTest
    @CsvSource({"302, GET", "303, POST", "307, POST", "308, GET"})
    void tokenOfAnotherOriginIsNotUsed(int status, String method) throws Exception {
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger requests = new AtomicInteger();
        other.createContext("/", exchange -> {
            requests.incrementAndGet();
            byte[] token = "{\"token\": \"planted\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, token.length);
            exchange.getResponseBody().write(token);
            exchange.close();
        });
        other.start();
        String url = "http://localhost:" + other.getAddress().getPort() + "/login";
        service.stubFor(any(urlEqualTo("/login"))
                .willReturn(aResponse().withStatus(status).withHeader("Location", url)));
        Request login = Request.of(method, "/login");
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(LoginAuth.by(login).build())
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/items")))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("redirects a request for credentials to another origin")
                    .hasMessageContaining("set the URL that it redirects to");
        } finally {
            other.stop(0);
        }
        service.verify(0, getRequestedFor(urlEqualTo("/items")));
        assertThat(requests).hasValue(0);
    }

    @Test
    void loginMayBeRedirectedWithinTheOrigin() {
        login(aResponse().withStatus(303).withHeader("Location", "/session"));
        service.stubFor(get("/session").willReturn(okJson("{\"token\": \"t1\"}")));
        try (HttpConnection connection = connection(login -> login)) {
            connection.send(Request.get("/items"));
        }
        service.verify(getRequestedFor(urlEqualTo("/items")).withHeader("Authorization", equalTo("Bearer t1")));
    }
}
