package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class EventStreamTest {

    private static final String OTHER = "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 2\r\n\r\nok";

    private final FakeTime time = new FakeTime();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private StreamPeer peer(StreamPeer.Script script) {
        StreamPeer peer = new StreamPeer(script);
        open.add(peer);
        return peer;
    }

    private HttpConnectionBuilder builder(StreamPeer peer) {
        return HttpConnection.named("Service")
                .baseUrl(peer.url())
                .retry(RetryPolicy.none())
                .timeSource(time);
    }

    private HttpConnection connection(StreamPeer peer) {
        return built(builder(peer));
    }

    private HttpConnection built(HttpConnectionBuilder builder) {
        HttpConnection built = builder.build();
        open.add(0, built);
        return built;
    }

    private static EventStream events() {
        return EventStream.of(Request.get("/events"));
    }

    private static List<String> all(EventStream stream, HttpConnection connection) {
        List<String> found = new ArrayList<>();
        stream.events(connection, event -> found.add(event.id() + "=" + event.data()));
        return found;
    }

    private static void until(CountDownLatch gate) throws InterruptedException {
        assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
    }

    /** A socket is closed at once; the thread that reads it gives it back to the pool a moment later. */
    private static void awaitNoSockets(HttpConnection connection) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (connection.poolStatus().active() > 0) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void continuesAfterTheLastIdUntilThereIsNothingMore() {
        StreamPeer peer = peer(exchange -> {
            switch (exchange.number()) {
                case 1 -> exchange.send(StreamPeer.EVENTS).send("retry: 1000\nid: 1\ndata: a\n\nid: 2\ndata: lost");
                case 2 -> exchange.send(StreamPeer.EVENTS).send("data: b\n\nid\ndata: c\n\n");
                default -> exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        assertThat(all(events(), connection(peer))).containsExactly("1=a", "1=b", "=c");
        assertThat(peer.exchanges()).hasSize(3);
        assertThat(peer.exchanges().get(0).header("Accept")).isEqualTo("text/event-stream");
        assertThat(peer.exchanges())
                .extracting(one -> one.header("Last-Event-ID"))
                .containsExactly("", "1", "");
        assertThat(time.waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1));
    }

    @Test
    void startsAfterAnId() {
        StreamPeer peer = peer(exchange -> exchange.send(StreamPeer.NO_CONTENT));
        assertThat(all(events().lastEventId("7"), connection(peer))).isEmpty();
        assertThat(peer.exchanges().get(0).header("Last-Event-ID")).isEqualTo("7");
    }

    @Test
    void limitsTheDelayOfTheService() {
        StreamPeer peer = peer(exchange -> {
            switch (exchange.number()) {
                case 1 -> exchange.send(StreamPeer.EVENTS).send("retry: 999999999\ndata: a\n\n");
                case 2 -> exchange.send(StreamPeer.EVENTS).send("retry: 0\ndata: a\n\n");
                default -> exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        all(events(), connection(peer));
        assertThat(time.waits).containsExactly(Duration.ofMinutes(1), Duration.ofMillis(100));
    }

    @Test
    void backsOffAndGivesUp() {
        StreamPeer peer = peer(exchange -> exchange.send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
        assertThatThrownBy(() -> all(events().reconnectAttempts(5), connection(peer)))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.status()).isEqualTo(502));
        assertThat(peer.exchanges()).hasSize(6);
        assertThat(time.waits).hasSize(5);
        assertThat(time.waits.get(0)).isEqualTo(Duration.ofSeconds(3));
        assertThat(time.waits.get(4)).isBetween(Duration.ofSeconds(24), Duration.ofSeconds(49));
    }

    @Test
    void aRetryAfterThatIsTooLargeIsLimited() {
        StreamPeer peer = peer(exchange -> {
            if (exchange.number() == 1) {
                exchange.send("HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n");
            } else {
                exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        assertThat(all(events(), connection(peer))).isEmpty();
        assertThat(time.waits).containsExactly(Duration.ofHours(1));
    }

    @Test
    void reportsAServiceThatSendsNothing() {
        StreamPeer peer = peer(exchange -> exchange.send(StreamPeer.EVENTS));
        assertThatThrownBy(() -> all(events().reconnectAttempts(2), connection(peer)))
                .isInstanceOfSatisfying(
                        StreamException.class,
                        e -> assertThat(e.reason()).isEqualTo(StreamException.StreamFailure.NOTHING_RECEIVED))
                .hasMessageContaining("3 times");
    }

    @Test
    void survivesAProxyThatFailsInBetween() {
        StreamPeer peer = peer(exchange -> {
            switch (exchange.number()) {
                case 1 -> exchange.send(StreamPeer.EVENTS).send("id: 1\ndata: a\n\n");
                case 2 -> exchange.send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
                case 3 -> exchange.send("HTTP/1.1 429 Wait\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
                case 4 -> {}
                case 5 -> exchange.send(StreamPeer.EVENTS).send("id: 2\ndata: b\n\n");
                default -> exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        assertThat(all(events(), connection(peer))).containsExactly("1=a", "2=b");
        assertThat(peer.exchanges())
                .extracting(one -> one.header("Last-Event-ID"))
                .containsExactly("", "1", "1", "1", "1", "2");
        assertThat(time.waits.get(2)).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void continuesWhereAResponseBreaks() {
        StreamPeer peer = peer(exchange -> {
            switch (exchange.number()) {
                case 1 ->
                    exchange.send(
                                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .send("11\r\nid: 1\ndata: a\n\nid\r\n");
                case 2 ->
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 1000\r\n\r\n")
                            .send("id: 2\ndata: b\n\nid: 3\ndata: c\n");
                default -> exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        assertThat(all(events(), connection(peer))).containsExactly("1=a", "2=b");
        assertThat(peer.exchanges())
                .extracting(one -> one.header("Last-Event-ID"))
                .containsExactly("", "1", "2");
    }

    @Test
    void postIsSentOnce() {
        StreamPeer peer =
                peer(exchange -> exchange.send(StreamPeer.EVENTS).send("data: {\"a\":1}\n\ndata: [DONE]\n\n"));
        List<String> data = new ArrayList<>();
        EventStream.of(Request.post("/chat").json("{\"stream\":true}"))
                .events(connection(peer), event -> data.add(event.data()));
        assertThat(data).containsExactly("{\"a\":1}", "[DONE]");
        assertThat(peer.exchanges()).hasSize(1);

        StreamPeer broken = peer(exchange -> exchange.send(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\ndata: a\n\n"));
        assertThatThrownBy(() -> all(EventStream.of(Request.post("/chat")), connection(broken)))
                .isInstanceOf(TransferException.class);
        assertThat(broken.exchanges()).hasSize(1);
    }

    @Test
    void otherResponsesAreTypedFailures() {
        StreamPeer html = peer(exchange -> exchange.send(OTHER.formatted("text/html; charset=utf-8")));
        assertThatThrownBy(() -> all(events(), connection(html)))
                .isInstanceOfSatisfying(
                        StreamException.class,
                        e -> assertThat(e.reason()).isEqualTo(StreamException.StreamFailure.UNEXPECTED_CONTENT_TYPE))
                .hasMessageContaining("is text/html and not text/event-stream");
        StreamPeer missing = peer(exchange -> exchange.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
        assertThatThrownBy(() -> all(events(), connection(missing))).isInstanceOf(StatusException.class);
        assertThat(html.exchanges()).hasSize(1);
        assertThat(missing.exchanges()).hasSize(1);
        StreamPeer upperCase = peer(exchange -> {
            if (exchange.number() == 1) {
                exchange.send("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream;charset=iso-8859-1\r\n\r\n")
                        .send("data: é\n\n");
            } else {
                exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        assertThat(all(events(), connection(upperCase))).containsExactly("=é");
    }

    @Test
    void followsRedirectsAndRefreshesCredentials() {
        AtomicInteger token = new AtomicInteger(1);
        AuthStrategy tokens = new AuthStrategy() {
            @Override
            public Request apply(Request request) {
                return request.header("Authorization", "Bearer " + token.get());
            }

            @Override
            public boolean refresh(Request request, Response rejected) {
                token.incrementAndGet();
                return true;
            }

            @Override
            public AuthStrategy open(AuthContext context) {
                return this;
            }
        };
        StreamPeer peer = peer(exchange -> {
            if (exchange.request().startsWith("GET /events ")) {
                exchange.send("HTTP/1.1 307 Moved\r\nLocation: /here\r\nContent-Length: 0\r\n\r\n");
            } else if (exchange.number() == 2) {
                exchange.send(StreamPeer.EVENTS).send("id: 1\ndata: a\n\n");
            } else if (exchange.header("Authorization").equals("Bearer 1")) {
                exchange.send("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
            } else if (exchange.header("Last-Event-ID").equals("1")) {
                exchange.send(StreamPeer.EVENTS).send("id: 2\ndata: b\n\n");
            } else {
                exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        assertThat(all(events(), built(builder(peer).auth(tokens)))).containsExactly("1=a", "2=b");
        assertThat(token).hasValue(2);
    }

    @Test
    void readsCompressedEventsAsTheyArrive() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        StreamPeer peer = peer(exchange -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(bytes, true)) {
                exchange.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
                gzip.write("data: a\n\n".getBytes(StandardCharsets.UTF_8));
                gzip.flush();
                exchange.send(bytes.toByteArray());
                bytes.reset();
                until(first);
                gzip.write("data: b\n\n".getBytes(StandardCharsets.UTF_8));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            exchange.send(bytes.toByteArray());
        });
        List<String> data = new ArrayList<>();
        events().reconnectAttempts(0).events(connection(peer), event -> {
            first.countDown();
            return data.add(event.data());
        });
        assertThat(data).containsExactly("a", "b");
    }

    @Test
    void hasAnIdleTimeoutInPlaceOfTheOtherLimits() {
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS);
            for (int i = 0; i < 8; i++) {
                exchange.send("data: " + "x".repeat(1000) + "\n\n");
                pause(100);
            }
            exchange.awaitClose();
        });
        AtomicInteger received = new AtomicInteger();
        HttpConnection connection = built(builder(peer)
                .totalTimeout(Duration.ofMillis(500))
                .responseTimeout(Duration.ofMillis(50))
                .maxStreamBytes(2000));
        assertThatThrownBy(() -> events().idleTimeout(Duration.ofMillis(300))
                        .reconnectAttempts(0)
                        .events(connection, event -> {
                            received.incrementAndGet();
                            return true;
                        }))
                .isInstanceOfSatisfying(
                        TimedOutException.class, e -> assertThat(e.limit()).isEqualTo(Duration.ofMillis(300)));
        assertThat(received).hasValue(8);
        awaitNoSockets(connection);
    }

    @Test
    void theUsualTimeoutsApplyUntilTheResponse() {
        StreamPeer peer = peer(exchange -> exchange.awaitClose());
        HttpConnection connection = built(builder(peer).totalTimeout(Duration.ofMillis(200)));
        assertThatThrownBy(() -> events().reconnectAttempts(0).events(connection, event -> true))
                .isInstanceOfSatisfying(
                        TimedOutException.class, e -> assertThat(e.limit()).isEqualTo(Duration.ofMillis(200)));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void deliversSlowBytesAtOnce() {
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS);
            for (byte b : "data: é\r\n\r\n".getBytes(StandardCharsets.UTF_8)) {
                exchange.send(new byte[] {b});
                pause(5);
            }
            exchange.awaitClose();
        });
        List<String> data = new ArrayList<>();
        events().events(connection(peer), event -> !data.add(event.data()));
        assertThat(data).containsExactly("é");
    }

    @Test
    void theHandlerEndsTheStream() throws Exception {
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: 1\n\ndata: 2\n\n");
            exchange.awaitClose();
        });
        HttpConnection connection = connection(peer);
        events().events(connection, event -> event.data().equals("0"));
        assertThat(peer.exchanges()).hasSize(1);
        assertThat(peer.exchanges().get(0).isClosedWithin(2000)).isTrue();
        awaitNoSockets(connection);
    }

    @Test
    void failuresOfTheHandlerAreNoFailuresOfTheStream() {
        StreamPeer peer = peer(exchange -> exchange.send(StreamPeer.EVENTS).send("data: 1\n\n"));
        HttpConnection connection = connection(peer);
        StreamPeer dead = peer(exchange -> {});
        assertThatThrownBy(() ->
                        events().events(connection, event -> connection(dead).send(Request.get("/")) == null))
                .isInstanceOf(TransferException.class);
        assertThatThrownBy(() -> events().events(connection, event -> {
                    throw new IOException("full");
                }))
                .isExactlyInstanceOf(ConnectorException.class)
                .hasRootCauseMessage("full");
        assertThatThrownBy(() -> events().events(connection, event -> {
                    throw new IllegalStateException("mine");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(peer.exchanges()).hasSize(3);
    }

    @Test
    void anInterruptClosesTheSocket() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: 1\n\n");
            exchange.awaitClose();
        });
        HttpConnection connection = connection(peer);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>(false);
        Thread reader = new Thread(() -> {
            try {
                events().events(connection, event -> {
                    opened.countDown();
                    return true;
                });
            } catch (Throwable e) {
                failure.set(e);
                interrupted.set(Thread.currentThread().isInterrupted());
            }
        });
        reader.start();
        until(opened);
        pause(50);
        reader.interrupt();
        reader.join(2000);
        assertThat(failure.get()).isInstanceOf(TransferException.class);
        assertThat(interrupted.get()).isTrue();
        assertThat(peer.exchanges().get(0).isClosedWithin(2000)).isTrue();
    }

    @Test
    void closingAStreamClosesTheSocketWhileAReadBlocks() throws Exception {
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: 1\n\n");
            exchange.awaitClose();
        });
        HttpConnection connection = connection(peer);
        List<String> data = new CopyOnWriteArrayList<>();
        CountDownLatch first = new CountDownLatch(1);
        Stream<ServerSentEvent> stream = events().events(connection);
        Thread consumer = new Thread(() -> stream.forEach(event -> {
            data.add(event.data());
            first.countDown();
        }));
        consumer.start();
        until(first);
        pause(50);
        long start = System.nanoTime();
        stream.close();
        assertThat(peer.exchanges().get(0).isClosedWithin(10_000)).isTrue();
        consumer.join(10_000);
        assertThat(consumer.isAlive()).isFalse();
        assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
        assertThat(data).containsExactly("1");
        awaitNoSockets(connection);
    }

    @Test
    void aStreamIsReadAsFarAsItIsConsumed() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS);
            String block = "data: " + "x".repeat(100_000) + "\n\n";
            while (true) {
                exchange.send(block);
                sent.incrementAndGet();
            }
        });
        try (Stream<ServerSentEvent> stream = events().events(connection(peer))) {
            assertThat(stream.limit(3).map(event -> event.data().length())).containsExactly(100_000, 100_000, 100_000);
            pause(200);
            int now = sent.get();
            pause(300);
            assertThat(sent).hasValue(now);
        }
    }

    @Test
    void aStreamThrowsTheFailure() {
        StreamPeer peer = peer(exchange -> exchange.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
        HttpConnection connection = connection(peer);
        try (Stream<ServerSentEvent> stream = events().events(connection)) {
            assertThatThrownBy(stream::count).isInstanceOf(StatusException.class);
        }
        try (Stream<ServerSentEvent> stream = events().events(connection)) {
            assertThat(stream).isNotNull();
            assertThat(peer.exchanges()).hasSize(1);
        }
    }

    @Test
    void cancellingAFutureClosesTheSocket() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        StreamPeer peer = peer(exchange -> {
            if (exchange.number() == 1) {
                exchange.send(StreamPeer.EVENTS).send("data: 1\n\n");
                exchange.awaitClose();
            } else {
                exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        HttpConnection connection = connection(peer);
        CompletableFuture<Void> future = events().eventsAsync(connection, event -> {
            first.countDown();
            return true;
        });
        until(first);
        pause(50);
        future.cancel(true);
        assertThat(peer.exchanges().get(0).isClosedWithin(2000)).isTrue();
        assertThat(events().eventsAsync(connection, event -> true).get(5, TimeUnit.SECONDS))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void cancellingAFutureWhileTheHandlerRunsClosesTheSocketAndEndsTheStream(boolean interrupts, boolean isBurst)
            throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: 1\n\n".repeat(isBurst ? 20 : 1));
            exchange.awaitClose();
        });
        HttpConnection connection = connection(peer);
        CompletableFuture<Void> future = events().eventsAsync(connection, event -> {
            handled.incrementAndGet();
            first.countDown();
            boolean isReleased = false;
            while (!isReleased) {
                try {
                    release.await();
                    isReleased = true;
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                }
            }
            ended.countDown();
            return true;
        });
        until(first);

        future.cancel(interrupts);

        assertThat(peer.exchanges().get(0).isClosedWithin(2000)).isTrue();
        release.countDown();
        until(ended);
        for (int i = 0; i < 200 && connection.poolStatus().active() > 0; i++) {
            pause(10);
        }
        assertThat(connection.poolStatus().active()).isZero();
        assertThat(handled).hasValue(1);
        assertThat(interrupted).hasValue(interrupts ? 1 : 0);
        assertThat(peer.exchanges()).hasSize(1);
    }

    @Test
    void poolStatusHasTheLimitAndTheStreamsThatWait() {
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: 1\n\n");
            exchange.awaitClose();
        });
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(peer.url())
                .maxConnections(2)
                .build();
        try (connection) {
            for (int i = 0; i < 5; i++) {
                var unused = events().eventsAsync(connection, event -> true);
            }
            for (int i = 0; i < 500 && connection.poolStatus().waiting() < 3; i++) {
                pause(10);
            }
            assertThat(connection.poolStatus().waiting()).isEqualTo(3);
            assertThat(connection.poolStatus().active()).isEqualTo(2);
            assertThat(connection.poolStatus().max()).isEqualTo(2);
        }
    }

    @Test
    void sendOfAStreamNamesEventStream() {
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: {}\n\n");
            if (exchange.number() == 1) {
                exchange.awaitClose();
            }
        });
        Request request = Request.get("/e").timeout(Duration.ofMillis(500));

        HttpConnection connection =
                built(HttpConnection.named("Service").baseUrl(peer.url()).retry(RetryPolicy.none()));
        assertThatThrownBy(() -> connection.send(request))
                .isInstanceOf(TimedOutException.class)
                .hasMessageContaining("EventStream");
        assertThatThrownBy(() -> connection.send(Request.get("/e")).json())
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("EventStream");
    }

    @ParameterizedTest
    @CsvSource({"application/x-ndjson, true", "application/json-seq, true", "application/json, false"})
    void recordsInPlaceOfEventsNameRecordStream(String type, boolean isNamed) {
        StreamPeer peer = peer(exchange ->
                exchange.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: 3\r\n\r\n{}\n"));

        assertThatThrownBy(() -> events().events(connection(peer), event -> true))
                .isInstanceOf(StreamException.class)
                .satisfies(
                        e -> assertThat(e.getMessage().contains("RecordStream")).isEqualTo(isNamed));
    }

    @Test
    void closingTheConnectionEndsTheStream() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: 1\n\n");
            exchange.awaitClose();
        });
        HttpConnection connection = connection(peer);
        CompletableFuture<Void> future = events().eventsAsync(connection, event -> {
            first.countDown();
            return true;
        });
        until(first);
        pause(50);
        connection.close();
        assertThatThrownBy(() -> future.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(ConnectorException.class);
        assertThat(peer.exchanges()).hasSize(1);
    }

    @Test
    void limitsTheMemoryOfALine() {
        AtomicInteger blocks = new AtomicInteger();
        StreamPeer peer = peer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: ");
            byte[] block = "x".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 16384; i++) {
                exchange.send(block);
                blocks.incrementAndGet();
            }
        });
        assertThatThrownBy(() -> all(events(), connection(peer)))
                .isInstanceOfSatisfying(
                        StreamException.class,
                        e -> assertThat(e.reason()).isEqualTo(StreamException.StreamFailure.TOO_LARGE));
        assertThat(blocks.get()).isLessThan(1000);
        assertThat(peer.exchanges()).hasSize(1);
    }

    @Test
    void dataIsReadAsJson() {
        StreamPeer peer = peer(exchange ->
                exchange.send(StreamPeer.EVENTS).send("data: {\"name\":\n data\ndata:\"Ada\"}\n\ndata: secret\n\n"));
        List<ServerSentEvent> found = new ArrayList<>();
        events().reconnectAttempts(0).events(connection(peer), found::add);
        assertThat(found.get(0).json().path("name").asText()).isEqualTo("Ada");
        assertThat(found.get(0).json(Person.class).name()).isEqualTo("Ada");
        assertThatThrownBy(() -> found.get(1).json())
                .isInstanceOf(StreamException.class)
                .hasMessageNotContaining("secret");
        assertThat(found.get(1).toString()).doesNotContain("secret");
    }

    record Person(String name) {}
}
