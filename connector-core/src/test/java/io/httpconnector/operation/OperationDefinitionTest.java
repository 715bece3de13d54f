package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the definition of operations as JSON, and its problems. */
class OperationDefinitionTest {

    private static final String START = "\"start\": {\"name\": \"s\", \"method\": \"POST\", \"url\": \"/jobs\"}";
    private static final String STATUS =
            "\"status\": {\"name\": \"t\", \"method\": \"GET\", \"url\": \"/jobs/{{operation.id}}\"}";

    private static List<String> problems(String json) {
        InvalidDefinitionException[] thrown = new InvalidDefinitionException[1];
        assertThatThrownBy(() -> Operation.fromJson("job", JsonSupport.parse(json)))
                .isInstanceOf(InvalidDefinitionException.class)
                .satisfies(e -> thrown[0] = (InvalidDefinitionException) e);
        return thrown[0].problems();
    }

    @Test
    void aDefinitionIsRestoredWithoutLoss() {
        Operation operation = OperationTest.export()
                .parameter("region", "eu")
                .value("table", "/table")
                .startError("/error")
                .upload(OperationTest.post("/jobs/{{operation.id}}/data"))
                .uploadState("queued")
                .pollEvery(Duration.ofSeconds(2), Duration.ofMinutes(1))
                .failedIf("/failure")
                .runningStatus(202)
                .doneStatus(200, 303)
                .failedStatus(422)
                .resultUrl("/url")
                .resultRecords(
                        RecordSelector.at("/rows"), Pagination.pages("page").size("per_page", 10))
                .abort(OperationTest.post("/jobs/{{operation.id}}/abort"))
                .timeout(Duration.ofHours(5))
                .notFoundTolerance(Duration.ofSeconds(1))
                .idempotencyKey()
                .find(JsonSupport.parse("{\"request\": {\"name\": \"l\", \"method\": \"GET\", \"url\": \"/jobs\"},"
                        + " \"matching\": {\"/name\": \"{{operation.key}}\"}, \"id\": \"/id\", \"settle\": \"PT5S\"}"))
                .hosts("*.example.com")
                .build();
        ObjectNode json = operation.toJson();
        Operation read = Operation.fromJson("export", JsonSupport.parse(json.toString()));
        assertThat(read.toJson()).isEqualTo(json);
        assertThat(json.path("result").path("records").path("path").asText()).isEqualTo("/rows");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
        {START}                                             ; /status: it is missing: set the request for the status
        {STATUS, "id": "/id"}                               ; /start: missing
        {START, STATUS}                                     ; /id: it is missing, but a request has {{operation.id}}
        {START, STATUS, "id": "id"}                         ; /id:
        {START, STATUS, "id": "/id", "sate": "/state"}      ; /sate: unknown member; did you mean "state"?
        {START, STATUS, "id": "/id", "running": ["a"]}      ; /running: it needs the location of the state
        {START, STATUS, "id": "/id", "state": "/s", "running": ["a"]}                ; /done: it is missing
        {START, STATUS, "id": "/id", "state": "/s", "done": ["a"], "failed": ["A"]}  ; /failed: "A" is also in done
        {START, STATUS, "id": "/id", "state": "/s", "done": ["*"]}                   ; /done: "*" is allowed only in running
        {START, STATUS, "id": "/id", "doneStatus": [200], "failedStatus": [200]}     ; /failedStatus: 200 has two meanings
        {START, STATUS, "id": "/id", "doneStatus": [99]}                             ; /doneStatus: 99 is not the status code
        {START, STATUS, "id": "/id", "poll": {"interval": "PT0S"}}                   ; /poll/interval: PT0S is out of range
        {START, STATUS, "id": "/id", "poll": {"interval": "PT5S", "max": "PT1S"}}    ; /poll/max: it is shorter than the interval
        {START, STATUS, "id": "/id", "timeout": "PT0S"}                              ; /timeout: PT0S is out of range
        {START, STATUS, "id": "/id", "notFoundTolerance": "PT-1S"}                   ; /notFoundTolerance: PT-1S is negative
        {START, STATUS, "id": "/id", "error": "{{respons.error}}"}                   ; /error: "respons" is unknown here: did you mean "response"?
        {START, STATUS, "id": "/id", "values": {"url": "/x"}}                        ; /values: "url" has a member of its own
        {START, STATUS, "id": "/id", "uploadState": ["Open"]}                        ; /uploadState: it needs the members upload and state
        {START, STATUS, "id": "/id", "result": {"optional": true}}                   ; /result/optional: it needs the location of the URL
        {START, STATUS, "id": "/id", "result": {"url": "/u", "records": {"path": "x"}}}       ; /result/records
        {START, STATUS, "id": "/id", "result": {"url": "/u", "pagination": {"page": {}}}}     ; /result/pagination
        {START, STATUS, "id": "/id", "hosts": ["*.*"]}                               ; /hosts/0
        {START, STATUS, "id": "/id", "preset": "azur"}                               ; /preset: there is no preset "azur": did you mean "azure"?
        {START, STATUS, "id": "/id", "find": {"request": {"name": "l", "method": "GET", "url": "/"}, "id": "/id"}} ; /find/matching: neither the request nor a value has {{operation.key}}
        """)
    void aProblemHasItsPointer(String json, String problem) {
        assertThat(problems(
                        json.replace("START", START).replace("STATUS", STATUS).replace("\"STATUS", "STATUS")))
                .anyMatch(one -> one.startsWith(problem.strip()), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        /jobs/{{operation.idd}}  ; did you mean {{operation.id}}?
        /jobs/{{parameters.x}}   ; the parameter "x" is missing
        /jobs/{{operaton.id}}    ; resembles {{operation.id}}
        """)
    void aPillIsChecked(String url, String problem) {
        assertThatThrownBy(() -> OperationTest.export()
                        .abort(RequestTemplate.named("abort").delete(url).build())
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/abort: ")
                .hasMessageContaining(problem);
    }

    @Test
    void theStartHasNoIdYet() {
        assertThatThrownBy(() -> OperationTest.export()
                        .start(OperationTest.post("/jobs/{{operation.id}}"))
                        .build())
                .hasMessageContaining("/start: the pill {{operation.id}} has no value here: operation has key");
    }

    @Test
    void aDurableOperationNeedsAConnection() {
        assertThatThrownBy(() -> OperationTest.export()
                        .build()
                        .durable(io.httpconnector.state.StateStore.inMemory())
                        .lease(Duration.ofSeconds(1))
                        .build())
                .hasMessageContaining("connection: it is missing")
                .hasMessageContaining("lease: PT1S is out of range");
    }
}
