package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TransferException;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class CompressedResponseTest {

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path dir;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private HttpConnection connection(StreamPeer.Script script) {
        return connection(peer(script));
    }

    private StreamPeer peer(StreamPeer.Script script) {
        StreamPeer peer = new StreamPeer(script);
        open.add(peer);
        return peer;
    }

    private HttpConnection connection(StreamPeer peer) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(peer.url())
                .retry(RetryPolicy.none())
                .build();
        open.add(0, connection);
        return connection;
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Sends bytes in pieces, so that each arrives after the one before was read. */
    private static StreamPeer.Script pieces(String type, byte[] body, int size) {
        return exchange -> {
            exchange.send(HEAD.formatted(type));
            for (int from = 0; from < body.length; from += size) {
                exchange.send(Arrays.copyOfRange(body, from, Math.min(body.length, from + size)));
                pause(size < 5 ? 3 : 30);
            }
        };
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] three() throws IOException {
        // Members of equal length.
        return joined(gzip("{\"a\":1}\n"), gzip("{\"a\":2}\n"), gzip("{\"a\":3}\n"));
    }

    private static final String ALL = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n";

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 0})
    void returnsAllMembers(int size) throws Exception {
        byte[] body = three();
        int piece = size == 0 ? body.length / 3 : size;
        HttpConnection connection = connection(pieces("application/x-ndjson", body, piece));
        assertThat(connection.send(Request.get("/a")).text()).isEqualTo(ALL);
        Path file = dir.resolve("a");
        connection.download(Request.get("/a"), file);
        assertThat(file).hasContent(ALL);
        List<String> records = new ArrayList<>();
        RecordStream.of(Request.get("/a")).records(connection, record -> records.add(record.toString()));
        assertThat(records).containsExactly("{\"a\":1}", "{\"a\":2}", "{\"a\":3}");
    }

    @Test
    void returnsAllMembersOfAFile() throws Exception {
        byte[] body = three();
        HttpConnection connection = connection(exchange -> {
            exchange.send(HEAD.formatted("application/gzip").replace("Content-Encoding: gzip\r\n", ""));
            for (int from = 0; from < body.length; from += body.length / 3) {
                exchange.send(Arrays.copyOfRange(body, from, from + body.length / 3));
                pause(30);
            }
        });
        RecordSelector lines = RecordSelector.atRoot().as(RecordSelector.Format.JSON_LINES);
        try (Stream<JsonNode> records =
                PagedRequest.of(Request.get("/a"), lines, Pagination.none()).records(connection)) {
            assertThat(records).extracting(record -> record.path("a").asInt()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aTruncatedMemberIsAFailureOfTheTransfer() throws Exception {
        byte[] member = gzip("{\"a\":2}\n");
        for (int size = 1; size < member.length; size++) {
            byte[] body = joined(gzip("{\"a\":1}\n"), Arrays.copyOf(member, size));
            HttpConnection connection = connection(pieces("text/plain", body, body.length - size));
            assertThatThrownBy(() -> connection.send(Request.get("/a")))
                    .as("%d bytes", size)
                    .isInstanceOf(TransferException.class);
        }
    }

    @Test
    void readsOptionalFieldsAndVerifiesTheChecksum() throws Exception {
        byte[] plain = gzip("first ");
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        // FHCRC, FEXTRA, FNAME and FCOMMENT.
        head.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3});
        head.writeBytes(new byte[] {3, 0, 1, 2, 3, 'n', 0, 'c', 0});
        CRC32 crc = new CRC32();
        crc.update(head.toByteArray());
        byte[] withFields = joined(
                head.toByteArray(),
                new byte[] {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)},
                Arrays.copyOfRange(plain, 10, plain.length));
        HttpConnection connection =
                connection(pieces("text/plain", joined(withFields, plain, new byte[] {0, 0, 0}), 1));
        assertThat(connection.send(Request.get("/a")).text()).isEqualTo("first first ");

        byte[] wrong = plain.clone();
        wrong[wrong.length - 8] ^= 1;
        HttpConnection other = connection(pieces("text/plain", joined(plain, wrong), 1000));
        assertThatThrownBy(() -> other.send(Request.get("/a"))).isInstanceOf(TransferException.class);
    }

    @Test
    void deliversAMemberBeforeTheNextOneArrives() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        HttpConnection connection = connection(exchange -> {
            exchange.send(HEAD.formatted("text/event-stream")).send(gzip("data: 1\n\n"));
            await(first);
            exchange.send(gzip("data: 2\n\n"));
        });
        List<String> data = new ArrayList<>();
        EventStream.of(Request.get("/a")).reconnectAttempts(0).events(connection, event -> {
            first.countDown();
            return data.add(event.data());
        });
        assertThat(data).containsExactly("1", "2");
    }

    private static void await(CountDownLatch gate) {
        try {
            assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void streamsAreNotOfferedACodingThatIsBuffered() throws Exception {
        StreamPeer peer = peer(exchange -> {
            if (exchange.request().startsWith("GET /events")) {
                exchange.send(StreamPeer.EVENTS).send("data: 1\n\n");
            } else {
                exchange.send("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\n{}\n");
            }
        });
        HttpConnection connection = connection(peer);
        EventStream.of(Request.get("/events")).reconnectAttempts(0).events(connection, event -> true);
        RecordStream.of(Request.get("/records")).records(connection, node -> true);
        connection.send(Request.get("/plain"));
        assertThat(peer.exchanges())
                .extracting(
                        exchange -> List.of(exchange.header("Accept-Encoding").split(", ?")))
                .satisfiesExactly(
                        events -> assertThat(events).contains("gzip").doesNotContain("br"),
                        records -> assertThat(records).contains("gzip").doesNotContain("br"),
                        plain -> assertThat(plain).contains("gzip", "br"));
    }
}
