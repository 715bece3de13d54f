package io.httpconnector.definition.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the import of streams of Airbyte that read a complete list first, and changes from then on. */
class AirbyteDelegationTest {

    private static final String MANIFEST = """
            type: DeclarativeSource
            streams:
              - type: StateDelegatingStream
                name: cakes
                api_retention_period: P30D
                full_refresh_stream:
                  primary_key: [id]
                  retriever:
                    requester: {url_base: "https://bakery.example.com", path: cakes}
                    record_selector: {extractor: {field_path: [data]}}
                incremental_stream:
                  primary_key: [id]
                  retriever:
                    requester:
                      url_base: "https://bakery.example.com"
                      path: events
                      request_parameters: {"types[]": "{{ ['cake.made', 'cake.eaten'] }}"}
                    record_selector: {extractor: {field_path: [data]}}
                  incremental_sync:
                    type: DatetimeBasedCursor
                    cursor_field: updated
                    datetime_format: "%s"
                    start_datetime:
                      type: MinMaxDatetime
                      datetime: "{{ config['start_date'] }}"
                      min_datetime: "{{ (now_utc() - duration('P30D')).strftime('%Y-%m-%dT%H:%M:%SZ') }}"
                    start_time_option: {type: RequestOption, field_name: since, inject_into: request_parameter}
                  transformations:
                    - type: AddFields
                      fields:
                        - path: [data, object, updated]
                          value: "{{ record.get('updated', record.get('created', now_utc().timestamp())) | int }}"
                      condition: "{{ record.get('data', {}).get('object', False) }}"
                    - type: DpathFlattenFields
                      field_path: [data, object]
                      replace_record: true
              - type: DeclarativeStream
                name: slices
                primary_key: [number]
                retriever:
                  type: SimpleRetriever
                  partition_router:
                    type: SubstreamPartitionRouter
                    parent_stream_configs:
                      - type: ParentStreamConfig
                        parent_key: id
                        partition_field: cake
                        stream: {$ref: "#/streams/0"}
                  requester:
                    type: HttpRequester
                    url_base: "https://bakery.example.com"
                    path: "cakes/{{ stream_partition.cake }}/slices"
                  record_selector: {extractor: {field_path: [data]}}
            spec:
              connection_specification: {type: object}
            """;

    private final List<TriggerEvent> events = new ArrayList<>();

    private void poll(ImportedConnector imported, MockService service, String... triggers) {
        String document = imported.document().toString().replace("https://", service.baseUrl() + "/");
        try (StateStore store = StateStore.inMemory();
                Connector bakery = ConnectorDefinition.parse(document)
                        .connect(ConnectorContext.forTenant("t").state(store).build())) {
            for (String trigger : triggers) {
                bakery.on(trigger, events::add);
                bakery.trigger(trigger).orElseThrow().pollOnce();
            }
        }
    }

    @Test
    void completeListAndChangesBecomeTwoTriggers() {
        ImportedConnector imported = ConnectorImporter.airbyte("source-bakery", MANIFEST);

        assertThat(imported.notes()).isEmpty();
        long now = Instant.now().getEpochSecond();
        try (MockService service = MockService.start()) {
            service.on(
                    "GET",
                    "/bakery.example.com/cakes",
                    MockResponse.json("{\"data\": [{\"id\": \"a\"}, {\"id\": \"b\"}]}"));
            service.on("GET", "/bakery.example.com/events", MockResponse.json("""
                    {"data": [{"id": "e1", "created": %d, "type": "cake.eaten", "data": {"object": {"id": "b"}}}]}""".formatted(now - 100)));

            poll(imported, service, "cakes_all", "cakes");

            assertThat(events).extracting(TriggerEvent::key).containsExactly("a", "b", "b");
            String query = service.requests().get(1).uri().getQuery();
            assertThat(query).startsWith("types[]=cake.made&types[]=cake.eaten&since=");
            long since = Long.parseLong(query.replaceFirst(".*since=", ""));
            assertThat(now - since).isBetween(30 * 86_400L - 5, 30 * 86_400L + 60);
        }
    }

