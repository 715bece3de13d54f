package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.operation.JobService.Asked;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests each preset against a service that follows its documentation. */
class OperationPresetsTest {

    private final JobService service = new JobService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .timeSource(new FakeTime())
            .build();

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private static RequestTemplate start(String url) {
        return RequestTemplate.named("start").post(url).json(Map.of()).build();
    }

    private static Operation with(String preset, RequestTemplate start) {
        return Operation.named("job").preset(preset).start(start).build();
    }

    /** Responds in this order. */
    private void respond(Reply... replies) {
        Deque<Reply> left = new ArrayDeque<>(List.of(replies));
        service.behaviour = asked -> left.size() > 1 ? left.pop() : left.element();
    }

    static Stream<String> presets() {
        return Operation.presets().stream();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void aPresetIsValidAndDocumented(String preset) {
        assertThat(Operation.documentation(preset))
                .allMatch(page -> "https".equals(URI.create(page).getScheme()));
        OperationBuilder builder = Operation.named("job").preset(preset);
        Operation operation = Operation.preset(preset).has("start")
                ? builder.build()
                : builder.start(start("/jobs")).build();
        assertThat(operation.toJson().path("preset").asText()).isEqualTo(preset);
    }

    @Test
    void acceptedLocation() {
        respond(
                Reply.status(202).header("Location", "/status/1").header("Retry-After", "5"),
                Reply.status(202),
                Reply.json("{\"id\": 1}"));
        assertThat(with("accepted-location", start("/jobs"))
                        .await(connection, Pills.none())
                        .json())
                .hasSize(1);
        assertThat(service.paths()).containsExactly("POST /jobs", "GET /status/1", "GET /status/1");
    }

    @Test
    void azure() {
        respond(
                Reply.json("{\"properties\": {\"provisioningState\": \"Creating\"}}")
                        .with(201)
                        .header("Azure-AsyncOperation", service.baseUrl() + "/operations/1?api-version=2024-01-01")
                        .header("Location", "/results/1"),
                Reply.json("{\"status\": \"Accepted\"}").header("Retry-After", "3"),
                Reply.json("{\"status\": \"InProgress\", \"percentComplete\": 50}"),
                Reply.json("{\"status\": \"Succeeded\"}"));
        OperationResult unused = with("azure", start("/vm")).await(connection, Pills.none());
        assertThat(service.paths()).endsWith("GET /operations/1");
        assertThat(service.requests).hasSize(4);
        respond(
                Reply.status(202).header("Operation-Location", "/operations/2"),
                Reply.json("{\"status\": \"failed\", \"error\": {\"message\": \"no quota\"}}"));
        assertThatThrownBy(() -> with("azure", start("/vm")).await(connection, Pills.none()))
                .hasMessageContaining("no quota");
        respond(Reply.status(202).header("Location", "/results/3"), Reply.status(202), Reply.status(204));
        OperationResult unusedToo = with("azure", start("/vm")).await(connection, Pills.none());
        assertThat(service.paths()).endsWith("GET /results/3", "GET /results/3");
        respond(Reply.status(202).header("Location", "/results/4"), Reply.json("{\"status\": \"Canceled\"}"));
        assertThatThrownBy(() -> with("azure", start("/vm")).await(connection, Pills.none()))
                .isInstanceOfSatisfying(
                        OperationException.class, e -> assertThat(e.reason()).isEqualTo(OperationFailure.ABORTED));
    }

    @Test
    void aResourceOfAzureHasItsOwnStatus() {
        for (String status : List.of("\"active\"", "{\"code\": 1}", "1", "null", "\"Succeeded\"")) {
            respond(
                    Reply.status(202).header("Location", "/vm/1"),
                    Reply.status(202),
                    Reply.json("{\"status\": " + status + ", \"name\": \"vm\"}"));
            OperationResult result = with("azure", start("/vm")).await(connection, Pills.none());
            assertThat(result.json().path("name").asText()).isEqualTo("vm");
            assertThat(service.paths()).endsWith("GET /vm/1");
        }
        respond(
                Reply.status(202).header("Operation-Location", "/o").header("Location", "/vm/1"),
                Reply.json("{\"status\": \"active\"}"),
                Reply.json("{\"status\": \"Succeeded\"}"));
        OperationResult unused = with("azure", start("/vm")).await(connection, Pills.none());
        assertThat(service.paths()).endsWith("GET /o", "GET /o");
    }

    @Test
    void google() {
        respond(
                Reply.json("{\"name\": \"projects/p/operations/o1\", \"metadata\": {}}"),
                Reply.json("{\"name\": \"projects/p/operations/o1\", \"done\": false}"),
                Reply.json("{\"name\": \"projects/p/operations/o1\", \"done\": true, \"response\": {\"x\": 1}}"));
        Operation operation = with("google", start("/v1/projects/p/things"));
        assertThat(operation
                        .await(connection, Pills.none())
                        .json()
                        .at("/response/x")
                        .asInt())
                .isOne();
        assertThat(service.paths()).endsWith("GET /v1/projects/p/operations/o1");
        respond(Reply.json("{\"name\": \"o\", \"done\": true, \"error\": {\"code\": 7, \"message\": \"denied\"}}"));
        assertThatThrownBy(() -> operation.await(connection, Pills.none()))
                .hasMessageContaining("has failed")
                .hasMessageContaining("denied");
        respond(Reply.json("{\"name\": \"o\", \"done\": true, \"error\": {\"code\": 1, \"message\": \"stopped\"}}"));
        assertThatThrownBy(() -> operation.await(connection, Pills.none())).hasMessageContaining("was aborted");
        respond(Reply.json("{\"name\": \"operations/o2\"}"));
        assertThat(operation.start(connection, Pills.none()).abort()).isTrue();
        assertThat(service.paths()).endsWith("POST /v1/operations/o2:cancel");
    }

    @Test
    void microsoftGraph() {
        respond(
                Reply.status(202).header("Location", "/monitor/4A34"),
                Reply.json("{\"status\": \"notStarted\"}").with(202),
                Reply.json("{\"status\": \"inProgress\", \"percentageComplete\": 27.8}")
                        .with(202),
                Reply.status(303).header("Location", "/items/1"));
        OperationHandle handle = with("microsoft-graph", start("/copy")).start(connection, Pills.none());
        OperationResult unused = handle.await();
        assertThat(service.paths()).endsWith("GET /monitor/4A34");
        respond(
                Reply.status(202).header("Location", "/monitor/1"),
                Reply.json("{\"status\": \"failed\", \"error\": {\"message\": \"nameAlreadyExists\"}}"));
        assertThatThrownBy(() -> with("microsoft-graph", start("/copy")).await(connection, Pills.none()))
                .hasMessageContaining("nameAlreadyExists");
    }

    @Test
    void salesforceQuery() {
        service.behaviour = asked -> {
            String query = "/services/data/v61.0/jobs/query";
            if (asked.path().equals(query)) {
                return Reply.json("{\"id\": \"750R\", \"operation\": \"query\", \"state\": \"UploadComplete\"}");
            }
            if (asked.path().equals(query + "/750R")) {
                boolean isFirst = service.count("GET", query + "/750R") == 1;
                return Reply.json(
                        "{\"id\": \"750R\", \"state\": \"" + (isFirst ? "InProgress" : "JobComplete") + "\"}");
            }
            boolean isFirst = !asked.query().contains("locator=");
            return Reply.json(isFirst ? "Id,Name\n1,a\n2,b\n" : "Id,Name\n3,c\n")
                    .as("text/csv")
                    .header("Sforce-Locator", isFirst ? "MTAw" : "null");
        };
        OperationResult result = Operation.named("q")
                .preset("salesforce-query")
                .build()
                .await(connection, Pills.of("soql", "SELECT Id FROM Account"));
        assertThat(service.requests.get(0).json().path("query").asText()).isEqualTo("SELECT Id FROM Account");
        try (Stream<JsonNode> records = result.records()) {
            assertThat(records.map(record -> record.path("Id").asText())).containsExactly("1", "2", "3");
        }
        assertThat(service.requests.get(service.requests.size() - 1).query()).contains("maxRecords=50000");
    }

    @Test
    void salesforceIngest() {
        respond(
                Reply.json("{\"id\": \"750R\", \"state\": \"Open\"}"),
                Reply.status(201),
                Reply.json("{\"id\": \"750R\", \"state\": \"UploadComplete\"}"),
                Reply.json("{\"id\": \"750R\", \"state\": \"JobComplete\", \"numberRecordsProcessed\": 1}"),
                Reply.json("sf__Id,Name\n001,a\n").as("text/csv"));
        OperationResult result = Operation.named("i")
                .preset("salesforce-ingest")
                .build()
                .await(
                        connection,
                        Pills.of("job", Map.of("object", "Account", "operation", "insert"))
                                .and("csv", "Name\na\n"));
        assertThat(result.records()).hasSize(1);
        String job = "/services/data/v61.0/jobs/ingest/750R";
        assertThat(service.paths())
                .containsExactly(
                        "POST /services/data/v61.0/jobs/ingest",
                        "PUT " + job + "/batches",
                        "PATCH " + job,
                        "GET " + job,
                        "GET " + job + "/successfulResults");
        assertThat(service.requests.get(0).json().has("externalIdFieldName")).isFalse();
        Asked upload = service.requests.get(1);
        assertThat(upload.body()).isEqualTo("Name\na\n");
        assertThat(upload.header("Content-Type").orElseThrow()).startsWith("text/csv");
    }

    @Test
    void shopifyBulkQuery() {
        String id = "gid://shopify/BulkOperation/1";
        service.behaviour = asked -> {
            if (asked.method().equals("GET")) {
                return Reply.json("{\"id\": \"1\"}\n{\"id\": \"2\"}\n").as("application/jsonl");
            }
            String query = asked.json().path("query").asText();
            if (query.contains("bulkOperationRunQuery")) {
                return Reply.json("{\"data\": {\"bulkOperationRunQuery\": {\"bulkOperation\": {\"id\": \"" + id
                        + "\", \"status\": \"CREATED\"}, \"userErrors\": []}}}");
            }
            assertThat(asked.json().path("variables").path("id").asText()).isEqualTo(id);
            boolean isFirst = service.requests.size() == 2;
            return Reply.json("{\"data\": {\"node\": {\"id\": \"" + id + "\", \"status\": \""
                    + (isFirst ? "RUNNING" : "COMPLETED") + "\", \"objectCount\": \"2\", \"url\": "
                    + (isFirst ? "null" : "\"" + service.baseUrl() + "/bulk.jsonl\"") + "}}}");
        };
        Operation operation = Operation.named("b").preset("shopify-bulk-query").build();
        Pills pills = Pills.of("graphql", "{ products { edges { node { id } } } }");
        assertThat(operation.await(connection, pills).records()).hasSize(2);
        assertThat(service.requests
                        .get(0)
                        .json()
                        .path("variables")
                        .path("query")
                        .asText())
                .isEqualTo("{ products { edges { node { id } } } }");
        service.behaviour = asked -> Reply.json("{\"data\": {\"bulkOperationRunQuery\": {\"bulkOperation\": null,"
                + " \"userErrors\": [{\"field\": null, \"message\": \"already in progress\"}]}}}");
        assertThatThrownBy(() -> operation.start(connection, pills))
                .hasMessageContaining("already in progress")
                .isInstanceOfSatisfying(
                        OperationException.class, e -> assertThat(e.reason()).isEqualTo(OperationFailure.REJECTED));
    }

    @Test
    void aShopifyBulkQueryWithoutObjectsHasNoRecords() {
        service.behaviour = asked -> asked.body().contains("bulkOperationRunQuery")
                ? Reply.json("{\"data\": {\"bulkOperationRunQuery\": {\"bulkOperation\": {\"id\": \"1\"},"
                        + " \"userErrors\": []}}}")
                : Reply.json("{\"data\": {\"node\": {\"status\": \"COMPLETED\", \"url\": null}}}");
        OperationResult result = Operation.named("b")
                .preset("shopify-bulk-query")
                .build()
                .await(connection, Pills.of("graphql", "{ a }"));
        assertThat(result.records()).isEmpty();
        assertThat(result.json().at("/data/node/status").asText()).isEqualTo("COMPLETED");
    }
}
