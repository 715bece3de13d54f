package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.stream.EventStream;
import io.httpconnector.stream.ServerSentEvent;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.transport.JdkTransport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The features of a connection over HTTP/2. Faults are in {@link Http2FaultsTest}. */
@Timeout(60)
class Http2TransportTest {

    private static final TestAuthority CA = new TestAuthority("Test CA");
    private static final TestAuthority.Identity LOCALHOST = CA.server("localhost");

    @TempDir
    private Path dir;

    private static Http2Peer peer(Http2Peer.Script script) throws IOException {
        return new Http2Peer(CA.serverContext(LOCALHOST), Map.of(), script);
    }

    private static HttpConnectionBuilder connection(String url) {
        return HttpConnection.named("Service")
                .baseUrl(url)
                .trust(ServerTrust.only(CA.pem()))
                .transport(JdkTransport.http2())
                .retry(RetryPolicy.none());
    }

    private static HttpConnectionBuilder plain() {
        return HttpConnection.named("Service").baseUrl("https://localhost").transport(JdkTransport.http2());
    }

    private static byte[] compressed(String text, String coding) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = coding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** A real server, Jetty, which WireMock contains. */
    @Test
    void realServer() throws Exception {
        Path store = dir.resolve("server.jks");
        try (OutputStream out = Files.newOutputStream(store)) {
            LOCALHOST.keyStore("JKS", "password").store(out, "password".toCharArray());
        }
        WireMockServer server = new WireMockServer(wireMockConfig()
                .dynamicHttpsPort()
                .httpDisabled(true)
                .keystorePath(store.toString())
                .keystoreType("JKS")
                .keystorePassword("password")
                .keyManagerPassword("password"));
        server.start();
        try (HttpConnection connection = connection(server.baseUrl()).build()) {
            server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(201).withBody("x".repeat(100_000))));

            Response response = connection.send(Request.post("/a")
                    .body(Body.text("y".repeat(200_000), "text/plain"))
                    .header("X-A", "1"));

