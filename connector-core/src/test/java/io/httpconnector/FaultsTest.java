package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.internal.transport.BoundedDnsResolver;
import io.httpconnector.internal.transport.ConnectionPool;
import io.httpconnector.internal.transport.RouteKey;
import io.httpconnector.tls.TlsSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Services that behave badly: each ends in the right exception, in time, and leaves neither a socket nor a secret behind. */
@Timeout(30)
class FaultsTest {

    private static final String CANARY = "canary-0f9e8d7c";
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private static final String REFUSAL =
            "HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    private enum End {
        CLOSE,
        RESET,
        STALL
    }

    enum Fault {
        RESET_BEFORE_THE_HEADERS("", End.RESET, TransferException.class),
        RESET_IN_THE_HEADERS(OK + "X-A: 1", End.RESET, TransferException.class),
        RESET_AFTER_THE_HEADERS(OK + "Content-Length: 9\r\n\r\n", End.RESET, TransferException.class),
        RESET_IN_THE_BODY(OK + "Content-Length: 9\r\n\r\n1234", End.RESET, TransferException.class),
        CLOSED_BEFORE_THE_HEADERS("", End.CLOSE, TransferException.class),
        CLOSED_IN_THE_HEADERS(OK + "X-A: 1", End.CLOSE, TransferException.class),
        STALLED_BEFORE_THE_HEADERS("", End.STALL, TimedOutException.class),
        STALLED_IN_THE_HEADERS(OK + "X-A: 1", End.STALL, TimedOutException.class),
        STALLED_IN_THE_BODY(OK + "Content-Length: 9\r\n\r\n1234", End.STALL, TimedOutException.class),
        STALLED_IN_A_CHUNK(
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n1", End.STALL, TimedOutException.class),
        SHORTER_THAN_ANNOUNCED(OK + "Content-Length: 9\r\n\r\n1234", End.CLOSE, TransferException.class),
        CHUNKS_WITHOUT_AN_END(
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", End.CLOSE, TransferException.class),
        CHUNK_WITH_A_BAD_LENGTH(
                OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\n12345\r\n", End.CLOSE, TransferException.class),
        NEGATIVE_LENGTH(OK + "Content-Length: -7\r\n\r\n", End.CLOSE, TransferException.class),
        TWO_LENGTHS(OK + "Content-Length: 3\r\nContent-Length: 5\r\n\r\n12345", End.CLOSE, TransferException.class),
        LENGTH_WITH_A_SIGN(OK + "Content-Length: +2\r\n\r\nOK", End.CLOSE, TransferException.class),
        LENGTH_WITH_A_SPACE(OK + "Content-Length: 2 3\r\n\r\nOK", End.CLOSE, TransferException.class),
        LENGTH_IN_HEXADECIMAL(OK + "Content-Length: 0x2\r\n\r\nOK", End.CLOSE, TransferException.class),
        LIST_OF_DIFFERENT_LENGTHS(OK + "Content-Length: 2, 3\r\n\r\nOK", End.CLOSE, TransferException.class),
        EMPTY_LENGTH(OK + "Content-Length:\r\n\r\nOK", End.CLOSE, TransferException.class),
        LENGTH_BESIDE_CHUNKS(
                OK + "Content-Length: +2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n",
                End.CLOSE,
                TransferException.class),
        NUL_IN_A_HEADER(OK + "X-A: 1\0\r\nContent-Length: 2\r\n\r\nOK", End.CLOSE, TransferException.class),
        CR_IN_A_HEADER(OK + "X-A: 1\rX-B: 2\r\nContent-Length: 2\r\n\r\nOK", End.CLOSE, TransferException.class),
        CR_BEFORE_THE_LINE_END(OK + "X-A: 1\r\r\nContent-Length: 2\r\n\r\nOK", End.CLOSE, TransferException.class),
        NUL_IN_A_FOLDED_HEADER(
                OK + "X-A: 1\r\n 2\0\r\nContent-Length: 2\r\n\r\nOK", End.CLOSE, TransferException.class),
        NUL_IN_THE_STATUS_LINE("HTTP/1.1 200 O\0K\r\nContent-Length: 2\r\n\r\nOK", End.CLOSE, TransferException.class),
        BAD_GZIP(
                OK + "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
                End.CLOSE,
                TransferException.class),
        GZIP_CUT(
                OK
                        + "Content-Encoding: gzip\r\nContent-Length: 10\r\n\r\n\u001f\u008b\b\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
                End.CLOSE,
                TransferException.class),
        NO_HTTP("220 smtp.example.com ESMTP\r\n", End.CLOSE, TransferException.class),
        STATUS_OUT_OF_RANGE("HTTP/1.1 2000 OK\r\n\r\n", End.CLOSE, TransferException.class),
        LONG_HEADER(OK + "X-Long: " + "y".repeat(70_000) + "\r\n\r\n", End.CLOSE, InvalidResponseException.class),
        MANY_HEADERS(OK + "X-Many: y\r\n".repeat(600) + "\r\n", End.CLOSE, InvalidResponseException.class);

        private final String answer;
        private final End end;
        private final Class<? extends ConnectorException> failure;

        Fault(String response, End end, Class<? extends ConnectorException> failure) {
            this.answer = response;
            this.end = end;
            this.failure = failure;
        }
    }

    private final BoundedDnsResolver.DnsResolver dns = InetAddress::getAllByName;
    private final ConnectionPool client =
            ConnectionPool.acquire(new RouteKey(null, TlsSettings.DEFAULT, null, dns, null));
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger("io.httpconnector");
    private final Logger apache = (Logger) LoggerFactory.getLogger("org.apache.hc");

    @BeforeEach
    void listen() {
        log.start();
        for (Logger logger : List.of(root, apache)) {
            logger.setLevel(Level.TRACE);
            logger.setAdditive(false);
            logger.addAppender(log);
        }
    }

    @AfterEach
    void hush() {
        for (Logger logger : List.of(root, apache)) {
            logger.detachAppender(log);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
        client.release();
    }

    HttpConnectionBuilder connection(int port) {
        return HttpConnection.named("Bad service")
                .baseUrl("http://127.0.0.1:" + port)
                .lookup(dns)
                .auth(request -> request.header("Authorization", CANARY).query("key", CANARY))
                .retry(RetryPolicy.defaults().backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .responseTimeout(Duration.ofMillis(200));
    }

    private static String text(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** Answers so on each socket, and counts the requests. */
    static Thread serve(ServerSocket server, Fault fault, AtomicInteger requests, CountDownLatch done) {
        Thread thread = new Thread(() -> {
            List<Socket> stalled = new ArrayList<>();
            try {
                while (true) {
                    Socket socket = server.accept();
                    byte[] request = new byte[8192];
                    if (socket.getInputStream().read(request) > 0) {
                        requests.incrementAndGet();
                    }
                    answer(socket, fault, stalled);
                }
            } catch (IOException e) {
                done.countDown();
            }
        });
        thread.start();
        return thread;
    }

    private static void answer(Socket socket, Fault fault, List<Socket> stalled) throws IOException {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(fault.answer.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            if (fault.end == End.STALL) {
                stalled.add(socket);
                return;
            }
            if (fault.end == End.RESET) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // The client has hung up on what it does not like.
        }
        if (fault.end != End.STALL) {
            socket.close();
        }
    }

    /** Whoever ends an exchange from another thread gives its socket back a moment later. */
    void assertNothingIsLeased() {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (leased() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(leased()).isZero();
    }

    int leased() {
        return client.stats().getLeased();
    }

    void assertIdle(int sockets) {
        assertThat(client.stats().getAvailable()).isEqualTo(sockets);
    }

    /** Returns how often a GET is sent in four attempts. */
    int requestsOfFourAttempts(Fault fault) {
        return 4;
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void everyFaultEndsInItsException(Fault fault) throws Exception {
        AtomicInteger requests = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HttpConnection connection = connection(server.getLocalPort()).build()) {
            serve(server, fault, requests, done);
            long start = System.nanoTime();

            ConnectorException writing = catchThrowableOfType(
                    ConnectorException.class,
                    () -> connection.send(Request.post("/orders").json("{}")));

            assertThat(writing).isInstanceOf(fault.failure);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(requests).as("a POST is sent once").hasValue(1);
            assertThat(writing.exchange()).isPresent();

            ConnectorException reading =
                    catchThrowableOfType(ConnectorException.class, () -> connection.send(Request.get("/orders")));
            assertThat(reading).isInstanceOf(fault.failure);
            boolean passing = fault.failure != InvalidResponseException.class;
            assertThat(requests).as("a GET is tried again").hasValue(passing ? 1 + requestsOfFourAttempts(fault) : 2);

            assertNothingIsLeased();
            // A body that is complete but can't be unzipped does not harm its socket.
            assertIdle(fault.name().contains("GZIP") ? 1 : 0);
            assertThat(text(writing) + text(reading)).doesNotContain(CANARY);
        }
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(List.copyOf(log.list))
                .isNotEmpty()
                .noneMatch(event -> event.getFormattedMessage().contains(CANARY));
    }

    @Test
    void connectionThatDoesNotComeAboutLeavesNothingBehind() throws Exception {
        TestAuthority stranger = new TestAuthority("Stranger");
        try (TlsServer untrusted = new TlsServer(stranger.serverContext(stranger.server("localhost")), false);
                HttpConnection connection = connection(1).build()) {
            for (String url : List.of(untrusted.url() + "/a", "http://127.0.0.1:1/", "http://no-such-host.invalid/")) {
                ConnectorException e = catchThrowableOfType(
                        ConnectorException.class,
                        () -> connection.send(Request.get(url).header("X-Key", Secret.of(CANARY))));

                assertThat(e).isInstanceOf(CannotConnectException.class);
                assertThat(text(e)).doesNotContain(CANARY);
                assertNothingIsLeased();
                assertIdle(0);
            }
        }
        assertThat(List.copyOf(log.list))
                .isNotEmpty()
                .noneMatch(event -> event.getFormattedMessage().contains(CANARY));
    }

    @Test
    void hostNameThatIsNotCheckedIsLogged() {
        connection(1).withoutHostnameCheck().build().close();

        assertThat(log.list)
                .anyMatch(event -> event.getLevel() == Level.WARN
                        && event.getFormattedMessage().contains("does not check the host name"));
    }

    @Test
    void stormOfRefusalsIsNotAnsweredByAStorm() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
                HttpConnection connection = connection(server.getLocalPort())
                        .retry(RetryPolicy.defaults())
                        .totalTimeout(Duration.ofSeconds(3))
                        .maxConnections(10)
                        .rateLimit(RateLimit.adaptive())
                        .build()) {
            new Thread(() -> refuse(server, requests)).start();
            List<CompletableFuture<Response>> responses = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                responses.add(connection.sendAsync(Request.get("/")));
            }
            for (CompletableFuture<Response> response : responses) {
                assertThat(response.handle((good, bad) -> bad).get())
                        .isInstanceOfAny(RateLimitedException.class, TimedOutException.class);
            }
        }
        // Without the limit it would be four for each: who is refused holds back the others.
        assertThat(requests).hasValueBetween(10, 60);
        assertNothingIsLeased();
    }

    /** Refuses nobody before the first ten are there, so that none of these is held back by another. */
    private static void refuse(ServerSocket server, AtomicInteger requests) {
        try {
            List<Socket> first = new ArrayList<>();
            while (first.size() < 10) {
                first.add(server.accept());
            }
            for (Socket socket : first) {
                refuse(socket, requests);
            }
            while (true) {
                refuse(server.accept(), requests);
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void refuse(Socket accepted, AtomicInteger requests) throws IOException {
        try (Socket socket = accepted) {
            byte[] request = new byte[8192];
            if (socket.getInputStream().read(request) > 0) {
                requests.incrementAndGet();
                socket.getOutputStream().write(REFUSAL.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** Known by what HttpClient logs then: it has a place in the pool, and a socket that is not bound to it yet. */
    @ParameterizedTest
    @ValueSource(strings = {"{} acquired endpoint", "{} connecting {}->{}"})
    void requestThatEndsWhileItGetsASocket(String moment) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HttpConnection brief = connection(silent.getLocalPort())
                        .totalTimeout(Duration.ofMillis(800))
                        .build();
                HttpConnection closed = connection(silent.getLocalPort()).build()) {
            assertThat(failure(
                            brief,
                            moment,
                            () -> LockSupport.parkNanos(Duration.ofSeconds(1).toNanos())))
                    .isInstanceOfSatisfying(
                            TimedOutException.class,
                            e -> assertThat(e.phase()).isEqualTo(TimedOutException.Phase.TOTAL));
            assertThat(failure(closed, moment, closed::close))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("the connection was closed");
            assertNoneIsOpen(silent);
        }
        assertNothingIsLeased();
    }

    private ConnectorException failure(HttpConnection connection, String moment, Runnable then) {
        AtomicInteger moments = new AtomicInteger();
        Appender<ILoggingEvent> hook = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getMessage().startsWith(moment) && moments.incrementAndGet() == 1) {
                    then.run();
                }
            }
        };
        hook.start();
        apache.addAppender(hook);
        try {
            return catchThrowableOfType(ConnectorException.class, () -> connection.send(Request.get("/")));
        } finally {
            apache.detachAppender(hook);
            assertThat(moments).hasValue(1);
        }
    }

    private static String end(Socket socket) throws SocketTimeoutException {
        try {
            return socket.getInputStream().read() < 0 ? "closed" : "used";
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return "reset";
        }
    }

    static void assertNoneIsOpen(ServerSocket server) throws IOException {
        server.setSoTimeout(200);
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.setSoTimeout(2000);
                    assertThat(end(socket)).isIn("closed", "reset");
                }
            }
        } catch (SocketTimeoutException e) {
            assertThat(e).hasMessageContaining("Accept timed out");
        }
    }

    @Test
    void interruptEndsEachKindOfWaiting() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HttpConnection busy = connection(silent.getLocalPort())
                        .responseTimeout(Duration.ofSeconds(20))
                        .maxConnections(1)
                        .build();
                HttpConnection limited = connection(1)
                        .rateLimit(RateLimit.of(1, Duration.ofSeconds(20)))
                        .retry(RetryPolicy.none())
                        .build()) {
            CompletableFuture<Response> first = busy.sendAsync(Request.get("/"));
            try (Socket inUse = silent.accept()) {
                assertThat(inUse.getInputStream().read()).isEqualTo('G');
                assertInterrupted(busy, "for a free connection");
                assertThat(catchThrowableOfType(ConnectorException.class, () -> limited.send(Request.get("/"))))
                        .isInstanceOf(CannotConnectException.class);
                assertInterrupted(limited, "for the rate limit");
            }
            first.cancel(true);
        }
        assertNothingIsLeased();
    }

    private static void assertInterrupted(HttpConnection connection, String waiting) {
        Thread sender = Thread.currentThread();
        new Thread(() -> {
                    while (sender.getState() != Thread.State.TIMED_WAITING) {
                        Thread.onSpinWait();
                    }
                    sender.interrupt();
                })
                .start();

        TransferException e = catchThrowableOfType(TransferException.class, () -> connection.send(Request.get("/")));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(e).hasMessageContaining("the thread was interrupted while it waited " + waiting);
    }
}
