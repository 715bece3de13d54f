package io.httpconnector.definition.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the import of low-code manifests of Airbyte. */
@SuppressWarnings("try") // A connector is closed within the test.
class AirbyteImportTest {

    private static final ImportedConnector BAKERY = ConnectorImporter.airbyte("source-bakery", text());
    private static final String HOST = "/main.bakery.example.com/v1";

    private final List<TriggerEvent> events = new ArrayList<>();

    private static String text() {
        try (InputStream file = AirbyteImportTest.class.getResourceAsStream("manifest.yaml")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Polls a trigger once, with a service in place of all URLs. */
    private void poll(MockService service, String trigger) {
        String document = BAKERY.document().toString().replace("https://", service.baseUrl() + "/");
        try (StateStore store = StateStore.inMemory();
                Connector bakery = ConnectorDefinition.parse(document)
                        .connect(ConnectorContext.forTenant("t")
                                .value("start_date", "2025-01-01")
                                .secrets(SecretSource.of(Map.of("credentials_api_key", Secret.of("k"))))
                                .state(store)
                                .build())) {
            bakery.on(trigger, events::add);
            bakery.trigger(trigger).orElseThrow().pollOnce();
        }
    }

    @Test
    void streamBecomesRequestWithPagesAndTrigger() {
        try (MockService service = MockService.start()) {
            service.on(
                    "GET",
                    HOST + "/loaves",
                    MockResponse.json("{\"items\": [{\"id\": 1}, {\"id\": 2}]}"),
                    MockResponse.json("{\"items\": [{\"id\": 3}]}"));

            poll(service, "loaves");

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3");
            assertThat(service.requests())
                    .extracting(request -> request.uri().getQuery())
                    .containsExactly("state=all&per_page=2", "state=all&page=2&per_page=2");
            assertThat(service.requests())
                    .allSatisfy(request -> assertThat(request.header("X-Key")).contains("k"));
        }
        assertThat(BAKERY.document().at("/requests/loaves/url").asText()).isEqualTo("/loaves");
    }

    @Test
    void substreamIsRequestedForEachParent() {
        try (MockService service = MockService.start()) {
            service.on("GET", HOST + "/loaves", MockResponse.json("{\"items\": [{\"id\": 7}]}"));
            service.on("GET", HOST + "/loaves/7/slices", MockResponse.json("{\"items\": [{\"number\": 1}]}"));

            poll(service, "slices");

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1");
        }
    }

    @Test
    void cursorStartsAtTheConfiguredTimeAndRecordsAreFiltered() {
        try (MockService service = MockService.start()) {
            service.on(
                    "GET",
                    HOST + "/orders",
                    request -> MockResponse.json(request.uri().getQuery().contains("after=n2") ? """
                            {"items": [{"id": 2, "line": {"number": 1}, "state": "paid", "total": 9, "updated": "2025-02-02T10:00:00Z"}]}""" : """
                            {"meta": {"next": "n2"}, "items": [
                             {"id": 1, "line": {"number": 1}, "state": "draft", "total": 9, "updated": "2025-02-01T10:00:00Z"},
                             {"id": 1, "line": {"number": 2}, "state": "paid", "total": 4, "updated": "2025-02-01T10:00:00Z"},
                             {"id": 1, "line": {"number": 3}, "state": "paid", "total": 6, "updated": "2025-02-01T10:00:00Z"}]}"""));

            poll(service, "orders");

            assertThat(events)
                    .extracting(event -> event.payload().at("/line/number").asInt())
                    .containsExactly(3, 1);
            assertThat(service.requests().get(0).uri().getQuery()).contains("since=2025-01-01");
        }
        assertThat(BAKERY.document().at("/triggers/orders/key")).isEqualTo(json("[\"/id\", \"/line/number\"]"));
        assertThat(BAKERY.document().at("/triggers/orders/version")).isEqualTo(json("[\"/updated\"]"));
    }

    @Test
    void errorHandlersBecomeRules() {
        assertThat(BAKERY.document().at("/requests/loaves/rules")).isEqualTo(json("""
                [{"status": 404, "treatAs": "IGNORE"},
                 {"status": 403, "conditions": [{"text": "slow down"}], "retry": {"maxAttempts": 3, "fixedDelay": "PT3S"},
                  "treatAs": "RATE_LIMITED"},
                 {"conditions": [{"json": "/error", "value": "busy"}], "retry": {"maxAttempts": 3, "fixedDelay": "PT3S"},
                  "status": {"from": 100, "to": 599}, "treatAs": "RETRY"}]"""));
    }

    @Test
    void formHasThePropertiesThatAreUsed() {
        assertThat(BAKERY.document().path("inputs")).isEqualTo(json("""
                [{"name": "credentials_api_key", "label": "API key", "secret": true},
                 {"name": "start_date", "label": "Start", "pattern": "\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d", "example": "2025-01-01"},
                 {"name": "shop", "label": "Shop", "default": "main"},
                 {"name": "kind", "label": "Kind", "choices": ["rye", "wheat"], "optional": true}]"""));
        assertThat(BAKERY.ignored())
                .extracting(ImportNote::pointer)
                .contains("/spec/connection_specification/properties/unused");
        assertThat(BAKERY.definition().documentation()).isEqualTo("https://bakery.example.com/docs");
    }

    @Test
    void everythingWithoutCounterpartIsListedWithItsPlaceAndStream() {
        assertThat(BAKERY.notes()).extracting(ImportNote::item).containsOnly("odd", "jobs");
        assertThat(BAKERY.notes())
                .extracting(ImportNote::pointer)
                .containsExactlyInAnyOrder(
                        "/streams/3/retriever/paginator/pagination_strategy",
                        "/streams/3/retriever/record_selector/extractor",
                        "/streams/4/retriever");
        assertThat(BAKERY.notes()).allSatisfy(note -> assertThat(note.line()).isBetween(85, 100));
        assertThat(BAKERY.definition().triggers()).containsExactlyInAnyOrder("loaves", "slices", "orders", "odd");
    }

    /** Imports one stream, whose members are written in the flow style of YAML. */
    private static ImportedConnector withStream(String requester, String members) {
        return ConnectorImporter.airbyte("source-x", """
                spec:
                  connection_specification:
                    properties:
                      account_id: {type: string, airbyte_secret: true, examples: [a1]}
                      key: {type: string, airbyte_secret: true, default: k1}
                      since: {type: string}
                      symbols: {type: array, items: {type: string}, description: Those of the shares}
                streams:
                - name: loaves
                  type: DeclarativeStream
                  retriever:
                    type: SimpleRetriever
                    requester: {type: HttpRequester, url_base: "https://bakery.example.com", %s}
                    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}%s
                """.formatted(requester, members));
    }

    @Test
    void identifierInTheUrlIsVisibleAndSecretsHaveNoExamples() {
        ImportedConnector imported = withStream(
                "path: '/accounts/{{ config.account_id }}', request_parameters: {key: '{{ config.key }}'}", "}");

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/inputs/0/name").asText()).isEqualTo("account_id");
        assertThat(imported.document().at("/inputs/0/secret").asBoolean()).isFalse();
        assertThat(imported.document().at("/inputs/1/secret").asBoolean()).isTrue();
        assertThat(imported.document().at("/inputs/1/default").isMissingNode()).isTrue();
        assertThat(imported.document().at("/auth/none/query/key").asText()).isEqualTo("{{auth.key}}");
        assertThat(imported.document().at("/requests/loaves/url").asText())
                .isEqualTo("/accounts/{{auth.account_id | path}}");
    }

    @Test
    void timeOfTheStateIsMissingInTheFirstRequest() {
        ImportedConnector imported =
                withStream("path: /l, request_parameters: {since: \"{{ stream_state['updated'] }}\"}", """
                }
                  incremental_sync:
                    {type: DatetimeBasedCursor, cursor_field: updated, datetime_format: '%Y-%m-%d', start_datetime: '2020-01-01'}""");

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document()
                        .at("/triggers/loaves/request/query/0/value")
                        .asText())
                .isEqualTo("{{cursor | date(\"yyyy-MM-dd\", 'UTC') | omit}}");
        assertThat(imported.document()
                        .at("/triggers/loaves/startPosition/everything")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void startMayBeCalculatedAndTheFilterOfAClientSideCursorIsImplied() {
        ImportedConnector imported = withStream("path: /l", """
                , record_filter: {type: RecordFilter, condition: "{{ record[parameters['time']] >= stream_interval.start_time }}",
                        $parameters: {time: updated}}}
                  incremental_sync:
                    {type: DatetimeBasedCursor, cursor_field: updated, datetime_format: '%Y-%m-%dT%H:%M:%SZ',
                     start_datetime: "{{ config.since or day_delta(-7, '%Y-%m-%dT%H:%M:%SZ') }}"}""");

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/triggers/loaves/startPosition/from").asText())
                .isEqualTo("{{auth.since | default((now | minus('P7D')), empty) | iso('UTC')}}");
        assertThat(imported.document().at("/triggers/loaves/cursor/clientSide").asBoolean())
                .isTrue();
        assertThat(imported.document().at("/requests/loaves/records/where").isMissingNode())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
            {{ now_utc() }}                                        § null                              § null   § 0
            {{ now_utc() - duration('PT5M') }}                     § null                              § PT5M   § 0
            {{ day_delta(-2) }}                                    § null                              § null   § 1
            2025-03-01                                             § 2025-03-01T00:00:00Z              § null   § 0
            {{ config['last'] or now_utc().strftime('%Y-%m-%d') }} § {{auth.last | iso('UTC')}}        § null   § 0
            {{ config.get('last', today_utc()) }}                  § {{auth.last | iso('UTC')}}        § null   § 0
            {{ config.last if config.until else day_delta(1) }}    § null                              § null   § 1
            """)
    void endOfTheWindowsIsThatOfTheConfiguration(String end, String until, String settlingTime, int notes) {
        ImportedConnector imported = withStream("path: /l", """
                }
                  incremental_sync:
                    {type: DatetimeBasedCursor, cursor_field: updated, datetime_format: '%%Y-%%m-%%d', start_datetime: '2020-01-01',
                     end_datetime: {type: MinMaxDatetime, datetime: "%s"},
                     start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from},
                     end_time_option: {type: RequestOption, inject_into: request_parameter, field_name: to}}""".formatted(end));

        JsonNode cursor = imported.document().at("/triggers/loaves/cursor");
        assertThat(cursor.path("until").asText("null")).isEqualTo(until);
        assertThat(cursor.path("settlingTime").asText("null")).isEqualTo(settlingTime);
        assertThat(imported.notes()).hasSize(notes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
            {{ config['symbols'] }}                                      § null
            {{ config.symbols if config['symbols'] else ['me', 'us'] }}  § {"values": ["me", "us"], "as": "symbol"}
            {{ config.get('symbols', ['me']) }}                          § {"values": ["me"], "as": "symbol"}
            """)
    void valuesThatACustomerEntersAreParents(String values, String others) {
        ImportedConnector imported = withStream("path: '/shares/{{ stream_partition.symbol }}'", """
                }
                    partition_router: {type: ListPartitionRouter, cursor_field: symbol, values: "%s"}""".formatted(values));

        assertThat(imported.notes()).isEmpty();
        JsonNode parents = imported.document().at("/triggers/loaves/parents");
        assertThat(parents.path("valuesOf").asText()).isEqualTo("{{auth.symbols | split(',')}}");
        assertThat(parents.path("as").asText()).isEqualTo("symbol");
        assertThat(parents.path("orElse").isMissingNode() ? json("null") : parents.path("orElse"))
                .isEqualTo(json(others));
        assertThat(imported.document().at("/inputs/0/hint").asText())
                .isEqualTo("Those of the shares. Separate several values with commas.");
    }

    @Test
    void otherAuthenticatorIsNotedForItsStreamOnly() {
        String stream = """
                - name: %s
                  type: DeclarativeStream
                  retriever:
                    type: SimpleRetriever
                    requester:
                      {type: HttpRequester, url_base: "https://bakery.example.com", path: /%s,
                       authenticator: {type: BearerAuthenticator, api_token: "{{ config['%s'] }}"}}
                    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
                """;

        ImportedConnector imported = ConnectorImporter.airbyte(
                "source-x",
                "streams:\n" + stream.formatted("a", "a", "k1") + stream.formatted("b", "b", "k2")
                        + stream.formatted("c", "c", "k1"));

        assertThat(imported.notes()).extracting(ImportNote::item).containsExactly("b");
        assertThat(imported.document().at("/auth/bearer/headers/Authorization").asText())
                .isEqualTo("Bearer {{auth.k1}}");
    }

    @Test
    void membersWithAnEffectAreNotLostSilently() {
        ImportedConnector imported = withStream("path: /l", """
                , transform_before_filtering: true}
                    ignore_stream_slicer_parameters_on_paginated_requests: true
                  incremental_sync:
                    {type: DatetimeBasedCursor, cursor_field: updated, datetime_format: '%Y-%m-%d',
                     start_datetime: {type: MinMaxDatetime, datetime: '2020-01-01', min_datetime: '2021-01-01'},
                     end_time_option: {type: RequestOption, inject_into: request_parameter, field_name: to}}""");

        assertThat(imported.notes())
                .extracting(ImportNote::pointer)
                .containsExactlyInAnyOrder(
                        "/streams/0/retriever/ignore_stream_slicer_parameters_on_paginated_requests",
                        "/streams/0/incremental_sync/start_datetime/min_datetime",
                        "/streams/0/incremental_sync/end_time_option");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
            {{ record.meta.id }}          § ["/meta/id"]
            {{ stream_partition.id }}     § null
            {{ record.a ~ record.b }}     § ["/a", "/b"]
            {{ record.a }}-{{ record.b.c.split('/')[0] }} § ["/a", "/b/c"]
            {{ stream_partition.id.split('-')[0] }}       § null
            {{ now_utc() }}               § null
            {{ record | hash('md5') }}    § null
            A                             § null
            {{ record.a or record.b }}    § ["/id"]
            {{ stream_slice.start_time }} § ["/id"]
            """)
    void keyIsReadFromWhereATransformationCopiesIt(String value, String key) {
        ImportedConnector imported = withStream("path: /l", """
                }
                  primary_key: id
                  transformations: [{type: AddFields, fields: [{path: [id], value: "%s"}]}]""".formatted(value));

        JsonNode found = imported.document().at("/triggers/loaves/key");
        assertThat(found.isMissingNode() ? json("null") : found).isEqualTo(json(key));
        assertThat(imported.notes()).hasSize(value.matches(".* or .*|.*start_time.*") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
            {{ response['items'][-1]['id'] }}  § tokenOfLastRecord § /id
            {{ response.others[-1].id }}       § token             § {{response.others[-1].id}}
            {{ response.next }}                § token             § /next
            """)
    void tokenMayBeThatOfTheLastRecord(String value, String member, String expected) {
        ImportedConnector imported = ConnectorImporter.airbyte("source-x", """
                streams:
                - name: loaves
                  type: DeclarativeStream
                  retriever:
                    type: SimpleRetriever
                    requester: {type: HttpRequester, url_base: "https://bakery.example.com", path: /l}
                    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}
                    paginator:
                      type: DefaultPaginator
                      page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: after}
                      pagination_strategy: {type: CursorPagination, cursor_value: "%s"}
                """.formatted(value));

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document()
                        .at("/requests/loaves/pagination/" + member)
                        .asText())
                .isEqualTo(expected);
    }

    private static ImportedConnector withBase(String base) {
        return ConnectorImporter.airbyte("source-x", """
                spec:
                  connection_specification:
                    properties:
                      region: {type: string, enum: [EU, US], default: EU}
                      key: {type: string, airbyte_secret: true}
                streams:
                - name: loaves
                  type: DeclarativeStream
                  retriever:
                    type: SimpleRetriever
                    requester:
                      type: HttpRequester
                      url_base: >-
                        %s
                      path: /loaves
                    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
                """.formatted(base));
    }

    @Test
    void inputSelectsTheHostOfTheBaseUrl() {
        ImportedConnector quoted =
                withBase("\"https://{{ 'eu' if config.region == 'EU' else 'www' }}.bakery.example.com/v1/\"");

        assertThat(quoted.notes()).isEmpty();
        assertThat(quoted.document().at("/connection/baseUrl").asText())
                .isEqualTo("https://{{auth.region | default('', null) | equals('EU') | map(true, 'eu', 'www')}}"
                        + ".bakery.example.com/v1");
        assertThat(quoted.definition().triggers()).containsExactly("loaves");
    }

    @Test
    void secretDoesNotSelectTheHost() {
        ImportedConnector secret = withBase("https://{{ 'pro' if config.key else 'www' }}.bakery.example.com");

        assertThat(secret.notes())
                .extracting(ImportNote::reason)
                .anySatisfy(reason -> assertThat(reason).startsWith("the host depends on a secret"));
        assertThat(secret.definition().triggers()).containsExactly("loaves");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
            {{ config['a'] }}-x                                § {{auth.a}}-x
            {{ config.get('a', 'd') }}                         § {{auth.a | default('d')}}
            {{ parameters.p }}{{ parameters['q'] or 'no' }}    § vno
            {{ 'a' if parameters.p == 'v' else 'b' }}          § a
            {{ record['odd key'].x[0] | string }}              § {{record["odd key"].x[0] | string}}
            {{ now_utc().strftime('%Y-%m-%dT%H:%M') }}         § {{now | date("yyyy-MM-dd'T'HH:mm", 'UTC')}}
            {{ day_delta(-3, '%Y') }}                          § {{now | minus('P3D') | date("yyyy", 'UTC')}}
            {{ 'x' ~ record.a + '/' }}                         § x{{record.a}}/
            {{ record.get('a', {}).get('b') or 7 }}            § {{record.a.b | default(7, empty)}}
            {{ 'a' if config.r == 'EU' else 'b' }}             § {{auth.r | default('', null) | equals('EU') | map(true, 'a', 'b')}}
            {{ 'a' if config.r in ['EU', 'UK'] }}              § {{auth.r | default('', null) | equals('EU', 'UK') | map(true, 'a', '')}}
            {{ 'a' if config['r'] else 'b' }}                  § {{auth.r | default('', null) | map('', 'b', 'false', 'b', 'a')}}
            {{ 'a' if not config.get('r', False) else 'b' }}   § {{auth.r | default('', null) | map('', 'a', 'false', 'a', 'b')}}
            {{ 'a' if 'r' in config else 'b' }}                § {{auth.r | default('', null) | map('', 'b', 'false', 'b', 'a')}}
            {{ 'https://t.x.io/v1' if config.r == 't' else 'https://x.io/v1' }} § https://{{auth.r | default('', null) | equals('t') | map(true, 't.x.io', 'x.io')}}/v1
            {{ 'a' if parameters.p and config.r == 'x' }}      § {{auth.r | default('', null) | equals('x') | map(true, 'a', '')}}
            {{ 'a' if config.r == 'x' and parameters.q else 'b' }} § b
            {{ 'a' if config.r == 'x' or parameters.p else 'b' }} § a
            a {{ record.n + 1 }} { b }                         § a {{record.n | plus(1)}} { b }
            {{ config.a or config.b }}                         § {{auth.a | default((auth.b), empty)}}
            {{ config.a or day_delta(-1, '%Y') }}              § {{auth.a | default((now | minus('P1D') | date("yyyy", 'UTC')), empty)}}
            {{ config.a if config.r == 'x' else record.b }}    § {{auth.r | default('', null) | equals('x') | map(true, (auth.a), (record.b))}}
            {{ 'a' if config.r == 'x' and record.b > 1 }}      § {{auth.r | default('', null) | equals('x') | map(true, (record.b | greaterThan(1)), false) | map(true, 'a', '')}}
            {{ 'a' if record.x is none else 'b' }}             § {{record.x | json | default('') | default('null', null) | equals('null') | map(true, 'a', 'b')}}
            {{ 'a' if record.x is defined else 'b' }}          § {{record.x | json | default('') | default('null', null) | equals('') | not | map(true, 'a', 'b')}}
            {{ 'a' if record.x is false else 'b' }}            § {{record.x | json | default('', null) | equals('false') | map(true, 'a', 'b')}}
            {{ 'a' if record.x else 'b' }}                     § {{record.x | json | default('', null) | equals('', 'false', '0', '0.0', '""', '[]', '{}') | not | map(true, 'a', 'b')}}
            {{ '(' ~ record.x ~ ')' if record.x else '' }}     § ({{record.x | omit(empty)}})
            {{ record.x ~ '-' if record.y == 1 else 'z' }}     § {{record.y | default('', null) | equals(1) | map(true, (record.x | append('-')), 'z')}}
            {{ config['q_' + parameters.p] }}                  § {{auth.q_v}}
            {{ {'a': 'x', 'b': record.y}[config.r] }}          § {{auth.r | map('a', 'x', 'b', (record.y))}}
            {{ record.x[:-2] }}                                § {{record.x | match('(?s)^(.*).{2}$')}}
            {{ 'abcdef'[1:3] }}{{ 'abc'[-2:] }}                § bcbc
            {{ record.x.split('T')[0] }}                       § {{record.x | match('(?s)^(.*?)(?:T.*)?$')}}
            {{ record.x.rstrip('/') }}                         § {{record.x | match('(?s)^(.*?)/*$')}}
            {{ record.x | regex_search('c=([^&]+)') }}         § {{record.x | match('c=([^&]+)')}}
            {{ timestamp(record.x) * 1000 }}                   § {{record.x | epochMillis}}
            {%- set m = {'EU': 'eu', 'US': 'us'} -%} {{ m[config.r] }}.x § {{auth.r | map('EU', 'eu', 'US', 'us')}}.x
            {% if config.r == 'a' %}x{% elif parameters.p == 'v' %}y{% else %}z{% endif %}. § {{auth.r | default('', null) | equals('a') | map(true, 'x', 'y')}}.
            """)
    void expressionsBecomePills(String jinja, String expected) {
        AirbyteInputs inputs = new AirbyteInputs(new CatalogueItem(json("{}"), "", new NoteCollector(Map.of())));
        AirbyteScope scope = new AirbyteScope(inputs, json("{\"p\": \"v\"}"), Map.of("record", "record"), Map.of());

        assertThat(new JinjaPills(scope).text(jinja)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ unknown.x }}",
                "{{ }}",
                "{{ a..b }}",
                "{{ config['a' }}",
                "{{ day_delta(config.days, '%Y') }}",
                "{{ day_delta(config.days | int) }}",
                "{{ day_delta(-1, config.format) }}",
                "{{ day_delta() }}",
                "{{ now_utc() - duration(config.period) }}",
                "{{ now_utc() - duration(7) }}",
                "{{ now_utc() - duration() }}",
                "{{ record.x | join(config.separator) }}",
                "{{ record.x | regex_search(config.pattern) }}",
                "{{ record.x.split(config.separator)[0] }}",
                "{{ record.x.replace(config.a, 'b') }}",
                "{{ record.x.rstrip(config.a) }}",
                "{% if x %}",
                "{% if parameters.p %}x",
                "{% endif %}",
                "{% for x in y %}{% endfor %}",
                "{% set a = a %}{{ a }}",
                "{{ record.x[record.y] }}",
                "{{ record.x.split('a') }}",
                "{{ '[' ~ record.x ~ ']' if record.x else '' }}",
                "{{ record.x | regex_search('(') }}",
                "{{ {record.x: 1}['a'] }}",
                "{{ f(1) }}",
                "{{ record | shuffle }}",
                "{{ record.x[-3:-1] }}"
            })
    void otherExpressionsAreRejected(String jinja) {
        AirbyteInputs inputs = new AirbyteInputs(new CatalogueItem(json("{}"), "", new NoteCollector(Map.of())));
        AirbyteScope scope = new AirbyteScope(inputs, json("{}"), Map.of("record", "record"), Map.of());

        assertThatThrownBy(() -> new JinjaPills(scope).text(jinja))
                .isInstanceOf(JinjaParser.UnsupportedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "a: 1", "streams: {}", "{"})
    void textWithoutStreamsIsRejected(String text) {
        assertThatThrownBy(() -> ConnectorImporter.airbyte("x", text)).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void referenceToItselfIsNoted() {
        ImportedConnector imported = ConnectorImporter.airbyte("x", """
                definitions:
                  a: {$ref: "#/definitions/b"}
                  b: {$ref: "#/definitions/a"}
                streams: [{$ref: "#/definitions/a"}]
                """);
        assertThat(imported.notes()).isNotEmpty();
    }

    private static ImportedConnector manifest(String streams) {
        return ConnectorImporter.airbyte("source-x", """
                spec:
                  connection_specification:
                    required: [base_url, days]
                    properties:
                      base_url: {type: string}
                      days: {type: integer}
                      flag: {type: boolean}
                      projects: {type: array, items: {type: string}}
                """ + streams);
    }

    private static String stream(String name, String requester, String more) {
        return """
                - name: %s
                  type: DeclarativeStream
                  primary_key: id
                  retriever:
                    type: SimpleRetriever
                    requester: {%s}
                    record_selector: {extractor: {field_path: []}}
                %s
                """.formatted(name, requester, more.indent(2));
    }

    @Test
    void urlsWithAnEnteredHostHaveACommonBase() {
        ImportedConnector imported = manifest("streams:\n"
                + stream("loaves", "url: \"{{ config['base_url'] }}/api/v2/loaves/\"", "")
                + stream("rolls", "url: \"{{ config['base_url'] }}/api/v2/rolls\"", "")
                + stream("bakers", "url_base: \"{{ config['base_url'] }}/api/v1\", path: /bakers/", ""));

        assertThat(imported.notes()).isEmpty();
        JsonNode document = imported.document();
        assertThat(document.at("/connection/baseUrl").asText()).isEqualTo("{{auth.base_url}}/api");
        assertThat(document.at("/requests/loaves/url").asText()).isEqualTo("/v2/loaves/");
        assertThat(document.at("/requests/rolls/url").asText()).isEqualTo("/v2/rolls");
        assertThat(document.at("/requests/bakers/url").asText()).isEqualTo("/v1/bakers/");
    }

    @ParameterizedTest
    @CsvSource({
        "https://h.example.com/v1/, '', /",
        "https://h.example.com/v1, /, ''",
        "https://h.example.com//v1/, /a/, /a/"
    })
    void slashAtTheEndOfAUrlIsThatOfTheManifest(String base, String path, String url) {
        ImportedConnector imported =
                manifest("streams:\n" + stream("loaves", "url_base: '%s', path: '%s'".formatted(base, path), ""));

        assertThat(imported.document().at("/connection/baseUrl").asText()).isEqualTo("https://h.example.com/v1");
        assertThat(imported.document().at("/requests/loaves/url").asText()).isEqualTo(url);
    }

    @Test
    void componentsWithoutTypesHaveThoseOfTheirPlace() {
        ImportedConnector imported = manifest("""
                streams:
                - retriever:
                    requester: {url_base: https://h.example.com}
                    record_selector: {extractor: {field_path: ["{{ parameters.data }}"]}}
                  $parameters: {name: loaves, primary_key: id, path: /l/all, data: items}
                """);

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/requests/loaves/url").asText()).isEqualTo("/l/all");
        assertThat(imported.document().at("/requests/loaves/records/path").asText())
                .isEqualTo("/items");
        assertThat(imported.document().at("/triggers/loaves/key/0").asText()).isEqualTo("/id");
    }

    @Test
    void valuesThatNoPartitionHasAreEmpty() {
        ImportedConnector imported = manifest("streams:\n"
                + stream(
                        "loaves",
                        "url_base: https://h.example.com, path: /l, request_parameters:"
                                + " {since: \"{{ stream_interval['start_date'] }}\"}",
                        """
                        incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%Y-%m-%d',
                          start_datetime: '2024-01-01T00:00:00+00:00'}"""));

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/requests/loaves/query").isMissingNode())
                .isTrue();
        assertThat(imported.document().at("/triggers/loaves/startPosition/from").asText())
                .isEqualTo("2024-01-01T00:00:00Z");
    }

    @Test
    void intervalMayHaveOtherNamesAndAnEnteredLookbackAndStep() {
        ImportedConnector imported = manifest("streams:\n"
                + stream(
                        "loaves",
                        "url_base: https://h.example.com, path: /l, request_parameters:"
                                + " {a: \"{{ stream_interval.since }}\", b: \"{{ stream_interval.until }}\"}",
                        """
                        incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%Y-%m-%d',
                          partition_field_start: since, partition_field_end: until, start_datetime: '2024-01-01',
                          lookback_window: "P{{ config.get('days', 3) }}D", step: "P{{ config['days'] }}D"}"""));

        assertThat(imported.notes()).isEmpty();
        JsonNode trigger = imported.document().at("/triggers/loaves");
        assertThat(trigger.at("/cursor/lookback").asText()).isEqualTo("P{{auth.days | default(3)}}D");
        assertThat(trigger.at("/cursor/windows/step").asText()).isEqualTo("P{{auth.days}}D");
        assertThat(trigger.at("/request/query/0/value").asText()).contains("window.from");
        assertThat(trigger.at("/request/query/1/value").asText()).contains("window.to");
    }

    /** Airbyte writes flags in parameters as Python does, but in JSON as JSON does. */
    @ParameterizedTest
    @CsvSource(delimiter = '§', nullValues = "null", textBlock = """
            true  § fixed=True&flag=True&more=y-True&text=true&with=x-True  § {"flag":true,"days":7,"text":"a7 True"}
            false § fixed=True&flag=False&more=y-False&text=true&with=x-False § {"flag":false,"days":7,"text":"a7 False"}
            null  § fixed=True&more=y-False&text=true                         § {"days":7}
            """)
    void flagsInParameters(@Nullable String flag, String query, String body) {
        String document =
                manifest("streams:\n" + stream("loaves", """
                                url_base: 'https://h.example.com', path: /l, http_method: POST, request_body_json:
                                  {flag: "{{ config['flag'] }}", days: "{{ config['days'] }}", text: "a{{ config['days'] }} {{ config['flag'] }}"},
                                request_parameters: {fixed: true, flag: "{{ config['flag'] }}", more: "y-{{ config.get('flag', False) }}", text: 'true',
                                  with: "x-{{ config['flag'] }}"}""", "")).document().toString();
        try (MockService service = MockService.start()) {
            service.on("POST", "/h.example.com/l", MockResponse.json("[]"));
            ConnectorContext.Builder context = ConnectorContext.forTenant("t").value("days", "7");
            if (flag != null) {
                context.value("flag", flag);
            }
            try (Connector connector = ConnectorDefinition.parse(document.replace("https://", service.baseUrl() + "/"))
                    .connect(context.build())) {
                connector.request("loaves").send(Pills.none());
            }
            assertThat(service.requests().get(0).uri().getQuery()).isEqualTo(query);
            assertThat(service.requests().get(0).body()).isEqualTo(body);
        }
    }

    @Test
    void flagsInPaths() {
        ImportedConnector imported = manifest("streams:\n"
                + stream("loaves", "url_base: 'https://h.example.com', path: \"/l/{{ config['flag'] }}/x\"", ""));

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/requests/loaves/url").asText())
                .isEqualTo("/l/{{auth.flag | map('true', 'True', 'False') | path}}/x");
    }

    @Test
    void lookbackAndStepAreThoseThatACustomerEnters() {
        String document = manifest("streams:\n" + stream("loaves", "url_base: 'https://h.example.com', path: /l", """
                        incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%Y-%m-%dT%H:%M:%SZ',
                          start_datetime: '{{ day_delta(-10) }}', step: "P{{ config['days'] }}D",
                          start_time_option: {inject_into: request_parameter, field_name: from},
                          end_time_option: {inject_into: request_parameter, field_name: to}}"""))
                .document()
                .toString();
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector connector = ConnectorDefinition.parse(document.replace("https://", service.baseUrl() + "/"))
                        .connect(ConnectorContext.forTenant("t")
                                .value("days", "4")
                                .state(store)
                                .build())) {
            service.on("GET", "/h.example.com/l", request -> MockResponse.json("[]"));
            connector.on("loaves", events::add);
            connector.trigger("loaves").orElseThrow().pollOnce();

            String query = service.requests().get(0).uri().getQuery();
            assertThat(query).matches("from=\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z&to=\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z");
            Instant from = Instant.parse(query.replaceFirst("from=(.*)&.*", "$1"));
            Instant to = Instant.parse(query.replaceFirst(".*&to=", ""));
            assertThat(Duration.between(from, to)).isBetween(Duration.ofDays(4).minusSeconds(2), Duration.ofDays(4));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
            {{ record.get('updated') or record['created'] }}              § {{record.updated | default((record.created), empty)}} § null
            {{ format_datetime(record['day'], '%Y-%m-%dT%H:%M:%SZ') }}    § /day                                                   § null
            {{ str_to_datetime(record['day']).strftime('%Y-%m-%dT%H:00:00Z') }} § /day                                             § PT1H
            """)
    void timeIsCalculatedFromTheRecord(String value, String timestamp, String resolution) {
        ImportedConnector imported = withStream("path: /l", """
                }
                  primary_key: id
                  transformations: [{type: AddFields, fields: [{path: [at], value: "%s"}]}]
                  incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%%Y-%%m-%%dT%%H:%%M:%%SZ',
                    start_datetime: '2024-01-01',
                    start_time_option: {inject_into: request_parameter, field_name: from}}""".formatted(value));

        assertThat(imported.notes()).isEmpty();
        JsonNode cursor = imported.document().at("/triggers/loaves/cursor");
        assertThat(cursor.path("timestamp").asText()).isEqualTo(timestamp);
        assertThat(cursor.path("resolution").asText("null")).isEqualTo(resolution);
    }

    @Test
    void tokenMayBeAnObject() {
        ImportedConnector imported = withStream("http_method: POST, request_body_json: {query: q}", """
                }
                    paginator:
                      type: DefaultPaginator
                      page_token_option: {type: RequestOption, inject_into: body_json, field_name: variables}
                      pagination_strategy:
                        type: CursorPagination
                        cursor_value: >-
                          {{ '{"after": "' + response.page.end + '"}' if response.page.end else "" }}
                        stop_condition: "{{ response.page.more is false }}\"""");

        assertThat(imported.notes()).isEmpty();
        JsonNode pagination = imported.document().at("/requests/loaves/pagination");
        assertThat(pagination.at("/cursor/json").asText()).isEqualTo("/variables/after");
        assertThat(pagination.path("token").asText()).isEqualTo("/page/end");
    }

    @Test
    void listsOfTheConfigurationAreEnteredAsText() {
        ImportedConnector imported = manifest("streams:\n"
                + stream(
                                "loaves",
                                "url_base: https://h.example.com, path: /l, request_parameters:"
                                        + " {ids: \"{{ ';'.join(config.get('projects', [])) }}\", f: \"{{ ['a', 'b'] | join(',') }}\"}",
                                "")
                        .replace(
                                "record_selector: {",
                                "record_selector: {record_filter: {condition: \"{{ not config.projects or record.id in"
                                        + " config['projects'] }}\"}, "));

        assertThat(imported.notes()).isEmpty();
        JsonNode request = imported.document().at("/requests/loaves");
        assertThat(request.at("/query/0/value").asText())
                .isEqualTo("{{auth.projects | split(',') | join(';') | omit}}");
        assertThat(request.at("/query/1/value").asText()).isEqualTo("a,b");
        assertThat(request.at("/records/where/0/expression").asText())
                .contains("auth.projects | split(',') | contains(record.id)");
    }

    @Test
    void objectIsTheKeyOfAParentAndItsPartsAreValues() {
        String parent = "{type: SubstreamPartitionRouter, parent_stream_configs: [{parent_key: ids,"
                + " partition_field: parent, stream: {name: p, transformations: [{type: AddFields, fields:"
                + " [{path: [ids], value: \"{{ {'shop': record.shop.id, 'loaf': record['id']} }}\"}]}], retriever:"
                + " {requester: {url_base: 'https://h.example.com', path: /p}, record_selector:"
                + " {extractor: {field_path: []}}}}}]}";
        ImportedConnector imported = manifest("streams:\n"
                + stream(
                                "slices",
                                "url_base: https://h.example.com, path: '/s/{{ stream_partition.parent.shop }}/{{"
                                        + " stream_slice.parent.loaf }}'",
                                "")
                        .replace("requester: {", "partition_router: " + parent + "\n    requester: {"));

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/requests/slices/url").asText())
                .isEqualTo("/s/{{parent.shop.id | path}}/{{parent.id | path}}");
        assertThat(imported.document().at("/triggers/slices/parents/key").asText())
                .isEqualTo("/id");
    }

    @Test
    void pathOfTheNextPageThatIsCalculatedIsBelowTheBaseUrl() {
        ImportedConnector imported = withStream("path: /l", """
                }
                    paginator:
                      type: DefaultPaginator
                      page_token_option: {type: RequestPath}
                      pagination_strategy:
                        type: CursorPagination
                        cursor_value: "{{ response.next or 'l?after=' ~ last_record.id }}\"""");

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().toString())
                .contains("\"nextUrl\":\"{{response.next | default(")
                .contains("/l?after=");
    }

    @Test
    void parentsAreListedFromTheStartToNow() {
        String sync = "incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%Y-%m-%d',"
                + " start_datetime: {datetime: \"{{ config['since'] }}\"},"
                + " start_time_option: {inject_into: request_parameter, field_name: from},"
                + " end_time_option: {inject_into: request_parameter, field_name: to}}";
        String router = "partition_router: {type: SubstreamPartitionRouter, parent_stream_configs: [{parent_key: id,"
                + " partition_field: loaf, stream: {name: p, " + sync + ", retriever: {requester:"
                + " {url_base: 'https://h.example.com', path: /p, request_parameters:"
                + " {s: \"{{ stream_slice.start_time }}\"}}, record_selector: {extractor: {field_path: []}}}}}]}";
        ImportedConnector imported = manifest("streams:\n"
                + stream("slices", "url_base: https://h.example.com, path: '/p/{{ stream_slice.loaf }}'", "")
                        .replace("requester: {url_base: https", router + "\n    requester: {url_base: https"));

        assertThat(imported.notes()).isEmpty();
        JsonNode query = imported.document().at("/triggers/slices/parents/request/query");
        assertThat(query.findValuesAsText("name")).containsExactly("s", "from", "to");
        assertThat(query.at("/0/value").asText())
                .isEqualTo("{{auth.since | iso('UTC') | date(\"yyyy-MM-dd\", 'UTC') | omit}}");
        assertThat(query.at("/1/value")).isEqualTo(query.at("/0/value"));
        assertThat(query.at("/2/value").asText()).isEqualTo("{{now | date(\"yyyy-MM-dd\", 'UTC')}}");
    }

    @Test
    void textsAreReadAsLiterals() {
        ImportedConnector imported = manifest("streams:\n"
                + stream(
                        "loaves",
                        "url_base: https://h.example.com, path: /l, http_method: POST, request_body_json:"
                                + " {n: '5', d: '1.50', on: 'True', text: '''a''', list: '[\"a\", 1]', zip: '0123'},"
                                + " request_parameters: {f: '''[{\"a\": \"{{ config.base_url }}\"}]''', ids: '{{"
                                + " config.projects }}'}",
                        ""));

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.document().at("/requests/loaves/body/json"))
                .hasToString("{\"n\":5,\"d\":1.50,\"on\":true,\"text\":\"a\",\"list\":[\"a\",1],\"zip\":\"0123\"}");
        assertThat(imported.document().at("/requests/loaves/query/0/value").asText())
                .isEqualTo("[{\"a\": \"{{auth.base_url}}\"}]");
        assertThat(imported.document().at("/requests/loaves/query/1"))
                .isEqualTo(json("{\"name\": \"ids\", \"value\": \"{{auth.projects | split(',') | omit}}\","
                        + " \"list\": \"repeat\"}"));
    }
}
