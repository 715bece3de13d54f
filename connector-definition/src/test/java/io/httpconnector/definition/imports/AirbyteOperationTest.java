package io.httpconnector.definition.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.polling.PollingException;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the import of streams of Airbyte whose records are the result of a job. */
class AirbyteOperationTest {

    private static final String MANIFEST = """
            definitions:
              requester:
                type: HttpRequester
                url_base: "https://bakery.example.com/v1"
                authenticator: {type: BearerAuthenticator, api_token: "{{ config['token'] }}"}
            streams:
              - type: DeclarativeStream
                name: sales
                primary_key: [id]
                incremental_sync:
                  type: DatetimeBasedCursor
                  cursor_field: sold
                  datetime_format: "%Y-%m-%dT%H:%M:%SZ"
                  start_datetime: "2025-01-01T00:00:00Z"
                retriever:
                  type: AsyncRetriever
                  polling_job_timeout: 20
                  status_mapping: {running: [QUEUED, RUNNING], completed: [READY], failed: [BROKEN], timeout: [broken, LATE]}
                  status_extractor: {type: DpathExtractor, field_path: [job, state]}
                  download_target_extractor: {type: DpathExtractor, field_path: [job, url]}
                  creation_requester:
                    $ref: "#/definitions/requester"
                    path: reports
                    http_method: POST
                    request_headers: {X-Since: "{{ stream_interval.start_time }}"}
                    request_body_json: {kind: sales, since: "{{ stream_interval.start_time }}"}
                  polling_requester:
                    $ref: "#/definitions/requester"
                    path: "reports/{{ creation_response['report']['id'] }}"
                    request_parameters: {token: "{{ creation_response['token'] }}"}
                    request_headers: {X-Since: "{{ stream_slice.extra_fields['creation_response'].request.headers['X-Since'] }}"}
                  abort_requester:
                    $ref: "#/definitions/requester"
                    path: "reports/{{ creation_response['report']['id'] }}"
                    http_method: DELETE
                  download_requester: {type: HttpRequester, url_base: "{{ download_target }}"}
                  download_decoder: {type: JsonlDecoder}
                  download_extractor: {field_path: []}
                  record_selector: {extractor: {field_path: []}}
            spec:
              connection_specification:
                type: object
                required: [token]
                properties: {token: {type: string, airbyte_secret: true}}
            """;

    private final List<TriggerEvent> events = new ArrayList<>();

    private void poll(ImportedConnector imported, MockService service) {
        String document = imported.document().toString().replace("https://", service.baseUrl() + "/");
        try (StateStore store = StateStore.inMemory();
                Connector bakery = ConnectorDefinition.parse(document)
                        .connect(ConnectorContext.forTenant("t")
                                .secrets(SecretSource.of(Map.of("token", Secret.of("secret-token"))))
                                .state(store)
                                .build())) {
            bakery.on("sales", events::add);
            bakery.trigger("sales").orElseThrow().pollOnce();
        }
    }

