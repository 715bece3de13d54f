package io.httpconnector.testing.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Body;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exchanges that are recorded with a service, and replayed after the service has stopped. */
@Timeout(60)
class RecordingTest extends RecordedService {

    private JsonNode har() throws IOException {
        return new ObjectMapper().readTree(file().toFile());
    }

    @Test
    void redirectsRetriesAndDelaysAreReplayedInVirtualTime() throws IOException {
        service.on(
                "GET",
                "/orders",
                MockResponse.status(503).header("Retry-After", "20"),
                MockResponse.status(302).header("Location", "/moved?page=1"));
        service.on("GET", "/moved", MockResponse.json("[1, 2.50]").header("X-Page", "1"));
        HttpConnectionBuilder patient = shop();
        try (Recording recording = record().start();
                HttpConnection connection = recording.attachTo(patient).build()) {
            assertThat(connection.send(Request.get("/orders")).json().size()).isEqualTo(2);
        }
        service.close();

        try (Recording recording = replay().strictOrder().start();
                HttpConnection connection = recording.attachTo(shop()).build()) {
            Response response = connection.send(Request.get("/orders"));
            assertThat(response.text()).isEqualTo("[1, 2.50]");
            assertThat(response.headers().first("x-page")).hasValue("1");
            assertThat(((VirtualTime) recording.time()).waits()).hasSize(1);
            assertThat(((VirtualTime) recording.time()).waits().get(0)).isGreaterThanOrEqualTo(Duration.ofSeconds(20));
        }
        assertThat(har().at("/log/entries")).hasSize(3);
    }

