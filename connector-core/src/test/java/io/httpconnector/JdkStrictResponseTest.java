package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.transport.JdkTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The heads of {@link StrictResponseTest} with the transport of the JDK, and the differences. */
class JdkStrictResponseTest extends StrictResponseTest {

    @Override
    HttpConnectionBuilder connection(WirePeer service) {
        return super.connection(service).transport(JdkTransport.http2());
    }

    @Override
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: +2",
                "Content-Length: -2",
                "Content-Length: 2 3",
                "Content-Length: 0x2",
                "Content-Length: 2\r\nContent-Length: 3",
                "Content-Length: 2, 3",
                "X-A: a\0b\r\nContent-Length: 2"
            })
    void connectionWithAnAmbiguousHeadIsNotUsedAgain(String fields) throws Exception {
        super.connectionWithAnAmbiguousHeadIsNotUsedAgain(fields);
    }

    /** The JDK takes a bare CR for the end of a line, which its header fields do not show. */
    @Test
    void bareCrEndsALine() throws Exception {
        try (WirePeer service = new WirePeer(
                        (n, request) -> "HTTP/1.1 200 OK\r\nX-A: a\rX-B: b\r\nContent-Length: 2\r\n\r\nOK");
                HttpConnection connection = connection(service).build()) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
        }
    }

    @Override
    @ParameterizedTest
    @CsvSource({"HEAD, 200", "GET, 304"})
    void headWithoutABodyIsReadStrictlyToo(String method, int status) throws Exception {
        super.headWithoutABodyIsReadStrictlyToo(method, status);
    }

    /** The JDK does not accept any length other than 0 with status 204. */
    @Test
    void lengthOfNoContent() throws Exception {
        try (WirePeer service = new WirePeer((n, request) -> "HTTP/1.1 204 X\r\nContent-Length: +2\r\n\r\n");
                HttpConnection connection = connection(service).build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/").acceptAnyStatus()))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("unexpected content length header with 204 response");
        }
    }
}