    @Test
    void eachPollRunsTheJob() {
        ImportedConnector imported = ConnectorImporter.airbyte("source-bakery", MANIFEST);

        assertThat(imported.notes()).isEmpty();
        try (MockService service = MockService.start();
                MockService files = MockService.start()) {
            service.on(
                    "POST",
                    "/bakery.example.com/v1/reports",
                    MockResponse.json("{\"report\": {\"id\": 12}, \"token\": \"t 1\"}"));
            service.on(
                    "GET",
                    "/bakery.example.com/v1/reports/12",
                    MockResponse.json("{\"job\": {\"state\": \"running\"}}"),
                    MockResponse.json("{\"job\": {\"state\": \"READY\", \"url\": \"" + files.baseUrl()
                            + "/f.jsonl?sig=abcdefghij\"}}"));
            files.on("GET", "/f.jsonl", MockResponse.status(200).body("application/octet-stream", """
                                    {"id": 1, "sold": "2025-02-01T10:00:00Z"}
                                    {"id": 2, "sold": "2025-02-02T10:00:00Z"}
                                    """));

            poll(imported, service);

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
            assertThat(service.requests().get(0).body())
                    .isEqualTo("{\"kind\":\"sales\",\"since\":\"2025-01-01T00:00:00Z\"}");
            assertThat(service.requests().get(1).uri().getQuery()).isEqualTo("token=t 1");
            assertThat(service.requests().get(1).header("X-Since")).contains("2025-01-01T00:00:00Z");
            assertThat(service.requests())
                    .allSatisfy(request ->
                            assertThat(request.header("Authorization")).contains("Bearer secret-token"));
            assertThat(files.requests().get(0).header("Authorization")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
              {type: GzipDecoder, decoder: {type: JsonlDecoder}} | 1 | {"id": 7, "sold": "2025-02-01T10:00:00Z"}
              {type: GzipDecoder, decoder: {type: JsonDecoder}} | 1 | [{"id": 7, "sold": "2025-02-01T10:00:00Z"}]
              {type: GzipDecoder, decoder: {type: GzipDecoder, decoder: {type: JsonlDecoder}}} | 2 | {"id": 7, "sold": "2025-02-01T10:00:00Z"}
              """)
    void gzipFileIsDecompressed(String decoder, int layers, String content) throws IOException {
        byte[] file = content.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < layers; i++) {
            file = compressed(file);
        }

        pollFile(ConnectorImporter.airbyte("source-bakery", MANIFEST.replace("{type: JsonlDecoder}", decoder)), file);

        assertThat(events).extracting(TriggerEvent::key).containsExactly("7");
    }

    @Test
    void malformedGzipFileIsReported() throws IOException {
        byte[] file = compressed("{\"id\": 7}".getBytes(StandardCharsets.UTF_8));
        file[file.length - 6] ^= 1;
        ImportedConnector imported = ConnectorImporter.airbyte(
                "source-bakery",
                MANIFEST.replace("{type: JsonlDecoder}", "{type: GzipDecoder, decoder: {type: JsonlDecoder}}"));

        assertThatThrownBy(() -> pollFile(imported, file))
                .isInstanceOf(PollingException.class)
                .hasMessageContaining("the gzip file is malformed");
        assertThat(events).isEmpty();
    }

    private static byte[] compressed(byte[] content) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(file)) {
            out.write(content);
        }
        return file.toByteArray();
    }

    /** Polls once; the result of the job is a file. */
    private void pollFile(ImportedConnector imported, byte[] file) throws IOException {
        HttpServer files = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        files.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            exchange.close();
        });
        files.start();
        try (MockService service = MockService.start()) {
            service.on(
                    "POST",
                    "/bakery.example.com/v1/reports",
                    MockResponse.json("{\"report\": {\"id\": 12}, \"token\": 1}"));
            service.on(
                    "GET",
                    "/bakery.example.com/v1/reports/12",
                    MockResponse.json("{\"job\": {\"state\": \"READY\", \"url\": \"http://127.0.0.1:"
                            + files.getAddress().getPort() + "/file\"}}"));
            poll(imported, service);
        } finally {
            files.stop(0);
        }
    }

    @Test
    void documentOfTheJobHasTheUrlAndTheJobIsDeleted() throws IOException {
        ImportedConnector imported = ConnectorImporter.airbyte(
                "source-bakery",
                MANIFEST.replace(
                                "      download_requester:",
                                "      download_target_requester: {$ref: \"#/definitions/requester\","
                                        + " path: \"documents/{{ polling_response['document'] }}\"}\n"
                                        + "      delete_requester: {$ref: \"#/definitions/requester\", http_method: DELETE,"
                                        + " path: \"reports/{{ creation_response['report']['id'] }}\"}\n"
                                        + "      download_requester:")
                        .replace("field_path: [job, url]", "field_path: [url]")
                        .replace("{type: JsonlDecoder}", "{type: ZipfileDecoder, decoder: {type: JsonlDecoder}}"));

        assertThat(imported.notes()).isEmpty();
        byte[] file = zip("{\"id\": 7, \"name\": \"Roll\", \"sold\": \"2025-02-01T10:00:00Z\"}\n");
        HttpServer files = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        files.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            exchange.close();
        });
        files.start();
        String url = "http://127.0.0.1:" + files.getAddress().getPort() + "/file";
        try (MockService service = MockService.start()) {
            service.on(
                    "POST",
                    "/bakery.example.com/v1/reports",
                    MockResponse.json("{\"report\": {\"id\": 12}, \"token\": \"t\"}"));
            service.on(
                    "GET",
                    "/bakery.example.com/v1/reports/12",
                    MockResponse.json("{\"job\": {\"state\": \"READY\"}, \"document\": \"d1\"}"));
            service.on("GET", "/bakery.example.com/v1/documents/d1", MockResponse.json("{\"url\": \"" + url + "\"}"));
            service.on("DELETE", "/bakery.example.com/v1/reports/12", MockResponse.status(204));

            poll(imported, service);

            assertThat(events).extracting(TriggerEvent::key).containsExactly("7");
            assertThat(events.get(0).payload().path("name").asText()).isEqualTo("Roll");
            assertThat(service.requests())
                    .extracting(
                            request -> request.method() + " " + request.uri().getPath())
                    .containsExactly(
                            "POST /bakery.example.com/v1/reports",
                            "GET /bakery.example.com/v1/reports/12",
                            "GET /bakery.example.com/v1/documents/d1",
                            "DELETE /bakery.example.com/v1/reports/12");
        } finally {
            files.stop(0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
              {type: CsvDecoder, delimiter: ";", encoding: iso-8859-1} | {"optional":true,"csv":";","csvCharset":"ISO-8859-1"}
              {type: CompositeRawDecoder, parser: {type: GzipParser, inner_parser: {type: CsvParser, delimiter: "\\t"}}} | {"optional":true,"csv":"\\t"}
              {type: CompositeRawDecoder, parser: {type: GzipParser, inner_parser: {type: JsonLineParser}}} | {"optional":true,"as":"JSON_LINES"}
              {type: ZipfileDecoder, parser: {type: CompositeRawDecoder, parser: {type: JsonParser}}} | {"optional":true}
              """)
    void decodersAreFormatsOfRecords(String decoder, String records) {
        ImportedConnector imported =
                ConnectorImporter.airbyte("source-bakery", MANIFEST.replace("{type: JsonlDecoder}", decoder));

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/triggers/sales/records")).hasToString(records);
    }

    private static byte[] zip(String content) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(file)) {
            out.putNextEntry(new ZipEntry("report.txt"));
            out.write(content.getBytes(StandardCharsets.ISO_8859_1));
            out.closeEntry();
        }
        return file.toByteArray();
    }

