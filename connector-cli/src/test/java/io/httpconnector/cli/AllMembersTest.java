package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that each command accepts documents with all kinds of requests, triggers and webhooks. */
@Timeout(120)
class AllMembersTest {

    private static final String DOCUMENT = """
            connector: 1
            id: all
            version: 1.0.0
            title: All
            auth: {open: {type: none}}
            inputs: [{name: site, label: Site}, {name: team, label: Team}]
            connection: {baseUrl: "{{auth.site}}", test: /me}
            requests:
              plain: {title: Plain, method: GET, url: /me, responses: {2xx: {type: object}}}
              list: {method: GET, url: /list, records: {path: /items}, pagination: {pages: {query: page}}}
              lookup: {method: POST, url: /graphql, graphql: {query: "query Q($id: ID) { a(id: $id) { id } }", variables: {id: "{{id}}"}}}
              export:
                title: Export
                method: POST
                url: /exports
                body: {json: {since: "{{cursor | default('all')}}"}}
                records: {path: /items}
                operation:
                  id: /id
                  status: {name: Status, method: GET, url: "/exports/{{operation.id}}", query: [{name: team, value: "{{auth.team}}"}]}
                  poll: {interval: PT0.1S}
                  state: /state
                  running: [running]
                  done: [finished]
                  result: {url: /url}
            triggers:
              polled:
                request: list
                schedule: {every: PT5M}
                key: [/id]
                version: [/t]
                startPosition: {everything: true}
              ran:
                request: export
                schedule: {every: PT5M}
                key: [/id]
                cursor: {timestamp: /t}
                startPosition: {everything: true}
              own:
                request: {method: POST, url: /exports, body: {json: {since: "{{cursor | default('all')}}"}}}
                operation:
                  {id: /id, status: {name: Status, method: GET, url: "/exports/{{operation.id}}"}, state: /state, done: [finished], result: {url: /url}}
                records: {path: /items}
                schedule: {every: PT5M}
                key: [/id]
                cursor: {timestamp: /t}
                startPosition: {everything: true}
              both:
                request: list
                schedule: {every: PT5M}
                key: [/id]
                version: [/t]
                startPosition: {everything: true}
                hybrid: {webhook: changed, payload: {records: [/object]}}
              events:
                request: {method: GET, url: /events}
                stream: {types: [created]}
            webhooks:
              changed:
                verify: [{type: signature, secrets: [hook], definition: {algorithm: HmacSHA256, signature: [{header: X-Signature}], content: "{{body}}"}}]
            """;

    private static final String ITEMS = "{\"items\": [{\"id\": 1, \"t\": \"2026-11-01T00:00:00Z\"}]}";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory).environment("CONNECTOR_ALL_HOOK", "hush");
        connector.write("all.yaml", DOCUMENT);
        connector.write("changed.yaml", DOCUMENT.replace("done: [finished]", "done: [finished, complete]"));
        connector.write("all.values.yaml", "values: {site: \"" + service.baseUrl() + "\", team: blue}\n");
        connector.write("curl.txt", "curl " + service.baseUrl() + "/me\n");
        service.on("GET", "/me", MockResponse.json("{\"name\": \"Ann\"}"));
        service.on(
                "GET",
                "/list",
                request -> MockResponse.json(
                        String.valueOf(request.uri().getQuery()).contains("page=1") ? ITEMS : "{\"items\": []}"));
        service.on("POST", "/graphql", MockResponse.json("{\"data\": {\"a\": {\"id\": 1}}}"));
        service.on("POST", "/exports", MockResponse.json("{\"id\": 7}"));
        service.on("GET", "/exports/7", MockResponse.json("{\"state\": \"finished\", \"url\": \"/files/1\"}"));
        service.on("GET", "/files/1", MockResponse.json(ITEMS));
        service.on(
                "GET",
                "/events",
                MockResponse.status(200).body("text/event-stream", "event: created\nid: 1\ndata: {\"id\": 1}\n\n"));
    }

    @AfterEach
    void end() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "describe all.yaml",
                "describe all.yaml --json",
                "check all.yaml",
                "check all.yaml --json",
                "check all.yaml --migrate",
                "form all.yaml --no-input --value=site=https://service.example --value=team=a --json",
                "test all.yaml",
                "diff all.yaml all.yaml",
                "send all.yaml plain",
                "send all.yaml list --all-pages",
                "send all.yaml lookup --pill=id=1 --dry-run",
                "send all.yaml lookup --pill=id=1 --curl",
                "send all.yaml lookup --pill=id=1 --har",
                "send all.yaml export",
                "send all.yaml export --json",
                "send all.yaml export --output=DIRECTORY/result.json",
                "send all.yaml export --dry-run",
                "send all.yaml export --dry-run --json",
                "send all.yaml export --all-pages",
                "poll all.yaml polled",
                "poll all.yaml ran",
                "poll all.yaml own",
                "poll all.yaml both",
                "verify all.yaml plain list lookup export polled ran own both",
                "import curl curl.txt --into all.yaml --as added",
                "wizard all.yaml --yes --name=added --url=/me",
                "wizard all.yaml --yes --name=added --curl=curl@/me",
            })
    void aCommandAcceptsAllMembers(String command) {
        String complete =
                command.replace("curl@", "curl " + service.baseUrl()).replace("DIRECTORY", directory.toString());
        Result result = connector.run(complete.split(" (?!http)", -1));
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        if (command.matches("(?:wizard|import) .*")) {
            assertThat(connector.run("check", "all.yaml").code()).isZero();
            assertThat(connector.read("all.yaml")).contains("operation:", "graphql:", "stream:", "hybrid:");
        }
    }

    @Test
    void operationsAreDescribed() {
        Result text = connector.run("describe", "all.yaml");
        assertThat(text.out()).containsSubsequence("export", "starts a long-running operation", "Triggers");
        JsonNode json = JsonSupport.parse(
                connector.run("describe", "all.yaml", "--json").out());
        assertThat(json.at("/requests/0/isOperation").asBoolean()).isFalse();
        assertThat(json.at("/requests/3/isOperation").asBoolean()).isTrue();
        assertThat(json.at("/triggers/1/isOperation").asBoolean()).isTrue();
    }

    @Test
    void aChangeOfAnOperationIsADifference() {
        Result result = connector.run("diff", "all.yaml", "changed.yaml");
        assertThat(result.out() + result.err()).contains("operation");
    }
}
