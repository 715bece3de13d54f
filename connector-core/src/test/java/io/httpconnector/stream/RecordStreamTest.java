package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TransferException;
import io.httpconnector.stream.StreamException.StreamFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class RecordStreamTest {

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private HttpConnection connection(StreamPeer.Script script) {
        StreamPeer peer = new StreamPeer(script);
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(peer.url())
                .retry(RetryPolicy.none())
                .build();
        open.add(connection);
        open.add(peer);
        return connection;
    }

    private static String head(String type) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nConnection: close\r\n\r\n";
    }

    private List<String> read(String type, String body) {
        List<String> found = new ArrayList<>();
        RecordStream.of(Request.get("/export"))
                .maxRecordBytes(100)
                .records(
                        connection(exchange -> exchange.send(head(type) + body)),
                        (JsonNode record) -> found.add(record.toString()));
        return found;
    }

    private void fails(String type, String body, StreamFailure reason, long number) {
        assertThatThrownBy(() -> read(type, body))
                .isInstanceOfSatisfying(StreamException.class, e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(e.number()).isEqualTo(number);
                })
                .hasMessageNotContaining("secret");
    }

    @Test
    void readsLines() {
        assertThat(read("application/x-ndjson", "{\"a\":1}\n\r\n  \n[2]\r\n3\n\"é\u2028\"\ntrue\n"))
                .containsExactly("{\"a\":1}", "[2]", "3", "\"é\u2028\"", "true");
        assertThat(read("application/json", "")).isEmpty();
        assertThat(read("text/plain", "{\"a\":1.10}\n{\"b\":2}")).containsExactly("{\"a\":1.10}", "{\"b\":2}");
    }

    /** An order. */
    record Order(int id, String shipTo) {}

    @Test
    void objectsAreThoseOfTheMappingOfTheConnection() {
        StreamPeer peer = new StreamPeer(
                exchange -> exchange.send(head("application/x-ndjson") + "{\"id\":1,\"ship_to\":\"Street 1\"}\n"));
        open.add(peer);
        RecordStream orders = RecordStream.of(Request.get("/orders"));
        List<Order> handled = new ArrayList<>();
        try (HttpConnection snake = HttpConnection.named("Snake")
                .baseUrl(peer.url())
                .jsonMapping(Response.JsonMapping.of(
                        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)))
                .build()) {
            orders.records(snake, Order.class, handled::add);
            try (Stream<Order> all = orders.records(snake, Order.class)) {
                assertThat(all).containsExactly(new Order(1, "Street 1"));
            }
        }
        assertThat(handled).containsExactly(new Order(1, "Street 1"));
    }

    @Test
    void reportsInvalidLines() {
        fails("application/x-ndjson", "{\"a\":1}\n\nsecret\n{}\n", StreamFailure.INVALID_JSON, 3);
        fails("application/x-ndjson", "{\"a\":1} {\"a\":2}\n", StreamFailure.INVALID_JSON, 1);
        fails("application/x-ndjson", "{\"a\":1}\n{\"secret\":", StreamFailure.TRUNCATED, 2);
        fails("application/x-ndjson", "1\n12", StreamFailure.TRUNCATED, 2);
        fails("application/x-ndjson", "{}\n\"" + "secret".repeat(30) + "\"\n", StreamFailure.TOO_LARGE, 2);
        fails("text/html", "<html>", StreamFailure.UNEXPECTED_CONTENT_TYPE, 0);
        fails("text/event-stream", "data: 1\n\n", StreamFailure.UNEXPECTED_CONTENT_TYPE, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/event-stream | read it by EventStream",
                "application/atom+xml | application/atom+xml and not a stream of JSON records",
                "application/soap+xml; charset=utf-8 | application/soap+xml and not",
                "application/problem+xml | application/problem+xml and not",
                "text/xml | text/xml and not",
            })
    void otherMediaTypesAreReported(String type, String problem) {
        assertThatThrownBy(() -> read(type, "<a/>"))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void anArrayOverSeveralLinesNamesTheAlternatives() {
        assertThatThrownBy(() -> read("application/json", "[{\n \"a\": 1\n}\n]\n"))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("one JSON array")
                .hasMessageContaining("PagedRequest")
                .hasMessageContaining("RecordSelector");
        assertThatThrownBy(() -> read("application/json", "{\n}\n")).hasMessageNotContaining("array");
    }

    @Test
    void reportsInvalidUtf8() {
        HttpConnection connection = connection(exchange -> exchange.send(head("application/x-ndjson") + "{}\n")
                .send(new byte[] {'"', (byte) 0xff, (byte) 0xfe, '"', '\n'}));
        assertThatThrownBy(() -> RecordStream.of(Request.get("/")).records(connection, (JsonNode record) -> true))
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.number()).isEqualTo(2));
    }

    @Test
    void readsSequences() {
        assertThat(read(
                        "application/json-seq",
                        "\u001e{\"a\":\n \"}\\\"]\"}\n\u001e\u001e[1,\n2]\n\u001e3\n\u001e\n\u001enull\n"))
                .containsExactly("{\"a\":\"}\\\"]\"}", "[1,2]", "3", "null");
        assertThat(read("application/geo+json-seq", "\u001e{}\n\u001e{\"b\":1}"))
                .containsExactly("{}", "{\"b\":1}");
        assertThat(read("application/json-seq", "")).isEmpty();
    }

    @Test
    void reportsInvalidSequences() {
        fails("application/json-seq", "{\"secret\":1}\n", StreamFailure.INVALID_JSON, 1);
        fails("application/json-seq", "\u001e1\n\u001e{\"secret\":\n\u001e2\n", StreamFailure.TRUNCATED, 2);
        fails("application/json-seq", "\u001e1\n\u001e2\u001e3\n", StreamFailure.TRUNCATED, 2);
        fails("application/json-seq", "\u001e1\n\u001e23", StreamFailure.TRUNCATED, 2);
        fails("application/json-seq", "\u001e1\n\u001e[2,\n", StreamFailure.TRUNCATED, 2);
        fails("application/json-seq", "\u001e1\n\u001esecret\n", StreamFailure.INVALID_JSON, 2);
        fails("application/json-seq", "\u001e[" + "1,\n".repeat(60) + "1]\n", StreamFailure.TOO_LARGE, 1);
    }

    @Test
    void isReadAlikeWhereverItIsSplit() throws IOException {
        String text = "\u001e{\"a\":\"\\\"é\u001f\"}\n".replace("\u001f", "") + "\u001e[1,\n[2]]\n\u001e3\n";
        for (int size = 1; size < 9; size++) {
            int now = size;
            RecordParser reader = new RecordParser(
                    new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
                        @Override
                        public synchronized int read(byte[] buffer, int offset, int length) {
                            return super.read(buffer, offset, Math.min(length, now));
                        }
                    },
                    true,
                    1000);
            assertThat(reader.next()).hasToString("{\"a\":\"\\\"é\"}");
            assertThat(reader.next()).hasToString("[1,[2]]");
            assertThat(reader.next()).hasToString("3");
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void deliversRecordsAsTheyArrive() {
        for (String type : List.of("application/x-ndjson", "application/json-seq")) {
            String start = type.endsWith("seq") ? "\u001e" : "";
            CountDownLatch first = new CountDownLatch(1);
            HttpConnection connection = connection(exchange -> {
                exchange.send(head(type)).send(start + "{\"name\":\"a\"}\n");
                try {
                    assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                exchange.send(start + "{\"name\":\"b\"}\n");
            });
            try (Stream<Row> rows = RecordStream.of(Request.get("/")).records(connection, Row.class)) {
                assertThat(rows.peek(row -> first.countDown()))
                        .extracting(Row::name)
                        .containsExactly("a", "b");
            }
        }
    }

    record Row(String name) {}

    @Test
    void reportsTheLocationOfARecordOfAnotherType() {
        HttpConnection connection =
                connection(exchange -> exchange.send(head("application/x-ndjson") + "{\"name\":\"a\"}\n[]\n"));
        assertThatThrownBy(() -> RecordStream.of(Request.get("/")).records(connection, Row.class, row -> true))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("Line 2 of the stream");
    }

    @Test
    void aBrokenTransferIsNoEnd() {
        HttpConnection connection = connection(exchange -> exchange.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100\r\n\r\n{}\n{}"));
        List<JsonNode> found = new ArrayList<>();
        assertThatThrownBy(() -> RecordStream.of(Request.get("/")).records(connection, found::add))
                .isInstanceOf(TransferException.class);
        assertThat(found).hasSize(1);
    }

    @Test
    void closingAStreamClosesTheSocket() throws Exception {
        StreamPeer peer = new StreamPeer(exchange -> {
            exchange.send(head("application/x-ndjson")).send("{}\n{}\n");
            exchange.awaitClose();
        });
        open.add(peer);
        HttpConnection connection =
                HttpConnection.named("Service").baseUrl(peer.url()).build();
        open.add(0, connection);
        try (Stream<JsonNode> records = RecordStream.of(Request.get("/")).records(connection)) {
            assertThat(records.limit(1)).hasSize(1);
        }
        assertThat(peer.exchanges().get(0).isClosedWithin(2000)).isTrue();
    }
}
