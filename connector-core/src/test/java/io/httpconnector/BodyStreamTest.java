package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stream of a body follows the contract of {@link InputStream}; text that can't be encoded is rejected. */
@Timeout(30)
class BodyStreamTest {

    private static <T> T read(String head, BodyHandler<T> reader) throws Exception {
        try (WirePeer peer = new WirePeer((number, request) -> head);
                HttpConnection connection =
                        HttpConnection.named("Service").baseUrl(peer.url()).build()) {
            return connection.read(Request.get("/"), reader);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nabcde" + WirePeer.CLOSE
            })
    void followsTheContract(String response) throws Exception {
        String rest = read(response, (head, body) -> {
            assertThat(body.skip(-1)).isZero();
            assertThat(body.skip(0)).isZero();
            assertThat(body.read(new byte[3], 1, 0)).isZero();
            assertThatThrownBy(() -> body.read(new byte[3], 2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            body.skipNBytes(1);
            assertThat(body.read()).isEqualTo('b');
            assertThat(body.markSupported()).isFalse();
            body.mark(10);
            assertThatThrownBy(body::reset).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> body.skipNBytes(10)).isInstanceOf(EOFException.class);
            assertThat(body.skip(10)).isZero();
            assertThat(body.skip(-1)).isZero();
            assertThat(body.read()).isEqualTo(-1);
            assertThat(body.read(new byte[2])).isEqualTo(-1);
            assertThat(body.read(new byte[0])).isZero();
            assertThat(body.available()).isZero();
            body.skipNBytes(0);
            return new String(body.readAllBytes(), StandardCharsets.US_ASCII);
        });

        assertThat(rest).isEmpty();
        assertThat(BodyStreamTest.<Long>read(response, (head, body) -> {
                    long skipped = 0;
                    for (long n = body.skip(3); n > 0; n = body.skip(3)) {
                        skipped += n;
                    }
                    return skipped;
                }))
                .isEqualTo(5);
        assertThat(BodyStreamTest.<byte[]>read(response, (head, body) -> body.readNBytes(100)))
                .hasSize(5);
    }

    @Test
    void halfOfASurrogatePairIsRejected() {
        for (String half : List.of("\ud83d", "a\ud83d", "\ude00b", "\ude00\ud83d", "\ud83dx\ude00")) {
            int number = 0;
            for (Supplier<Object> use : List.<Supplier<Object>>of(
                    () -> Request.get("/").query("q", half),
                    () -> Request.get("/").query(half, "q"),
                    () -> Request.get("/").query("q", Secret.of(half)),
                    () -> Request.get("/?q=" + half),
                    () -> Request.post("/").bodyField("q", half),
                    () -> Body.form().field("q", half),
                    () -> Body.form(List.of(java.util.Map.entry(half, "q"))),
                    () -> Body.multipart().field("q", half),
                    () -> Body.multipart().part(half, Body.text("a", "text/plain")),
                    () -> Body.multipart().part("q", half, Body.text("a", "text/plain")),
                    () -> Body.json("{}").field("q", half),
                    () -> Body.json("{\"q\":\"" + half + "\"}"),
                    () -> Body.xml("<a>" + half + "</a>"),
                    () -> Body.text(half, "text/plain"),
                    () -> HttpConnection.named("x")
                            .baseUrl("http://x")
                            .query("q", half)
                            .build())) {
                assertThatThrownBy(use::get).as("use %d", number++).isInstanceOf(InvalidDefinitionException.class);
            }
        }
        assertThat(Request.get("/").query("q", "\ud83d\ude00").uri().getRawQuery())
                .isEqualTo("q=%F0%9F%98%80");
    }
}
