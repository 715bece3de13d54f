package io.httpconnector.testing.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Body;
import io.httpconnector.CannotConnectException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Archives of browsers and other tools, with the members that these write and leave out. */
@Timeout(30)
class ForeignArchivesTest {

    @TempDir
    private Path directory;

    private void replay(String har, Consumer<HttpConnection> test) throws IOException {
        Path file = Files.writeString(directory.resolve("foreign.har"), har);
        try (Recording recording = Recording.of(file)
                        .mode(RecordingMode.REPLAY)
                        .allowUnused()
                        .start();
                HttpConnection connection = recording
                        .attachTo(HttpConnection.named("API")
                                .baseUrl("https://api.example.com")
                                .retry(RetryPolicy.none()))
                        .build()) {
            test.accept(connection);
        }
    }

    private static String har(String creator, String... entries) {
        return "{\"log\": {\"version\": \"1.2\", \"creator\": {\"name\": \"" + creator
                + "\", \"version\": \"1\"}, \"pages\": [], \"entries\": [" + String.join(",", entries) + "]}}";
    }

    @Test
    void chrome() throws IOException {
        String image = Base64.getEncoder().encodeToString(new byte[] {1, 2, (byte) 0xff});
        replay(har("WebInspector", """
                        {"_initiator": {"type": "script"}, "_priority": "High", "_resourceType": "xhr", "cache": {},
                         "connection": "42", "startedDateTime": "2026-03-01T10:00:00.123+01:00", "time": 42.5,
                         "request": {"method": "GET", "url": "https://api.example.com/orders?page=1#top",
                           "httpVersion": "http/2.0", "headersSize": -1, "bodySize": 0, "cookies": [],
                           "headers": [{"name": ":authority", "value": "api.example.com"}, {"name": ":method", "value": "GET"},
                             {"name": "sec-fetch-mode", "value": "cors"}, {"name": "user-agent", "value": "Mozilla/5.0"},
                             {"name": "accept", "value": "*/*"}],
                           "queryString": [{"name": "page", "value": "1"}]},
                         "response": {"status": 200, "statusText": "", "httpVersion": "http/2.0",
                           "headers": [{"name": "content-encoding", "value": "br"}, {"name": "content-length", "value": "12"},
                             {"name": "set-cookie", "value": "a=1\\nb=2"},
                             {"name": "content-type", "value": "application/json; charset=utf-8"}],
                           "content": {"size": 9, "mimeType": "application/json", "text": "[\\"ä\\"]", "compression": -3},
                           "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 412, "_error": null},
                         "timings": {"blocked": 1, "dns": -1, "ssl": -1, "connect": -1, "send": 0, "wait": 40, "receive": 1}}""", """
                        {"request": {"method": "GET", "url": "https://api.example.com/logo", "headers": []},
                         "response": {"status": 200, "headers": [],
                           "content": {"mimeType": "image/png", "encoding": "base64", "text": "%s"}}}""".formatted(image), """
                        {"request": {"method": "GET", "url": "data:image/png;base64,AAAA", "headers": []},
                         "response": {"status": 200, "headers": [], "content": {}}}""", """
                        {"request": {"method": "POST", "url": "https://api.example.com/upload", "headers": [],
                           "postData": {"mimeType": "multipart/form-data; boundary=----WebKit",
                             "params": [{"name": "file", "value": "(binary)", "fileName": "a.png"}]}},
                         "response": {"status": 204, "headers": [], "content": {"size": 0, "mimeType": "x-unknown"}}}"""), connection -> {
            var orders = connection.send(Request.get("/orders?page=1"));
            assertThat(orders.json().get(0).asText()).isEqualTo("ä");
            assertThat(orders.headers().all("set-cookie")).hasSize(2);
            assertThat(orders.headers().first("content-encoding")).isEmpty();
            assertThat(connection.send(Request.get("/logo")).bytes()).containsExactly(1, 2, 0xff);
            assertThat(connection
                            .send(Request.post("/upload").body(Body.multipart().field("file", "any")))
                            .status())
                    .isEqualTo(204);
        });
    }