    @Test
    void bodiesOfAllKindsAreComplete() throws IOException {
        byte[] bytes = new byte[200_000];
        new Random(1).nextBytes(bytes);
        String large = "{\"items\": [\"" + "x".repeat(300_000) + "\"]}";
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        List<byte[]> received = new CopyOnWriteArrayList<>();
        Path upload = Files.write(directory.resolve("a.bin"), new byte[] {0, 1, (byte) 0xff});
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestBody().readAllBytes());
            String path = exchange.getRequestURI().getPath();
            byte[] body = path.equals("/binary") ? bytes : large.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders()
                    .set("Content-Type", path.equals("/binary") ? "image/png" : "application/json");
            if (path.equals("/gzip")) {
                exchange.getResponseHeaders().set("Content-Encoding", "gzip");
                ByteArrayOutputStream compressed = new ByteArrayOutputStream();
                try (OutputStream gzip = new GZIPOutputStream(compressed)) {
                    gzip.write(body);
                }
                body = compressed.toByteArray();
            }
            exchange.sendResponseHeaders(200, path.equals("/chunked") ? 0 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        Consumer<HttpConnection> test = connection -> {
            assertThat(connection.send(Request.get("/binary")).bytes()).isEqualTo(bytes);
            assertThat(connection.send(Request.get("/gzip")).text()).isEqualTo(large);
            assertThat(connection.send(Request.get("/chunked")).text()).isEqualTo(large);
            connection.send(
                    Request.post("/form").body(Body.form().field("a", "1 & 2").field("b", "ü")));
            connection.send(Request.post("/multipart")
                    .body(Body.multipart().field("title", "A").file("data", upload, "application/octet-stream")));
            connection.send(
                    Request.post("/json").body(Body.json("{\"a\": [1, 2]}").gzip()));
            connection.send(Request.post("/stream")
                    .body(Body.stream(new ByteArrayInputStream(new byte[] {1, 2, 3}), "application/octet-stream")));
            assertThat(connection.<byte[]>read(Request.get("/binary"), (response, body) -> body.readAllBytes()))
                    .isEqualTo(bytes);
            assertThat(connection.<Integer>read(Request.get("/binary"), (response, body) -> body.read()))
                    .isEqualTo(bytes[0] & 0xff);
            Path target = directory.resolve("download.bin");
            connection.download(Request.get("/binary"), target);
            try {
                assertThat(Files.readAllBytes(target)).isEqualTo(bytes);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
        try (Recording recording = record().start();
                HttpConnection connection = recording
                        .attachTo(HttpConnection.named("Shop").baseUrl(base))
                        .build()) {
            test.accept(connection);
        }
        server.stop(0);

        try (Recording recording = replay().start();
                HttpConnection connection = recording
                        .attachTo(HttpConnection.named("Shop").baseUrl(base))
                        .build()) {
            test.accept(connection);
        }
        assertThat(received).hasSize(10);
        JsonNode entries = har().at("/log/entries");
        assertThat(entries.at("/0/response/content/encoding").asText()).isEqualTo("base64");
        assertThat(entries.at("/3/request/postData/text").asText()).isEqualTo("a=1%20%26%202&b=%C3%BC");
        assertThat(entries.at("/5/request/postData/text").asText()).isEqualTo("{\"a\": [1, 2]}");
        assertThat(entries.at("/6/request/postData/_encoding").asText()).isEqualTo("base64");
    }

    @Test
    void pollsWithSeveralPagesAreReplayed() {
        service.on("GET", "/orders", request -> switch (String.valueOf(
                request.uri().getQuery())) {
            case "page=1" -> page("[{\"id\": 1}, {\"id\": 2}]", "/orders?page=2");
            case "page=2" -> page("[{\"id\": 3}]", "/orders?page=3");
            default -> MockResponse.json("[{\"id\": 4}]");
        });

        List<List<String>> keys = recordAndReplay(connection -> {
            List<String> handled = new CopyOnWriteArrayList<>();
            try (PollingTrigger trigger = PollingTrigger.named("orders")
                    .connection(connection)
                    .request(RequestTemplate.named("Orders")
                            .get("/orders")
                            .query("page", "1")
                            .build())
                    .records(RecordSelector.atRoot())
                    .pagination(Pagination.linkHeader())
                    .key("/id")
                    .startPosition(StartPosition.everything())
                    .every(Duration.ofHours(1))
                    .store(StateStore.inMemory())
                    .handler(event -> handled.add(event.key()))
                    .build()) {
                trigger.pollOnce();
            }
            return handled;
        });

        assertThat(keys.get(0)).containsExactlyInAnyOrder("1", "2", "3", "4").isEqualTo(keys.get(1));
    }

    private MockResponse page(String json, String next) {
        return MockResponse.json(json).header("Link", "<" + url + next + ">; rel=\"next\"");
    }

    @Test
    void secretsOfTheTestMayDiffer() throws IOException {
        service.on(
                "POST",
                "/orders",
                request -> MockResponse.json(
                        "{\"echo\": \"" + request.header("x-api-key").orElse("") + "\", \"pin\": 918273645}"));
        Function<String, Request> request = secret -> Request.post("/orders?tenant=a")
                .query("key", Secret.of(secret))
                .header("X-Api-Key", Secret.of(secret))
                .header("Authorization", Secret.of("Bearer " + secret))
                .body(Body.json("{\"id\": 1, \"password\": \"" + secret + "\"}"));
        try (Recording recording = record().secret(Secret.of("918273645")).start();
                HttpConnection connection = recording.attachTo(shop()).build()) {
            connection.send(request.apply("s3cret-of-production"));
        }
        service.close();

        assertThat(Files.readString(file()))
                .doesNotContain("s3cret-of-production")
                .doesNotContain("918273645");
        try (Recording recording = replay().start();
                HttpConnection connection = recording.attachTo(shop()).build()) {
            assertThat(connection.send(request.apply("dummy-of-the-test")).json())
                    .isEqualTo(new ObjectMapper().readTree("{\"echo\": \"***\", \"pin\": \"***\"}"));
        }
    }

    @Test
    void severalConnectionsShareARecording() {
        service.on("GET", "/a", MockResponse.json("1"));
        try (MockService other = MockService.start()) {
            other.on("GET", "/a", MockResponse.json("2"));
            try (Recording recording = record().start();
                    HttpConnection one = recording.attachTo(shop()).build();
                    HttpConnection two = recording
                            .attachTo(HttpConnection.named("Other").baseUrl(other.baseUrl()))
                            .build()) {
                one.send(Request.get("/a"));
                two.send(Request.get("/a"));
            }
            try (Recording recording = replay().start();
                    HttpConnection one = recording.attachTo(shop()).build();
                    HttpConnection two = recording
                            .attachTo(HttpConnection.named("Other").baseUrl(other.baseUrl()))
                            .build()) {
                assertThat(two.send(Request.get("/a")).text()).isEqualTo("2");
                assertThat(one.send(Request.get("/a")).text()).isEqualTo("1");
            }
        }
    }

    @Test
    void originsWithTlsNeedNoNetworkAndNoCertificate() throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), """
                {"log": {"version": "1.2", "creator": {"name": "http-connector", "version": "1"}, "entries": [
                  {"request": {"method": "GET", "url": "https://api.example.test/orders"},
                   "response": {"status": 200,
                     "headers": [{"name": "Link", "value": "<https://api.example.test/orders?page=2>; rel=\\"next\\""}],
                     "content": {"mimeType": "application/json", "text": "[1]"}}}]}}
                """);
        try (Recording recording = replay().start();
                HttpConnection connection = recording
                        .attachTo(HttpConnection.named("API").baseUrl("https://api.example.test"))
                        .build()) {
            assertThat(connection.send(Request.get("/orders")).text()).isEqualTo("[1]");
        }
    }

    @Test
    void failuresAreReplayedAsTheSameExceptions() throws Exception {
        try (ServerSocket faulty = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> serveFaults(faulty));
            server.setDaemon(true);
            server.start();
            String refused;
            try (ServerSocket closed = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                refused = "http://127.0.0.1:" + closed.getLocalPort();
            }
            String base = "http://127.0.0.1:" + faulty.getLocalPort();
            Function<Recording, List<ConnectorException>> test = recording -> {
                List<ConnectorException> failures = new ArrayList<>();
                try (HttpConnection connection = recording
                        .attachTo(HttpConnection.named("Faulty").baseUrl(base))
                        .retry(RetryPolicy.none())
                        .responseTimeout(Duration.ofMillis(300))
                        .build()) {
                    for (String url : List.of("/truncated", "/silent", "/closed", refused, "http://unknown.invalid/")) {
                        failures.add(catchThrowableOfType(
                                ConnectorException.class, () -> connection.send(Request.get(url))));
                    }
                }
                return failures;
            };
            List<ConnectorException> recorded;
            try (Recording recording = record().start()) {
                recorded = test.apply(recording);
            }
            List<ConnectorException> replayed;
            try (Recording recording = replay().start()) {
                replayed = test.apply(recording);
            }
            assertThat(recorded.get(0)).isInstanceOf(TransferException.class);
            assertThat(recorded.get(1)).isInstanceOf(TimedOutException.class);
            assertThat(recorded.get(2)).isInstanceOf(TransferException.class);
            assertThat(recorded.get(3)).isInstanceOf(CannotConnectException.class);
            assertThat(recorded.get(4)).isInstanceOf(CannotConnectException.class);
            for (int i = 0; i < recorded.size(); i++) {
                assertThat(replayed.get(i))
                        .hasSameClassAs(recorded.get(i))
                        .hasMessage(recorded.get(i).getMessage());
            }
            assertThat(((CannotConnectException) replayed.get(4)).reason())
                    .isEqualTo(CannotConnectException.Reason.UNKNOWN_HOST);
        }
        JsonNode entries = har().at("/log/entries");
        assertThat(entries.at("/0/response/status").asInt()).isEqualTo(200);
        assertThat(entries.at("/0/_complete").asBoolean(true)).isFalse();
        assertThat(entries.at("/1/response/status").asInt()).isZero();
        assertThat(entries.at("/1/_failure/kind").asText()).isEqualTo("RESPONSE_TIMEOUT");
        assertThat(entries.at("/3/response/_error").asText()).containsIgnoringCase("refused");
    }

    @SuppressWarnings("ModifiedButNotUsed") // Keeps the sockets open.
    private static void serveFaults(ServerSocket server) {
        List<Socket> open = new ArrayList<>();
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                byte[] request = new byte[4096];
                int length = socket.getInputStream().read(request);
                String line = new String(request, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
                if (line.startsWith("GET /truncated")) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
                                    .getBytes(StandardCharsets.UTF_8));
                    socket.getOutputStream().flush();
                    socket.close();
                } else if (line.startsWith("GET /closed")) {
                    socket.close();
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    @Test
    void statusErrorsAreReplayed() {
        service.on("GET", "/orders", MockResponse.status(409).body("application/json", "{\"error\": \"conflict\"}"));

        List<String> bodies = recordAndReplay(
                connection -> catchThrowableOfType(StatusException.class, () -> connection.send(Request.get("/orders")))
                        .body());

        assertThat(bodies).containsExactly("{\"error\": \"conflict\"}", "{\"error\": \"conflict\"}");
    }

    @Test
    void modeDependsOnTheFileAndThePropertyAndTheEnvironment() {
        assertThat(RecordingMode.of(null, java.util.Map.of())).isEqualTo(RecordingMode.AUTO);
        assertThat(RecordingMode.of(null, java.util.Map.of("CI", "true"))).isEqualTo(RecordingMode.REPLAY);
        assertThat(RecordingMode.of(null, java.util.Map.of("CI", "false"))).isEqualTo(RecordingMode.AUTO);
        assertThat(RecordingMode.of("true", java.util.Map.of("CI", "true"))).isEqualTo(RecordingMode.RECORD);
        assertThat(RecordingMode.of("never", java.util.Map.of())).isEqualTo(RecordingMode.REPLAY);
        assertThat(RecordingMode.of("missing", java.util.Map.of("CI", "1"))).isEqualTo(RecordingMode.AUTO);
        assertThatThrownBy(() -> RecordingMode.of("yes", java.util.Map.of()))
                .hasMessageContaining("use true, never or missing");

        assertThatThrownBy(() -> replay().start())
                .hasMessageContaining(file().toString())
                .hasMessageContaining("the file is missing")
                .hasMessageContaining("-Dconnector.record=true");
        try (Recording recording = Recording.of(file()).mode(RecordingMode.AUTO).start()) {
            assertThat(recording.isReplaying()).isFalse();
            recording.discard();
        }
        assertThat(file()).doesNotExist();
        Recording empty = record().start();
        assertThatThrownBy(empty::close)
                .hasMessageContaining("Nothing was recorded")
                .hasMessageContaining("attachTo");
    }

    @Test
    void connectionHasOneRecording() {
        Recording one = record().start();
        Recording two = record().start();
        HttpConnectionBuilder both = two.attachTo(one.attachTo(shop()));

        assertThatThrownBy(both::build).hasMessageContaining("two recordings");
    }
}
