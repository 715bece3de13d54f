package io.httpconnector;

import static io.httpconnector.WirePeer.CLOSE;
import static io.httpconnector.WirePeer.PAUSE;
import static io.httpconnector.WirePeer.TUNNEL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.internal.transport.BoundedDnsResolver;
import io.httpconnector.tls.ServerTrust;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ways in which a response, a redirect, a proxy or a pooled connection tries to obtain a credential, or to speak for the
 * service. Each attack is one line.
 */
@Timeout(30)
class CredentialAttackTest {

    private static final String KEY = "k3y-8d1f7c5a9e2b";
    private static final Secret SECRET = Secret.of(KEY);
    private static final String LIE = ok("lie");

    private static final TestAuthority AUTHORITY = new TestAuthority("Root");

    @TempDir
    Path directory;

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String status(int status, String... fields) {
        return "HTTP/1.1 " + status + " X\r\n" + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n")
                + "Content-Length: 0\r\n\r\n";
    }

    /** How a request is sent. */
    private interface Send {
        String by(HttpConnection connection, String stranger, Path file) throws IOException;
    }

    private static Send sends(UnaryOperator<Request> with) {
        return (connection, stranger, file) ->
                connection.send(with.apply(Request.get("/start"))).text();
    }

    private static Send posts(UnaryOperator<Request> with) {
        return (connection, stranger, file) ->
                connection.send(with.apply(Request.post("/start"))).text();
    }

    private static final Send GET = sends(request -> request);
    private static final Send POST = posts(request -> request.json("{}"));

    // ------------------------------------------------------------------------------- led to another origin

    @SuppressWarnings("UnnecessaryLambda") // one line each, as in a table
    private static final UnaryOperator<HttpConnectionBuilder> PLAIN_DEFAULT = c -> c.header("X-Api-Key", KEY);

    @SuppressWarnings("UnnecessaryLambda")
    private static final UnaryOperator<HttpConnectionBuilder> SECRET_DEFAULT = c -> c.header("X-Api-Key", SECRET);

    @SuppressWarnings("UnnecessaryLambda")
    private static final UnaryOperator<HttpConnectionBuilder> DEFAULT_QUERY = c -> c.query("key", KEY);

    @SuppressWarnings("UnnecessaryLambda")
    private static final UnaryOperator<HttpConnectionBuilder> STRATEGY =
            c -> c.auth(request -> request.header("Authorization", "Bearer " + KEY));

    @SuppressWarnings("UnnecessaryLambda")
    private static final UnaryOperator<HttpConnectionBuilder> STRATEGY_QUERY =
            c -> c.auth(request -> request.query("key", KEY));

    @SuppressWarnings("UnnecessaryLambda")
    private static final UnaryOperator<HttpConnectionBuilder> NOTHING = c -> c;

    /**
     * The service leads to a stranger, or the request does.
     *
     * @param response what the service responds; {@code STRANGER} stands for the URL of the stranger
     * @param failure what comes of it; null when the stranger's response does, which is all that it may get
     */
    private record Lure(
            String name,
            UnaryOperator<HttpConnectionBuilder> connection,
            Send send,
            String response,
            @Nullable Class<? extends Exception> failure) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static String redirect(int status) {
        return status(status, "Location: STRANGER/x");
    }