    @Test
    void redirectsWithoutLocation() throws IOException {
        replay(
                har("Firefox", """
                        {"request": {"method": "GET", "url": "https://api.example.com/old"},
                         "response": {"status": 302, "redirectURL": "/new", "content": {"size": 0}}}""", """
                        {"request": {"method": "GET", "url": "https://api.example.com/new"},
                         "response": {"status": 200, "content": {"mimeType": "text/plain", "text": "there"}}}"""),
                connection ->
                        assertThat(connection.send(Request.get("/old")).text()).isEqualTo("there"));
    }

    @Test
    void insomniaAndProxiesWithListsInPlaceOfTexts() throws IOException {
        replay('\uFEFF' + har("Insomnia REST Client", """
                                {"comment": "Create", "time": -1,
                                 "request": {"method": "post", "url": "https://api.example.com/orders", "headersSize": -1,
                                   "queryString": [{"name": "a b", "value": "c&d"}],
                                   "postData": {"mimeType": "application/x-www-form-urlencoded",
                                     "params": [{"name": "title", "value": "x y"}, {"name": "n", "value": "1"}]}},
                                 "response": {"status": 201, "headers": [{"name": "X-Id", "value": "7"}],
                                   "content": {"text": "{}", "mimeType": "application/json"}}}""", """
                                {"request": {"method": "PUT", "url": "https://api.example.com/file", "bodySize": 3,
                                   "postData": {"mimeType": "application/octet-stream", "text": "AAEC", "encoding": "base64"}},
                                 "response": {"status": 200, "content": {}}}"""), connection -> {
            assertThat(connection
                            .send(Request.post("/orders")
                                    .query("a b", "c&d")
                                    .body(Body.form().field("title", "x y").field("n", "1")))
                            .headers()
                            .first("x-id"))
                    .hasValue("7");
            connection.send(Request.put("/file").body(Body.bytes(new byte[] {0, 1, 2}, "application/octet-stream")));
        });
    }

