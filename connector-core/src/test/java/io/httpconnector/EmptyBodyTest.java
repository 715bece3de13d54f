package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An empty body is empty, whatever its {@code Content-Encoding}: nothing is compressed there. */
@Timeout(30)
class EmptyBodyTest {

    private enum Framing {
        CHUNKED("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        LENGTH("Content-Length: 0\r\n\r\n"),
        UNTIL_CLOSE("Connection: close\r\n\r\n" + WirePeer.CLOSE),
        CHUNKED_LATER("Transfer-Encoding: chunked\r\n\r\n" + WirePeer.PAUSE + "0\r\n\r\n");

        private final String text;

        Framing(String text) {
            this.text = text;
        }
    }

    private record Empty(String coding, Framing framing) {
        String response(int status, String... fields) {
            return "HTTP/1.1 " + status + " X\r\nContent-Encoding: " + coding + "\r\n"
                    + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n") + framing.text;
        }

        @Override
        public String toString() {
            return coding + ", " + framing.name().toLowerCase(Locale.ROOT);
        }
    }

    static Stream<Empty> empty() {
        return Stream.of(
                        "gzip",
                        "x-gzip",
                        "GZIP",
                        "deflate",
                        "br",
                        "zstd",
                        "compress",
                        "gzip, gzip",
                        "deflate, gzip",
                        "identity",
                        "utf-8")
                .flatMap(coding -> Stream.of(Framing.values()).map(framing -> new Empty(coding, framing)));
    }

    private static HttpConnectionBuilder connection(WirePeer service) {
        return HttpConnection.named("Service")
                .baseUrl(service.url())
                .retry(RetryPolicy.defaults().backoff(Duration.ofMillis(1), Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @MethodSource("empty")
    void isTheResponseWhateverItsStatus(Empty empty) throws Exception {
        for (int status : new int[] {200, 201, 206, 400, 404, 500}) {
            try (WirePeer service = new WirePeer((n, request) -> empty.response(status));
                    HttpConnection connection = connection(service).build()) {

                Response response = connection.send(Request.put("/").json("{}").acceptAnyStatus());

                assertThat(response.status()).isEqualTo(status);
                assertThat(response.bytes()).isEmpty();
                assertThat(service.requests()).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("empty")
    void refusalIsRefreshedAndWaitedFor(Empty empty) throws Exception {
        AuthStrategy strategy = new AuthStrategy() {
            @Override
            public Request apply(Request request) {
                return request.header("Authorization", "Bearer token-of-now");
            }

            @Override
            public boolean refresh(Request rejected, Response response) {
                return true;
            }
        };
        String[] responses = {
            empty.response(401),
            empty.response(429, "Retry-After: 0"),
            empty.response(503, "Retry-After: 0"),
            empty.response(200)
        };
        int[] count = new int[1];
        try (WirePeer service = new WirePeer((n, request) -> responses[count[0]++]);
                HttpConnection connection = connection(service).auth(strategy).build()) {

            assertThat(connection.send(Request.post("/").json("{}")).status()).isEqualTo(200);
            assertThat(service.requests()).hasSize(4);
        }
    }

    @ParameterizedTest
    @MethodSource("empty")
    void isReadAndDownloaded(Empty empty, @TempDir Path directory) throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> empty.response(200));
                HttpConnection connection = connection(service)
                        .rule(ResponseRule.forStatus(200).text("error").treatAs(ResponseRule.Action.FAIL))
                        .build()) {

            byte[] read = connection.read(Request.get("/"), (head, body) -> body.readAllBytes());
            assertThat(read).isEmpty();
            connection.download(Request.get("/"), directory.resolve("file"));
            assertThat(Files.size(directory.resolve("file"))).isZero();
        }
    }

    @Test
    void whatIsCutShortIsNotEmpty() throws Exception {
        String cut =
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\u001f\r\n0\r\n\r\n";
        try (WirePeer service = new WirePeer((n, request) -> cut);
                HttpConnection connection =
                        connection(service).retry(RetryPolicy.none()).build()) {

            TransferException failure =
                    catchThrowableOfType(TransferException.class, () -> connection.send(Request.get("/")));

            assertThat(failure).hasMessageContaining("broke off");
        }
    }
}