    @Test
    void whatDiffersIsRemarked() {
        assertThat(ConnectorImporter.airbyte("source-bakery", MANIFEST).ignored())
                .filteredOn(note -> note.item().equals("cakes"))
                .extracting(note -> note.pointer() + ": " + note.reason())
                .contains(
                        "/streams/0: it is imported as two triggers: poll \"cakes_all\" once for the complete list, and"
                                + " \"cakes\" for the changes from then on",
                        "/streams/0/api_retention_period: after a pause that is longer, poll \"cakes_all\" once more, as"
                                + " the service has no older changes",
                        "/streams/0/incremental_stream/incremental_sync/start_datetime: the first poll of \"cakes\" reads"
                                + " the changes since \"min_datetime\", even if the start that is entered is later;"
                                + " \"cakes_all\" starts at the one that is entered");
    }

    @Test
    void parentsAreThoseOfTheCompleteList() {
        ImportedConnector imported = ConnectorImporter.airbyte("source-bakery", MANIFEST);
        try (MockService service = MockService.start()) {
            service.on("GET", "/bakery.example.com/cakes", MockResponse.json("{\"data\": [{\"id\": \"a\"}]}"));
            service.on("GET", "/bakery.example.com/cakes/a/slices", MockResponse.json("{\"data\": [{\"number\": 4}]}"));

            poll(imported, service, "slices");

            assertThat(events).extracting(TriggerEvent::key).containsExactly("4");
        }
    }

    @Test
    void conditionAfterTheTransformationsIsOfTheObjectThatReplacesTheRecord() {
        String text = MANIFEST.replace("\"{{ ['cake.made', 'cake.eaten'] }}\"", "x")
                .replace("request_parameters: {\"types[]\": x}", "request_parameters: \"{{ {'type': 'cake.eaten'} }}\"")
                .replace(
                        "      incremental_sync:",
                        "      $parameters: {transform_before_filtering: true, record_filter: {condition: \"{{ record['kind']"
                                + " == 'tart' }}\"}}\n      incremental_sync:");

        ImportedConnector imported = ConnectorImporter.airbyte("source-bakery", text);

        assertThat(text).contains("tart");
        assertThat(imported.notes()).isEmpty();
        try (MockService service = MockService.start()) {
            service.on("GET", "/bakery.example.com/events", MockResponse.json("""
                    {"data": [{"id": "e1", "kind": "tart", "created": %1$d, "data": {"object": {"id": "a", "kind": "pie"}}},
                              {"id": "e2", "created": %1$d, "data": {"object": {"id": "b", "kind": "tart"}}}]}""".formatted(
                            Instant.now().getEpochSecond() - 100)));

            poll(imported, service, "cakes");

            assertThat(events).extracting(TriggerEvent::key).containsExactly("b");
            assertThat(service.requests().get(0).uri().getQuery()).startsWith("type=cake.eaten&since=");
        }
        assertThat(ConnectorImporter.airbyte("source-bakery", text.replace("['kind']", "['updated']"))
                        .notes())
                .extracting(ImportNote::reason)
                .contains("a condition for values that a transformation changes is not imported");
    }

    @Test
    void nameOfAnotherStreamIsKept() {
        ImportedConnector imported =
                ConnectorImporter.airbyte("source-bakery", MANIFEST.replace("name: slices", "name: cakes_all"));

        assertThat(imported.document().path("triggers").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("cakes", "cakes_all", "cakes_all_2");
    }

    @Test
    void missingPartIsNoted() {
        ImportedConnector imported = ConnectorImporter.airbyte("source-bakery", """
                streams:
                  - type: StateDelegatingStream
                    name: cakes
                    full_refresh_stream:
                      retriever:
                        requester: {url_base: "https://bakery.example.com", path: cakes}
                """);

        assertThat(imported.notes())
                .extracting(note -> note.item() + " " + note.pointer() + ": " + note.reason())
                .containsExactly("cakes /streams/0/incremental_stream: the stream is missing");
        assertThat(imported.document().path("triggers").fieldNames())
                .toIterable()
                .containsExactly("cakes_all");
    }

    @Test
    void fieldThatIsAddedToTheReplacedRecordIsNoted() {
        String replaced = "          replace_record: true\n";
        String added = "        - {type: AddFields, fields: [{path: [id], value: '{{ record.id }}'}]}\n";
        ImportedConnector imported =
                ConnectorImporter.airbyte("source-bakery", MANIFEST.replace(replaced, replaced + added));

        assertThat(imported.notes())
                .filteredOn(note -> note.item().equals("cakes"))
                .extracting(ImportNote::reason)
                .anyMatch(reason -> reason.startsWith("a key or a time that a transformation calculates"));
    }
}
