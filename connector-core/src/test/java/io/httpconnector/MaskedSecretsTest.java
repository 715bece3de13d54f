package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.stream.EventStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that secrets of {@link Request#masking} are protected like all others, and that no mask is sent to a service. */
@Timeout(60)
class MaskedSecretsTest {

    private static final String PASSWORD = "plainsecret0123456789";

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension other = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @TempDir
    static Path directory;

    @BeforeEach
    void respond() {
        respond(ok("done"));
        other.stubFor(any(anyUrl()).willReturn(ok("other")));
    }

    private static void respond(ResponseDefinitionBuilder response) {
        service.stubFor(any(anyUrl()).willReturn(response));
    }

    private static String send(Request request, UnaryOperator<Request> change) {
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .around(chain -> chain.proceed(change.apply(chain.request())))
                .build()) {
            return connection.send(request).text();
        }
    }

    private static List<String> received(WireMockExtension server) {
        return server.getAllServeEvents().stream()
                .map(event -> text(event.getRequest()))
                .toList();
    }

    private static String text(LoggedRequest request) {
        return request.getUrl() + " " + request.getHeaders() + " " + request.getBodyAsString();
    }

    static Stream<Arguments> contents() throws IOException {
        Path file = Files.writeString(directory.resolve("body.txt"), "x " + PASSWORD);
        Secret secret = Secret.of(PASSWORD);
        return Stream.of(
                Arguments.of(
                        "json", Request.post("/a").json(Map.of("pw", PASSWORD)).masking(secret)),
                Arguments.of("before", Request.post("/a").masking(secret).json(Map.of("pw", PASSWORD))),
                Arguments.of(
                        "form",
                        Request.post("/a").bodyField("pw", "x " + PASSWORD).masking(secret)),
                Arguments.of(
                        "text",
                        Request.post("/a")
                                .body(Body.text("<a>" + PASSWORD, "text/xml"))
                                .masking(secret)),
                Arguments.of(
                        "gzip",
                        Request.post("/a")
                                .body(Body.text(PASSWORD, "text/plain").gzip())
                                .masking(secret)),
                Arguments.of(
                        "multipart",
                        Request.post("/a")
                                .body(Body.multipart().field("pw", PASSWORD))
                                .masking(secret)),
                Arguments.of(
                        "file in multipart",
                        Request.post("/a")
                                .body(Body.multipart().file("f", file, "text/plain"))
                                .masking(secret)),
                Arguments.of(
                        "file",
                        Request.post("/a").body(Body.file(file, "text/plain")).masking(secret)),
                Arguments.of(
                        "stream",
                        Request.post("/a")
                                .body(Body.stream(MaskedSecretsTest::stream, "text/plain"))
                                .masking(secret)),
                Arguments.of(
                        "query", Request.post("/a").query("q", "k " + PASSWORD).masking(secret)));
    }

    private static InputStream stream() {
        return new ByteArrayInputStream(PASSWORD.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contents")
    void interceptorCannotSendAMaskedSecretToAnotherOrigin(String name, Request request) {
        UnaryOperator<Request> change = seen -> seen.withUrl(other.baseUrl() + "/z");

        assertThatThrownBy(() -> send(
                        request,
                        name.equals("query") ? seen -> change.apply(seen).query("q", "k ***") : change))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("another origin");
        assertThat(received(other)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contents")
    void redirectCannotSendAMaskedSecretToAnotherOrigin(String name, Request request) {
        respond(aResponse().withStatus(307).withHeader("Location", other.baseUrl() + "/z"));

        Throwable failure = catchThrowable(() -> send(request, seen -> seen));

        assertThat(received(other)).noneMatch(text -> text.contains(PASSWORD));
        // The query is not sent to the target of a redirect.
        assertThat(failure == null).isEqualTo(name.equals("query"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contents")
    void interceptorDoesNotSeeAMaskedSecretAndTheServiceReceivesIt(String name, Request request) {
        List<String> seen = new CopyOnWriteArrayList<>();

        send(request, shown -> {
            seen.add(shown.uri() + " " + shown + " " + shown.preview());
            shown.body().ifPresent(body -> seen.add(bytes(body)));
            return shown.header("X-Trace", "1");
        });

        assertThat(seen).isNotEmpty().noneMatch(text -> text.contains(PASSWORD));
        assertThat(received(service)).singleElement().asString().containsAnyOf(PASSWORD, "gzip");
    }

    private static String bytes(Body body) {
        try {
            return new String(body.toBytes(), StandardCharsets.UTF_8);
        } catch (InvalidDefinitionException e) {
            return "unknown";
        }
    }

    @Test
    void maskedHeaderIsNotSeenAndNotSentToAnotherOrigin() {
        Request request = Request.get("/a").header("X-Z", "v " + PASSWORD).masking(Secret.of(PASSWORD));

        send(request, seen -> {
            assertThat(seen.header("X-Z")).hasValue("v ***");
            return seen;
        });
        send(request, seen -> seen.withUrl(other.baseUrl() + "/z"));
        respond(aResponse().withStatus(307).withHeader("Location", other.baseUrl() + "/z"));
        send(request, seen -> seen);

        assertThat(received(service)).allMatch(text -> text.contains("v " + PASSWORD));
        assertThat(received(other)).hasSize(2).noneMatch(text -> text.contains("X-Z"));
    }

    @Test
    void requestOfTheCallerToAnotherOriginHasNoMaskedHeader() {
        Secret secret = Secret.of(PASSWORD);

        send(
                Request.get(other.baseUrl() + "/" + PASSWORD)
                        .header("X-Z", PASSWORD)
                        .masking(secret),
                seen -> seen);
        assertThatThrownBy(() -> send(
                        Request.post(other.baseUrl() + "/")
                                .json(Map.of("pw", PASSWORD))
                                .masking(secret),
                        seen -> seen))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("another origin");

        assertThat(received(other))
                .singleElement()
                .asString()
                .startsWith("/" + PASSWORD)
                .doesNotContain("X-Z");
    }

    @Test
    void masksInACopiedUrlStandForTheirSecrets() {
        Request request = Request.get("/a/" + PASSWORD + "/b?x=1")
                .query("k", Secret.of("s3cret+/value"))
                .masking(Secret.of(PASSWORD));

        send(request, seen -> seen.withUrl(seen.uri() + "&y=2"));
        send(request, seen -> seen.withUrl(seen.uri().toString().replace("x=1&", "")));
        send(request, seen -> Request.get(seen.uri().toString()));
        send(request, seen -> seen.withUrl(service.baseUrl() + "/c").query("k", "***"));
        send(request, seen -> seen.withUrl(service.baseUrl() + "/c").header("X-New", "*"));

        String path = "/a/" + PASSWORD + "/b";
        String key = "k=s3cret%2B%2Fvalue";
        assertThat(service.getAllServeEvents().stream()
                        .map(event -> event.getRequest().getUrl())
                        .toList())
                .containsExactlyInAnyOrder(
                        path + "?x=1&" + key + "&y=2", path + "?" + key, path + "?x=1&" + key, "/c?" + key, "/c");
    }

    @Test
    void copiedBodyStandsForItsSecrets() {
        Request request = Request.post("/a").json(Map.of("pw", PASSWORD)).masking(Secret.of(PASSWORD));

        send(request, seen -> seen.body(Body.jsonBytes(seen.body().orElseThrow().toBytes())));

        assertThat(received(service))
                .singleElement()
                .asString()
                .contains(PASSWORD)
                .doesNotContain("***");
    }

    static Stream<Arguments> masks() {
        UnaryOperator<Request> otherUrl =
                seen -> seen.withUrl(seen.uri().toString().replace(service.baseUrl(), other.baseUrl()));
        UnaryOperator<Request> renamed =
                seen -> seen.withUrl(seen.uri().toString().replace("k=", "key="));
        UnaryOperator<Request> header =
                seen -> seen.header("X-Copy", "k " + seen.header("X-K").orElse(""));
        UnaryOperator<Request> query = seen -> seen.query("copy", "***");
        UnaryOperator<Request> body = seen -> seen.body(Body.text(
                new String(seen.body().orElseThrow().toBytes(), StandardCharsets.UTF_8) + " ", "application/json"));
        return Stream.of(
                Arguments.of(otherUrl, "query(name, value)"),
                Arguments.of(renamed, "query(name, value)"),
                Arguments.of(header, "header field X-Copy"),
                Arguments.of(query, "query parameter copy"),
                Arguments.of(body, "bodyField(name, value)"));
    }

    @ParameterizedTest
    @MethodSource("masks")
    void aMaskIsNotSent(UnaryOperator<Request> change, String remedy) {
        Request request = Request.post("/a")
                .query("k", Secret.of("query-secret-1"))
                .header("X-K", Secret.of("header-secret"))
                .json(Map.of("pw", PASSWORD))
                .masking(Secret.of(PASSWORD));

        assertThatThrownBy(() -> send(request, change))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("***")
                .hasMessageContaining(remedy);
        assertThat(received(service)).isEmpty();
        assertThat(received(other)).isEmpty();
    }

    @Test
    void asterisksOfTheCallerAreSent() {
        Request request = Request.post("/a?p=***")
                .header("X-A", "***")
                .query("k", Secret.of(PASSWORD))
                .json("\"***\"");

        send(request, seen -> seen.withUrl(seen.uri() + "&y=2").header("X-A", "***"));
        send(Request.post("/a").json("\"***\""), seen -> seen.query("q", "***").body(Body.json("[\"***\"]")));

        assertThat(service.getAllServeEvents().stream()
                        .map(event -> event.getRequest().getUrl())
                        .toList())
                .containsExactlyInAnyOrder("/a?p=***&k=" + PASSWORD + "&y=2", "/a?q=%2A%2A%2A");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 " + PASSWORD, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + PASSWORD})
    void causeOfAMalformedResponseHasNoSecret(String response) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://127.0.0.1:" + server.getLocalPort())
                        .header("X-K", Secret.of(PASSWORD))
                        .retry(RetryPolicy.none())
                        .build()) {
            Thread peer = new Thread(() -> respond(server, response + "\r\n"));
            peer.start();

            Throwable failure = catchThrowable(() -> connection.send(Request.get("/a")));

            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            assertThat(failure).isInstanceOf(TransferException.class);
            assertThat(trace.toString()).doesNotContain(PASSWORD).contains("***");
        }
    }

    private static void respond(ServerSocket server, String response) {
        try (Socket socket = server.accept()) {
            int unused = socket.getInputStream().read(new byte[4096]);
            socket.getOutputStream().write(response.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void secretOfTheQueryIsMaskedInThePath() {
        respond(okForContentType("text/html", "<p>"));
        Request request = Request.get("/a/" + PASSWORD).query("k", Secret.of(PASSWORD));

        try (HttpConnection connection =
                HttpConnection.named("Service").baseUrl(service.baseUrl()).build()) {
            assertThatThrownBy(() -> EventStream.of(request).events(connection).toList())
                    .hasMessageNotContaining(PASSWORD)
                    .hasMessageContaining("/a/***");
        }
        assertThat(request.toString()).isEqualTo("GET /a/***?k=***");
    }
}
