package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Mutations;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Triggers as JSON: the order of members has no meaning, and invalid members are rejected with their JSON Pointers. */
@Timeout(120)
class TriggerDocumentTest {

    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private PollingTriggerBuilder builder() {
        return PollingTrigger.named("records")
                .connection(connection)
                .store(StateStore.inMemory())
                .handler(event -> {});
    }

    private JsonNode roundTrip(JsonNode json) {
        PollingTriggerBuilder builder = builder().definition(json);
        JsonNode written = builder.toJson();
        builder.build().close();
        return written;
    }

    private List<String> problems(String json) {
        return catchThrowableOfType(
                        InvalidDefinitionException.class,
                        () -> builder().definition(JsonSupport.parse(json)).build())
                .problems();
    }

    private static final String REQUEST =
            "\"request\": {\"name\": \"List\", \"method\": \"GET\", \"url\": \"/items\"}, ";

    @ParameterizedTest
    @ValueSource(strings = {"""
        {"request": {"name": "List", "method": "POST", "url": "/items?d={{window.from}}", "hosts": ["*.example.com"],
                     "query": [{"name": "team", "value": "{{team.name}}"}, {"name": "l", "value": "{{team.all}}", "list": "comma"}],
                     "headers": [{"name": "X-A", "value": "a"}],
                     "body": {"json": {"any": ["{{team.name}}"]}}, "accept": [404], "timeout": "PT7S",
                     "rules": [{"status": {"from": 400, "to": 499}, "treatAs": "RETRY", "retry": {"maxAttempts": 3, "fixedDelay": "PT9S"},
                                "conditions": [{"header": "X-A"}, {"json": "/a", "value": "b", "not": true}, {"text": "c"}]}],
                     "retry": {"maxAttempts": 7, "backoff": {"first": "PT2S", "max": "PT3M"}, "minDelay": "PT1S",
                               "delayHeader": [{"name": "X-B", "pattern": "b=(.)"}]}},
         "pills": {"team": {"name": "blue", "all": [1]}},
         "records": {"path": "/items", "as": "JSON", "keyed": "k", "expand": "/x",
                     "where": [{"field": "/state", "values": ["open", "new"]}, {"field": "/b", "values": ["c"]},
                               {"expression": "{{record.c | equals('d')}}"}], "optional": true},
         "key": ["/id", "/x"], "version": ["/updated_at"],
         "pagination": {"offset": {"query": "skip"}, "first": 3, "size": {"location": {"header": "X-Size"}, "records": 50},
                        "endsWithShortPage": true, "moreWhile": "/more", "lastWhen": "/last", "total": "/total",
                        "totalPages": "/pages", "maxPages": 9},
         "cursor": {"timestamp": "/updated_at", "format": "yyyy-MM-dd", "zone": "Europe/Berlin", "resolution": "PT24H",
                    "lookback": "PT1H", "settlingTime": "PT9S", "order": "ASCENDING", "until": "2027-01-31T12:00:00Z",
                    "windows": {"step": "PT48H", "from": {"template": ""}, "to": {"query": "to"}}},
         "detectDeletions": false, "conditionalRequests": true, "startPosition": {"from": "2026-01-31T12:00:00Z"},
         "schedule": {"every": "PT5M", "jitter": "PT9S", "startAfter": "PT1H", "spread": true, "misfire": "CATCH_UP"},
         "delivery": {"attempts": 3, "concurrently": 2, "backoff": {"first": "PT2S", "max": "PT20S"}},
         "limits": {"keys": 7, "deadLetters": 8, "parents": 9, "inMemory": 10, "keyRetention": "PT1H"}}\
        """, """
                     {"request": {"name": "List", "method": "POST", "url": "/items/{{parent.id}}", "body": {"json": {}}},
                      "parents": {"request": {"name": "Parents", "method": "GET", "url": "/parents"}, "records": {"path": "/v"},
                                  "key": "/id", "pagination": {"linkHeader": true, "maxPages": 3},
                                  "below": {"as": "outer", "request": {"name": "Outer", "method": "GET", "url": "/outer"}, "records": {"path": "/v"},
                                            "key": "/id", "pagination": {}, "cursor": {"timestamp": "/t", "sentAs": {"query": "since"}}}},
                      "key": ["/id"], "wholeRecordAsVersion": ["/views"],
                      "records": {"csv": ";"},
                      "pagination": {"cursor": {"json": "/after"}, "token": "/next", "size": {"location": {"json": "/size"}, "records": 5}},
                      "detectDeletions": true, "startPosition": {"everything": true},
                      "schedule": {"cron": {"expression": "0 6 * * *", "zone": "UTC"}, "misfire": "SKIP"}}\
                     """, """
                     {"request": {"name": "List", "method": "POST", "url": "/items/{{parent}}/{{year}}",
                                  "body": {"form": [{"name": "a", "value": "{{parent}}", "list": "repeat"}]}},
                      "parents": {"product": [{"values": ["a", 7]}, {"union": [{"as": "year", "values": [1]}, {"as": "year", "values": [2]}]}]}, "wholeRecordAsKey": true, "startPosition": {"last": 10},
                      "pagination": {"pages": {"field": "page"}, "endsWithShortPage": {"records": 9}, "endsWithStatus": [404, 410]},
                      "cursor": {"number": "/n", "sentAs": {"query": "min"}, "lookback": 100, "order": "DESCENDING"}}\
                     """, """
                     {"request": {"name": "List", "method": "POST", "url": "/items",
                                  "body": {"multipart": [{"name": "f", "value": "v", "fileName": "n", "contentType": "text/plain"}]}},
                      "key": ["/id"], "startPosition": {"fromNow": true}, "pagination": {"nextUrl": "/next"},
                      "cursor": {"timestamp": "/t", "clientSide": true, "epochMillis": true}}\
                     """, """
                     {"request": {"name": "List", "method": "POST", "url": "/items", "body": {"xml": "<a/>"}},
                      "key": ["/id"], "pagination": {"cursor": {"query": "after"}, "tokenHeader": "X-Next"},
                      "cursor": {"opaque": "/token", "sentAs": {"query": "token"}}}\
                     """, """
                     {"request": {"name": "List", "method": "POST", "url": "/items", "body": {"text": "a", "contentType": "text/plain"},
                                  "delimiters": ["<<", ">>"]},
                      "key": ["/id"], "pagination": {"cursor": {"query": "after"}, "tokenOfLastRecord": "/id"},
                      "cursor": {"timestamp": "/t", "sentAs": {"query": "since"}, "epochSeconds": true}}\
                     """, """
                     {"request": {"name": "List", "method": "POST", "url": "/items", "body": {"jsonText": "{\\"a\\": {{team}}}"}}, "pills": {"team": 7},
                      "key": ["/id"], "cursor": {"nextUrl": "/delta"}, "pagination": {"linkHeader": true}}\
                     """})
    void everyMutationIsEquivalentOrRejected(String json) {
        Mutations mutations = new Mutations(
                this::roundTrip,
                pointer -> pointer.startsWith("/pills/")
                        || pointer.startsWith("/parents/product/0/values/")
                        || pointer.matches("/parents/product/1/union/./values/.*")
                        || pointer.equals("/request/body/json"),
                pointer -> pointer.equals("/pills"));

        mutations.check(JsonSupport.parse(json), SEED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'cursor': {'timestamp': '/t', 'sentAs': {'query': '{{'}} | /cursor/sentAs/query: query {{: pills are"
                        + " not allowed",
                "'pagination': {'pages': {'query': '{{'}} | /pagination/pages/query: query {{: pills are not allowed",
                "'cursor': {'timestamp': '/t'} | /request: the template has no pill {{cursor}}",
                "'records': {'where': []} | /records/where: it is empty: add an element, or leave it out",
                "'records': {'emptyWhen': []} | /records/emptyWhen: it is empty",
                "'cursor': {'opaque': '/t', 'sentAs': {'query': 'a'}, 'expiredWhen': []} | /cursor/expiredWhen: it is"
                        + " empty",
                "'cursor': {'timestamp': '', 'sentAs': {'query': 'a'}} | /cursor/timestamp: timestamp: a whole record"
                        + " is not a time",
                "'version': ['/a', '/b', '/a'] | /version/2: \"/a\" appears twice: remove one of them",
                "'wholeRecordAsVersion': ['/a', '/a'] | /wholeRecordAsVersion/1: \"/a\" appears twice",
                "'schedule': {'every': 'PT0.1S'} | /schedule: an interval of PT0.1S is too short",
                "'detectDeletions': true, 'cursor': {'timestamp': '/t', 'sentAs': {'query': 'a'}} | /detectDeletions: ",
                "'startPosition': {'from': '2026-01-31T12:00:00Z'} | /startPosition: from(time) needs a timestamp"
                        + " cursor",
            })
    void problemsThatShowWhenTheTriggerIsBuiltHaveTheirPointers(String members, String problem) {
        String all = "{" + REQUEST + "\"key\": [\"/id\"], " + members.replace('\'', '"') + "}";

        assertThat(problems(all)).singleElement().asString().contains(problem).startsWith("/");
    }

    @Test
    void repeatedKeysAreRefused() {
        assertThat(problems("{" + REQUEST + "\"key\": [\"/id\", \"/id\"]}"))
                .containsExactly("/key/1: \"/id\" appears twice: remove one of them");
        assertThat(problems("{" + REQUEST + "\"key\": []}"))
                .containsExactly("/key: it is empty: add an element, or leave it out");
        assertThatThrownBy(() -> builder()
                        .definition(JsonSupport.parse("{" + REQUEST + "\"key\": [\"/a\"]}"))
                        .key("/id", "/id")
                        .build())
                .hasMessageContaining("key: \"/id\" appears twice: remove one of them");
    }

    @Test
    void problemOfASettingThatCodeHasReplacedHasNoPointer() {
        assertThat(catchThrowableOfType(
                                InvalidDefinitionException.class,
                                () -> builder()
                                        .definition(JsonSupport.parse("{" + REQUEST + "\"key\": [\"/id\"],"
                                                + " \"schedule\": {\"every\": \"PT5M\"}}"))
                                        .every(Duration.ofMillis(5))
                                        .build())
                        .problems())
                .singleElement()
                .asString()
                .startsWith("schedule: an interval of PT0.005S is too short");
    }

    /** A feed of 7 records, with every type of pagination by a query parameter. */
    private MockResponse feed(MockRequest asked) {
        int size = asked.number("limit", 3);
        int from = asked.number("skip", -1) >= 0
                ? asked.number("skip", 0)
                : asked.number("page", 0) * size + asked.number("after", 0);
        List<Object> items = new ArrayList<>();
        for (int i = from; i < Math.min(7, from + size); i++) {
            items.add(Map.of("id", i + 1, "t", 1_700_000_000 + i));
        }
        boolean more = from + size < 7;
        return MockResponse.json(
                Map.of("items", items, "total", 7, "more", more, "next", more ? "" + (from + size) : ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"size\": {\"location\": {\"query\": \"limit\"}, \"records\": 2}, \"endsWithShortPage\": true,"
                        + " \"first\": 0,"
                        + " \"pages\": {\"query\": \"page\"}}",
                "{\"pages\": {\"query\": \"page\"}, \"first\": 0, \"size\": {\"location\": {\"query\": \"limit\"},"
                        + " \"records\": 2}, \"total\": \"/total\"}",
                "{\"offset\": {\"query\": \"skip\"}, \"first\": 2, \"size\": {\"location\": {\"query\":"
                        + " \"limit\"}, \"records\": 2}, \"maxPages\": 2}",
                "{\"offset\": {\"query\": \"skip\"}, \"size\": {\"location\": {\"query\": \"limit\"}, \"records\":"
                        + " 3}, \"moreWhile\": \"/more\"}",
                "{\"cursor\": {\"query\": \"after\"}, \"token\": \"/next\", \"size\": {\"location\": {\"query\":"
                        + " \"limit\"}, \"records\": 2}}"
            })
    void memberOrderDoesNotAffectRequests(String pagination) {
        service.behaviour = this::feed;
        JsonNode json = JsonSupport.parse("{" + REQUEST + """
            "records": {"path": "/items"}, "key": ["/id"],
            "cursor": {"timestamp": "/t", "sentAs": {"query": "since"}, "epochSeconds": true, "settlingTime": "PT1S", "lookback": "PT1M"},
            "startPosition": {"everything": true}, "pagination": %s}\
            """.formatted(pagination));
        Random random = new Random(SEED);
        List<JsonNode> documents = new ArrayList<>(List.of(json, Mutations.jsonb(json)));
        for (int i = 0; i < 6; i++) {
            documents.add(Mutations.permuted(json, random));
        }
        List<List<Map<String, String>>> sent = new ArrayList<>();
        for (JsonNode document : documents) {
            service.requests.clear();
            try (PollingTrigger trigger = builder().definition(document).build()) {
                trigger.pollOnce();
            } catch (PollingException e) {
                // By maxPages, after the requests.
                assertThat(e.reason()).isEqualTo(PollingException.Reason.LIMIT_REACHED);
            }
            sent.add(service.requests.stream().map(MockRequest::query).toList());
        }

        assertThat(sent.get(0)).as("seed %s", SEED).hasSizeGreaterThan(1);
        assertThat(sent).as("seed %s: %s", SEED, documents).containsOnly(sent.get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                          | /request: missing",
                "{}                                                          | /key: missing; set fields that"
                        + " identify a record, or wholeRecordAsKey",
                "{'startPosition': {}}                                       | /startPosition: one of fromNow,"
                        + " everything, last, from is required",
                "{'key': ['/a~2b']}                                          | /key/0: \"/a~2b\" is not a JSON"
                        + " pointer (RFC 6901): write \"~0\" for a tilde, and \"~1\" for a slash in a name",
                "{'version': ['/a', '/a~']}                                  | /version/1: \"/a~\" is not a JSON"
                        + " pointer (RFC 6901): write \"~0\" for a tilde, and \"~1\" for a slash in a name",
                "{'pagination': {'pages': {'query': 'p'}, 'first': 1.0}}     | /pagination/first: expected an"
                        + " integer without a fraction or an exponent, found the number 1.0",
                "{'pagination': {'pages': {'query': 'p'}, 'first': 1e2}}     | /pagination/first: expected an"
                        + " integer without a fraction or an exponent, found the number 1e2",
                "{'pagination': {'pages': {'query': 'p'}, 'first': 99999999999}} | /pagination/first: expected"
                        + " an integer from -2147483648 to 2147483647, found 99999999999",
                "{'cursor': {'number': '/n', 'lookback': 99999999999999999999}} | /cursor/lookback: expected an"
                        + " integer from -9223372036854775808 to 9223372036854775807, found 99999999999999999999",
                "{'pagination': {'pages': {'query': 'p'}, 'endsWithStatus': [404, 200]}} | /pagination/endsWithStatus/1:"
                        + " the status 200 is out of range: use 300 to 599",
                "{'cursor': {'opaque': '/t', 'expiredWhen': [{'status': 400}, {'status': 99}]}} |"
                        + " /cursor/expiredWhen/1/status: the status 99 is out of range: use 200 to 599",
                "{'maxParents': 5}                                           | /maxParents: unknown member; use"
                        + " \"limits\": {\"parents\": ...}",
                "{'limits': {'maxRememberedKeys': 5}}                        | /limits/maxRememberedKeys: unknown"
                        + " member; did you mean \"keys\"?",
                "{'limits': {'keys': true}}                                  | /limits/keys: expected an"
                        + " integer, found true"
            })
    void missingAndOutOfRangeMembersHavePointer(String json, String problem) {
        assertThat(problems(json.replace('\'', '"'))).contains(problem);
    }

    /** Jackson reads such a number as infinite. */
    @Test
    void numberOutOfRangeIsNotShownAsInfinity() throws Exception {
        JsonNode json = new ObjectMapper()
                .readTree("{" + REQUEST + "\"key\": [\"/id\"], \"pagination\": {\"pages\": {\"query\": \"p\"},"
                        + " \"first\": 1e400}}");

        assertThatThrownBy(() -> builder().definition(json).build())
                .hasMessageContaining("/pagination/first: expected an integer without a fraction or an exponent,"
                        + " found a number out of range");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'url': '/{{acount}}'}                       | /request/url: the pill {{acount}} has no value: did you"
                        + " mean {{account}}? Otherwise add \"acount\" to \"pills\"",
                "{'url': '/?n={{page.nubmer}}'}               | /request/url: the pill {{page.nubmer}} has no value: did"
                        + " you mean {{page.number}}? Otherwise use one of its members cursor, number, offset, size",
                "{'url': '/', 'query': [{'name': 'a', 'value': '{{account}}'}, {'name': 'b', 'value': '{{xyzzy}}'}]} |"
                        + " /request/query/1/value: the pill {{xyzzy}} has no value: add \"xyzzy\" to \"pills\"",
                "{'url': '/', 'body': {'json': {'a/b': [1, '{{bord.id}}']}}} | /request/body/json/a~1b/1: the pill"
                        + " {{bord.id}} has no value: did you mean {{board.id}}? Otherwise add \"bord\" to \"pills\"",
                "{'url': '/', 'retry': {'delayHeader': [{'name': 'A'}, {'name': 'B', 'pattern': '('}]}} |"
                        + " /request/retry/delayHeader/1/pattern: \"(\" is not a regular expression: Unclosed group",
                "{'url': '/', 'rules': [{'status': {'from': 500, 'to': 400}, 'treatAs': 'FAIL'}]} |"
                        + " /request/rules/0/status: the range from 500 to 400 is empty: use \"from\" for the lower"
                        + " and \"to\" for the higher status"
            })
    void problemsOfRequestsHaveThePointerOfTheirMember(String request, String problem) {
        String complete = request.replaceFirst("\\{", "{'name': 'L', 'method': 'POST', ");
        assertThat(problems(
                        ("{'request': " + complete + ", 'key': ['/id'], 'pills': {'account': 1, 'board': {'id': 2}}}")
                                .replace('\'', '"')))
                .containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{{curser}}      |                    | did you mean {{cursor}}? It is the value of a cursor: add \"cursor\"."
                        + " Otherwise add \"curser\" to \"pills\"",
                "{{cursor}}      |                    | it is the value of a cursor: add \"cursor\"",
                "{{cursor}}      | {'nextUrl': '/n'}  | it is the value of a cursor that is sent as a value, and this one"
                        + " is sent as a URL: remove the pill",
                "{{curser}}      | {'timestamp': '/t', 'sentAs': {'query': 'since'}} | did you mean {{cursor}}?"
                        + " Otherwise add \"curser\" to \"pills\"",
                "{{window.frm}}  |                    | did you mean {{window.from}}? It is the window of a timestamp"
                        + " cursor: add \"cursor\" with \"windows\"",
                "{{windw.from}}  |                    | did you mean {{window.from}}? It is the window of a timestamp"
                        + " cursor: add \"cursor\" with \"windows\". Otherwise add \"windw\" to \"pills\"",
                "{{window.from}} |                    | it is the window of a timestamp cursor: add \"cursor\" with"
                        + " \"windows\"",
                "{{pgae.nubmer}} |                    | did you mean {{page.number}}? Otherwise add \"pgae\" to \"pills\"",
                "{{nwo}}         |                    | did you mean {{now}}? Otherwise add \"nwo\" to \"pills\""
            })
    void misspeltPillsOfPollingAreRecognized(String pill, String cursor, String problem) {
        String request = "{'name': 'L', 'method': 'GET', 'url': '/?a=" + pill + "'}";
        String json =
                "{'request': " + request + ", 'key': ['/id']" + (cursor == null ? "" : ", 'cursor': " + cursor) + "}";
        assertThat(problems(json.replace('\'', '"')))
                .contains("/request/url: the pill " + pill + " has no value: " + problem);
    }