    @Test
    void errorsOfBrowsers() throws IOException {
        replay(
                har(
                        "WebInspector",
                        error("/refused", "net::ERR_CONNECTION_REFUSED"),
                        error("/unknown", "net::ERR_NAME_NOT_RESOLVED"),
                        error("/tls", "net::ERR_CERT_DATE_INVALID"),
                        error("/slow", "net::ERR_TIMED_OUT"),
                        error("/reset", "net::ERR_CONNECTION_RESET"),
                        """
                        {"request": {"method": "GET", "url": "https://api.example.com/blocked"}, "response": {"status": 0}}"""),
                connection -> {
                    assertThatThrownBy(() -> connection.send(Request.get("/refused")))
                            .isInstanceOfSatisfying(
                                    CannotConnectException.class,
                                    e -> assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.REFUSED));
                    assertThatThrownBy(() -> connection.send(Request.get("/unknown")))
                            .isInstanceOfSatisfying(
                                    CannotConnectException.class,
                                    e -> assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.UNKNOWN_HOST));
                    assertThatThrownBy(() -> connection.send(Request.get("/tls")))
                            .isInstanceOfSatisfying(
                                    CannotConnectException.class,
                                    e -> assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.TLS));
                    assertThatThrownBy(() -> connection.send(Request.get("/slow")))
                            .isInstanceOf(TimedOutException.class);
                    assertThatThrownBy(() -> connection.send(Request.get("/reset")))
                            .isInstanceOf(TransferException.class)
                            .hasMessageContaining("ERR_CONNECTION_RESET");
                    assertThatThrownBy(() -> connection.send(Request.get("/blocked")))
                            .hasMessageContaining("the recording has no response");
                });
    }

    private static String error(String path, String error) {
        return "{\"request\": {\"method\": \"GET\", \"url\": \"https://api.example.com" + path
                + "\"}, \"response\": {\"status\": 0, \"_error\": \"" + error + "\"}}";
    }

    @Test
    void bodyThatWasNotExported() throws IOException {
        assertThatThrownBy(() -> replay(har("Firefox", """
                                {"request": {"method": "GET", "url": "https://api.example.com/orders"},
                                 "response": {"status": 200, "content": {"size": 812, "mimeType": "application/json"}}}"""), connection -> connection.send(Request.get("/orders"))))
                .isInstanceOf(RecordingMismatchError.class)
                .hasMessageContaining("/log/entries/0")
                .hasMessageContaining("export the archive with content");
    }

    @Test
    void headersAreComparedOnDemand() throws IOException {
        Path file = Files.writeString(directory.resolve("foreign.har"), har("WebInspector", """
                        {"request": {"method": "GET", "url": "https://api.example.com/orders",
                           "headers": [{"name": "X-Tenant", "value": "1"}, {"name": "Accept", "value": "*/*"}]},
                         "response": {"status": 200, "content": {"text": "1"}}}"""));
        Recording recording = Recording.of(file)
                .mode(RecordingMode.REPLAY)
                .matchHeader("x-tenant")
                .start();
        try (HttpConnection connection = recording
                .attachTo(HttpConnection.named("API").baseUrl("https://api.example.com"))
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders").header("X-Tenant", "2")))
                    .hasMessageContaining("header x-tenant: recorded 1, sent 2")
                    .hasMessageNotContaining("accept");
        }
    }

    @Test
    void malformedFilesAreReported() {
        assertThatThrownBy(() -> replay("{\"log\": {\"entries\": {}}}", connection -> {}))
                .hasMessageContaining("/log/entries: it is missing");
        assertThatThrownBy(() -> replay("[", connection -> {})).hasMessageContaining("foreign.har");
        assertThatThrownBy(() -> replay(
                        har(
                                "x",
                                "{\"request\": {\"url\": \"https://a.example/\"}, \"startedDateTime\": \"yesterday\"}",
                                "{\"request\": {\"method\": \"GET\", \"url\": \"https://a.example/\"}, \"response\":"
                                        + " {\"status\": 200, \"content\": {\"text\": \"*\", \"encoding\": \"base64\"}}}",
                                "{\"request\": {\"method\": \"GET\", \"url\": \"https://a.example/\"}, \"response\":"
                                        + " {\"status\": 200, \"content\": {\"text\": \"x\", \"encoding\": \"gzip\"}}}"),
                        connection -> {}))
                .hasMessageContaining("/log/entries/0/request/method: it is missing")
                .hasMessageContaining("/log/entries/0/startedDateTime: yesterday is not a time")
                .hasMessageContaining("/log/entries/2/response/content/text: the encoding gzip is unknown");
    }

    @Test
    void textsInOtherCharsets() throws IOException {
        replay(
                har("mitmproxy", """
                        {"request": {"method": "GET", "url": "https://api.example.com/latin"},
                         "response": {"status": 200,
                           "headers": [{"name": "Content-Type", "value": "text/plain; charset=ISO-8859-1"}],
                           "content": {"text": "ä", "mimeType": "text/plain; charset=ISO-8859-1"}}}"""),
                connection -> assertThat(connection.send(Request.get("/latin")).bytes())
                        .isEqualTo("ä".getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String get(String url, String content) {
        return "{\"request\": {\"method\": \"GET\", \"url\": \"" + url
                + "\"}, \"response\": {\"status\": 200, \"headers\":"
                + " [{\"name\": \"Content-Type\", \"value\": \"application/json\"}], \"content\": " + content + "}}";
    }

    @Test
    void contentInFilesBesideTheArchive() throws IOException {
        Files.writeString(directory.resolve("a1.json"), "{\"n\":\"é\"}");
        Files.write(directory.resolve("b2.bin"), new byte[] {1, (byte) 0xff});
        Files.writeString(directory.resolve("c3.json"), "{\"id\":1}");

        replay(
                har(
                        "Playwright",
                        get("https://api.example.com/a", "{\"size\": -1, \"_file\": \"a1.json\"}"),
                        get("https://api.example.com/b", "{\"size\": 2, \"_file\": \"b2.bin\"}"),
                        """
                        {"request": {"method": "POST", "url": "https://api.example.com/c",
                           "postData": {"mimeType": "application/json", "text": "", "params": [], "_file": "c3.json"}},
                         "response": {"status": 204, "content": {"size": -1}}}"""),
                connection -> {
                    assertThat(connection
                                    .send(Request.get("/a"))
                                    .json()
                                    .path("n")
                                    .asText())
                            .isEqualTo("é");
                    assertThat(connection.send(Request.get("/b")).bytes()).containsExactly(1, 0xff);
                    assertThat(connection
                                    .send(Request.post("/c").json("{\"id\": 1}"))
                                    .status())
                            .isEqualTo(204);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'size': -1, '_file': 'missing.json'} | /log/entries/0/response/content/_file: the file missing.json is missing",
                "{'size': -1, '_file': '../outside.json'} | /_file: ../outside.json is outside the directory",
                "{'size': -1, '_file': '/etc/hostname'} | /_file: /etc/hostname is outside the directory",
                "{'size': -1, '_file': 5} | /_file: it is not the name of a file",
                "{'size': 99999, 'text': 'cut'} | /text: it has 3 characters, but the size is 99999",
                "{'size': 9, 'text': {'a': 1}} | /text: it is no text",
                "{'size': 9, 'text': '%%%not-base64', 'encoding': 'base64'} | /text: it is not Base64",
            })
    void contentThatCannotBeUsedIsReported(String content, String problem) {
        assertThatThrownBy(() -> replay(
                        har("Playwright", get("https://api.example.com/a", content.replace('\'', '"'))),
                        connection -> {}))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void emptyTextWithASizeIsNoBody() {
        assertThatThrownBy(() -> replay(
                        har("Firefox", get("https://api.example.com/a", "{\"size\": 5, \"text\": \"\"}")),
                        connection -> connection.send(Request.get("/a"))))
                .hasMessageContaining("export the archive with content");
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com, /",
        "https://api.example.com?a=1, /?a=1",
        "https://api.example.com:443/a, /a",
        "HTTPS://API.Example.com/a, /a",
        "https://api.example.com/caf%c3%a9, /caf%C3%A9",
        "https://api.example.com/café, /caf%C3%A9",
        "https://api.example.com/%7Eme, /~me",
        "https://api.example.com/a%2fb, /a%2Fb",
    })
    void urlsAreComparedInTheirNormalForm(String recorded, String sent) throws IOException {
        replay(
                har("Firefox", get(recorded, "{\"text\": \"1\"}")),
                connection ->
                        assertThat(connection.send(Request.get(sent)).text()).isEqualTo("1"));
    }

    @ParameterizedTest
    @CsvSource({"https://api.example.com:8443/a, /a, origin", "https://api.example.com/a/b, /a%2Fb, path"})
    void differencesOfUrlsAreListed(String recorded, String sent, String part) {
        assertThatThrownBy(() -> replay(
                        har("Firefox", get(recorded, "{\"text\": \"1\"}")),
                        connection -> connection.send(Request.get(sent))))
                .hasMessageContaining(part + ": recorded");
    }

    @Test
    void lengthOfAResponseToHead() throws IOException {
        replay(
                har("Firefox", """
                        {"request": {"method": "HEAD", "url": "https://api.example.com/a"},
                         "response": {"status": 200, "content": {"size": 12345},
                           "headers": [{"name": "Content-Length", "value": "12345"}]}}"""),
                connection -> assertThat(connection
                                .send(Request.of("HEAD", "/a"))
                                .headers()
                                .first("Content-Length"))
                        .hasValue("12345"));
    }

    @Test
    void directoryAndOtherCharsetAreReported() throws IOException {
        Path utf16 = directory.resolve("utf16.har");
        Files.write(utf16, har("Firefox").getBytes(StandardCharsets.UTF_16));

        assertThatThrownBy(() -> Recording.of(utf16).mode(RecordingMode.REPLAY).start())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("not UTF-8");
        assertThatThrownBy(
                        () -> Recording.of(directory).mode(RecordingMode.REPLAY).start())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("it is a directory");
        assertThatThrownBy(() -> Recording.of(utf16).ignoreBody("/~2"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("ignoreBody: /~2")
                .hasMessageContaining("~0");
    }
}
