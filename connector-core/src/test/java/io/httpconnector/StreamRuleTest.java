package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules for errors do not hold back what is read while it comes. */
@Timeout(30)
class StreamRuleTest {

    private static final Executor THREADS = work -> {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    };

    private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: ";

    static Stream<ResponseRule> rules() {
        return Stream.of(
                ResponseRule.forStatus(200).text("error").treatAs(ResponseRule.Action.FAIL),
                ResponseRule.forStatus(100, 599).json("/error").treatAs(ResponseRule.Action.RETRY),
                ResponseRule.forStatus(200).json("/status", "error").treatAs(ResponseRule.Action.FAIL),
                ResponseRule.forStatus(403).header("X").treatAs(ResponseRule.Action.RATE_LIMITED),
                ResponseRule.forStatus(400).text("again").treatAs(ResponseRule.Action.RETRY),
                ResponseRule.forStatus(200).header("X").text("x").treatAs(ResponseRule.Action.FAIL),
                ResponseRule.forStatus(200).treatAs(ResponseRule.Action.ACCEPT));
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static HttpConnection connection(WirePeer service, ResponseRule... rules) {
        HttpConnectionBuilder builder = HttpConnection.named("Service")
                .baseUrl(service.url())
                .responseTimeout(Duration.ofSeconds(10))
                .retry(RetryPolicy.none());
        List.of(rules).forEach(builder::rule);
        return builder.build();
    }

    /** The first event comes while the stream is still open; the second one only when the first was read. */
    private static void readTwoEvents(String type, ResponseRule rule) throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        try (WirePeer service = new WirePeer((n, request) -> HEAD + type + "\r\n\r\n" + chunk("data: 1\n"));
                HttpConnection connection = connection(service, rule)) {
            CompletableFuture<String> second = CompletableFuture.supplyAsync(
                    () -> connection.read(Request.get("/events"), (head, body) -> {
                        BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
                        first.complete(lines.readLine());
                        return lines.readLine();
                    }),
                    THREADS);

            assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("data: 1");
            service.say(chunk("data: 2\n") + "0\r\n\r\n");
            assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo("data: 2");
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void eventsArriveAtOnce(ResponseRule rule) throws Exception {
        readTwoEvents("text/event-stream", rule);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void soDoLinesOfOtherTypes(ResponseRule rule) throws Exception {
        readTwoEvents("application/x-ndjson", rule);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void readerSeesTheHeadOfASilentStream(ResponseRule rule) throws Exception {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        try (WirePeer service = new WirePeer((n, request) -> HEAD + "text/event-stream\r\n\r\n");
                HttpConnection connection = connection(service, rule)) {
            CompletableFuture<byte[]> body = CompletableFuture.supplyAsync(
                    () -> connection.read(Request.get("/events"), (head, in) -> {
                        status.complete(head.status());
                        return in.readAllBytes();
                    }),
                    THREADS);

            assertThat(status.get(5, TimeUnit.SECONDS)).isEqualTo(200);
            service.say("0\r\n\r\n");
            assertThat(body.get(5, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"chunked", "length", "close", "slow", "gzip"})
    void errorInAShortBodyIsSeenBeforeTheReaderReads(String framing) throws Exception {
        String error = "{\"status\":\"error\"}";
        String response = switch (framing) {
            case "chunked" -> HEAD + "application/json\r\n\r\n" + chunk(error) + "0\r\n\r\n";
            case "slow" -> HEAD + "application/json\r\n\r\n" + chunk(error) + WirePeer.PAUSE + "0\r\n\r\n";
            case "length" ->
                "HTTP/1.1 200 OK\r\nContent-Length: " + error.length() + "\r\n\r\n" + WirePeer.PAUSE + error;
            case "gzip" ->
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip(error) + WirePeer.CLOSE;
            default -> "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + error + WirePeer.CLOSE;
        };
        try (WirePeer service = new WirePeer((n, request) -> response);
                HttpConnection connection = connection(
                        service,
                        ResponseRule.forStatus(200).json("/status", "error").treatAs(ResponseRule.Action.FAIL))) {

            StatusException failure = catchThrowableOfType(
                    StatusException.class,
                    () -> connection.read(Request.get("/"), (head, body) -> {
                        throw new AssertionError("it is read");
                    }));

            assertThat(failure.status()).isEqualTo(200);
        }
    }

    /** A condition on a body that is not known does not match, and neither does its opposite. */
    @Test
    void bodyOfAStreamMatchesNoCondition() throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        try (WirePeer service = new WirePeer((n, request) -> HEAD + "text/plain\r\n\r\n" + chunk("error\n"));
                HttpConnection connection = connection(
                        service,
                        ResponseRule.forStatus(200).text("error").treatAs(ResponseRule.Action.FAIL),
                        ResponseRule.forStatus(200).textNot("fine").treatAs(ResponseRule.Action.FAIL))) {
            CompletableFuture<String> second = CompletableFuture.supplyAsync(
                    () -> connection.read(Request.get("/"), (head, body) -> {
                        BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
                        first.complete(lines.readLine());
                        return lines.readLine();
                    }),
                    THREADS);

            assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("error");
            service.say(chunk("more\n") + "0\r\n\r\n");
            assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo("more");
        }
    }

    private static String readText(HttpConnection connection) {
        return connection.read(
                Request.get("/"), (head, body) -> new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }

    private static String gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void errorStatusThatARuleAcceptsByItsBodyIsRead() throws Exception {
        String fine = "fine";
        try (WirePeer service = new WirePeer((n, request) -> "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\n" + fine);
                HttpConnection connection = connection(
                        service, ResponseRule.forStatus(500).text("fine").treatAs(ResponseRule.Action.ACCEPT))) {

            assertThat(readText(connection)).isEqualTo(fine);
        }
    }

    @Test
    void longBodyIsWholeWhateverWasLookedAt() throws Exception {
        String text = "0123456789".repeat(15_000);
        StringBuilder chunks = new StringBuilder(HEAD + "application/json\r\n\r\n");
        for (int i = 0; i < text.length(); i += 1000) {
            chunks.append(chunk(text.substring(i, i + 1000)));
        }
        try (WirePeer service = new WirePeer((n, request) -> chunks + "0\r\n\r\n");
                HttpConnection connection = connection(
                        service, ResponseRule.forStatus(200).text("error").treatAs(ResponseRule.Action.FAIL))) {

            for (int i = 0; i < 3; i++) {
                assertThat(readText(connection).equals(text)).isTrue();
            }
            assertThat(service.connections()).isEqualTo(1);
        }
    }

    @Test
    void bodyThatPausesIsWholeToo() throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> HEAD + "application/json\r\n\r\n" + "4;ext=1\r\n12");
                HttpConnection connection = connection(
                        service, ResponseRule.forStatus(200).text("error").treatAs(ResponseRule.Action.FAIL))) {
            CompletableFuture<Void> reads = new CompletableFuture<>();
            CompletableFuture<String> body = CompletableFuture.supplyAsync(
                    () -> connection.read(Request.get("/"), (head, in) -> {
                        reads.complete(null);
                        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    }),
                    THREADS);

            reads.get(5, TimeUnit.SECONDS);
            service.say("34\r\n2\r\n56\r\n0\r\n\r\n");

            assertThat(body.get(5, TimeUnit.SECONDS)).isEqualTo("123456");
        }
    }
}