    @Test
    void problemsOfConstantPillsHaveTheirPointer() {
        assertThat(problems("{" + REQUEST + "\"key\": [\"/id\"], \"pills\": {\"now\": 1, \"\": 2, \"a/b\": 3}}"))
                .containsExactly(
                        "/pills/now: \"now\" is the time of the poll: use another name",
                        "/pills/: the name of a step is missing");
    }

    @Test
    void misspeltPillsOfParentsAndFiltersAreReported() {
        assertThat(problems(("{'request': {'name': 'L', 'method': 'GET', 'url': '/{{board.id}}/{{parent.id}}'}, 'key':"
                                + " ['/id'], 'records': {'where': [{'expression': '{{record.open}}'}, {'expression':"
                                + " '{{record.owner | equals(parnt.id)}}'}]}, 'parents': {'request': {'name': 'P',"
                                + " 'method': 'GET', 'url': '/{{baord.id}}'}, 'records': {}, 'key': '/id', 'below':"
                                + " {'as': 'board', 'request': {'name': 'B', 'method': 'GET', 'url': '/{{x1}}'},"
                                + " 'records': {}, 'key': '/id'}}}")
                        .replace('\'', '"')))
                .containsExactly(
                        "/records/where/1/expression: \"parnt\" is unknown: did you mean \"parent\"? Otherwise use"
                                + " record, response, headers, status, page, now, a member of \"pills\", or the name of the parents",
                        "/parents/below/request/url: the pill {{x1}} has no value: add \"x1\" to \"pills\"",
                        "/parents/request/url: the pill {{baord.id}} has no value: did you mean {{board.id}}? Otherwise"
                                + " add \"baord\" to \"pills\"");
    }