    static Stream<Lure> lures() {
        Class<InvalidResponseException> refused = InvalidResponseException.class;
        Class<InvalidDefinitionException> invalid = InvalidDefinitionException.class;
        return Stream.of(
                new Lure("301, plain default header", PLAIN_DEFAULT, GET, redirect(301), null),
                new Lure("302, plain default header", PLAIN_DEFAULT, GET, redirect(302), null),
                new Lure("303 after POST, plain default header", PLAIN_DEFAULT, POST, redirect(303), null),
                new Lure("307 of a POST, plain default header", PLAIN_DEFAULT, POST, redirect(307), null),
                new Lure("308 of a POST, plain default header", PLAIN_DEFAULT, POST, redirect(308), null),
                new Lure("302, secret default header", SECRET_DEFAULT, GET, redirect(302), null),
                new Lure("302, default query", DEFAULT_QUERY, GET, redirect(302), null),
                new Lure("302, header of the strategy", STRATEGY, GET, redirect(302), null),
                new Lure("302, query of the strategy", STRATEGY_QUERY, GET, redirect(302), null),
                new Lure(
                        "302, secret of the request",
                        NOTHING,
                        sends(r -> r.header("X-Key", SECRET)),
                        redirect(302),
                        null),
                new Lure(
                        "302, Authorization of the request",
                        NOTHING,
                        sends(r -> r.header("Authorization", KEY)),
                        redirect(302),
                        null),
                new Lure(
                        "302, Cookie of the request",
                        NOTHING,
                        sends(r -> r.header("Cookie", "s=" + KEY)),
                        redirect(302),
                        null),
                new Lure(
                        "302, cookie of the service",
                        HttpConnectionBuilder::cookies,
                        GET,
                        status(302, "Location: STRANGER/x", "Set-Cookie: s=" + KEY),
                        null),
                new Lure(
                        "307, secret in the body",
                        NOTHING,
                        posts(r -> r.bodyField("key", SECRET)),
                        redirect(307),
                        refused),
                new Lure(
                        "302, secret of the request in the URL",
                        NOTHING,
                        sends(r -> r.header("X-Key", SECRET)),
                        status(302, "Location: STRANGER/" + KEY),
                        refused),
                new Lure(
                        "302, default in the URL",
                        SECRET_DEFAULT,
                        GET,
                        status(302, "Location: STRANGER/?" + KEY),
                        refused),
                new Lure(
                        "302, key of the strategy in the URL",
                        STRATEGY,
                        GET,
                        status(302, "Location: STRANGER/?Bearer%20" + KEY),
                        refused),
                new Lure("302 without a scheme", PLAIN_DEFAULT, GET, status(302, "Location: //localhost:PORT/x"), null),
                new Lure(
                        "302 with user info",
                        PLAIN_DEFAULT,
                        GET,
                        status(302, "Location: http://service@localhost:PORT/x"),
                        refused),
                new Lure(
                        "302 with a backslash",
                        PLAIN_DEFAULT,
                        GET,
                        status(302, "Location: http://localhost\\@localhost:PORT/x"),
                        refused),
                new Lure(
                        "302 while a body is streamed",
                        PLAIN_DEFAULT,
                        (c, s, f) -> c.read(Request.get("/start"), (head, in) -> new String(in.readAllBytes(), UTF_8)),
                        redirect(302),
                        null),
                new Lure(
                        "302 of a download",
                        PLAIN_DEFAULT,
                        (c, s, f) -> c.download(Request.get("/start"), f).status() == 200 ? "stranger" : "",
                        redirect(302),
                        null),
                new Lure(
                        "absolute URL, plain default header",
                        PLAIN_DEFAULT,
                        (c, s, f) -> c.send(Request.get(s)).text(),
                        "",
                        null),
                new Lure(
                        "absolute URL, default query",
                        DEFAULT_QUERY,
                        (c, s, f) -> c.send(Request.get(s)).text(),
                        "",
                        null),
                new Lure(
                        "absolute URL, strategy",
                        STRATEGY,
                        (c, s, f) -> c.send(Request.get(s)).text(),
                        "",
                        null),
                new Lure(
                        "absolute URL, secret of the request",
                        NOTHING,
                        (c, s, f) ->
                                c.send(Request.get(s).header("X-Key", SECRET)).text(),
                        "",
                        null),
                new Lure(
                        "absolute URL, Authorization",
                        NOTHING,
                        (c, s, f) -> c.send(Request.get(s).header("authorization", KEY))
                                .text(),
                        "",
                        null),
                new Lure(
                        "absolute URL, secret in the query",
                        NOTHING,
                        (c, s, f) -> c.send(Request.get(s).query("key", SECRET)).text(),
                        "",
                        invalid),
                new Lure(
                        "absolute URL, secret in the body",
                        NOTHING,
                        (c, s, f) ->
                                c.send(Request.post(s).bodyField("key", SECRET)).text(),
                        "",
                        invalid),
                new Lure(
                        "download from an absolute URL",
                        PLAIN_DEFAULT,
                        (c, s, f) -> c.download(Request.get(s).header("X-Key", SECRET), f)
                                                .status()
                                        == 200
                                ? "stranger"
                                : "",
                        "",
                        null),
                new Lure(
                        "next link, secret of the request",
                        SECRET_DEFAULT,
                        (c, s, f) -> c.send(Request.get("/a")
                                        .header("X-Key", SECRET)
                                        .withUrl(s))
                                .text(),
                        "",
                        null),
                new Lure(
                        "next link, Cookie of the request",
                        NOTHING,
                        (c, s, f) -> c.send(
                                        Request.get("/a").header("Cookie", KEY).withUrl(s))
                                .text(),
                        "",
                        null),
                new Lure(
                        "next link, secret in the body",
                        NOTHING,
                        (c, s, f) -> c.send(Request.post("/a")
                                        .bodyField("key", SECRET)
                                        .withUrl(s))
                                .text(),
                        "",
                        invalid),
                new Lure(
                        "next link, secret in the query",
                        NOTHING,
                        (c, s, f) -> c.send(
                                        Request.get("/a").query("key", SECRET).withUrl(s))
                                .text(),
                        "",
                        null));
    }

