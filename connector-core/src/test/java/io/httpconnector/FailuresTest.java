package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FailuresTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().dynamicHttpsPort())
            .build();

    private static String baseUrl() {
        return "http://localhost:" + service.getPort();
    }

    private static HttpConnectionBuilder to(String baseUrl) {
        return HttpConnection.named("Service")
                .baseUrl(baseUrl)
                .retry(RetryPolicy.none())
                .test(Request.get("/myself"));
    }

    private static ConnectionTestResult test(HttpConnectionBuilder builder) {
        try (HttpConnection connection = builder.build()) {
            return connection.test();
        }
    }

    private static ConnectorException failure(HttpConnectionBuilder builder, Request request) {
        try (HttpConnection connection = builder.build()) {
            return catchThrowableOfType(ConnectorException.class, () -> connection.send(request));
        }
    }

    @Test
    void unknownHost() {
        ConnectionTestResult test = test(to("https://no-such-host.invalid"));

        assertThat(test.outcome()).isEqualTo(ConnectionTestResult.Outcome.UNKNOWN_HOST);
        assertThat(test.message()).contains("no-such-host.invalid is unknown");
        assertThat(test.ok()).isFalse();
        assertThatThrownBy(test::orThrow).isInstanceOf(CannotConnectException.class);
    }

    @Test
    void refusedConnection() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        assertThat(test(to("http://localhost:" + port)).outcome()).isEqualTo(ConnectionTestResult.Outcome.REFUSED);
    }

    @Test
    void certificateThatIsNotTrusted() {
        ConnectionTestResult test = test(to("https://localhost:" + service.getHttpsPort()));

        assertThat(test.outcome()).isEqualTo(ConnectionTestResult.Outcome.TLS);
        assertThat(test.message()).contains("no secure connection to localhost:" + service.getHttpsPort());
    }

    @Test
    void plainHttpWhereTlsIsMeant() {
        assertThat(test(to("https://localhost:" + service.getPort())).outcome())
                .isEqualTo(ConnectionTestResult.Outcome.TLS);
    }

    @ParameterizedTest
    @CsvSource({"401, UNAUTHORIZED", "403, FORBIDDEN", "404, NOT_FOUND", "407, PROXY", "500, OTHER_STATUS", "204, OK"})
    void status(int status, ConnectionTestResult.Outcome outcome) {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status)));

        ConnectionTestResult test = test(to(baseUrl()));

        assertThat(test.outcome()).isEqualTo(outcome);
        assertThat(test.message()).contains(String.valueOf(status));
        assertThat(test.elapsed()).isPositive();
    }

    @Test
    void connectionWithoutTestSaysSo() {
        try (HttpConnection connection =
                HttpConnection.named("Service").baseUrl(baseUrl()).build()) {
            assertThatThrownBy(connection::test).hasMessageContaining("has no test");
        }
    }

    @Test
    void connectTimeout() throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(new Socket(full.getInetAddress(), full.getLocalPort()));
            }
            TimedOutException e = (TimedOutException) failure(
                    to("http://127.0.0.1:" + full.getLocalPort()).connectTimeout(Duration.ofMillis(200)),
                    Request.get("/"));

            assertThat(e.phase()).isEqualTo(TimedOutException.Phase.CONNECT);
            assertThat(e.limit()).isEqualTo(Duration.ofMillis(200));
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void silentTlsHandshakeIsAConnectTimeout() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            TimedOutException e = (TimedOutException) failure(
                    to("https://localhost:" + silent.getLocalPort()).connectTimeout(Duration.ofMillis(200)),
                    Request.get("/"));

            assertThat(e.phase()).isEqualTo(TimedOutException.Phase.CONNECT);
        }
    }

    @Test
    void responseTimeout() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}").withFixedDelay(2000)));

        TimedOutException e =
                (TimedOutException) failure(to(baseUrl()).responseTimeout(Duration.ofMillis(200)), Request.get("/"));

        assertThat(e.phase()).isEqualTo(TimedOutException.Phase.RESPONSE);
        assertThat(test(to(baseUrl()).responseTimeout(Duration.ofMillis(200))).outcome())
                .isEqualTo(ConnectionTestResult.Outcome.TIMED_OUT);
    }

    @Test
    void totalTimeoutEndsAnAnswerThatDribbles() {
        service.stubFor(any(anyUrl()).willReturn(okJson("\"dribble\"").withChunkedDribbleDelay(200, 60_000)));
        long start = System.nanoTime();

        TimedOutException e = (TimedOutException) failure(
                to(baseUrl()).responseTimeout(Duration.ofSeconds(3)),
                Request.get("/").timeout(Duration.ofMillis(700)));

        assertThat(e.phase()).isEqualTo(TimedOutException.Phase.TOTAL);
        assertThat(e.limit()).isEqualTo(Duration.ofMillis(700));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void allConnectionsInUse() throws Exception {
        try (ServerSocket silent = silent();
                HttpConnection connection = to("http://localhost:" + silent.getLocalPort())
                        .maxConnections(1)
                        .responseTimeout(Duration.ofSeconds(20))
                        .build()) {
            CompletableFuture<Throwable> first =
                    CompletableFuture.supplyAsync(() -> catchThrowable(() -> connection.send(Request.get("/first"))));
            try (Socket inUse = silent.accept()) {
                TimedOutException e = catchThrowableOfType(
                        TimedOutException.class,
                        () -> connection.send(Request.get("/second").timeout(Duration.ofMillis(300))));

                assertThat(e.phase()).isEqualTo(TimedOutException.Phase.POOL);
                assertThat(e.limit()).isEqualTo(Duration.ofMillis(300));
                assertThat(e).hasMessageContaining("all are in use");
                assertThat(inUse.isConnected()).isTrue();
            }
            assertThat(first.get(10, TimeUnit.SECONDS)).isInstanceOf(TransferException.class);
        }
    }

    @Test
    void waitingForAConnectionEndsByTheTimeLimitAndByClosing() throws Exception {
        try (ServerSocket silent = silent()) {
            HttpConnection connection = to("http://localhost:" + silent.getLocalPort())
                    .maxConnections(1)
                    .connectTimeout(Duration.ofSeconds(20))
                    .build();
            CompletableFuture<Throwable> first =
                    CompletableFuture.supplyAsync(() -> catchThrowable(() -> connection.send(Request.get("/first"))));
            try (Socket inUse = silent.accept()) {
                assertThat(inUse.getInputStream().read()).isEqualTo('G');
                TimedOutException timedOut = catchThrowableOfType(
                        TimedOutException.class,
                        () -> connection.send(Request.get("/second").timeout(Duration.ofMillis(200))));
                assertThat(timedOut.phase()).isEqualTo(TimedOutException.Phase.POOL);

                Thread closer = closeOnceItWaits(Thread.currentThread(), connection);
                Throwable closed = catchThrowable(() -> connection.send(Request.get("/third")));

                assertThat(closed)
                        .isInstanceOf(ConnectorException.class)
                        .isNotInstanceOf(CannotConnectException.class)
                        .hasMessageContaining("closed");
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                closer.join();
            }
            assertThat(first.get(10, TimeUnit.SECONDS)).isInstanceOf(TransferException.class);
        }
    }

    private static Thread closeOnceItWaits(Thread waiting, HttpConnection connection) {
        Thread closer = new Thread(() -> {
            while (waiting.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            connection.close();
        });
        closer.start();
        return closer;
    }

    /** Accepts connections and says nothing. */
    private static ServerSocket silent() throws IOException {
        ServerSocket silent = new ServerSocket(0);
        silent.setSoTimeout(10_000);
        return silent;
    }

    @Test
    void closingBreaksOffWhatIsUnderWay() throws Exception {
        try (ServerSocket silent = silent()) {
            HttpConnection connection =
                    to("http://localhost:" + silent.getLocalPort()).build();
            CompletableFuture<Throwable> underWay =
                    CompletableFuture.supplyAsync(() -> catchThrowable(() -> connection.send(Request.get("/slow"))));
            try (Socket accepted = silent.accept()) {
                // The request has arrived once its first byte can be read.
                assertThat(accepted.getInputStream().read()).isEqualTo('G');

                connection.close();

                assertThat(underWay.get(10, TimeUnit.SECONDS)).isInstanceOf(TransferException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class)
    void exchangeThatBreaksOff(Fault fault) {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withFault(fault)));

        ConnectorException e = failure(to(baseUrl()), Request.post("/orders").json("{}"));

        assertThat(e).isInstanceOf(TransferException.class).hasMessageStartingWith("POST " + baseUrl() + "/orders: ");
        assertThat(e.exchange().orElseThrow().status()).isEmpty();
    }

    @Test
    void interruptedThreadStopsWaitingAndKeepsItsFlag() throws Exception {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        try (HttpConnection connection = to(baseUrl()).build()) {
            Thread.currentThread().interrupt();

            ConnectorException e =
                    catchThrowableOfType(ConnectorException.class, () -> connection.send(Request.get("/")));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(e).isInstanceOf(TransferException.class).hasMessageContaining("interrupted");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"})
    void interruptEndsAnExchangeThatStalls(String half) throws Exception {
        try (ServerSocket server = silent();
                HttpConnection connection =
                        to("http://localhost:" + server.getLocalPort()).build()) {
            Thread sender = Thread.currentThread();
            CompletableFuture<Socket> accepted = CompletableFuture.supplyAsync(() -> answerHalf(server, half, sender));
            long start = System.nanoTime();

            ConnectorException e =
                    catchThrowableOfType(ConnectorException.class, () -> connection.send(Request.get("/")));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(e).isInstanceOf(TransferException.class).hasMessageContaining("the thread was interrupted");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            accepted.get(10, TimeUnit.SECONDS).close();
        }
    }

    private static Socket answerHalf(ServerSocket server, String half, Thread sender) {
        try {
            Socket socket = server.accept();
            assertThat(socket.getInputStream().read()).isEqualTo('G');
            socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
            sender.interrupt();
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void answerLargerThanTheLimit() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withBody("x".repeat(1001))));
        HttpConnectionBuilder limited = to(baseUrl()).maxResponseBytes(1000);

        assertThat(failure(limited, Request.get("/")))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("larger than the limit of 1000 bytes");
        service.stubFor(any(anyUrl()).willReturn(aResponse().withBody("x".repeat(1000))));
        assertThat(failure(limited, Request.get("/"))).isNull();
    }

    @Test
    void answerThatGrowsWhenDecompressed() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(new byte[5_000_000]);
        }
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Encoding", "gzip").withBody(zipped.toByteArray())));

        assertThat(failure(to(baseUrl()).maxResponseBytes(100_000), Request.get("/")))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("larger than the limit");
    }

    @Test
    void endlessAnswerAndEndlessHeadersEnd() throws Exception {
        for (String endless : List.of(
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-Long: ")) {
            try (ServerSocket server = new ServerSocket(0)) {
                Thread flood = new Thread(() -> flood(server, endless));
                flood.start();

                ConnectorException e = failure(to("http://localhost:" + server.getLocalPort()), Request.get("/"));

                assertThat(e).isInstanceOf(InvalidResponseException.class);
                flood.join();
            }
        }
    }

    private static void flood(ServerSocket server, String start) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write(start.getBytes(StandardCharsets.US_ASCII));
            byte[] block = "y".repeat(8192).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                socket.getOutputStream().write(block);
            }
        } catch (IOException expected) {
            // The client hung up, as it should.
        }
    }
}
