package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests records in a gzip file, which has no {@code Content-Encoding}. */
@Timeout(30)
class GzipRecordsTest {

    private byte[] file = {};
    private String type = "application/gzip";
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    private static byte[] compressed(byte[] content) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(file)) {
            out.write(content);
        }
        return file.toByteArray();
    }

    private List<JsonNode> records(RecordSelector selector) {
        try (HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .retry(RetryPolicy.none())
                        .maxResponseBytes(100_000)
                        .build();
                Stream<JsonNode> records = PagedRequest.of(Request.get("/file"), selector, Pagination.none())
                        .records(connection)) {
            return records.toList();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CSV | 1 | id_7_8_",
                "CSV | 2 | id_7_8_",
                "JSON | 1 | [{\"id\": 7}, {\"id\": 8}]",
                "AUTO | 1 | [{\"id\": 7}, {\"id\": 8}]",
                "JSON_LINES | 2 | {\"id\": 7}_{\"id\": 8}",
                "XML | 1 | <list><item><id>7</id></item><item><id>8</id></item></list>",
            })
    void fileIsDecompressed(RecordSelector.Format format, int layers, String content) throws IOException {
        file = content.replace('_', '\n').getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < layers; i++) {
            file = compressed(file);
        }
        String path = format == RecordSelector.Format.XML ? "/item" : "";

        assertThat(records((path.isEmpty() ? RecordSelector.atRoot() : RecordSelector.at(path)).as(format)))
                .extracting(record -> record.path("id").asText())
                .containsExactly("7", "8");
    }

    @Test
    void shortBodiesAreNoGzipFiles() {
        type = "application/json";
        file = "7".getBytes(StandardCharsets.UTF_8);

        assertThat(records(RecordSelector.atRoot()))
                .extracting(JsonNode::asText)
                .containsExactly("7");
    }

    @Test
    void recordOfAFileIsLimitedAsOneOfAnotherResponse() throws IOException {
        byte[] content = new byte[50_000_000];
        Arrays.fill(content, (byte) 'a');
        content[0] = '[';
        content[1] = '"';
        file = compressed(content);

        assertThat(file).hasSizeLessThan(100_000);
        assertThatThrownBy(() -> records(RecordSelector.atRoot()))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("100000");
    }

    @Test
    void malformedFileIsReported() throws IOException {
        file = compressed("[{\"id\": 7}]".getBytes(StandardCharsets.UTF_8));
        file[file.length - 6] ^= 1;

        assertThatThrownBy(() -> records(RecordSelector.atRoot()))
                .isInstanceOf(PollingException.class)
                .hasMessageContaining("the gzip file is malformed");
    }

    @Test
    void truncatedFileIsReported() throws IOException {
        byte[] whole = compressed("[{\"id\": 7}]".getBytes(StandardCharsets.UTF_8));
        file = Arrays.copyOf(whole, whole.length - 12);

        assertThatThrownBy(() -> records(RecordSelector.atRoot())).isInstanceOf(ConnectorException.class);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void membersMayBePadded() throws IOException {
        byte[] first = compressed("{\"id\": 7}\n".getBytes(StandardCharsets.UTF_8));
        byte[] second = compressed("{\"id\": 8}\n".getBytes(StandardCharsets.UTF_8));
        byte[] zeros = new byte[10_000];
        for (byte[] padded : List.of(
                joined(first, second),
                joined(first, zeros, second),
                joined(first, second, zeros),
                joined(first, second, "\r\n".getBytes(StandardCharsets.US_ASCII)))) {
            file = padded;
            assertThat(records(RecordSelector.atRoot().as(RecordSelector.Format.JSON_LINES)))
                    .extracting(record -> record.path("id").asText())
                    .containsExactly("7", "8");
        }
    }

    /** A bit of the header or the trailer of the second member is wrong. */
    @Test
    void damagedMemberIsAnError() throws IOException {
        byte[] first = compressed("{\"id\": 7}\n".getBytes(StandardCharsets.UTF_8));
        byte[] second = compressed("{\"id\": 8}\n".getBytes(StandardCharsets.UTF_8));
        for (int at = 0; at < second.length; at++) {
            // The time, the extra flags and the operating system have no meaning here.
            if (at < 4 || at >= second.length - 8) {
                file = joined(first, second);
                file[first.length + at] ^= 0x40;
                assertThatThrownBy(() -> records(RecordSelector.atRoot().as(RecordSelector.Format.JSON_LINES)))
                        .as("byte %d", at)
                        .isInstanceOf(ConnectorException.class);
            }
        }
        file = joined(first, "<html>".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> records(RecordSelector.atRoot().as(RecordSelector.Format.JSON_LINES)))
                .hasMessageContaining("neither another one nor padding");
    }
}
