package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.ParameterLocation;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests reports: the status has the id of a document, whose response has the URL of a compressed file on another host. The report
 * is deleted afterwards.
 */
@Timeout(60)
class ReportTest {

    private static final Pills PILLS = Pills.of("type", "ORDERS");

    private final JobService service = new JobService();
    private final FakeTime time = new FakeTime();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .header("Authorization", Secret.of("Bearer secret-token"))
            .retry(RetryPolicy.none())
            .maxResponseBytes(100_000)
            .timeSource(time)
            .build();
    private final AtomicInteger documents = new AtomicInteger();
    private final List<String> fileRequests = new CopyOnWriteArrayList<>();
    private final List<TriggerEvent> events = new CopyOnWriteArrayList<>();
    /** The URLs before the last one have expired. */
    private int valid = 1;

    private int deleteStatus = 204;
    private byte[] file = gzip(bytes("id\tname\n1\tx\n2\ty\n"));
    private HttpServer files;

    @BeforeEach
    void start() throws IOException {
        files = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        files.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            fileRequests.add(path + " " + exchange.getRequestHeaders().containsKey("Authorization"));
            int number = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
            boolean isValid = number >= valid;
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.sendResponseHeaders(isValid ? 200 : 403, isValid ? file.length : -1);
            if (isValid) {
                exchange.getResponseBody().write(file);
            }
            exchange.close();
        });
        files.start();
        service.behaviour = asked -> switch (asked.method() + " " + asked.path()) {
            case "POST /reports" -> Reply.json("{\"reportId\": \"r7\"}").with(202);
            case "GET /reports/r7" -> Reply.json("{\"processingStatus\": \"DONE\", \"reportDocumentId\": \"d1\"}");
            case "GET /documents/d1" ->
                Reply.json("{\"compressionAlgorithm\": \"GZIP\", \"url\": \"" + fileUrl(documents.incrementAndGet())
                        + "?X-Amz-Signature=verysecret\"}");
            case "DELETE /reports/r7" -> Reply.status(deleteStatus);
            default -> Reply.status(404);
        };
    }

    private String fileUrl(int number) {
        return "http://127.0.0.1:" + files.getAddress().getPort() + "/file/" + number;
    }

    @AfterEach
    void end() {
        connection.close();
        service.close();
        files.stop(0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    private static OperationBuilder report() {
        return Operation.named("report")
                .start(RequestTemplate.named("start")
                        .post("/reports")
                        .json(Map.of("reportType", "{{type}}"))
                        .build())
                .idempotencyKey()
                .id("/reportId")
                .status(OperationTest.get("/reports/{{operation.id}}"))
                .state("/processingStatus")
                .running("IN_QUEUE", "IN_PROGRESS")
                .done("DONE")
                .failed("FATAL")
                .resultUrl(OperationTest.get("/documents/{{status.reportDocumentId}}"), "/url")
                .resultRecords(RecordSelector.atRoot().csv('\t'), Pagination.none());
    }

    private static OperationBuilder deleted() {
        return report().delete(RequestTemplate.named("delete")
                .delete("/reports/{{operation.id}}")
                .build());
    }

    private static List<String> ids(Stream<JsonNode> records) {
        try (records) {
            return records.map(record -> record.path("id").asText()).toList();
        }
    }

    @Test
    void theDocumentOfTheStatusHasTheUrlOfTheFile() {
        OperationResult result = report().build().await(connection, PILLS);

        assertThat(ids(result.records())).containsExactly("1", "2");
        assertThat(service.paths()).containsExactly("POST /reports", "GET /reports/r7", "GET /documents/d1");
        assertThat(fileRequests).containsExactly("/file/1 false");
    }

    @Test
    void aDownloadIsTheFileOfTheService(@TempDir Path directory) throws IOException {
        Path target = directory.resolve("report.gz");
        report().build().await(connection, PILLS).download(target);

        assertThat(Files.readAllBytes(target)).isEqualTo(file);
    }

    @Test
    void anExpiredUrlIsRequestedAnewByTheDocument(@TempDir Path directory) throws IOException {
        valid = 2;
        OperationResult result = report().build().await(connection, PILLS);

        assertThat(ids(result.records())).containsExactly("1", "2");
        assertThat(service.paths())
                .containsExactly("POST /reports", "GET /reports/r7", "GET /documents/d1", "GET /documents/d1");
        valid = 4;
        Path target = directory.resolve("report.gz");
        result.download(target);
        assertThat(Files.readAllBytes(target)).isEqualTo(file);
        valid = 9;
        assertThatThrownBy(() -> ids(result.records())).isInstanceOfSatisfying(OperationException.class, e -> {
            assertThat(e.reason()).isEqualTo(OperationFailure.RESULT_EXPIRED);
            assertThat(e.toString() + e.getCause()).doesNotContain("verysecret");
        });
    }

    @Test
    void severalUrlsAreReadAndRenewedInTheirOrder() {
        valid = 3;
        JobService.Behaviour reports = service.behaviour;
        service.behaviour = asked -> {
            if (!asked.path().equals("/documents/d1")) {
                return reports.reply(asked);
            }
            int first = documents.addAndGet(2) - 1;
            return Reply.json("{\"url\": [\"" + fileUrl(first) + "\", \"" + fileUrl(first + 1) + "\"]}");
        };

        assertThat(ids(report().build().await(connection, PILLS).records())).containsExactly("1", "2", "1", "2");
        assertThat(fileRequests).containsExactly("/file/1 false", "/file/3 false", "/file/4 false");
    }

    @Test
    void aTruncatedFileIsAnError() {
        file = Arrays.copyOf(file, file.length - 6);
        OperationResult result = report().build().await(connection, PILLS);

        assertThatThrownBy(() -> ids(result.records())).isInstanceOf(ConnectorException.class);
    }

    @Test
    void aBombIsLimited() {
        byte[] content = new byte[50_000_000];
        Arrays.fill(content, (byte) 'a');
        file = gzip(content);
        OperationResult result = report().build().await(connection, PILLS);

        assertThatThrownBy(() -> ids(result.records()))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("100000");
    }

    @Test
    void aMissingUrlIsReportedUnlessTheResponseIsTheResult() {
        JobService.Behaviour reports = service.behaviour;
        service.behaviour = asked ->
                asked.path().equals("/documents/d1") ? Reply.json("{\"message\": \"no data\"}") : reports.reply(asked);

        assertThatThrownBy(() -> report().build().await(connection, PILLS).json())
                .isInstanceOf(OperationException.class)
                .hasMessageContaining("/url");
        JsonNode json = report().build().toJson();
        ((ObjectNode) json.path("result")).put("optional", true);
        OperationResult result = Operation.fromJson("report", json).await(connection, PILLS);
        assertThat(result.json().path("message").asText()).isEqualTo("no data");
        assertThat(ids(result.records())).isEmpty();
    }

    @Test
    void theReportIsDeletedAfterItsRecordsWereRead() {
        assertThat(ids(deleted().build().records(connection, PILLS))).containsExactly("1", "2");
        assertThat(service.count("DELETE", "/reports/r7")).isOne();
        deleteStatus = 500;
        assertThat(ids(deleted().build().records(connection, PILLS).limit(1))).containsExactly("1");
        assertThat(service.count("DELETE", "/reports/r7")).isEqualTo(2);
    }

    @Test
    void theCallerDeletesAReport() {
        OperationResult result = deleted().build().await(connection, PILLS);

        assertThat(ids(result.records())).hasSize(2);
        assertThat(service.count("DELETE", "/reports/r7")).isZero();
        assertThat(result.delete()).isTrue();
        deleteStatus = 404;
        assertThat(result.delete()).isFalse();
        assertThatThrownBy(() -> report().build().await(connection, PILLS).delete())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("delete");
    }

    @Test
    void aTriggerDeletesTheReportOfAPollThatWasDelivered() {
        try (PollingTrigger trigger = PollingTrigger.named("reports")
                .connection(connection)
                .source(deleted()
                        .start(RequestTemplate.named("start").post("/reports").build())
                        .build()
                        .asSource())
                .records(RecordSelector.atRoot().csv('\t'))
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            valid = 2;
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(ConnectorException.class);
            assertThat(service.count("DELETE", "/reports/r7")).isZero();
            file = gzip(bytes("id\tname\n1\tx\n"));
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1");
        assertThat(service.paths()).last().isEqualTo("DELETE /reports/r7");
        assertThat(service.count("DELETE", "/reports/r7")).isOne();
    }

    @Test
    void rowsWithoutATimeHaveTheEndOfTheirWindow() {
        Instant start = time.now().minus(Duration.ofDays(5)).truncatedTo(ChronoUnit.DAYS);
        List<String> ends = new ArrayList<>();
        try (PollingTrigger trigger = PollingTrigger.named("reports")
                .connection(connection)
                .source(report().start(RequestTemplate.named("start")
                                .post("/reports")
                                .json(Map.of("from", "{{window.from}}", "to", "{{window.to}}"))
                                .build())
                        .build()
                        .asSource())
                .records(RecordSelector.atRoot().csv('\t'))
                .cursor(Cursor.timestamp("/dataEndTime")
                        .windows(Duration.ofDays(2), ParameterLocation.template(), ParameterLocation.template())
                        .windowStartAs("/dataStartTime")
                        .windowEndAs("/dataEndTime"))
                .wholeRecordAsKey()
                .startPosition(StartPosition.from(start))
                .store(StateStore.inMemory())
                .handler(event -> {
                    events.add(event);
                    ends.add(event.payload().path("dataEndTime").asText());
                })
                .build()) {
            trigger.pollOnce();
            time.pass(Duration.ofDays(3));
            trigger.pollOnce();
        }
        List<JsonNode> starts = service.requests.stream()
                .filter(asked -> asked.method().equals("POST"))
                .map(JobService.Asked::json)
                .toList();
        // The same rows in each window are other events.
        assertThat(events).hasSize(2 * starts.size());
        assertThat(ends.stream().distinct().toList())
                .isEqualTo(starts.stream().map(one -> one.path("to").asText()).toList());
        assertThat(events.get(0).payload().path("dataStartTime").asText())
                .isEqualTo(starts.get(0).path("from").asText());
        assertThat(starts).hasSizeGreaterThan(3);
        for (int i = 1; i < starts.size(); i++) {
            Instant end = Instant.parse(starts.get(i - 1).path("to").asText());
            Instant next = Instant.parse(starts.get(i).path("from").asText());
            // The next poll starts at the end of the last window, up to the precision of the service's clock.
            assertThat(Duration.between(end, next)).isBetween(Duration.ofSeconds(-1), Duration.ofSeconds(1));
        }
        assertThatThrownBy(() -> PollingTrigger.named("t")
                        .connection(connection)
                        .request(OperationTest.get("/a?since={{cursor}}"))
                        .cursor(Cursor.timestamp("/t").windowEndAs("/t"))
                        .key("/id")
                        .handler(events::add)
                        .store(StateStore.inMemory())
                        .build())
                .hasMessageContaining("windowEndAs(...) need windows");
        assertThatThrownBy(() -> Cursor.timestamp("/t").windowEndAs("/a/b"))
                .hasMessageContaining("member of the record");
    }

    @Test
    void aReportThatTakesLongIsNotFollowedByOneForThisTime() {
        JobService.Behaviour reports = service.behaviour;
        service.behaviour = asked -> {
            if (asked.method().equals("GET") && asked.path().equals("/reports/r7")) {
                time.pass(Duration.ofMinutes(5));
            }
            return reports.reply(asked);
        };
        try (PollingTrigger trigger = PollingTrigger.named("reports")
                .connection(connection)
                .source(report().start(RequestTemplate.named("start")
                                .post("/reports")
                                .json(Map.of("from", "{{window.from}}", "to", "{{window.to}}"))
                                .build())
                        .build()
                        .asSource())
                .records(RecordSelector.atRoot().csv('\t'))
                .cursor(Cursor.timestamp("/to")
                        .windows(Duration.ofDays(3000), ParameterLocation.template(), ParameterLocation.template())
                        .windowEndAs("/to"))
                .wholeRecordAsKey()
                .startPosition(StartPosition.from(time.now().minus(Duration.ofDays(1))))
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
            assertThat(service.count("POST", "/reports")).isOne();
            trigger.pollOnce();
            assertThat(service.count("POST", "/reports")).isEqualTo(2);
        }
        List<JsonNode> starts = service.requests.stream()
                .filter(asked -> asked.method().equals("POST"))
                .map(JobService.Asked::json)
                .toList();
        Duration gap = Duration.between(
                Instant.parse(starts.get(0).path("to").asText()),
                Instant.parse(starts.get(1).path("from").asText()));
        assertThat(gap).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aDurableRunDeletesTheReportOnceAfterItsDelivery() {
        List<String> order = new ArrayList<>();
        StateStore store = StateStore.inMemory();
        int[] failures = {2};
        DurableOperation runs = deleted()
                .build()
                .durable(store)
                .connection(connection)
                .delivery(Delivery.to(event -> {
                    if (failures[0]-- > 0) {
                        throw new IllegalStateException("down");
                    }
                    order.add("delivered before " + service.count("DELETE", "/reports/r7") + " deletions");
                    events.add(event);
                }))
                .build();
        deleteStatus = 503;
        JobService.Behaviour reports = service.behaviour;
        service.behaviour = asked -> {
            if (asked.method().equals("DELETE") && service.count("DELETE", "/reports/r7") == 3) {
                deleteStatus = 204;
            }
            return reports.reply(asked);
        };
        OperationResult unused = runs.await("orders", PILLS);

        assertThat(order).containsExactly("delivered before 0 deletions");
        assertThat(service.count("DELETE", "/reports/r7")).isEqualTo(3);
        assertThat(runs.status("orders").orElseThrow().next()).isEmpty();
        unused = runs.await("orders", PILLS);
        assertThat(service.count("DELETE", "/reports/r7")).isEqualTo(3);
        assertThat(service.count("POST", "/reports")).isOne();
    }

    @Test
    void aDeletionThatIsRejectedIsNotRepeatedAndTheRunStaysDone() {
        deleteStatus = 403;
        DurableOperation runs = node(StateStore.inMemory());
        OperationResult unused = runs.await("orders", PILLS);

        RunStatus status = runs.status("orders").orElseThrow();
        assertThat(status.stage()).isEqualTo(Stage.DONE);
        assertThat(status.error()).get().asString().contains("403");
        assertThat(service.count("DELETE", "/reports/r7")).isOne();
        assertThat(events).hasSize(1);
    }

    @Test
    void aCrashedDeletionIsRepeated() {
        CrashingStore store = new CrashingStore();
        JobService.Behaviour reports = service.behaviour;
        service.behaviour = asked -> {
            boolean isFirst = asked.method().equals("DELETE") && service.count("DELETE", "/reports/r7") == 1;
            store.beforeWrite = () -> {
                if (isFirst) {
                    throw new StateException(StateFailure.UNAVAILABLE, "the process is killed");
                }
            };
            deleteStatus = isFirst ? 204 : 404;
            return reports.reply(asked);
        };
        assertThatThrownBy(() -> node(store).await("orders", PILLS)).isInstanceOf(StateException.class);
        store.beforeWrite = () -> {};
        DurableOperation next = node(store);
        OperationResult unused = next.await("orders", PILLS);

        assertThat(next.status("orders").orElseThrow().next()).isEmpty();
        assertThat(events).hasSize(1);
        assertThat(service.count("DELETE", "/reports/r7")).isEqualTo(2);
    }

    private DurableOperation node(StateStore store) {
        return deleted()
                .build()
                .durable(store)
                .connection(connection)
                .delivery(Delivery.to(events::add))
                .build();
    }

    @Test
    void definitionsAreStoredWithoutLossAndChecked() {
        Operation operation = deleted().build();

        assertThat(Operation.fromJson("report", operation.toJson()).toJson()).isEqualTo(operation.toJson());
        assertThat(operation.toJson().at("/result/request/url").asText())
                .isEqualTo("/documents/{{status.reportDocumentId}}");
        assertThat(report().resultUrl("/link").build().toJson().at("/result").has("request"))
                .isFalse();
        assertThatThrownBy(() -> report().delete(OperationTest.get("/{{operation.nmae}}"))
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/delete");
    }
}