    @Test
    void contradictionsAreRejected() {
        String start = "{" + REQUEST + "\"key\": [\"/id\"], ";
        String types = String.join(", ", PaginatorTypesTest.members());
        assertThat(problems(start + "\"pagination\": {\"pages\": {\"query\": \"p\"}, \"offset\": {\"query\":"
                        + " \"o\"}}}"))
                .containsExactly("/pagination: pages and offset exclude each other: give one of them");
        assertThat(problems(start + "\"pagination\": {\"pages\": {\"query\": \"p\"}, \"token\": \"/t\"}}"))
                .containsExactly("/pagination/token: needs a cursor, and not pages");
        assertThat(problems(start + "\"pagination\": {\"total\": \"/t\", \"token\": \"/t\"}}"))
                .containsExactly(
                        "/pagination/token: needs one of " + types + " beside it",
                        "/pagination/total: needs one of " + types + " beside it");
        assertThat(problems(start + "\"pagination\": {\"linkHeader\": false}}"))
                .containsExactly("/pagination/linkHeader: can only be true: leave the member out");
        assertThat(problems(start
                        + "\"pagination\": {\"cursor\": {\"query\": \"c\"}, \"token\": \"/t\","
                        + " \"tokenHeader\": \"T\"}}"))
                .containsExactly("/pagination: token and tokenHeader exclude each other: give one of them");
        assertThat(problems(start + "\"cursor\": {\"timestamp\": \"/t\", \"number\": \"/n\"}}"))
                .containsExactly("/cursor: timestamp and number exclude each other: give one of them");
        assertThat(problems(start
                        + "\"cursor\": {\"timestamp\": \"/t\", \"sentAs\": {\"query\": \"q\"}, \"clientSide\": true}}"))
                .containsExactly("/cursor/clientSide: contradicts sentAs: give one of them");
        assertThat(problems(start + "\"cursor\": {\"timestamp\": \"/t\", \"sentAs\": {\"query\": \"q\", \"header\":"
                        + " \"h\"}}}"))
                .containsExactly("/cursor/sentAs: query and header exclude each other: give one of them");
        assertThat(problems(start + "\"startPosition\": {\"last\": 1, \"everything\": true}}"))
                .containsExactly("/startPosition: everything and last exclude each other: give one of them");
        assertThat(problems(start
                        + "\"schedule\": {\"every\": \"PT5M\", \"cron\": {\"expression\": \"* *"
                        + " * * *\", \"zone\": \"UTC\"}}}"))
                .containsExactly("/schedule: every and cron exclude each other: give one of them");
        assertThat(problems(start + "\"records\": {\"as\": \"XML\", \"csv\": \";\"}}"))
                .containsExactly("/records/csv: contradicts \"as\": XML");
        assertThat(problems(start + "\"wholeRecordAsKey\": true}"))
                .containsExactly("/wholeRecordAsKey: contradicts key: give one of them");
        assertThat(problems(start + "\"version\": [\"/v\"], \"wholeRecordAsVersion\": []}"))
                .containsExactly("/wholeRecordAsVersion: contradicts version: give one of them");
        assertThat(problems("{\"request\": {\"name\": \"List\", \"method\": \"POST\", \"url\": \"/\", \"body\":"
                        + " {\"json\": {}, \"form\": []}},"
                        + " \"key\": [\"/id\"]}"))
                .containsExactly("/request/body: json and form exclude each other: give one of them");
        assertThat(problems(start + "\"parents\": {\"values\": [\"a\"], \"key\": \"/id\"}}"))
                .containsExactly("/parents/key: contradicts values: it applies only to a request that lists parents");
    }

