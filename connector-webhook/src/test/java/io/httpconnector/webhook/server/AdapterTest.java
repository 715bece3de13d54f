package io.httpconnector.webhook.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.server.Servers.Running;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Tests that apply to every adapter, on its real server. */
class AdapterTest {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BlockingQueue<WebhookRequest> received = new LinkedBlockingQueue<>();

    private final Logger logger = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> errors = new ListAppender<>();
    private Duration handling = Duration.ZERO;
    private int maxBody = 100_000;
    private Duration bodyTimeout = Duration.ofMillis(250);

    private final WebhookEndpoint receiver = new WebhookEndpoint() {
        @Override
        public WebhookResponse receive(WebhookRequest request) {
            received.add(request);
            pause(handling);
            return WebhookResponse.text(202, "got " + request.body().length).header("X-Response", "yes");
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

    @BeforeEach
    void listen() {
        errors.start();
        logger.addAppender(errors);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(errors);
    }

    static Set<String> servers() {
        return Servers.all().keySet();
    }

    private Running start(String server) throws Exception {
        return Servers.all().get(server).with(receiver);
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpRequest.Builder request(Running server, String target) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target));
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("servers")
    void passesTheRequestAndSendsTheResponse(String server) throws Exception {
        byte[] body = noise(50_000);
        try (Running running = start(server)) {
            HttpResponse<String> response = client.send(
                    request(running, "/hooks/a%20c?x=%C3%A9&y=1+2&x=3")
                            .header("X-Twice", "1")
                            .header("X-Twice", "2")
                            .header("Content-Type", "application/json; charset=utf-8")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(202);
            assertThat(response.body()).isEqualTo("got 50000");
            assertThat(response.headers().firstValue("x-response")).contains("yes");
            assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
        }

        WebhookRequest request = received.take();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/hooks/a%20c");
        assertThat(request.query()).isEqualTo("x=%C3%A9&y=1+2&x=3");
        assertThat(request.headers("x-TWICE")).containsExactly("1", "2");
        assertThat(request.header("content-type")).contains("application/json; charset=utf-8");
        assertThat(request.body()).isEqualTo(body);
        assertThat(request.peer()).contains(InetAddress.getLoopbackAddress());
    }

    @ParameterizedTest
    @MethodSource("servers")
    void passesFormsAndEmptyBodies(String server) throws Exception {
        try (Running running = start(server)) {
            client.send(
                    request(running, "/hooks/1")
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString("a=1&b=%20"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            client.send(
                    request(running, "/hooks/2")
                            .PUT(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        }

        assertThat(new String(received.take().body(), UTF_8)).isEqualTo("a=1&b=%20");
        WebhookRequest empty = received.take();
        assertThat(empty.method()).isEqualTo("PUT");
        assertThat(empty.body()).isEmpty();
        assertThat(empty.query()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void tooLargeBodyIsRejectedWithoutReadingIt(String server) throws Exception {
        try (Running running = start(server);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            // Announces ten gigabytes, and sends until the server stops reading.
            out.write("POST /hooks/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 10737418240\r\n\r\n".getBytes(UTF_8));
            Optional<String> response = status(socket, 64 << 20);

            assertThat(response.orElse("closed")).isIn("413", "closed");
            assertThat(received).isEmpty();
        }
    }

    /** Sends until a response arrives or the connection ends, up to a limit. */
    private static Optional<String> status(Socket socket, long max) throws IOException {
        byte[] chunk = noise(64 * 1024);
        InputStream in = socket.getInputStream();
        long sent = 0;
        try {
            while (in.available() == 0 && sent < max) {
                socket.getOutputStream().write(chunk);
                sent += chunk.length;
            }
            byte[] head = in.readNBytes(12);
            return head.length < 12 ? Optional.empty() : Optional.of(new String(head, ISO_8859_1).substring(9));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void tooLargeChunkedBodyIsRejected(String server) throws Exception {
        try (Running running = start(server)) {
            List<Integer> statuses = new ArrayList<>();
            try {
                statuses.add(client.send(
                                request(running, "/hooks/1")
                                        .POST(HttpRequest.BodyPublishers.ofInputStream(
                                                () -> new ByteArrayInputStream(noise(150_000))))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode());
            } catch (IOException e) {
                // The connection was closed while sending.
                statuses.add(413);
            }

            assertThat(statuses).containsExactly(413);
            assertThat(received).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void stalledSenderIsDisconnected(String server) throws Exception {
        try (Running running = start(server);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("POST /hooks/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".getBytes(UTF_8));
            long start = System.nanoTime();

            byte[] response = socket.getInputStream().readAllBytes();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
            assertThat(new String(response, ISO_8859_1))
                    .doesNotStartWith("HTTP/1.1 202")
                    .doesNotContain("Exception");
            assertThat(received).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void handlerMayTakeLongerThanTheBodyTimeout(String server) throws Exception {
        bodyTimeout = Duration.ofMillis(1200);
        handling = Duration.ofMillis(1300);
        try (Running running = start(server);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write("POST /hooks/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n".getBytes(UTF_8));
            // The server has started to wait.
            pause(Duration.ofMillis(100));
            out.write("la".getBytes(UTF_8));
            pause(Duration.ofMillis(50));
            out.write("te".getBytes(UTF_8));

            byte[] head = socket.getInputStream().readNBytes(12);

            assertThat(new String(head, ISO_8859_1)).isEqualTo("HTTP/1.1 202");
        }
        assertThat(received).hasSize(1);
    }

    /** Without a free thread, the response is 503; a timeout needs no thread. */
    @ParameterizedTest
    @CsvSource({"4, 503", "100, 408"})
    void asyncServletRespondsWithoutAFreeThread(int length, int status) throws Exception {
        WebhookServlet servlet = WebhookServlet.async(receiver, task -> {
            throw new RejectedExecutionException("no thread is free");
        });
        try (Running running = Servers.jetty(servlet);
                Socket socket = begun(running, new byte[4], length)) {
            byte[] head = socket.getInputStream().readNBytes(12);

            assertThat(new String(head, ISO_8859_1)).isEqualTo("HTTP/1.1 " + status);
        }
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slowSenderIsDisconnected(String server) throws Exception {
        try (Running running = start(server);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("POST /hooks/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".getBytes(UTF_8));
            long start = System.nanoTime();
            boolean ended = false;
            while (!ended && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(8)) {
                ended = dripped(socket);
                TimeUnit.MILLISECONDS.sleep(100);
            }

            assertThat(ended).isTrue();
            assertThat(received).isEmpty();
        }
    }

    private static boolean dripped(Socket socket) {
        try {
            socket.getOutputStream().write('x');
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Each body uses an eighth of the memory budget or more. Errors of senders are not errors of the server. */
    @ParameterizedTest
    @MethodSource("servers")
    void memoryBudgetIsReleased(String server) throws Exception {
        byte[] body = noise((int) (Runtime.getRuntime().maxMemory() / 16 / 8));
        maxBody = body.length * 2;
        bodyTimeout = Duration.ofMinutes(1);
        try (Running running = start(server)) {
            for (int i = 0; i < 10; i++) {
                assertThat(post(running, HttpRequest.BodyPublishers.ofByteArray(body)))
                        .contains(202);
                received.clear();
            }
            for (int i = 0; i < 10; i++) {
                try (Socket gone = begun(running, body, body.length * 2)) {
                    assertThat(gone.isConnected()).isTrue();
                }
            }
            assertThat(isReceivedInTheEnd(running, body)).isTrue();
            received.clear();
            handling = Duration.ofMillis(50);
            int handled = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (handled < 10 && System.nanoTime() < end) {
                // Earlier requests may not have released their budget yet.
                try (Socket goneWhileItIsHandled = begun(running, body, body.length)) {
                    assertThat(goneWhileItIsHandled.isConnected()).isTrue();
                    handled += received.poll(500, TimeUnit.MILLISECONDS) == null ? 0 : 1;
                }
            }
            assertThat(handled).isEqualTo(10);
            handling = Duration.ZERO;
            assertThat(isReceivedInTheEnd(running, body)).isTrue();
            for (int i = 0; i < 10; i++) {
                assertThat(post(
                                running,
                                HttpRequest.BodyPublishers.ofInputStream(
                                        () -> new ByteArrayInputStream(noise(body.length * 3)))))
                        .isNotEqualTo(Optional.of(202));
            }
            assertThat(isReceivedInTheEnd(running, body)).isTrue();
            bodyTimeout = Duration.ofMillis(250);
            for (int i = 0; i < 3; i++) {
                for (Socket slow : List.of(
                        begun(running, body, body.length * 2),
                        begun(running, body, body.length * 2),
                        begun(running, body, body.length * 2))) {
                    assertThat(response(slow)).doesNotContain(" 202 ");
                    slow.close();
                }
            }
            assertThat(isReceivedInTheEnd(running, body)).isTrue();
        }
        assertThat(errors.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .isEmpty();
    }

    private static String response(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            return "closed";
        }
    }

    /** Sends part of a body with a Content-Length. */
    private static Socket begun(Running running, byte[] body, int length) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port());
        socket.setSoTimeout(10_000);
        try {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /hooks/1 HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n").getBytes(UTF_8));
            out.write(body);
        } catch (IOException e) {
            // There is no budget at the moment.
            assertThat(socket.isConnected()).isTrue();
        }
        return socket;
    }

    /** The status; empty if the server has closed the connection. */
    private Optional<Integer> post(Running running, HttpRequest.BodyPublisher body) throws InterruptedException {
        try {
            return Optional.of(
                    client.send(request(running, "/hooks/1").POST(body).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A server detects a disconnected sender only after a moment. */
    private boolean isReceivedInTheEnd(Running running, byte[] body) throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            if (post(running, HttpRequest.BodyPublishers.ofByteArray(body)).equals(Optional.of(202))) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return false;
    }
}
