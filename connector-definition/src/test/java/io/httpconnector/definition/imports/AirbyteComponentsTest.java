package io.httpconnector.definition.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the import of manifests of Airbyte with well-known code, and of calculated paths and bodies. */
class AirbyteComponentsTest {

    private static final String SPEC = """
            spec:
              connection_specification:
                type: object
                required: [token, start_date]
                properties:
                  token: {type: string, airbyte_secret: true}
                  start_date: {type: string, format: date-time}
            """;

    private static final String CURSOR = """
            {type: DatetimeBasedCursor, cursor_field: updatedAt, datetime_format: "%Y-%m-%dT%H:%M:%SZ",
             start_datetime: {type: MinMaxDatetime, datetime: "{{ config['start_date'] }}", datetime_format: "%Y-%m-%dT%H:%M:%SZ"}}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final MockService service = MockService.start();
    private final List<TriggerEvent> events = new ArrayList<>();

    @AfterEach
    void end() {
        service.close();
    }

    private ImportedConnector imported(String streams) {
        return ConnectorImporter.airbyte("source-test", streams + SPEC);
    }

    private void poll(ImportedConnector imported, String stream) {
        assertThat(imported.notes()).isEmpty();
        String document = imported.document().toString().replace("https://", service.baseUrl() + "/");
        try (StateStore store = StateStore.inMemory();
                Connector connector = ConnectorDefinition.parse(document)
                        .connect(ConnectorContext.forTenant("t")
                                .values(
                                        document.contains("start_date")
                                                ? Map.of("start_date", "2025-01-01T00:00:00Z")
                                                : Map.of())
                                .secrets(SecretSource.of(Map.of("token", Secret.of("secret-token"))))
                                .state(store)
                                .build())) {
            connector.on(stream, events::add);
            connector.trigger(stream).orElseThrow().pollOnce();
        }
    }

    private List<String> requests() {
        return service.requests().stream()
                .map(request -> request.method() + " " + request.uri().getRawPath()
                        + (request.uri().getRawQuery() == null
                                ? ""
                                : "?" + request.uri().getRawQuery()))
                .toList();
    }

    /**
     * Returns a manifest with one stream.
     *
     * @param requester the members of its requester
     * @param retriever the other members of its retriever
     * @param cursor its synchronisation; empty if it has none
     */
    private static String stream(String name, String key, String requester, String retriever, String cursor) {
        String sync = cursor.isEmpty() ? "" : ", incremental_sync: " + cursor;
        return "streams: [{type: DeclarativeStream, name: " + name + ", primary_key: [" + key + "]" + sync
                + ", retriever: {type: SimpleRetriever, requester: {" + requester
                + ", authenticator: {type: BearerAuthenticator, api_token: \"{{ config['token'] }}\"}}, " + retriever
                + "}}]\n";
    }

    private static String url(String base, String path) {
        return "type: HttpRequester, url_base: \"" + base + "\", path: \"" + path + "\"";
    }

    private static String code(String base, String path, String name) {
        return "type: CustomRequester, class_name: " + name + ", url_base: \"" + base + "\", path: \"" + path + "\"";
    }

    private static final String CUSTOM = "record_selector: {extractor: {type: CustomRecordExtractor, class_name:"
            + " source_declarative_manifest.components.CustomExtractor}}";

    @Test
    void theAttributesOfOutreachAreTheRecord() {
        service.on("GET", "/api.outreach.io/api/v2/accounts", MockResponse.json("""
                {"data": [{"id": 7, "attributes": {"id": 99, "updatedAt": "2025-03-01T00:00:00.000Z", "name": "A"},
                           "relationships": {"owner": {"data": {"id": 3}}}}]}
                """));

        poll(
                imported(stream("accounts", "id", url("https://api.outreach.io/api/v2/", "accounts"), CUSTOM, CURSOR)),
                "accounts");

        assertThat(events).extracting(TriggerEvent::key).containsExactly("7");
        assertThat(events.get(0).payload().at("/attributes/name").asText()).isEqualTo("A");
    }

    @Test
    void aClassOfAnotherServiceIsNoted() {
        String manifest = stream("accounts", "id", url("https://api.example.com/", "accounts"), CUSTOM, CURSOR);

        assertThat(imported(manifest).notes())
                .anySatisfy(note -> assertThat(note.reason())
                        .contains("no counterpart of the extractor")
                        .contains("CustomExtractor"));
    }

    @Test
    void theDatesOfXeroAreTheCursor() {
        service.on("GET", "/api.xero.com/api.xro/2.0/Accounts", MockResponse.json("""
                {"Accounts": [{"id": "a", "updatedAt": "/Date(1740787200000+0000)/"},
                              {"id": "b", "updatedAt": "/Date(1740873600000)/"}]}
                """));
        String selector = "record_selector: {extractor: {type: CustomRecordExtractor, class_name:"
                + " source_declarative_manifest.components.CustomExtractor, field_path: [Accounts]}}";
        String request = url("https://api.xero.com/api.xro/2.0/", "Accounts")
                + ", request_headers: {If-Modified-Since: \"{{ stream_interval.start_time }}\"}";

        poll(imported(stream("accounts", "id", request, selector, CURSOR)), "accounts");

        assertThat(events).extracting(TriggerEvent::key).containsExactly("a", "b");
    }

    @Test
    void aNullRecordOfPipedriveIsItsEnvelope() {
        service.on("GET", "/api.pipedrive.com/v1/recents", MockResponse.json("""
                {"data": [{"item": "deal", "id": 1, "data": {"id": 1, "update_time": "2025-03-01 10:00:00"}},
                          {"item": "deal", "id": 2, "data": null}]}
                """));
        String selector = "record_selector: {extractor: {type: CustomRecordExtractor, class_name:"
                + " source_declarative_manifest.components.NullCheckedDpathExtractor, field_path: [data, \"*\"],"
                + " nullable_nested_field: data}}";

        poll(
                imported(stream(
                        "deals",
                        "id",
                        url("https://api.pipedrive.com/", "v1/recents"),
                        selector,
                        CURSOR.replace("updatedAt", "update_time"))),
                "deals");

        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
    }

    @Test
    void theFieldsOfAsanaAreThoseOfTheSchema() {
        String schema = """
                definitions:
                  tasks_schema:
                    properties:
                      gid: {type: [string]}
                      hearts: {type: array, items: {type: object}}
                      memberships: {type: [array, "null"], items: {type: [object, "null"]}}
                      custom_fields: {type: [array], items: {type: object}}
                      parent: {type: [object, "null"]}
                      tags: {type: array, items: {type: string}}
                """;
        String request = code("https://app.asana.com/api/1.0", "tasks", "source_asana.components.AsanaHttpRequester")
                + ", request_parameters: {project: \"12\"}";
        service.on("GET", "/app.asana.com/api/1.0/tasks", MockResponse.json("{\"data\": [{\"gid\": \"5\"}]}"));

        poll(
                imported(schema
                        + stream("tasks", "gid", request, "record_selector: {extractor: {field_path: [data]}}", "")),
                "tasks");

        assertThat(service.requests().get(0).uri().getQuery())
                .isEqualTo("project=12&opt_fields=gid,hearts.user.gid,memberships.(project|section).gid,custom_fields,"
                        + "parent.gid,tags");
    }

    @Test
    void theQueryOfLinkedInKeepsItsParentheses() {
        String request = code(
                        "https://api.linkedin.com/rest/",
                        "adCampaigns",
                        "source_declarative_manifest.components.SafeEncodeHttpRequester")
                + ", request_parameters: {q: search, search: \"(status:(values:List(ACTIVE,PAUSED)))\"}";
        service.on("GET", "/api.linkedin.com/rest/adCampaigns", MockResponse.json("{\"elements\": [{\"id\": 5}]}"));

        poll(
                imported(stream(
                        "campaigns", "id", request, "record_selector: {extractor: {field_path: [elements]}}", "")),
                "campaigns");

        assertThat(requests())
                .containsExactly("GET /api.linkedin.com/rest/adCampaigns?q=search&search=(status:(values:List(ACTIVE,"
                        + "PAUSED)))");
    }

    @Test
    void theCalculatedPathOfTheNextPageHasTheParametersOfTheRequest() throws JsonProcessingException {
        String isFirst = "(not next_page_token.next_page_token or 'idGreaterThan' in next_page_token.next_page_token)";
        String request =
                url("https://pi.pardot.com/api/", "v5/objects/files") + ", request_parameters: {limit: \"{{ 2 if "
                        + isFirst + " }}\", fields: \"id,name\", orderBy: \"{{ 'id ASC' if " + isFirst + " }}\"}";
        String retriever = """
                record_selector: {extractor: {field_path: [values]}},
                paginator: {type: DefaultPaginator, page_token_option: {type: RequestPath}, pagination_strategy: {
                  type: CursorPagination,
                  cursor_value: "{{ response['nextPageUrl'] if response['nextPageUrl'] is not none else 'v5/objects/files?idGreaterThan=' ~ last_record.id }}",
                  stop_condition: "{{ not response['values'] or response['values']|length < 2 }}"}}
                """;
        service.on(
                "GET",
                "/pi.pardot.com/api/v5/objects/files",
                MockResponse.json(
                        "{\"nextPageUrl\": \"" + service.baseUrl()
                                + "/pi.pardot.com/api/v5/objects/files?nextPageToken=t1\", \"values\": [{\"id\": 1}, {\"id\": 2}]}"),
                MockResponse.json("{\"nextPageUrl\": null, \"values\": [{\"id\": 3}, {\"id\": 4}]}"),
                MockResponse.json("{\"nextPageUrl\": null, \"values\": [{\"id\": 5}]}"));
        ImportedConnector imported = imported(stream("files", "id", request, retriever, ""));
        assertThat(imported.document().toString()).contains("/api/v5/objects/files?idGreaterThan=");
        // The mock has the host in its path.
        ImportedConnector mocked = new ImportedConnector(
                (ObjectNode) JSON.readTree(
                        imported.document().toString().replace("('/api/v5/objects", "('/pi.pardot.com/api/v5/objects")),
                imported.notes(),
                imported.ignored());
        poll(mocked, "files");

        assertThat(requests())
                .containsExactly(
                        "GET /pi.pardot.com/api/v5/objects/files?limit=2&fields=id%2Cname&orderBy=id%20ASC",
                        "GET /pi.pardot.com/api/v5/objects/files?nextPageToken=t1",
                        "GET /pi.pardot.com/api/v5/objects/files?idGreaterThan=4&limit=2&fields=id%2Cname&orderBy=id%20ASC");
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void aPageThatIsNotSentIsRequestedOnce() {
        String retriever = """
                record_selector: {extractor: {field_path: []}},
                paginator: {type: DefaultPaginator,
                  page_size_option: {type: RequestOption, inject_into: request_parameter, field_name: limit},
                  pagination_strategy: {type: PageIncrement, page_size: 2}}
                """;
        service.on("GET", "/api.example.com/leads", MockResponse.json("[{\"id\": 1}, {\"id\": 2}]"));

        poll(imported(stream("leads", "id", url("https://api.example.com/", "leads"), retriever, "")), "leads");

        assertThat(requests()).containsExactly("GET /api.example.com/leads?limit=2");
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
    }

    @Test
    void aTextThatIsAnObjectOfPythonIsAnObject() {
        String request = url("https://api.example.com/", "search") + """
                , http_method: POST, request_body_json: {
                  query: "{ 'operator': 'OR', 'value': [ { 'field': 'updatedAt', 'value': {{ stream_interval.start_time }} }, ], }",
                  ids: "[ 'a', 2, True, None, ]", text: "[not a list"}
                """;
        service.on("POST", "/api.example.com/search", MockResponse.json("""
                {"data": [{"id": 1, "updatedAt": 1740787200}]}
                """));

        poll(
                imported(stream(
                        "contacts",
                        "id",
                        request,
                        "record_selector: {extractor: {field_path: [data]}}",
                        CURSOR.replaceFirst("%Y-%m-%dT%H:%M:%SZ", "%s"))),
                "contacts");

        assertThat(service.requests().get(0).body())
                .contains("\"query\":{\"operator\":\"OR\",\"value\":[{\"field\":\"updatedAt\",\"value\":1735689600}]}")
                .contains("\"ids\":[\"a\",2,true,null]")
                .contains("\"text\":\"[not a list\"");
    }
}