    @Test
    void wrongTypesAndUnknownMembersAreRejected() {
        String start = "{" + REQUEST + "\"key\": [\"/id\"], ";
        assertThat(problems(start + "\"version\": \"/u\"}"))
                .containsExactly("/version: expected a list, found a string");
        assertThat(problems(start + "\"records\": {\"where\": [{\"field\": \"/s\", \"value\": [\"open\"]}]}}"))
                .containsExactly(
                        "/records/where/0/values: missing",
                        "/records/where/0/value: unknown member; did you mean \"values\"?");
        assertThat(problems(start + "\"pagination\": {\"pages\": {\"query\": \"p\"}, \"first\": \"one\"}}"))
                .containsExactly("/pagination/first: expected an integer, found a string");
        assertThat(problems(start
                        + "\"pagination\": {\"pages\": {\"query\": \"p\"}, \"size\":"
                        + " {\"location\": {\"query\": \"s\"}, \"record\": 5}}}"))
                .containsExactly(
                        "/pagination/size/records: missing",
                        "/pagination/size/record: unknown member; did you mean \"records\"?");
        assertThat(problems(start + "\"records\": {\"csv\": \"\"}}"))
                .containsExactly("/records/csv: \"\" is not one character");
    }

    @Test
    void everyProblemIsReportedOnceAndNoneHidesAnother() {
        assertThat(problems("{" + REQUEST + """
            "recods": {"path": "/items"}, "kye": ["/id"], "schedule": {"every": "5m"},
            "cursor": {"timestmp": "/t", "sentAs": {"query": "since"}, "order": "UP"}}\
            """))
                .containsExactlyInAnyOrder(
                        "/recods: unknown member; did you mean \"records\"?",
                        "/kye: unknown member; did you mean \"key\"?",
                        "/schedule/every: \"5m\" is not an ISO 8601 duration, such as PT5M",
                        "/cursor: one of timestamp, number, opaque, nextUrl is required",
                        "/cursor/timestmp: unknown member; did you mean \"timestamp\"?",
                        "/cursor/order: \"UP\" is unknown; use one of ASCENDING, DESCENDING, NONE");
        assertThat(problems("{\"requst\": {}, \"schedule\": {\"every\": \"PT0.5S\"}}"))
                .containsExactlyInAnyOrder(
                        "/requst: unknown member; did you mean \"request\"?",
                        "/key: missing; set fields that identify a record, or wholeRecordAsKey",
                        "/schedule: an interval of PT0.5S is too short: use at least PT1S");
    }