    @ParameterizedTest
    @MethodSource("lures")
    void strangerGetsNoCredential(Lure lure) throws Exception {
        try (WirePeer stranger = new WirePeer((n, request) -> ok("stranger"));
                WirePeer service = new WirePeer((n, request) -> lure.response
                        .replace("STRANGER", stranger.url())
                        .replace("PORT", String.valueOf(stranger.port())));
                HttpConnection connection = lure.connection
                        .apply(HttpConnection.named("Service").baseUrl(service.url()))
                        .build()) {
            AtomicInteger result = new AtomicInteger();
            Throwable failure = catchThrowable(() -> {
                String text = lure.send.by(connection, stranger.url() + "/x", directory.resolve("file"));
                result.set(text.equals("stranger") ? 1 : 0);
            });

            assertThat(stranger.received()).doesNotContain(KEY);
            if (lure.failure == null) {
                assertThat(failure).isNull();
                assertThat(result).hasValue(1);
                assertThat(stranger.requests()).hasSize(1);
            } else {
                assertThat(failure).isInstanceOf(lure.failure).hasMessageNotContaining(KEY);
                assertThat(stranger.requests()).isEmpty();
            }
        }
    }

    @Test
    void whoLeadsAwayAndBackGetsNoCredentialsForAUrlOfHisChoice() throws Exception {
        List<String> back = new CopyOnWriteArrayList<>();
        try (WirePeer stranger = new WirePeer((n, request) -> status(302, "Location: " + back.get(0) + "/admin"));
                WirePeer service = new WirePeer((n, request) -> request.startsWith("GET /start")
                        ? status(302, "Location: " + stranger.url(), "Set-Cookie: s=" + KEY)
                        : ok("admin"));
                HttpConnection connection = SECRET_DEFAULT
                        .andThen(PLAIN_DEFAULT)
                        .andThen(STRATEGY)
                        .apply(HttpConnection.named("Service")
                                .baseUrl(service.url())
                                .cookies())
                        .build()) {
            back.add(service.url());

            connection.send(Request.get("/start").header("X-Own", SECRET));

            assertThat(service.requests()).hasSize(2);
            assertThat(service.requests().get(1)).startsWith("GET /admin").doesNotContain(KEY);
        }
    }

