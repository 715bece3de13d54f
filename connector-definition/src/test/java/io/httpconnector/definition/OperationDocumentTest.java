package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.operation.DurableOperation;
import io.httpconnector.operation.OperationStatus.OperationState;
import io.httpconnector.operation.RunStatus;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests long-running operations in connector documents. */
class OperationDocumentTest {

    private static final String DOCUMENT = """
            connector: 1
            id: exports
            version: 1.0.0
            title: Exports
            auth: {open: {type: none}}
            inputs:
              - {name: team, label: Team}
            connection: {baseUrl: "%s"}
            requests:
              export:
                title: Export
                method: POST
                url: /exports
                body: {json: {since: "{{cursor | default('all')}}"}}
                records: {path: /items}
                operation:
                  id: /id
                  status: {name: Status, method: GET, url: "/exports/{{operation.id}}", query: [{name: team, value: "{{auth.team}}"}]}
                  state: /state
                  running: [running]
                  done: [finished]
                  result: {url: /url}
            triggers:
              changes:
                request: export
                key: [/id]
                startPosition: {everything: true}
                cursor: {timestamp: /t}
            """;

    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start()
                .on("POST", "/exports", MockResponse.json("{\"id\": 7}"))
                .on(
                        "GET",
                        "/exports/7",
                        MockResponse.json("{\"state\": \"running\"}"),
                        MockResponse.json("{\"state\": \"finished\", \"url\": \"/files/1\"}"))
                .on(
                        "GET",
                        "/files/1",
                        MockResponse.json("{\"items\": [{\"id\": 1, \"t\": \"2026-11-01T00:00:00Z\"}]}"));
    }

    @AfterEach
    void end() {
        service.close();
    }

    private ConnectorDefinition definition() {
        return ConnectorDefinition.parse(DOCUMENT.formatted(service.baseUrl()));
    }

    private Connector connector() {
        return definition()
                .connect(ConnectorContext.forTenant("t")
                        .value("team", "blue")
                        .state(StateStore.inMemory())
                        .build());
    }

    @Test
    void aRequestStartsAnOperation() {
        try (Connector connector = connector()) {
            ConnectorRequest export = connector.request("export");
            assertThat(export.isOperation()).isTrue();
            assertThat(export.start(Pills.none()).await().status().state()).isEqualTo(OperationState.DONE);
            try (Stream<JsonNode> records = export.records(Pills.none())) {
                assertThat(records.map(record -> record.path("id").asInt())).containsExactly(1);
            }
            assertThatThrownBy(() -> export.pages(Pills.none())).hasMessageContaining("starts an operation");
            assertThat(service.requests())
                    .anyMatch(asked -> asked.uri().toString().equals("/exports/7?team=blue"));
        }
    }

    @Test
    void aTriggerRunsTheOperationOfItsRequest() {
        List<TriggerEvent> events = new CopyOnWriteArrayList<>();
        try (Connector connector = connector()) {
            try (var trigger = connector.triggerBuilder("changes", events::add).build()) {
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1");
    }

    @Test
    void durableRunsOfTenantsAreSeparateInOneStore() {
        StateStore store = StateStore.inMemory();
        for (String tenant : List.of("acme", "globex")) {
            ConnectorContext context = ConnectorContext.forTenant(tenant)
                    .value("team", tenant)
                    .state(store)
                    .build();
            try (Connector connector = definition().connect(context);
                    DurableOperation given = connector
                            .request("export")
                            .operation()
                            .durable(store)
                            .connection(connector.connection())
                            .pills(key -> Pills.of("auth", Map.of("team", tenant)))
                            .build();
                    DurableOperation own =
                            connector.request("export").durable(store).build()) {
                assertThat(given.await("2026-11", Pills.none()).status().state())
                        .isEqualTo(OperationState.DONE);
                assertThat(own.status("2026-11").orElseThrow().stage()).isEqualTo(RunStatus.Stage.DONE);
                assertThat(own.await("2026-12", Pills.none()).id()).isEqualTo("7");
                assertThat(own.toString()).contains(tenant + "/exports/export");
            }
        }
        assertThat(service.requests())
                .filteredOn(asked -> asked.method().equals("POST"))
                .hasSize(4);
        assertThat(service.requests()).anyMatch(asked -> asked.uri().toString().equals("/exports/7?team=globex"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/url", "7", "[a]", "null", "true", "\"\""})
    void aResultOfAnotherTypeIsRejected(String result) {
        assertThatThrownBy(() -> ConnectorDefinition.parse(DOCUMENT.formatted("https://service.example")
                        .replace("result: {url: /url}", "result: " + result)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/requests/export/operation/result (line 22")
                .hasMessageContaining("expected an object");
    }

    @Test
    void recordsThatAlsoTheResultHasAreRejected() {
        assertThatThrownBy(() -> ConnectorDefinition.parse(DOCUMENT.formatted("https://service.example")
                        .replace("result: {url: /url}", "result: {url: /url, records: {path: /rows}}")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/requests/export/records")
                .hasMessageContaining("remove one of them");
    }

    @Test
    void aDocumentIsRestoredWithoutLoss() {
        ConnectorDefinition definition = definition();
        ConnectorDefinition read = ConnectorDefinition.parse(definition.toYaml());
        assertThat(read.toJson()).isEqualTo(definition.toJson());
        assertThat(definition.toJson().at("/requests/export/operation/id").asText())
                .isEqualTo("/id");
        assertThat(definition.toJson().at("/triggers/changes/operation/id").asText())
                .isEqualTo("/id");
    }

    @Test
    void aProblemHasItsPointer() {
        String wrong = DOCUMENT.formatted(service.baseUrl()).replace("done: [finished]", "don: [finished]");
        assertThatThrownBy(() -> ConnectorDefinition.parse(wrong))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/requests/export/operation/don")
                .hasMessageContaining("did you mean \"done\"?");
        String twice = DOCUMENT.formatted(service.baseUrl()).replace("state: /state", "start: {method: GET, url: /}");
        assertThatThrownBy(() -> ConnectorDefinition.parse(twice))
                .hasMessageContaining("/requests/export/operation/start")
                .hasMessageContaining("remove the member");
    }
}