    @Test
    void definitionWithProblemsIsNotWritten() {
        PollingTriggerBuilder builder = builder().definition(JsonSupport.parse("{\"key\": \"/id\"}"));

        assertThatThrownBy(builder::toJson)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/key: expected a list, found a string");
    }

    @Test
    void definitionReplacesEarlierSettings() {
        PollingTriggerBuilder builder = builder()
                .key("/old")
                .version("/v")
                .detectDeletions()
                .conditionalRequests()
                .definition(JsonSupport.parse("{" + REQUEST
                        + "\"key\": [\"/id\"], \"version\": [], \"detectDeletions\": false,"
                        + " \"conditionalRequests\": false}"));
        builder.build().close();

        JsonNode written = builder.toJson();

        assertThat(written.get("key")).isEqualTo(JsonSupport.parse("[\"/id\"]"));
        assertThat(written.get("version")).isEmpty();
        assertThat(written.get("detectDeletions").booleanValue()).isFalse();
        assertThat(written.get("conditionalRequests").booleanValue()).isFalse();
    }

    @Test
    void deliverySettingsAreSaved() {
        Delivery delivery = Delivery.to(event -> {})
                .attempts(3)
                .concurrently(4)
                .backoff(Duration.ofMillis(10), Duration.ofSeconds(1));
        PollingTriggerBuilder builder = builder().key("/id").delivery(delivery);
        JsonNode saved = JsonSupport.parse(builder.toJson().toString());

        PollingTriggerBuilder later =
                PollingTrigger.named("r").definition(saved).handler(event -> {});
        PollingTriggerBuilder earlier = PollingTrigger.named("r")
                .delivery(Delivery.inBatches(5, events -> {}))
                .definition(saved);
        PollingTriggerBuilder replaced = PollingTrigger.named("r")
                .definition(saved)
                .delivery(Delivery.to(event -> {}).attempts(9));

        assertThat(saved.get("delivery")).isEqualTo(delivery.settings());
        assertThat(later.toJson().get("delivery")).isEqualTo(delivery.settings());
        assertThat(earlier.toJson().get("delivery")).isEqualTo(delivery.settings());
        assertThat(replaced.toJson().at("/delivery/attempts").intValue()).isEqualTo(9);
        assertThat(builder().key("/id").toJson().has("delivery")).isFalse();
    }

    @Test
    void applicationFiltersArePassedAgain() {
        ObjectNode json = (ObjectNode) JsonSupport.parse("""
            {"request": {"name": "List", "method": "GET", "url": "/items/{{team.id | twice}}"},
             "pills": {"team": {"id": 7}}, "key": ["/id"]}\
            """);
        service.behaviour = asked -> MockResponse.json(List.of());

        try (PollingTrigger trigger = builder()
                .definition(json, Map.of("twice", (value, arguments) -> value.intValue() * 2))
                .build()) {
            trigger.pollOnce();
        }

        assertThat(service.requests).extracting(MockRequest::path).containsExactly("/items/14");
        assertThatThrownBy(() -> builder().definition(json).build())
                .hasMessageContaining("/request/url line 1, column 8: {{team.id | twice}}: unknown filter \"twice\"");
    }
}