    @Test
    void anotherNameOfTheSameHostIsAnotherOrigin() throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> request.startsWith("GET /start")
                        ? status(
                                302,
                                "Location: http://127.0.0.1:"
                                        + request.replaceFirst("(?s).*Host: localhost:(\\d+).*", "$1") + "/x")
                        : ok("x"));
                HttpConnection connection = PLAIN_DEFAULT
                        .andThen(STRATEGY)
                        .apply(HttpConnection.named("Service").baseUrl(service.url()))
                        .build()) {
            connection.send(Request.get("/start"));

            assertThat(service.requests().get(1)).startsWith("GET /x").doesNotContain(KEY);
        }
    }

    @Test
    void credentialsDoNotLeaveHttpsForHttp() throws Exception {
        try (WirePeer stranger = new WirePeer((n, request) -> ok("stranger"));
                WirePeer service = new WirePeer(
                        AUTHORITY.serverContext(AUTHORITY.server("localhost")),
                        (n, request) -> status(302, "Location: " + stranger.url()));
                HttpConnection connection = PLAIN_DEFAULT
                        .apply(HttpConnection.named("Service")
                                .baseUrl(service.url())
                                .trust(ServerTrust.only(AUTHORITY.pem())))
                        .build()) {
            assertThat(catchThrowable(() -> connection.send(Request.get("/start"))))
                    .isInstanceOf(InvalidResponseException.class)
                    .hasMessageContaining("from https to http");
            assertThat(stranger.requests()).isEmpty();
        }
    }

    @Test
    void strangerThatAsksForCredentialsIsNotGivenAny() throws Exception {
        AtomicInteger refreshed = new AtomicInteger();
        AuthStrategy strategy = new AuthStrategy() {
            @Override
            public Request apply(Request request) {
                return request.header("Authorization", "Bearer " + KEY);
            }

            @Override
            public boolean refresh(Request rejected, Response response) {
                return refreshed.incrementAndGet() > 0;
            }
        };
        try (WirePeer stranger = new WirePeer((n, request) -> status(401, "WWW-Authenticate: Basic realm=\"x\""));
                WirePeer service = new WirePeer((n, request) -> status(302, "Location: " + stranger.url()));
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.url())
                        .auth(strategy)
                        .build()) {
            assertThat(catchThrowable(() -> connection.send(Request.get("/start"))))
                    .isInstanceOf(StatusException.class)
                    .hasMessageContaining(
                            "no credentials were sent, because they belong to " + service.url() + " only");
            assertThat(refreshed).hasValue(0);
            assertThat(stranger.requests()).hasSize(1);
            assertThat(stranger.received()).doesNotContain(KEY);
        }
    }

    // ------------------------------------------------------------------------------- the proxy speaks for the service

    /** What a proxy responds to CONNECT. */
    private record Imposture(String name, String response) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Imposture> impostures() {
        return Stream.of(
                new Imposture("201 with a body", "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nlie"),
                new Imposture(
                        "201 with a body, later",
                        "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n" + PAUSE + "lie" + CLOSE),
                new Imposture(
                        "200 with a token", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"access_token\":\"x\"}"),
                new Imposture("200, and a response behind it", "HTTP/1.1 200 OK\r\n\r\n" + LIE),
                new Imposture("200, and a response through the true tunnel", "HTTP/1.1 200 OK\r\n\r\n" + LIE + TUNNEL),
                new Imposture("200, and a response in plain text", "HTTP/1.1 200 OK\r\n\r\n" + PAUSE + LIE),
                new Imposture("200, and nothing", "HTTP/1.1 200 OK\r\n\r\n" + CLOSE),
                new Imposture("204", "HTTP/1.1 204 No Content\r\n\r\n" + PAUSE + LIE),
                new Imposture("206", "HTTP/1.1 206 Partial\r\nContent-Length: 3\r\n\r\nlie"),
                new Imposture("301", status(301, "Location: http://localhost/")),
                new Imposture("302", status(302, "Location: https://example.com/")),
                new Imposture("304", "HTTP/1.1 304 Not Modified\r\n\r\n"),
                new Imposture("307", status(307, "Location: http://localhost:PORT/x")),
                new Imposture(
                        "400 as of OAuth",
                        "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{\"error\":\"invalid_grant\"}"),
                new Imposture("401", status(401, "WWW-Authenticate: Basic realm=\"x\"")),
                new Imposture(
                        "401 of an authorization server",
                        status(401, "WWW-Authenticate: Bearer resource_metadata=\"http://localhost:PORT/\"")),
                new Imposture("403", "HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\nlie"),
                new Imposture("404", status(404)),
                new Imposture("407", status(407, "Proxy-Authenticate: Basic realm=\"x\"")),
                new Imposture(
                        "407 by Digest",
                        status(407, "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth\"")),
                new Imposture("407 without a challenge", status(407)),
                new Imposture("429", status(429, "Retry-After: 1")),
                new Imposture("502", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nlie"),
                new Imposture("503", status(503, "Retry-After: 1")),
                new Imposture("599, as large as can be", "HTTP/1.1 599 X\r\n\r\n" + "x".repeat(100_000) + CLOSE),
                new Imposture("101", "HTTP/1.1 101 Switching\r\nUpgrade: TLS/1.2\r\nConnection: upgrade\r\n\r\n" + LIE),
                new Imposture("103, and no more", "HTTP/1.1 103 Hints\r\nLink: </>\r\n\r\n" + CLOSE),
                new Imposture("no HTTP", "220 smtp.example.com ESMTP\r\n" + CLOSE),
                new Imposture("nothing", CLOSE),
                new Imposture("endless headers", "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(600) + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource("impostures")
    void proxyIsNotTheService(Imposture imposture) throws Exception {
        AtomicInteger refreshed = new AtomicInteger();
        AuthStrategy strategy = new AuthStrategy() {
            @Override
            public Request apply(Request request) {
                return request.header("Authorization", "Bearer " + KEY);
            }

            @Override
            public boolean refresh(Request rejected, Response response) {
                return refreshed.incrementAndGet() > 0;
            }
        };
        try (WirePeer service = new WirePeer(
                        AUTHORITY.serverContext(AUTHORITY.server("localhost")), (n, request) -> ok("service"));
                WirePeer proxy = new WirePeer(
                        (n, request) -> imposture.response.replace("PORT", String.valueOf(service.port())));
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.url())
                        .trust(ServerTrust.only(AUTHORITY.pem()))
                        .proxy(Proxy.http("localhost", proxy.port()))
                        .auth(strategy)
                        .cookies()
                        .rule(ResponseRule.forStatus(100, 599).treatAs(ResponseRule.Action.ACCEPT))
                        .retry(RetryPolicy.none())
                        .responseTimeout(Duration.ofSeconds(3))
                        .test(Request.get("/start"))
                        .build()) {
            Request request = Request.post("/start").json("{}").acceptAnyStatus();
            CannotConnectException failure =
                    catchThrowableOfType(CannotConnectException.class, () -> connection.send(request));

            assertThat(failure.reason()).isEqualTo(CannotConnectException.Reason.PROXY);
            assertThat(failure.exchange().orElseThrow().status()).isEmpty();
            assertThat(failure)
                    .hasMessageContaining("proxy localhost:" + proxy.port())
                    .hasMessageNotContaining("lie");
            assertThat(connection.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.PROXY);
            assertThat(proxy.received()).doesNotContain(KEY);
            assertThat(service.requests()).isEmpty();
            assertThat(refreshed).hasValue(0);
        }
    }

    @Test
    void proxyThatShowsItsOwnCertificateIsNotTheService() throws Exception {
        TestAuthority stranger = new TestAuthority("Stranger");
        try (WirePeer middle = new WirePeer(stranger.serverContext(stranger.server("localhost")), (n, request) -> LIE);
                WirePeer proxy = new WirePeer((n, request) -> "HTTP/1.1 200 OK\r\n\r\n" + TUNNEL);
                HttpConnection connection = STRATEGY.apply(HttpConnection.named("Service")
                                .baseUrl(middle.url())
                                .trust(ServerTrust.only(AUTHORITY.pem()))
                                .proxy(Proxy.http("localhost", proxy.port())))
                        .build()) {
            CannotConnectException failure =
                    catchThrowableOfType(CannotConnectException.class, () -> connection.send(Request.get("/")));

            assertThat(failure.reason()).isEqualTo(CannotConnectException.Reason.TLS);
            assertThat(middle.received()).doesNotContain(KEY);
        }
    }

    @Test
    void serviceBehindATunnelGetsNoCredentialsOfTheProxy() throws Exception {
        try (WirePeer service = new WirePeer(
                        AUTHORITY.serverContext(AUTHORITY.server("localhost")),
                        (n, request) -> status(407, "Proxy-Authenticate: Basic realm=\"p\""));
                WirePeer proxy = new WirePeer((n, request) -> "HTTP/1.1 200 OK\r\n\r\n" + TUNNEL);
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.url())
                        .trust(ServerTrust.only(AUTHORITY.pem()))
                        .proxy(Proxy.http("localhost", proxy.port()).credentials("user", SECRET))
                        .build()) {
            assertThat(catchThrowable(() -> connection.send(Request.post("/").header("Proxy-Authorization", KEY))))
                    .isInstanceOf(StatusException.class);
            assertThat(service.requests()).hasSize(1);
            assertThat(service.received())
                    .doesNotContainIgnoringCase("Authorization")
                    .doesNotContain(KEY);
        }
    }

    @Test
    void forwardedServiceThatAsksForCredentialsDoesNotGetThoseOfTheProxy() throws Exception {
        try (WirePeer proxy = new WirePeer((n, request) -> status(401, "WWW-Authenticate: Basic realm=\"p\""));
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://localhost:" + proxy.port())
                        .proxy(Proxy.http("localhost", proxy.port()).credentials("user", SECRET))
                        .build()) {
            assertThat(catchThrowable(() -> connection.send(Request.get("/")))).isInstanceOf(StatusException.class);
            assertThat(proxy.requests()).hasSize(1);
        }
    }

    @Test
    void forwardingProxyThatWantsCredentialsIsNotTheService() throws Exception {
        try (WirePeer proxy = new WirePeer((n, request) -> status(407, "Proxy-Authenticate: Basic realm=\"p\""));
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://service.example")
                        .proxy(Proxy.http("localhost", proxy.port()))
                        .rule(ResponseRule.forStatus(100, 599).treatAs(ResponseRule.Action.ACCEPT))
                        .test(Request.get("/"))
                        .build()) {
            CannotConnectException failure = catchThrowableOfType(
                    CannotConnectException.class,
                    () -> connection.send(Request.get("/").acceptAnyStatus()));

            assertThat(failure.reason()).isEqualTo(CannotConnectException.Reason.PROXY);
            assertThat(failure).hasMessageContaining("it requires credentials");
            assertThat(connection.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.PROXY);
            assertThat(proxy.requests()).hasSize(2);
        }
    }

    // ------------------------------------------------------------------------------- bytes that nobody asked for

    /**
     * What the first connection of a service sends in response to a request.
     *
     * @param said sent on the idle connection later, without being asked
     */
    private record Leftover(String name, Request first, String response, String said) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Leftover> leftovers() {
        Request get = Request.get("/first");
        Request head = Request.of("HEAD", "/first");
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n";
        return Stream.of(
                new Leftover("behind Content-Length", get, ok("first") + LIE, ""),
                new Leftover("behind Content-Length, later", get, ok("first") + PAUSE + LIE, ""),
                new Leftover("behind chunks", get, chunked + LIE, ""),
                new Leftover("behind a trailer", get, chunked.replace("0\r\n\r\n", "0\r\nX-T: 1\r\n\r\n") + LIE, ""),
                new Leftover("behind a large body", get, ok("x".repeat(50_000)) + LIE, ""),
                new Leftover("body of 204", get, "HTTP/1.1 204 No\r\n\r\n" + LIE, ""),
                new Leftover(
                        "body of 204 with a length",
                        get,
                        "HTTP/1.1 204 No\r\nContent-Length: " + LIE.length() + "\r\n\r\n" + PAUSE + LIE,
                        ""),
                new Leftover(
                        "body of 304",
                        get.acceptStatus(304),
                        "HTTP/1.1 304 No\r\nContent-Length: " + LIE.length() + "\r\n\r\n" + LIE,
                        ""),
                new Leftover(
                        "body of HEAD",
                        head,
                        "HTTP/1.1 200 OK\r\nContent-Length: " + LIE.length() + "\r\n\r\n" + LIE,
                        ""),
                new Leftover("chunks of HEAD", head, chunked, ""),
                new Leftover("behind an empty body", get, status(200) + LIE, ""),
                new Leftover("behind an error", get.acceptAnyStatus(), status(500) + LIE, ""),
                new Leftover("behind a redirect", get.acceptStatus(302), status(302, "Location: /x") + LIE, ""),
                new Leftover("another interim response", get, ok("first") + "HTTP/1.1 103 Hints\r\n\r\n", ""),
                new Leftover("a line end", get, ok("first") + "\r\n", ""),
                new Leftover("one byte", get, ok("first") + "H", ""),
                new Leftover(
                        "two lengths, of which one ends earlier",
                        get,
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
                        ""),
                new Leftover("on the idle connection", get, ok("first"), LIE),
                new Leftover("one byte on the idle connection", get, ok("first"), "H"));
    }

    private static void second(
            WirePeer service, Leftover leftover, @Nullable WirePeer tunnel, UnaryOperator<HttpConnectionBuilder> with)
            throws Exception {
        try (HttpConnection one = connectionTo(service, with);
                HttpConnection other = connectionTo(service, with)) {
            Response first = one.send(leftover.first);
            assertThat(first.text()).doesNotContain("lie");
            until(() -> service.responded() == 1);
            settle(tunnel);
            service.say(leftover.said);
            settle(tunnel);

            assertThat(other.send(Request.post("/second").json("{}")).text()).isEqualTo("second");
        }
        assertThat(service.connections()).isEqualTo(2);
    }

    /** What is on its way through the tunnel arrives. */
    private static void settle(@Nullable WirePeer tunnel) {
        for (long before = -1; tunnel != null && before != tunnel.forwarded(); ) {
            before = tunnel.forwarded();
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static HttpConnection connectionTo(WirePeer service, UnaryOperator<HttpConnectionBuilder> with) {
        return with.apply(HttpConnection.named("Service")
                        .baseUrl(service.url())
                        .lookup(LOOKUP)
                        .retry(RetryPolicy.none())
                        .responseTimeout(Duration.ofSeconds(5)))
                .build();
    }

    private static final BoundedDnsResolver.DnsResolver LOOKUP = InetAddress::getAllByName;

    private static WirePeer.Script script(Leftover leftover) {
        return (n, request) -> request.contains(" /first") ? leftover.response : ok("second");
    }

    @ParameterizedTest
    @MethodSource("leftovers")
    void bytesThatNobodyAskedForAreNoResponse(Leftover leftover) throws Exception {
        try (WirePeer service = new WirePeer(script(leftover))) {
            second(service, leftover, null, c -> c);
        }
    }

    @ParameterizedTest
    @MethodSource("leftovers")
    void bytesThatNobodyAskedForAreNoResponseInTlsEither(Leftover leftover) throws Exception {
        ServerTrust trust = ServerTrust.only(AUTHORITY.pem());
        try (WirePeer service =
                new WirePeer(AUTHORITY.serverContext(AUTHORITY.server("localhost")), script(leftover))) {
            second(service, leftover, null, c -> c.trust(trust));
        }
    }

    @ParameterizedTest
    @MethodSource("leftovers")
    void bytesThatNobodyAskedForAreNoResponseInATunnelEither(Leftover leftover) throws Exception {
        ServerTrust trust = ServerTrust.only(AUTHORITY.pem());
        try (WirePeer service = new WirePeer(AUTHORITY.serverContext(AUTHORITY.server("localhost")), script(leftover));
                WirePeer tunnel = new WirePeer((n, request) -> "HTTP/1.1 200 OK\r\n\r\n" + TUNNEL)) {
            Proxy proxy = Proxy.http("localhost", tunnel.port());
            second(service, leftover, tunnel, c -> c.trust(trust).proxy(proxy));
        }
    }
}
