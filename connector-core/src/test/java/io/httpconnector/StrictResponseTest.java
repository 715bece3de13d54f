package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Response heads that peers read differently: RFC 9110, sections 5.5 and 8.6. Other faults are in {@link FaultsTest}. */
@Timeout(30)
class StrictResponseTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

    HttpConnectionBuilder connection(WirePeer service) {
        return HttpConnection.named("Service").baseUrl(service.url()).retry(RetryPolicy.none());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: +2",
                "Content-Length: -2",
                "Content-Length: 2 3",
                "Content-Length: 0x2",
                "Content-Length: 2\r\nContent-Length: 3",
                "Content-Length: 2, 3",
                "X-A: a\0b\r\nContent-Length: 2",
                "X-A: a\rX-B: b\r\nContent-Length: 2"
            })
    void connectionWithAnAmbiguousHeadIsNotUsedAgain(String fields) throws Exception {
        try (WirePeer service =
                        new WirePeer((n, request) -> n == 1 ? "HTTP/1.1 200 OK\r\n" + fields + "\r\n\r\nOK" : OK);
                HttpConnection connection = connection(service).build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/")).text()).isInstanceOf(TransferException.class);
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
            assertThat(service.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200", "GET, 204", "GET, 304"})
    void headWithoutABodyIsReadStrictlyToo(String method, int status) throws Exception {
        try (WirePeer service =
                        new WirePeer((n, request) -> "HTTP/1.1 " + status + " X\r\nContent-Length: +2\r\n\r\n");
                HttpConnection connection = connection(service).build()) {
            assertThatThrownBy(() -> connection.send(Request.of(method, "/").acceptAnyStatus()))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("the Content-Length of the response is not one number");
        }
    }
}
