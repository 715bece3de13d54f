package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.transport.JdkTransport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The heads of {@link MessageFramingTest} with the transport of the JDK, and the differences. */
class JdkMessageFramingTest extends MessageFramingTest {

    @Override
    HttpConnectionBuilder with(HttpConnectionBuilder builder) {
        return builder.transport(JdkTransport.http2());
    }

    /** The JDK rejects white space before the colon of any field, and reuses connections despite {@code identity}. */
    @Override
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: 2~Content-Length: 2 | 1",
                "Content-Length:  2                 | 1",
                "Transfer-Encoding: identity~Content-Length: 2 | 1",
                "Transfer-Encoding: IDENTITY, identity~Content-Length: 2 | 1"
            })
    void lengthIsRead(String fields, int connections) throws Exception {
        super.lengthIsRead(fields, connections);
    }

    /** The JDK reads chunks only if the first coding of the first field is {@code chunked}. */
    @Override
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"Transfer-Encoding: chunked | 1", "Transfer-Encoding: Chunked | 1"})
    void chunksAreRead(String fields, int connections) throws Exception {
        super.chunksAreRead(fields, connections);
    }

    @Override
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Transfer-Encoding: gzip, chunked | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: chunked~Transfer-Encoding: gzip | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: chunked~Transfer-Encoding: chunked | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: chunked, chunked | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: identity, chunked | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: identity~Transfer-Encoding: chunked | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: ,chunked | the Transfer-Encoding of the response is not supported",
                "Transfer-Encoding: chunked~Content-Length: 2 | the response has both Content-Length and Transfer-Encoding",
                "Content-Length: 2~Content-Length: 3 | the Content-Length of the response is not one number",
                "Content-Length: 2, 2 | ",
                "Content-Length : 2 | Invalid header name",
                "Transfer-Encoding : chunked | Invalid header name",
                "X-A : b~Content-Length: 2 | Invalid header name",
                "X-A\t: b~Content-Length: 2 | Invalid header name"
            })
    void ambiguousHeadIsRejectedWithTheReason(String fields, String reason) throws Exception {
        super.ambiguousHeadIsRejectedWithTheReason(fields, reason == null ? "" : reason);
    }

    /** The header fields of the JDK do not show these lines. */
    @ParameterizedTest
    @CsvSource({"no colon~Content-Length: 2", ": b~Content-Length: 2"})
    void lineThatTheParserSkips(String fields) throws Exception {
        try (WirePeer service = service(fields, "OK");
                HttpConnection connection = connection(service)) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
        }
    }
}
