package io.httpconnector.testing.recording;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets in binary bodies and cookies of recordings, and values of a test that only look like masks. */
@Timeout(60)
class RecordedSecretsTest {

    private static final String COOKIE = "cookval-1357924680";

    @TempDir
    private Path directory;

    private HttpServer service;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.start();
    }

    @AfterEach
    void close() {
        service.stop(0);
    }

    private void serve(String path, String type, byte[] body, String... fields) {
        service.createContext(path, exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", type);
            for (int i = 0; i < fields.length; i += 2) {
                exchange.getResponseHeaders().set(fields[i], fields[i + 1]);
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private String url() {
        return "http://127.0.0.1:" + service.getAddress().getPort();
    }

    private Path file() {
        return directory.resolve("test.har");
    }

    private void run(RecordingMode mode, UnaryOperator<HttpConnectionBuilder> settings, Consumer<HttpConnection> test) {
        RecordingBuilder builder = Recording.of(file()).mode(mode);
        try (Recording recording =
                        (mode == RecordingMode.RECORD ? builder.timeSource(new VirtualTime()) : builder).start();
                HttpConnection connection = recording
                        .attachTo(settings.apply(HttpConnection.named("Shop").baseUrl(url())))
                        .build()) {
            test.accept(connection);
        }
    }

    private void record(Consumer<HttpConnection> test) {
        run(RecordingMode.RECORD, builder -> builder, test);
    }

    private void replay(Consumer<HttpConnection> test) {
        run(RecordingMode.REPLAY, builder -> builder, test);
    }

    /** Returns all bytes of the recording, with its Base64 decoded. */
    private String recorded(Charset charset) throws IOException {
        JsonNode har = new ObjectMapper().readTree(file().toFile());
        StringBuilder all = new StringBuilder(Files.readString(file()));
        for (JsonNode entry : har.at("/log/entries")) {
            for (JsonNode body : new JsonNode[] {entry.at("/response/content"), entry.at("/request/postData")}) {
                String encoding =
                        body.path("encoding").asText() + body.path("_encoding").asText();
                if (encoding.equals("base64")) {
                    all.append(new String(
                            Base64.getMimeDecoder().decode(body.path("text").asText()), charset));
                }
            }
        }
        return all.toString();
    }

    private static byte[] binary(String text, Charset charset) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xff});
        bytes.writeBytes(text.getBytes(charset));
        bytes.write(0xfe);
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] zip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("a.bin"));
            zip.write(content);
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcDEF123456tokenXYZ", "pässwort-geheim-2026", "秘密のパスワード-42"})
    void secretsInBinaryBodiesAreMasked(String secret) throws IOException {
        for (Charset charset : new Charset[] {UTF_8, ISO_8859_1}) {
            if (!charset.newEncoder().canEncode(secret)) {
                continue;
            }
            serve("/png-" + charset, "image/png", binary(secret, charset));
            record(connection -> connection.send(Request.post("/png-" + charset)
                    .body(Body.multipart()
                            .field("password", Secret.of(secret))
                            .part("f", "x.bin", Body.bytes(binary(secret, charset), "application/octet-stream")))));
            assertThat(recorded(charset)).contains("PNG").doesNotContain(secret);
            assertThat(recorded(UTF_8)).doesNotContain(secret);
        }
    }

    @Test
    void compressedFilesWithSecretsAreNotRecorded() throws IOException {
        String secret = "pässwort-geheim-2026";
        byte[] content = ("x".repeat(500) + secret).getBytes(UTF_8);
        byte[] other = zip("y".repeat(500).getBytes(UTF_8));
        byte[][] files = {
            gzip(content), zip(content), zip(gzip(content)), {'B', 'Z', 'h', '9', 1, (byte) 0xff, 0}, other
        };
        for (int i = 0; i < files.length; i++) {
            serve("/" + i, "application/octet-stream", files[i]);
        }
        Consumer<HttpConnection> test = connection -> {
            for (int i = 0; i < files.length; i++) {
                byte[] received = connection
                        .send(Request.get("/" + i).query("key", Secret.of(secret)))
                        .bytes();
                assertThat(received).isIn(files[i], "***".getBytes(UTF_8));
            }
        };
        record(test);
        JsonNode entries = new ObjectMapper().readTree(file().toFile()).at("/log/entries");
        for (int i = 0; i < files.length - 1; i++) {
            assertThat(entries.path(i).at("/response/content/text").asText()).isEqualTo("***");
        }
        assertThat(Base64.getDecoder()
                        .decode(entries.path(files.length - 1)
                                .at("/response/content/text")
                                .asText()))
                .isEqualTo(other);
        replay(test);
    }

    @Test
    void sessionCookiesAreMaskedAndCompared() throws IOException {
        String cookie = "sid=" + COOKIE + "; HttpOnly; Path=/app";
        serve("/login", "text/plain", ("new " + COOKIE).getBytes(UTF_8), "Set-Cookie", cookie);
        serve("/app/me", "text/plain", ("session " + COOKIE).getBytes(UTF_8), "X-Echo", COOKIE);
        serve("/public", "text/plain", ("last session " + COOKIE).getBytes(UTF_8));
        Consumer<HttpConnection> test = connection -> {
            connection.send(Request.post("/login"));
            connection.send(Request.get("/app/me"));
            connection.send(Request.get("/public"));
        };
        run(RecordingMode.RECORD, HttpConnectionBuilder::cookies, test);
        assertThat(recorded(UTF_8)).doesNotContain(COOKIE).contains("sid=***");
        run(RecordingMode.REPLAY, HttpConnectionBuilder::cookies, test);
        assertThatThrownBy(() -> run(RecordingMode.REPLAY, builder -> builder, test))
                .isInstanceOf(RecordingMismatchError.class)
                .hasMessageContaining("header cookie: recorded sid=***, sent nothing");
    }

    @Test
    void aSentTextOfAsterisksIsNoMask() {
        serve("/a", "application/json", "{}".getBytes(UTF_8));
        record(connection -> connection.send(Request.post("/a?q=secret%20santa")
                .header("X-Key", Secret.of("real-key-123456"))
                .body(Body.json("{\"name\": \"Acme\", \"n\": 5}"))));
        UnaryOperator<Request> key = request -> request.header("X-Key", Secret.of("secret"));
        // The secret of the test is a word of the recording.
        replay(connection -> connection.send(
                key.apply(Request.post("/a?q=secret%20santa").body(Body.json("{\"name\": \"Acme\", \"n\": 5}")))));
        for (String body : new String[] {"{\"name\": \"***\", \"n\": 5}", "{\"name\": \"Acme\", \"n\": \"***\"}"}) {
            assertThatThrownBy(() -> replay(connection -> connection.send(
                            key.apply(Request.post("/a?q=secret%20santa").body(Body.json(body))))))
                    .isInstanceOf(RecordingMismatchError.class);
        }
        assertThatThrownBy(() -> replay(connection -> connection.send(Request.post("/a?q=***")
                        .header("X-Key", Secret.of("real-key-123456"))
                        .body(Body.json("{\"name\": \"Acme\", \"n\": 5}")))))
                .isInstanceOf(RecordingMismatchError.class);
    }

    @Test
    void repeatedMembersAndParametersWithoutAValueAreDistinguished() {
        serve("/a", "application/json", "{}".getBytes(UTF_8));
        record(connection ->
                connection.send(Request.post("/a?x").body(Body.text("{\"a\":1,\"a\":2}", "application/json"))));
        replay(connection ->
                connection.send(Request.post("/a?x").body(Body.text("{\"a\":1,\"a\":2}", "application/json"))));
        assertThatThrownBy(() -> replay(connection -> connection.send(
                        Request.post("/a?x=").body(Body.text("{\"a\":1,\"a\":2}", "application/json")))))
                .isInstanceOf(RecordingMismatchError.class)
                .hasMessageContaining("query x: recorded null, sent");
        assertThatThrownBy(() -> replay(connection ->
                        connection.send(Request.post("/a?x").body(Body.text("{\"a\":2}", "application/json")))))
                .isInstanceOf(RecordingMismatchError.class);
    }
}
