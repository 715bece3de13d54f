package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.tls.ServerTrust;
import io.httpconnector.transport.JdkTransport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Services of HTTP/2 frames that behave badly. */
@Timeout(60)
class Http2FaultsTest {

    private static final TestAuthority CA = new TestAuthority("Test CA");
    private static final TestAuthority.Identity LOCALHOST = CA.server("localhost");

    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    private static Http2Peer peer(Http2Peer.Script script) throws IOException {
        return peer(Map.of(), script);
    }

    private static Http2Peer peer(Map<Integer, Integer> settings, Http2Peer.Script script) throws IOException {
        return new Http2Peer(CA.serverContext(LOCALHOST), settings, script);
    }

    private static HttpConnectionBuilder connection(Http2Peer peer) {
        return HttpConnection.named("Service")
                .baseUrl(peer.url())
                .trust(ServerTrust.only(CA.pem()))
                .transport(JdkTransport.http2())
                .responseTimeout(Duration.ofMillis(500))
                .retry(RetryPolicy.defaults().backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
    }

    private String end() throws InterruptedException {
        return String.valueOf(ends.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void responseAndTrailersAndPing() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.ping();
                    stream.headers(200, "content-type", "text/plain", "x-path", stream.field(":path"));
                    stream.data("to " + stream.request(), false);
                    stream.trailers("x-checksum", "7");
                });
                HttpConnection connection = connection(peer).build()) {
            Response response = connection.send(Request.post("/a?b=c").body(Body.text("you", "text/plain")));

            assertThat(response.text()).isEqualTo("to you");
            assertThat(response.headers().first("X-Path")).contains("/a?b=c");
            assertThat(response.headers().names()).doesNotContain("x-checksum", ":status");
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("to ");
            assertThat(peer.connections()).isEqualTo(1);
        }
    }

    @Test
    void refusedStreamIsSentAgain() throws Exception {
        AtomicInteger number = new AtomicInteger();
        try (Http2Peer peer = peer(stream -> {
                    stream.request();
                    if (number.incrementAndGet() <= 2) {
                        stream.reset(Http2Peer.REFUSED_STREAM);
                    } else {
                        stream.headersOnly(204);
                    }
                });
                HttpConnection connection = connection(peer).build()) {
            assertThat(connection.send(Request.post("/").json("{}")).status()).isEqualTo(204);
            assertThat(peer.requests()).isEqualTo(3);
        }
    }

    @Test
    void refusedStreamIsReported() throws Exception {
        try (Http2Peer peer = peer(stream -> stream.reset(Http2Peer.REFUSED_STREAM));
                HttpConnection connection =
                        connection(peer).retry(RetryPolicy.none()).build()) {
            TransferException e = catchThrowableOfType(
                    TransferException.class,
                    () -> connection.send(Request.post("/").json("{}")));
            assertThat(e).hasMessageContaining("the service did not process the request");
        }
    }

    @Test
    void otherResetsAreNotSentAgain() throws Exception {
        try (Http2Peer peer = peer(stream -> stream.reset(Http2Peer.INTERNAL_ERROR));
                HttpConnection connection = connection(peer).build()) {
            TransferException e = catchThrowableOfType(
                    TransferException.class,
                    () -> connection.send(Request.post("/").json("{}")));
            assertThat(e).hasMessageContaining("the exchange broke off");
            assertThat(peer.requests()).isEqualTo(1);
        }
    }

    @Test
    void resetInTheMiddleOfABody() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200);
                    stream.data("half", false);
                    stream.reset(Http2Peer.INTERNAL_ERROR);
                });
                HttpConnection connection = connection(peer).build()) {
            TransferException e = catchThrowableOfType(
                    TransferException.class,
                    () -> connection.send(Request.post("/").json("{}")));
            assertThat(e).hasMessageContaining("the exchange broke off");
            assertThat(catchThrowableOfType(TransferException.class, () -> connection.send(Request.get("/"))))
                    .isNotNull();
            assertThat(peer.requests()).isEqualTo(5);
        }
    }

    @Test
    void bodyOfAnotherLengthThanAnnounced() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200, "content-length", stream.field(":path").substring(1));
                    stream.data("12345", true);
                });
                HttpConnection connection =
                        connection(peer).retry(RetryPolicy.none()).build()) {
            assertThat(connection.send(Request.get("/5")).text()).isEqualTo("12345");
            for (String length : List.of("/4", "/6", "/+5", "/5,6")) {
                assertThat(catchThrowableOfType(TransferException.class, () -> connection.send(Request.get(length))))
                        .as(length)
                        .isNotNull();
            }
        }
    }

    @Test
    void silenceBeforeTheHeaders() throws Exception {
        try (Http2Peer peer = peer(stream -> ends.add(stream.end()));
                HttpConnection connection = connection(peer).build()) {
            TimedOutException e = catchThrowableOfType(
                    TimedOutException.class,
                    () -> connection.send(Request.post("/").json("{}")));
            assertThat(e.phase()).isEqualTo(TimedOutException.Phase.RESPONSE);
            assertThat(end()).isEqualTo("reset 8");
        }
    }

    @Test
    void silenceAfterTheHeaders() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200);
                    stream.data("x", false);
                    ends.add(stream.end());
                });
                HttpConnection connection = connection(peer).build()) {
            TimedOutException e = catchThrowableOfType(
                    TimedOutException.class,
                    () -> connection.send(Request.post("/").json("{}")));
            assertThat(e.phase()).isEqualTo(TimedOutException.Phase.RESPONSE);
            assertThat(end()).isEqualTo("reset 8");
        }
    }

    @Test
    void deadlineEndsADrippingBody() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200);
                    while (stream.sent() < 1000) {
                        stream.data("x", false);
                        if (stream.ended(50)) {
                            ends.add(stream.end());
                            return;
                        }
                    }
                });
                HttpConnection connection =
                        connection(peer).totalTimeout(Duration.ofSeconds(1)).build()) {
            TimedOutException e =
                    catchThrowableOfType(TimedOutException.class, () -> connection.send(Request.get("/")));
            assertThat(e.phase()).isEqualTo(TimedOutException.Phase.TOTAL);
            assertThat(end()).isEqualTo("reset 8");
        }
    }

    @Test
    void closeAndInterruptResetTheStream() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    if (stream.field(":path").equals("/body")) {
                        stream.headers(200);
                        stream.data("x", false);
                    }
                    ends.add("started");
                    ends.add(stream.end());
                });
                HttpConnection connection =
                        connection(peer).responseTimeout(Duration.ofSeconds(20)).build()) {
            for (String path : List.of("/head", "/body")) {
                CompletableFuture<Response> sent = connection.sendAsync(Request.get(path));
                assertThat(end()).isEqualTo("started");
                Thread.sleep(100);
                sent.cancel(true);
                assertThat(end()).as(path).isEqualTo("reset 8");
            }
            for (String path : List.of("/head", "/body")) {
                HttpConnection closed =
                        connection(peer).responseTimeout(Duration.ofSeconds(20)).build();
                CompletableFuture<Response> sent = closed.sendAsync(Request.get(path));
                assertThat(end()).isEqualTo("started");
                Thread.sleep(100);
                closed.close();
                assertThat(end()).as(path).isEqualTo("reset 8");
                assertThat(sent.handle((response, e) -> e).get())
                        .isInstanceOf(TransferException.class)
                        .hasMessageContaining("the connection was closed");
            }
            assertThat(connection.poolStatus().active()).isZero();
        }
    }

    /**
     * Streams that the service has not processed may be sent again. Before version 24, the JDK treats all streams alike: it can't
     * be known which ones the service has processed.
     */
    @Test
    void goAway() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        AtomicInteger number = new AtomicInteger();
        try (Http2Peer peer = peer(stream -> {
                    if (stream.field(":method").equals("GET")) {
                        stream.headersOnly(204);
                        return;
                    }
                    int current = number.incrementAndGet();
                    first.countDown();
                    both.countDown();
                    both.await();
                    if (current == 2) {
                        stream.goAway(3, Http2Peer.NO_ERROR);
                        return;
                    }
                    Thread.sleep(100);
                    stream.headersOnly(204);
                });
                HttpConnection connection = connection(peer).build()) {
            connection.send(Request.get("/"));
            CompletableFuture<Response> processed =
                    connection.sendAsync(Request.post("/").json("{}"));
            first.await();
            CompletableFuture<Response> unprocessed =
                    connection.sendAsync(Request.post("/").json("{}"));
            if (Runtime.version().feature() >= 24) {
                assertThat(processed.get().status()).isEqualTo(204);
                assertThat(unprocessed.get().status()).isEqualTo(204);
                assertThat(peer.requests()).isEqualTo(4);
                assertThat(peer.connections()).isEqualTo(2);
            } else {
                for (CompletableFuture<Response> sent : List.of(processed, unprocessed)) {
                    assertThat(sent.handle((response, e) -> e).get())
                            .isInstanceOf(TransferException.class)
                            .hasMessageContaining("GOAWAY received");
                }
                assertThat(peer.requests()).isEqualTo(3);
            }
        }
    }

    @Test
    void largeHeaderLists() throws Exception {
        try (Http2Peer peer = peer(stream -> {
                    if (stream.field(":path").equals("/long")) {
                        stream.headersOnly(200, "x-long", "y".repeat(70_000));
                    } else {
                        List<String> many = new ArrayList<>();
                        for (int i = 0; i < 600; i++) {
                            many.addAll(List.of("x-many", "y"));
                        }
                        stream.headersOnly(200, many.toArray(String[]::new));
                    }
                });
                HttpConnection connection = connection(peer).build()) {
            for (String path : List.of("/long", "/many")) {
                InvalidResponseException e =
                        catchThrowableOfType(InvalidResponseException.class, () -> connection.send(Request.get(path)));
                assertThat(e).hasMessageContaining("the response headers are too large");
            }
        }
    }

    @Test
    void thousandRequestsOverTenStreams() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(100);
        try (Http2Peer peer = peer(Map.of(Http2Peer.MAX_CONCURRENT_STREAMS, 10), stream -> {
                    Thread.sleep(2);
                    stream.headers(200);
                    stream.data(stream.request(), true);
                });
                HttpConnection connection = connection(peer)
                        .maxConnections(100)
                        .responseTimeout(Duration.ofSeconds(10))
                        .build()) {
            connection.send(Request.get("/"));
            List<CompletableFuture<Response>> sent = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                String text = "body " + i;
                Body body = i % 2 == 0
                        ? Body.text(text, "text/plain")
                        : Body.stream(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), "text/plain");
                sent.add(connection.sendAsync(Request.post("/").body(body), threads));
            }
            for (int i = 0; i < 1000; i++) {
                assertThat(sent.get(i).get().text()).isEqualTo("body " + i);
            }
            assertThat(peer.connections()).isEqualTo(1);
            assertThat(peer.requests()).isEqualTo(1001);
            assertThat(peer.maxActive()).isLessThanOrEqualTo(10);
            assertThat(connection.poolStatus().active()).isZero();
        } finally {
            threads.shutdown();
        }
    }

    /** The client learns the limit of a service by its first response; until then, the service refuses streams. */
    @Test
    void requestsAtOnceOnANewConnection() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(50);
        for (int round = 0; round < 3; round++) {
            AtomicInteger active = new AtomicInteger();
            AtomicInteger processed = new AtomicInteger();
            try (Http2Peer peer = peer(Map.of(Http2Peer.MAX_CONCURRENT_STREAMS, 1), stream -> {
                        if (active.incrementAndGet() > 1) {
                            active.decrementAndGet();
                            stream.reset(Http2Peer.REFUSED_STREAM);
                            return;
                        }
                        processed.incrementAndGet();
                        Thread.sleep(5);
                        active.decrementAndGet();
                        stream.headers(200);
                        stream.data("done", true);
                    });
                    HttpConnection connection = connection(peer)
                            .maxConnections(50)
                            .responseTimeout(Duration.ofSeconds(10))
                            .build()) {
                List<CompletableFuture<Response>> sent = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    sent.add(connection.sendAsync(Request.post("/"), threads));
                }
                for (CompletableFuture<Response> response : sent) {
                    assertThat(response.get().text()).isEqualTo("done");
                }
                assertThat(processed).hasValue(50);
                assertThat(peer.connections()).isEqualTo(1);
            }
        }
        threads.shutdown();
    }

    @Test
    void slowReaderSlowsDownTheService() throws Exception {
        long size = 1L << 26;
        AtomicInteger windows = new AtomicInteger();
        CountDownLatch read = new CountDownLatch(1);
        try (Http2Peer peer = peer(stream -> {
                    stream.headers(200, "content-length", Long.toString(size));
                    byte[] chunk = new byte[1 << 20];
                    CompletableFuture<Void> watch = CompletableFuture.runAsync(() -> {
                        try {
                            Thread.sleep(1000);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        windows.set((int) stream.sent());
                        read.countDown();
                    });
                    while (stream.sent() < size) {
                        stream.data(chunk, stream.sent() + chunk.length == size);
                    }
                    watch.join();
                });
                HttpConnection connection =
                        connection(peer).responseTimeout(Duration.ofSeconds(10)).build()) {
            long count = connection.read(Request.get("/"), (head, body) -> {
                assertThat(body.read()).isZero();
                try {
                    read.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return 1 + drained(body);
            });
            assertThat(count).isEqualTo(size);
            // The window of a stream in the JDK, and what is under way.
            assertThat(windows.get()).isBetween(1, 17 << 20);
        }
    }

    private static long drained(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long count = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            count += read;
        }
        return count;
    }

    /** Some versions of the JDK, such as 17, do not notice a response to an incomplete request: then the response timeout ends it. */
    @Test
    void uploadWaitsForTheService() throws Exception {
        AtomicInteger produced = new AtomicInteger();
        AtomicInteger before = new AtomicInteger();
        try (Http2Peer peer = peer(stream -> {
                    stream.keepWindow();
                    Thread.sleep(500);
                    before.set(produced.get());
                    stream.headersOnly(413);
                    stream.reset(Http2Peer.NO_ERROR);
                });
                HttpConnection connection =
                        connection(peer).responseTimeout(Duration.ofSeconds(2)).build()) {
            Request request = Request.post("/")
                    .body(Body.writing(
                            out -> {
                                byte[] chunk = new byte[1 << 14];
                                for (int i = 0; i < 10_000; i++) {
                                    out.write(chunk);
                                    produced.addAndGet(chunk.length);
                                }
                            },
                            10_000L << 14,
                            "application/octet-stream"));
            ConnectorException e = catchThrowableOfType(ConnectorException.class, () -> connection.send(request));
            if (Runtime.version().feature() >= 25 || e instanceof StatusException) {
                assertThat(((StatusException) e).status()).isEqualTo(413);
            } else {
                assertThat(((TimedOutException) e).phase()).isEqualTo(TimedOutException.Phase.RESPONSE);
            }
            assertThat(before.get()).isBetween(1, 1 << 20);
        }
    }

    @Test
    void failureOfTheBodyIsReportedAsItIs() throws Exception {
        AtomicBoolean isUnchecked = new AtomicBoolean();
        try (Http2Peer peer = peer(stream -> ends.add(stream.end()));
                HttpConnection connection = connection(peer).build()) {
            Request request = Request.post("/")
                    .body(Body.writing(
                            out -> {
                                out.write("start".getBytes(StandardCharsets.US_ASCII));
                                if (isUnchecked.get()) {
                                    throw new IllegalStateException("no more");
                                }
                                throw new IOException("the disk is gone");
                            },
                            100,
                            "text/plain"));
            TransferException e = catchThrowableOfType(TransferException.class, () -> connection.send(request));
            assertThat(e).hasMessageContaining("the disk is gone");
            isUnchecked.set(true);
            assertThat(catchThrowableOfType(IllegalStateException.class, () -> connection.send(request)))
                    .hasMessage("no more");
        }
    }
}
