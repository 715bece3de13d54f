package io.httpconnector.webhook.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.server.Servers.Running;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of a proxy that sends requests of many senders over one connection. */
class Http2Test {

    private final HTTP2Client client = new HTTP2Client();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private int maxBody = 100_000;
    private Duration bodyTimeout = Duration.ofMillis(500);

    private final WebhookEndpoint receiver = new WebhookEndpoint() {
        @Override
        public WebhookResponse receive(WebhookRequest request) {
            if (request.path().endsWith("/slow")) {
                begun.countDown();
                await(end);
            }
            return WebhookResponse.text(202, "got " + request.body().length);
        }

        @Override
        public int maxBody() {
            return maxBody;
        }

        @Override
        public Duration bodyTimeout() {
            return bodyTimeout;
        }
    };

    static Set<String> servers() {
        Set<String> servers = new TreeSet<>(Servers.all().keySet());
        // One of them supports only HTTP/1.1, and Javalin's Jetty behaves like that of the servlets.
        servers.removeAll(Set.of("jdk", "javalin"));
        return servers;
    }

    @BeforeEach
    void begin() throws Exception {
        client.start();
    }

    @AfterEach
    void end() throws Exception {
        client.stop();
    }

    private Session connect(Running server) throws Exception {
        return client.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        new Session.Listener() {})
                .get(20, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A stream and its result: a status, or how it ended without one. */
    private static final class Sending implements Stream.Listener {

        private final CompletableFuture<String> outcome = new CompletableFuture<>();
        private CompletableFuture<Stream> sent = new CompletableFuture<>();

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            MetaData.Response head = (MetaData.Response) frame.getMetaData();
            outcome.complete(String.valueOf(head.getStatus()));
            stream.demand();
        }

        @Override
        public void onDataAvailable(Stream stream) {
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                return;
            }
            data.release();
            if (!data.frame().isEndStream()) {
                stream.demand();
            }
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            outcome.complete("reset");
            callback.succeeded();
        }

        @Override
        public void onFailure(Stream stream, int error, String reason, Throwable failure, Callback callback) {
            outcome.complete("failure");
            callback.succeeded();
        }

        @Override
        public void onClosed(Stream stream) {
            outcome.complete("closed");
        }

        String outcome() throws Exception {
            return outcome.get(20, TimeUnit.SECONDS);
        }
    }

    /** Sends exactly these bytes, although more were announced. */
    private static Sending post(Session session, String path, byte[] body, boolean isAll) throws Exception {
        Sending sending = new Sending();
        MetaData.Request head = new MetaData.Request(
                "POST", HttpURI.from("http://localhost" + path), HttpVersion.HTTP_2, HttpFields.EMPTY);
        Stream stream =
                session.newStream(new HeadersFrame(head, null, false), sending).get(20, TimeUnit.SECONDS);
        sending.sent = CompletableFuture.completedFuture(stream);
        for (int from = 0; from < body.length; from += 10_000) {
            int to = Math.min(from + 10_000, body.length);
            ByteBuffer piece = ByteBuffer.wrap(body, from, to - from);
            sending.sent = sending.sent.thenCompose(
                    on -> on.data(new DataFrame(on.getId(), piece, isAll && to == body.length)));
        }
        return sending;
    }

    @ParameterizedTest
    @MethodSource("servers")
    void rejectionEndsOnlyItsOwnStream(String server) throws Exception {
        try (Running running = Servers.all().get(server).with(receiver)) {
            Session session = connect(running);
            Sending slow = post(session, "/hooks/slow", new byte[10], true);
            await(begun);

            Sending large = post(session, "/hooks/large", new byte[150_000], true);
            Sending stopped = post(session, "/hooks/stopped", new byte[10], false);

            assertThat(large.outcome()).isEqualTo("413");
            assertThat(stopped.outcome()).isEqualTo("408");
            end.countDown();
            assertThat(slow.outcome()).isEqualTo("202");
            Sending last = post(session, "/hooks/last", new byte[10], true);
            assertThat(last.outcome()).isEqualTo("202");
        }
    }

    /** Each of these bodies uses an eighth of the memory budget. */
    @ParameterizedTest
    @MethodSource("servers")
    void disconnectedSenderReleasesItsBudget(String server) throws Exception {
        byte[] body = new byte[(int) (Runtime.getRuntime().maxMemory() / 16 / 8)];
        maxBody = body.length * 2;
        bodyTimeout = Duration.ofMinutes(1);
        try (Running running = Servers.all().get(server).with(receiver)) {
            Session session = connect(running);
            for (int i = 0; i < 20; i++) {
                Sending gone = post(session, "/hooks/gone", body, false);
                Stream stream = gone.sent.get(20, TimeUnit.SECONDS);
                stream.reset(new ResetFrame(stream.getId(), ErrorCode.CANCEL_STREAM_ERROR.code))
                        .get(20, TimeUnit.SECONDS);
            }
            String outcome = "";
            for (int i = 0; i < 20 && !outcome.equals("202"); i++) {
                TimeUnit.MILLISECONDS.sleep(50);
                outcome = post(session, "/hooks/all", body, true).outcome();
            }
            assertThat(outcome).isEqualTo("202");
        }
    }
}
