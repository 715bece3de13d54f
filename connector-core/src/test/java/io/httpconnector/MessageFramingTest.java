package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads of responses that are not quite valid: read as other clients do where it is safe, or rejected with the reason. */
@Timeout(30)
class MessageFramingTest {

    private static final String CHUNKED = "2\r\nOK\r\n0\r\n\r\n";

    static WirePeer service(String fields, String body) {
        return new WirePeer(
                (number, request) -> "HTTP/1.1 200 OK\r\n" + fields.replace("~", "\r\n") + "\r\n\r\n" + body);
    }

    /** Sets the transport. */
    HttpConnectionBuilder with(HttpConnectionBuilder builder) {
        return builder;
    }

    HttpConnection connection(WirePeer service) {
        return with(HttpConnection.named("Service")
                        .baseUrl(service.url())
                        .retry(RetryPolicy.none())
                        .dedicatedPool())
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: 2~Content-Length: 2 | 1",
                "Content-Length: 2, 2               | 1",
                "Content-Length:  2                 | 1",
                "X-A : b~Content-Length: 2          | 1",
                "X-A\t: b~Content-Length: 2         | 1",
                "Transfer-Encoding: identity~Content-Length: 2 | 2",
                "Transfer-Encoding: IDENTITY, identity~Content-Length: 2 | 2"
            })
    void lengthIsRead(String fields, int connections) throws Exception {
        try (WirePeer service = service(fields, "OK");
                HttpConnection connection = connection(service)) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
            assertThat(service.connections()).isEqualTo(connections);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Transfer-Encoding: chunked | 1",
                "Transfer-Encoding: Chunked | 1",
                "Transfer-Encoding: chunked~Transfer-Encoding: chunked | 2",
                "Transfer-Encoding: chunked, chunked | 2",
                "Transfer-Encoding: identity, chunked | 2",
                "Transfer-Encoding: identity~Transfer-Encoding: chunked | 2",
                "Transfer-Encoding: ,chunked | 2"
            })
    void chunksAreRead(String fields, int connections) throws Exception {
        try (WirePeer service = service(fields, CHUNKED);
                HttpConnection connection = connection(service)) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
            assertThat(service.connections()).isEqualTo(connections);
        }
    }

    @ParameterizedTest
    @CsvSource({"Transfer-Encoding: identity", "X-A: b"})
    void endOfTheConnectionIsTheEnd(String fields) throws Exception {
        try (WirePeer service = service(fields, "OK" + WirePeer.CLOSE);
                HttpConnection connection = connection(service)) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Transfer-Encoding: gzip, chunked | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: chunked~Transfer-Encoding: gzip | the Transfer-Encoding of the response is not supported",
                "Content-Length: 2~Content-Length: 3 | the Content-Length of the response is not one number",
                "Content-Length : 2 | the name of a response header has white space before the colon",
                "Transfer-Encoding : chunked | the name of a response header has white space before the colon",
                "no colon~Content-Length: 2 | a line of the response headers has no colon",
                ": b~Content-Length: 2 | a line of the response headers has no name"
            })
    void ambiguousHeadIsRejectedWithTheReason(String fields, String reason) throws Exception {
        try (WirePeer service = service(fields, "OK");
                HttpConnection connection = connection(service)) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining(reason);
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(TransferException.class);
            assertThat(service.connections()).isEqualTo(2);
        }
    }
}
