package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.RecordSelector.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests records in the files of a ZIP archive. */
@Timeout(60)
class ZipRecordsTest {

    private byte[] file = {};
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/zip");
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

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    /** An archive of files: names and contents in turn. */
    private static byte[] zip(Object... files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < files.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) files[i]));
                zip.write((byte[]) files[i + 1]);
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private List<String> ids(RecordSelector selector) {
        try (HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .retry(RetryPolicy.none())
                        .maxResponseBytes(100_000)
                        .build();
                Stream<JsonNode> records = PagedRequest.of(Request.get("/file"), selector, Pagination.none())
                        .records(connection)) {
            return records.map(record -> record.path("id").asText()).toList();
        }
    }

    @Test
    void theFormatOfEachFileIsThatOfItsExtension() throws IOException {
        file = zip(
                "data/", new byte[0],
                "data/a.csv", bytes("id,name\n1,x\n2,y\n"),
                "__MACOSX/data/._a.csv", bytes("\0\1resource fork"),
                "data/b.JSON", bytes("[{\"id\": 3}, {\"id\": 4}]"),
                "data/c.ndjson", bytes("{\"id\": 5}\n{\"id\": 6}\n"),
                "data/d.json.gz", gzip(bytes("[{\"id\": 7}]")),
                "empty.csv", new byte[0]);

        assertThat(ids(RecordSelector.atRoot())).containsExactly("1", "2", "3", "4", "5", "6", "7");
    }

    @Test
    void aGivenFormatIsThatOfAllFiles() throws IOException {
        file = zip("a.txt", bytes("id\tname\n1\tx\n"), "b", bytes("id\tname\n2\ty\n"));

        assertThat(ids(RecordSelector.atRoot().csv('\t'))).containsExactly("1", "2");
    }

    @Test
    void csvHasTheGivenCharset() throws IOException {
        byte[] csv = "id;n\u00e4me\n\u00fc1;x\n".getBytes(StandardCharsets.ISO_8859_1);
        RecordSelector selector = RecordSelector.atRoot().csv(';').csvCharset(StandardCharsets.ISO_8859_1);
        file = csv;
        assertThat(ids(selector)).containsExactly("\u00fc1");
        file = zip("a.txt", csv);
        assertThat(ids(selector)).containsExactly("\u00fc1");
        assertThat(PollingTrigger.named("t").records(selector).toJson().path("records"))
                .hasToString("{\"csv\":\";\",\"csvCharset\":\"ISO-8859-1\"}");
        assertThatThrownBy(() -> PagedRequest.of(
                        Request.get("/"), JsonSupport.parse("{\"records\": {\"csvCharset\": \"latin 99\"}}")))
                .hasMessageContaining("latin 99");
    }

    @Test
    void pathsApplyToEachFile() throws IOException {
        file = zip("1.json", bytes("{\"rows\": [{\"id\": 1}]}"), "2.json", bytes("{\"rows\": [{\"id\": 2}]}"));

        assertThat(ids(RecordSelector.at("/rows"))).containsExactly("1", "2");
    }

    @Test
    void anArchiveWithoutFilesHasNoRecords() throws IOException {
        file = zip();

        assertThat(ids(RecordSelector.atRoot().as(Format.CSV))).isEmpty();
    }

    @Test
    void anArchiveInAGzipFileIsRead() throws IOException {
        file = gzip(zip("a.json", bytes("[{\"id\": 1}]")));

        assertThat(ids(RecordSelector.atRoot())).containsExactly("1");
    }

    @Test
    void aTruncatedArchiveIsAnErrorAlsoBetweenTwoFiles() throws IOException {
        byte[] both = zip("a.json", bytes("[{\"id\": 1}]"), "b.json", bytes("[{\"id\": 2}]"));
        int second = indexOf(both, bytes("b.json")) - 30;
        for (int length : List.of(40, second, second + 20, second + 40, both.length - 10)) {
            file = Arrays.copyOf(both, length);
            assertThatThrownBy(() -> ids(RecordSelector.atRoot()))
                    .as("%s of %s bytes", length, both.length)
                    .isInstanceOf(ConnectorException.class);
        }
        file = both.clone();
        file[second] ^= 1;
        assertThatThrownBy(() -> ids(RecordSelector.atRoot()))
                .isInstanceOf(PollingException.class)
                .hasMessageContaining("the ZIP file is malformed")
                .hasMessageContaining("2 files, of which 1");
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i <= all.length - part.length; i++) {
            if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new IllegalArgumentException("absent");
    }

    @Test
    void bombsAreLimited() throws IOException {
        byte[] content = new byte[50_000_000];
        Arrays.fill(content, (byte) 'a');
        content[0] = '[';
        content[1] = '"';
        file = zip("a.json", content);

        assertThat(file).hasSizeLessThan(100_000);
        assertThatThrownBy(() -> ids(RecordSelector.atRoot()))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("100000");

        Object[] files = new Object[20_004];
        for (int i = 0; i < files.length; i += 2) {
            files[i] = i + ".json";
            files[i + 1] = bytes("[]");
        }
        file = zip(files);
        assertThatThrownBy(() -> ids(RecordSelector.atRoot()))
                .isInstanceOf(PollingException.class)
                .hasMessageContaining("more than 10000 files");
    }

    @Test
    void anArchiveWithinAnArchiveIsNotUnpacked() throws IOException {
        file = zip("a.zip", zip("a.json", bytes("[{\"id\": 1}]")));

        assertThatThrownBy(() -> ids(RecordSelector.atRoot())).isInstanceOf(PollingException.class);
    }
}
