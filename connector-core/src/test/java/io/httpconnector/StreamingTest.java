package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.tls.ServerTrust;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class StreamingTest {

    private static final int LENGTH = 1_000_000;

    @TempDir
    private Path dir;

    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final AtomicInteger uploaded = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile byte[] content = content(7);
    private volatile String tag = "\"v1\"";
    /** After how many bytes the service hangs up. */
    private volatile int breaksAfter = Integer.MAX_VALUE;

    private HttpServer server;
    private HttpConnection connection;

    private static byte[] content(int seed) {
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte) ((i * seed) >> 3);
        }
        return bytes;
    }

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/file", this::serve);
        server.createContext("/missing", exchange -> answer(exchange, 404, "nothing here"));
        server.createContext("/upload", exchange -> {
            uploaded.set(exchange.getRequestBody().readAllBytes().length);
            answer(exchange, 200, "{}");
        });
        server.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[8192];
            while (true) {
                exchange.getResponseBody().write(block);
            }
        });
        server.start();
        connection = connection().build();
    }

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Files")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .maxResponseBytes(1000)
                .timeSource(new FakeTime());
    }

    @AfterEach
    void stop() {
        connection.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.sendResponseHeaders(status, body.length());
        exchange.getResponseBody().write(body.getBytes(StandardCharsets.US_ASCII));
        exchange.close();
    }

    /** As a file server does, which hangs up at times. */
    private void serve(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        ranges.add(range + " " + condition);
        int from = range == null || !tag.equals(condition) ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= content.length) {
            answer(exchange, 416, "");
            return;
        }
        exchange.getResponseHeaders().set("ETag", tag);
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        int length = Math.min(content.length - from, breaksAfter);
        exchange.getResponseBody().write(content, from, length);
        exchange.getResponseBody().flush();
        exchange.close();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void largeBodyIsReadWhileItComes() {
        String result = connection.read(Request.get("/file"), (response, body) -> {
            byte[] digest = sha256(body);
            return response.status() + " " + response.headers().first("ETag").orElseThrow() + " "
                    + (digest.length == 32);
        });

        assertThat(result).isEqualTo("200 \"v1\" true");
    }

    private static byte[] sha256(InputStream in) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] all = in.readAllBytes();
            assertThat(all).isEqualTo(content(7));
            return digest.digest(all);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readerThatHasEnoughLeavesTheRest() {
        int first = connection.read(Request.get("/endless"), (response, body) -> body.read());

        assertThat(first).isZero();
        assertThat(connection.<Object>read(Request.get("/endless"), (response, body) -> null))
                .isNull();
    }

    @Test
    void readerThatFailsIsTheCause() {
        IOException full = new IOException("disk full");

        assertThatThrownBy(() -> connection.read(Request.get("/file"), (response, body) -> {
                    assertThat(body.read()).isNotNegative();
                    throw full;
                }))
                .isExactlyInstanceOf(ConnectorException.class)
                .hasMessageContaining("the reader of the body failed: java.io.IOException: disk full")
                .hasCause(full);
        assertThat(ranges).hasSize(1);
    }

    @Test
    void readerOfNothingFailsInTheSameWay() throws IOException {
        server.createContext("/empty", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        IOException wanted = new IOException("a row is missing");

        assertThatThrownBy(() -> connection.read(Request.get("/empty"), (response, body) -> {
                    throw wanted;
                }))
                .hasMessageContaining("the reader of the body failed: java.io.IOException: a row is missing")
                .hasCause(wanted);
    }

    @Test
    void bodyThatBreaksOffIsNotReadTwice() {
        breaksAfter = 1000;
        AtomicInteger calls = new AtomicInteger();

        assertThatThrownBy(() -> connection.read(Request.get("/file"), (response, body) -> {
                    calls.incrementAndGet();
                    return body.readAllBytes();
                }))
                .isInstanceOf(TransferException.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void streamHasALimitToo() {
        try (HttpConnection limited = connection().maxStreamBytes(50_000).build()) {
            assertThatThrownBy(() -> limited.read(Request.get("/endless"), (response, body) -> body.readAllBytes()))
                    .isInstanceOf(InvalidResponseException.class)
                    .hasMessageContaining(
                            "larger than the limit of 50000 bytes: ask for less, or raise maxStreamBytes");
            assertThatThrownBy(() -> limited.download(Request.get("/file"), dir.resolve("file")))
                    .isInstanceOf(InvalidResponseException.class);
        }
    }

    @Test
    void errorIsNotForTheReader() throws IOException {
        assertThatThrownBy(() -> connection.read(Request.get("/missing"), (response, body) -> body.readAllBytes()))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.body()).isEqualTo("nothing here"));
        assertThatThrownBy(() -> connection.download(Request.get("/missing"), dir.resolve("file")))
                .isInstanceOf(StatusException.class);
        assertThat(files()).isEmpty();
        assertThat(connection.<String>read(
                        Request.get("/missing").acceptStatus(404),
                        (response, body) ->
                                response.status() + " " + new String(body.readAllBytes(), StandardCharsets.US_ASCII)))
                .isEqualTo("404 nothing here");
    }

    @Test
    void downloadReplacesTheFileWhenItIsComplete() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "old");

        Response response = connection.download(Request.get("/file"), file);

        assertThat(response.status()).isEqualTo(200);
        assertThat(file).hasBinaryContent(content);
        assertThat(files()).containsExactly("file");
    }

    @Test
    void downloadThatBreaksOffGoesOnWhereItWas() throws IOException {
        breaksAfter = 150_000;
        Path file = dir.resolve("file");

        connection.download(Request.get("/file"), file);

        // More breaks than a call has attempts: each brought it forward.
        assertThat(file).hasBinaryContent(content);
        assertThat(ranges).hasSizeGreaterThan(5).startsWith("null null");
        assertThat(ranges.subList(1, ranges.size())).allMatch(range -> range.matches("bytes=\\d+- \"v1\""));
        assertThat(files()).containsExactly("file");
    }

    @Test
    void downloadDoesNotWriteThroughALink() throws IOException {
        Path victim = Files.writeString(dir.resolve("victim"), "precious");
        Path file = dir.resolve("file");
        Files.createSymbolicLink(dir.resolve("file.part"), victim);

        assertThatThrownBy(() -> connection.download(Request.get("/file"), file))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("file.part is a symbolic link: remove it");
        Files.delete(dir.resolve("file.part"));
        Files.createSymbolicLink(dir.resolve("file.part.mark"), victim);
        connection.download(Request.get("/file"), file);

        assertThat(file).hasBinaryContent(content);
        assertThat(victim).hasContent("precious");
    }

    private void breakOff(Path file) throws IOException {
        breaksAfter = 400_000;
        try (HttpConnection once = connection().retry(RetryPolicy.none()).build()) {
            assertThatThrownBy(() -> once.download(Request.get("/file"), file)).isInstanceOf(TransferException.class);
        }
        assertThat(files()).contains("file.part").doesNotContain("file");
        assertThat(Files.size(dir.resolve("file.part"))).isBetween(1L, 400_000L);
        breaksAfter = Integer.MAX_VALUE;
        ranges.clear();
    }

    @Test
    void nextRunOfTheApplicationGoesOn() throws IOException {
        Path file = dir.resolve("file");
        breakOff(file);
        long there = Files.size(dir.resolve("file.part"));

        assertThat(connection.download(Request.get("/file"), file).status()).isEqualTo(206);

        assertThat(ranges).containsExactly("bytes=" + there + "- \"v1\"");
        assertThat(file).hasBinaryContent(content);
        assertThat(files()).containsExactly("file");
    }

    @Test
    void contentThatHasChangedMeanwhileIsLoadedAnew() throws IOException {
        Path file = dir.resolve("file");
        breakOff(file);
        content = content(11);
        tag = "\"v2\"";

        connection.download(Request.get("/file"), file);

        assertThat(file).hasBinaryContent(content);
    }

    @Test
    void partOfAnotherRequestIsNotUsed() throws IOException {
        Path file = dir.resolve("file");
        breakOff(file);

        connection.download(Request.get("/file").query("other", "1"), file);

        assertThat(ranges).containsExactly("null null");
        assertThat(file).hasBinaryContent(content);
    }

    @Test
    void contentThatCannotBeRecognisedIsLoadedAnew() throws IOException {
        tag = "W/\"weak\"";
        Path file = dir.resolve("file");
        breakOff(file);

        connection.download(Request.get("/file"), file);

        assertThat(ranges).containsExactly("null null");
        assertThat(file).hasBinaryContent(content);
    }

    @Test
    void partThatIsTooLongIsThrownAway() throws IOException {
        Path file = dir.resolve("file");
        breakOff(file);
        Files.write(dir.resolve("file.part"), new byte[LENGTH + 5]);

        connection.download(Request.get("/file"), file);

        assertThat(ranges).containsExactly("bytes=" + (LENGTH + 5) + "- \"v1\"", "null null");
        assertThat(file).hasBinaryContent(content);
    }

    @Test
    void partThatWasNotAskedForIsRefused() throws IOException {
        server.createContext("/lies", exchange -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 5-9/10");
            answer(exchange, 206, "56789");
        });

        assertThatThrownBy(() -> connection.download(Request.get("/lies"), dir.resolve("file")))
                .hasMessageContaining("the service sent another range than requested");
        assertThat(files()).isEmpty();
    }

    @Test
    void oneFileHasOneDownload() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Request slow = Request.get("/file").onDownload((moved, total) -> {
            begun.countDown();
            await(done);
        });
        Path file = dir.resolve("file");
        var first = threads.submit(() -> connection.download(slow, file));
        begun.await();

        assertThatThrownBy(() -> connection.download(Request.get("/file"), file))
                .hasMessageContaining("Another download is writing");
        done.countDown();

        assertThat(first.get().status()).isEqualTo(200);
        assertThat(file).hasBinaryContent(content);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void fileThatCannotBeWritten() {
        assertThatThrownBy(() -> connection.download(Request.get("/file"), dir.resolve("none/file")))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("can't be written");
    }

    @Test
    void progressOfBothWays() throws IOException {
        List<Long> up = new ArrayList<>();
        List<Long> down = new ArrayList<>();
        Path file = Files.write(dir.resolve("up"), content);
        ProgressListener upload = (moved, total) -> up.add(total == LENGTH ? moved : -1);
        ProgressListener download = (moved, total) -> down.add(total == LENGTH ? moved : -1);

        connection.send(Request.put("/upload").body(Body.file(file, "a/b")).onUpload(upload));
        connection.download(Request.get("/file").onDownload(download), dir.resolve("down"));

        assertThat(uploaded).hasValue(LENGTH);
        assertThat(up).isSorted().hasSizeBetween(10, 17).doesNotContain(-1L).endsWith((long) LENGTH);
        assertThat(down).isSorted().hasSizeBetween(10, 17).doesNotContain(-1L).endsWith((long) LENGTH);

        up.clear();
        connection.send(
                Request.put("/upload").body(Body.text("small", "text/plain")).onUpload((moved, total) -> {
                    up.add(moved);
                    up.add(total);
                }));
        assertThat(up).containsExactly(5L, 5L);
    }

    @Test
    void timeLimitOfTheRequestEndsAStream() {
        assertThatThrownBy(() -> connection()
                        .timeSource(TimeSource.SYSTEM)
                        .build()
                        .read(
                                Request.get("/endless").timeout(Duration.ofMillis(300)),
                                (response, body) -> body.transferTo(OutputStream.nullOutputStream())))
                .isInstanceOfSatisfying(
                        TimedOutException.class, e -> assertThat(e.phase()).isEqualTo(TimedOutException.Phase.TOTAL));
    }

    @Test
    void anUncheckedExceptionOfTheReaderIsPassedOn() {
        IllegalStateException mine = new IllegalStateException("mine");
        assertThatThrownBy(() -> connection.read(Request.get("/endless"), (response, body) -> {
                    body.readNBytes(10);
                    throw mine;
                }))
                .isSameAs(mine);
    }

    @Test
    void aStreamHasNoLimitOfItsSize() {
        HttpConnection limited = connection().maxStreamBytes(1000).build();
        int read = limited.stream(
                Request.get("/file"), Duration.ofSeconds(5), (response, body) -> body.readAllBytes().length);
        assertThat(read).isEqualTo(LENGTH);
        limited.close();
    }

    @Test
    void anInterruptEndsAStreamOverTls() throws Exception {
        TestAuthority authority = new TestAuthority("CA");
        CountDownLatch received = new CountDownLatch(1);
        AtomicInteger failures = new AtomicInteger();
        try (WirePeer peer = new WirePeer(
                        authority.serverContext(authority.server("localhost")),
                        (number, request) -> "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nx");
                HttpConnection secure = HttpConnection.named("Secure")
                        .baseUrl(peer.url())
                        .trust(ServerTrust.only(authority.pem()))
                        .build()) {
            Thread reader = new Thread(() -> {
                try {
                    secure.stream(Request.get("/"), Duration.ofMinutes(5), (response, body) -> {
                        body.read();
                        received.countDown();
                        return body.read();
                    });
                } catch (TransferException e) {
                    failures.incrementAndGet();
                }
            });
            reader.start();
            assertThat(received.await(10, TimeUnit.SECONDS)).isTrue();
            Thread.sleep(50);
            long start = System.nanoTime();
            reader.interrupt();
            reader.join(20_000);
            assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
            assertThat(failures).hasValue(1);
            assertThat(secure.poolStatus().active()).isZero();
        }
    }
}