            assertThat(response.status()).isEqualTo(201);
            assertThat(response.text()).hasSize(100_000);
            LoggedRequest received = server.getAllServeEvents().get(0).getRequest();
            assertThat(received.getProtocol()).isEqualTo("HTTP/2.0");
            assertThat(received.getBody()).hasSize(200_000);
            assertThat(received.getHeader("x-a")).isEqualTo("1");
            assertThat(received.getHeader("user-agent")).isEqualTo("http-connector");
            assertThat(received.getHeader("content-type")).startsWith("text/plain");
        } finally {
            server.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "GZIP, x-none"})
    void bodyIsDecompressed(String coding) throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    byte[] body = compressed(
                            "accepted " + stream.field("accept-encoding"), coding.equals("deflate") ? coding : "gzip");
                    stream.headers(200, "content-encoding", coding, "content-length", Integer.toString(body.length));
                    stream.data(body, true);
                });
                HttpConnection connection = connection(peer.url()).build()) {
            Response response = connection.send(Request.get("/"));

            assertThat(response.text()).isEqualTo("accepted gzip, deflate");
            assertThat(response.headers().names()).doesNotContain("content-encoding", "content-length");
        }
    }

    @Test
    void unknownCodingIsRejectedUnlessTheBodyIsEmpty() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200, "content-encoding", "br");
                    stream.data(stream.field(":path").equals("/empty") ? "" : "body", true);
                });
                HttpConnection connection = connection(peer.url()).build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("Unsupported Content-Encoding: br");
            assertThat(connection.send(Request.get("/empty")).text()).isEmpty();
        }
    }

    @Test
    void responsesWithoutABody() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    boolean isHead = stream.field(":method").equals("HEAD");
                    if (isHead) {
                        stream.headersOnly(200, "content-length", "70");
                    } else {
                        stream.headersOnly(
                                Integer.parseInt(stream.field(":path").substring(1)));
                    }
                });
                HttpConnection connection = connection(peer.url()).build()) {
            Response head = connection.send(Request.of("HEAD", "/"));
            assertThat(head.bytes()).isEmpty();
            assertThat(head.headers().first("Content-Length")).contains("70");
            assertThat(connection.send(Request.delete("/204")).bytes()).isEmpty();
            assertThat(connection.send(Request.get("/304").acceptAnyStatus()).bytes())
                    .isEmpty();
            assertThat(connection.send(Request.get("/200")).bytes()).isEmpty();
        }
    }

    @Test
    void redirectsAndCookies() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    if (stream.field(":path").equals("/login")) {
                        stream.headersOnly(302, "location", "/home", "set-cookie", "id=7; Path=/", "set-cookie", "b=8");
                    } else {
                        stream.headers(200);
                        stream.data(String.valueOf(stream.field("cookie")), true);
                    }
                });
                HttpConnection connection = connection(peer.url()).cookies().build()) {
            assertThat(connection.send(Request.get("/login")).text())
                    .contains("id=7")
                    .contains("b=8");
        }
    }

    @Test
    void filesAreStreamedInBothDirectionsWithTheirProgress() throws Exception {
        byte[] content = new byte[3_000_000];
        Path file = Files.write(dir.resolve("upload"), content);
        AtomicLong up = new AtomicLong();
        AtomicLong down = new AtomicLong();
        try (Http2Peer peer = peer(stream -> {
                    String body = stream.request();
                    stream.headers(
                            200,
                            "content-length",
                            Integer.toString(body.length()),
                            "x-length",
                            String.valueOf(stream.field("content-length")));
                    stream.data(body.getBytes(StandardCharsets.ISO_8859_1), true);
                });
                HttpConnection connection = connection(peer.url()).build()) {
            Request request = Request.post("/")
                    .body(Body.file(file, "application/octet-stream"))
                    .onUpload((count, total) -> up.set(count * 10 + total % 10))
                    .onDownload((count, total) -> down.set(count));
            long received = connection.read(request, (head, body) -> {
                assertThat(head.headers().first("X-Length")).contains("3000000");
                return body.transferTo(OutputStream.nullOutputStream());
            });
            assertThat(received).isEqualTo(3_000_000);
            assertThat(up.get()).isEqualTo(30_000_000);
            assertThat(down.get()).isEqualTo(3_000_000);

            Request unknown = Request.post("/")
                    .body(Body.stream(() -> new ByteArrayInputStream(content), "application/octet-stream"));
            assertThat(connection.send(unknown).headers().first("X-Length")).contains("null");
            assertThat(connection.send(unknown).bytes()).hasSize(3_000_000);
        }
    }

    /** A service that responds while it reads: the rest of the request is sent as well. */
    @Test
    void responseMayStartBeforeTheEndOfTheRequest() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200);
                    stream.data(stream.request().length() + " bytes", true);
                });
                HttpConnection connection = connection(peer.url()).build()) {
            Request request = Request.post("/")
                    .body(Body.writing(
                            out -> {
                                for (int i = 0; i < 10; i++) {
                                    out.write(new byte[100_000]);
                                    out.flush();
                                }
                            },
                            1_000_000,
                            "text/plain"));
            assertThat(connection.send(request).text()).isEqualTo("1000000 bytes");
        }
    }

    @Test
    void lengthOfTheRequestThatDiffersIsReported() throws Exception {
        try (Http2Peer peer = peer(stream -> stream.headersOnly(200));
                HttpConnection connection = connection(peer.url()).build()) {
            for (int length : List.of(9, 11)) {
                Request request =
                        Request.post("/").body(Body.writing(out -> out.write(new byte[10]), length, "text/plain"));
                TransferException e = catchThrowableOfType(TransferException.class, () -> connection.send(request));
                assertThat(e).hasMessageContaining("the body has 10 bytes, but " + length + " were announced");
            }
        }
    }

    /** What the code that writes a body throws reaches the caller, and the next request is sent. */
    @ParameterizedTest
    @ValueSource(strings = {"error", "overflow", "undeclared", "runtime"})
    void failureOfABodyHarmsNoOtherCall(String kind) throws Exception {
        Throwable thrown = switch (kind) {
            case "error" -> new AssertionError("no way");
            case "overflow" -> new StackOverflowError("no way");
            case "undeclared" -> new java.util.concurrent.TimeoutException("no way");
            default -> new IllegalArgumentException("no way");
        };
        Body body = Body.writing(
                out -> {
                    out.write(1);
                    throwUndeclared(thrown);
                },
                5,
                "text/plain");
        try (Http2Peer peer = peer(stream -> stream.headersOnly(204));
                HttpConnection connection = connection(peer.url()).build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(catchThrowable(
                                () -> connection.send(Request.post("/").body(body))))
                        .isSameAs(thrown);
            }
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(204);
        }
    }

    @SuppressWarnings("unchecked") // the type has no effect at run time
    private static <E extends Throwable> void throwUndeclared(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void thousandConnectionsShareOneClient() throws Exception {
        long before = selectors();
        List<HttpConnection> connections = new ArrayList<>();
        try (Http2Peer peer = peer(stream -> stream.headersOnly(204))) {
            for (int i = 0; i < 1000; i++) {
                HttpConnection connection = HttpConnection.named("Customer " + i)
                        .baseUrl(peer.url())
                        .trust(ServerTrust.only(CA.pem()))
                        .transport(JdkTransport.http2())
                        .build();
                connections.add(connection);
                connection.send(Request.get("/"));
            }
            assertThat(peer.connections()).isEqualTo(1);
            assertThat(selectors() - before).isLessThanOrEqualTo(1);
        } finally {
            connections.forEach(HttpConnection::close);
        }
    }

    @Test
    void connectionsWithEqualTrustShareTheirClient() throws Exception {
        Path file = Files.write(dir.resolve("ca.pem"), CA.pem());
        Path copy = Files.write(dir.resolve("copy.pem"), CA.pem());
        Supplier<byte[]> supplier = CA::pem;
        List<Supplier<ServerTrust>> trusts = List.of(
                () -> ServerTrust.only(CA.pem()),
                () -> ServerTrust.only(CA.pem()).andJvm(),
                () -> ServerTrust.only(file),
                () -> ServerTrust.only(copy),
                () -> ServerTrust.only(supplier));
        List<HttpConnection> connections = new ArrayList<>();
        try (Http2Peer peer = peer(stream -> stream.headersOnly(204))) {
            for (int i = 0; i < 10; i++) {
                Supplier<ServerTrust> trust = trusts.get(i % trusts.size());
                assertThat(trust.get()).isEqualTo(trust.get()).hasSameHashCodeAs(trust.get());
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(peer.url())
                        .trust(trust.get())
                        .transport(JdkTransport.http2())
                        .build();
                connections.add(connection);
                connection.send(Request.get("/"));
            }
            assertThat(peer.connections()).isEqualTo(trusts.size());
        } finally {
            connections.forEach(HttpConnection::close);
        }
    }

    private static long selectors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("SelectorManager"))
                .count();
    }

    @Test
    void settingsThatTheTransportDoesNotHonourAreRejected() {
        assertThatThrownBy(() -> plain().destinations(SsrfPolicy.publicInternetOnly())
                        .customizeClient(builder -> {})
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("destinations: it needs Apache HttpClient: leave out transport(...)")
                .hasMessageContaining("customizeClient: it needs Apache HttpClient");
        assertThatThrownBy(() -> plain().unixSocket(Path.of("socket")).build())
                .hasMessageContaining("unixSocket: it needs Apache HttpClient");
        assertThatThrownBy(() -> plain().proxy(Proxy.socks5("localhost", 1)).build())
                .hasMessageContaining("proxy (SOCKS 5): it needs Apache HttpClient");
        assertThatThrownBy(() -> plain().proxy(Proxy.http("localhost", 1).credentials("user", Secret.of("pa55")))
                        .build())
                .hasMessageContaining("-Djdk.http.auth.tunneling.disabledSchemes=")
                .hasMessageNotContaining("pa55");
        assertThatThrownBy(() -> plain().transport(null).build()).hasMessageContaining("transport: it is null");
        assertThatThrownBy(() -> plain().transport(settings -> null).build()).hasMessageContaining("it is null");
    }

    @Test
    void hostThatTheJdkDoesNotKnow() {
        try (HttpConnection connection = connection("https://my_host").build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/?key=s3cret")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("can't send requests to my_host")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void tunnelThroughAProxy() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200);
                    stream.data(stream.field(":authority"), true);
                });
                TestProxy proxy = new TestProxy(null);
                TestProxy closed = new TestProxy("Basic nobody");
                HttpConnection through = connection(peer.url())
                        .proxy(Proxy.http("localhost", proxy.port()))
                        .build();
                HttpConnection around = connection(peer.url())
                        .proxy(Proxy.http("localhost", 1).bypass("localhost"))
                        .build();
                HttpConnection refused = connection(peer.url())
                        .proxy(Proxy.http("localhost", closed.port()))
                        .build();
                HttpConnection absent =
                        connection(peer.url()).proxy(Proxy.http("localhost", 1)).build()) {
            assertThat(through.send(Request.get("/")).text()).startsWith("localhost:");
            assertThat(proxy.heads()).singleElement().asString().startsWith("CONNECT localhost:");
            assertThat(around.send(Request.get("/")).text()).startsWith("localhost:");
            for (HttpConnection connection : List.of(refused, absent)) {
                CannotConnectException e =
                        catchThrowableOfType(CannotConnectException.class, () -> connection.send(Request.get("/")));
                assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.PROXY);
            }
        }
    }

    @Test
    void unreachableServices() throws Exception {
        try (HttpConnection connection = connection("https://localhost:1").build()) {
            assertThat(catchThrowableOfType(CannotConnectException.class, () -> connection.send(Request.get("/")))
                            .reason())
                    .isEqualTo(CannotConnectException.Reason.REFUSED);
            assertThat(catchThrowableOfType(
                                    CannotConnectException.class,
                                    () -> connection.send(Request.get("https://no-such-host.invalid/")))
                            .reason())
                    .isEqualTo(CannotConnectException.Reason.UNKNOWN_HOST);
        }
        try (ServerSocket noTls = new ServerSocket(0);
                HttpConnection connection =
                        connection("https://localhost:" + noTls.getLocalPort()).build()) {
            // The client may send a GET request once more; a socket without a reference would be closed.
            List<Socket> sockets = new CopyOnWriteArrayList<>();
            PeerIo.start(() -> {
                while (true) {
                    Socket socket = noTls.accept();
                    sockets.add(socket);
                    assertThat(socket.getInputStream().read()).isPositive();
                    socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            });
            assertThat(catchThrowableOfType(CannotConnectException.class, () -> connection.send(Request.get("/")))
                            .reason())
                    .isEqualTo(CannotConnectException.Reason.TLS);
            assertThat(sockets).isNotEmpty();
        }
    }

    @Test
    void eventsArriveAtOnceAndTheStreamEndsAtOnce() throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        CountDownLatch second = new CountDownLatch(1);
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200, "content-type", "text/event-stream");
                    stream.data("data: one\n\n", false);
                    second.await();
                    stream.data("data: two\n\n", false);
                    ends.add(stream.end());
                });
                HttpConnection connection = connection(peer.url()).build()) {
            try (Stream<ServerSentEvent> events =
                    EventStream.of(Request.get("/")).events(connection)) {
                Iterator<ServerSentEvent> each = events.iterator();
                assertThat(each.next().data()).isEqualTo("one");
                second.countDown();
                assertThat(each.next().data()).isEqualTo("two");
                assertThat(ends).isEmpty();
            }
            assertThat(ends.poll(5, TimeUnit.SECONDS)).isEqualTo("reset 8");
            // The thread that reads gives its stream back a moment later.
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (connection.poolStatus().active() > 0 && System.nanoTime() < end) {
                Thread.sleep(10);
            }
            assertThat(connection.poolStatus().active()).isZero();
        }
    }

    @Test
    void timings() throws Exception {
        List<ExchangeResult> results = new ArrayList<>();
        try (Http2Peer peer = peer(stream -> {
                    Thread.sleep(100);
                    stream.headersOnly(204);
                });
                HttpConnection connection = connection(peer.url())
                        .listener(start -> new ExchangeListener.CallObserver() {
                            @Override
                            public void ended(ExchangeResult report) {
                                results.add(report);
                            }
                        })
                        .build()) {
            connection.send(Request.get("/"));
            Timings timings = results.get(0).timings();
            assertThat(timings.firstByte()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
            assertThat(timings.connect()).isZero();
            assertThat(connection.poolStatus().active()).isZero();
        }
    }
}