    @Test
    void membersOfTheJobAreThoseOfAnOperation() {
        assertThat(ConnectorImporter.airbyte("source-bakery", MANIFEST)
                        .document()
                        .at("/triggers/sales/operation"))
                .hasToString("{\"status\":{\"method\":\"GET\",\"url\":\"/reports/{{operation.id | path}}\","
                        + "\"query\":[{\"name\":\"token\",\"value\":\"{{operation.value2}}\"}],"
                        + "\"headers\":[{\"name\":\"X-Since\",\"value\":\"{{cursor}}\"}],\"name\":\"Get the status\"},"
                        + "\"state\":\"/job/state\",\"running\":[\"QUEUED\",\"RUNNING\"],\"done\":[\"READY\"],"
                        + "\"failed\":[\"BROKEN\",\"LATE\"],\"result\":{\"url\":\"/job/url\"},"
                        + "\"abort\":{\"method\":\"DELETE\",\"url\":\"/reports/{{operation.id | path}}\","
                        + "\"name\":\"Abort the job\"},\"timeout\":\"PT20M\","
                        + "\"id\":\"/report/id\",\"values\":{\"value2\":\"/token\"}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
              polling_job_timeout: 20 | polling_job_timeout: "{{ 5 if config['token'] else 6 }}" | /polling_job_timeout
              polling_job_timeout: 20 | polling_job_timeout: 0 | /polling_job_timeout: it is no number of minutes up to a year
              polling_job_timeout: 20 | url_requester: {type: HttpRequester, path: x} | /url_requester: there is no counterpart of "url_requester" in an operation
              field_path: [job, state] | field_path: [jobs, "*"] | /status_extractor/field_path/1: the path has to be that of one value
              field_path: [job, url] | field_path: [] | /download_target_extractor: there is no counterpart of the extractor
              status_extractor: {type: DpathExtractor | status_extractor: {type: CustomExtractor, class_name: a.B | /status_extractor: there is no counterpart of the extractor "a.B"
              "{{ download_target }}" | "https://other.example.com/{{ download_target }}" | /download_requester: the URL of the download has to be "download_target"
              polling_requester: | polling_requester2: | /polling_requester: the requester is missing
              {type: JsonlDecoder} | {type: ZipfileDecoder} | /download_decoder: there is no counterpart of the decoder "ZipfileDecoder"
              """)
    void otherJobsAreNoted(String part, String other, String note) {
        String text = MANIFEST.replace(part, other);

        assertThat(text).isNotEqualTo(MANIFEST);
        assertThat(ConnectorImporter.airbyte("source-bakery", text).notes())
                .extracting(each -> each.item() + " " + each.pointer() + ": " + each.reason())
                .anyMatch(each -> each.startsWith("sales /streams/0/retriever" + note));
    }

    @Test
    void quotesOfExpressionsMakeNoOtherAuthenticator() {
        String text = MANIFEST.replace("spec:\n", """
              - type: DeclarativeStream
                name: cakes
                retriever:
                  type: SimpleRetriever
                  requester:
                    type: HttpRequester
                    url_base: "https://bakery.example.com/v1"
                    path: cakes
                    authenticator: {type: BearerAuthenticator, api_token: '{{ config["token"] }}'}
                  record_selector: {extractor: {field_path: []}}
            spec:
            """);

        ImportedConnector imported = ConnectorImporter.airbyte("source-bakery", text);

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().path("requests").has("cakes")).isTrue();
    }

    @Test
    void statusWithoutAValueOfTheStartIsNoted() {
        String text = MANIFEST.replace("reports/{{ creation_response['report']['id'] }}", "reports/latest")
                .replace("{{ creation_response['token'] }}", "all");

        assertThat(ConnectorImporter.airbyte("source-bakery", text).notes())
                .extracting(ImportNote::reason)
                .contains("the request has no value of the response to the start, as its id");
    }
}
