package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests {@code send}, {@code poll} and the exit codes of failures. */
class SendCommandTest {

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory).environment("CONNECTOR_SHOP_KEY", "hush-key-1");
        connector.write("shop.yaml", CheckCommandTest.SHOP);
        service.on(
                "GET",
                "/orders/42",
                request -> MockResponse.json("{\"id\": 42, \"q\": \""
                        + request.uri().getQuery() + "\", \"echo\": \""
                        + request.header("X-Api-Key").orElse("") + "\"}"));
        service.on(
                "GET",
                "/orders",
                request -> MockResponse.json(
                        String.valueOf(request.uri().getQuery()).contains("page=2")
                                ? "{\"orders\": [{\"id\": 3}]}"
                                : String.valueOf(request.uri().getQuery()).contains("page=3")
                                        ? "{\"orders\": []}"
                                        : "{\"orders\": [{\"id\": 1}, {\"id\": 2}]}"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Result run(String command, String... args) {
        String[] all = new String[args.length + 3];
        all[0] = command;
        all[1] = "shop.yaml";
        all[2] = "--value=url=" + service.baseUrl();
        System.arraycopy(args, 0, all, 3, args.length);
        return connector.run(all);
    }

    @Test
    void bodyIsPrintedWithSecretsMasked() {
        Result result = run("send", "get-order", "--pill", "order.id=42", "--pill", "order.lang=d=e");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .startsWith("{\"id\": 42, \"q\": \"in=EUR&lang=d=e\"")
                .doesNotContain("hush-key-1");
        assertThat(result.err()).startsWith("HTTP 200, ");
    }

    @Test
    void responseThatDiffersFromItsSchemaIsReported() {
        String schema = "responses: {2xx: {properties: {id: {type: string}}, required: [q]}}";
        connector.write("shop.yaml", CheckCommandTest.SHOP.replace("get-order:\n", "get-order:\n    " + schema + "\n"));

        Result result = run("send", "get-order", "--pill", "order.id=42");
        Result json = run("send", "get-order", "--pill", "order.id=42", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("schema: /id is integer, but was string\n")
                .doesNotContain("is new");
        assertThat(json.out()).contains("\"mismatches\":[\"/id is integer, but was string\"]");
        connector.write("shop.yaml", CheckCommandTest.SHOP);
        assertThat(run("send", "get-order", "--pill", "order.id=42").err()).doesNotContain("schema:");
    }

    @Test
    void headersCurlAndHar() {
        assertThat(run("send", "get-order", "--pill=order.id=42", "--include").out())
                .startsWith("HTTP 200\n")
                .containsIgnoringCase("Content-Type: application/json")
                .contains("\n\n{\"id\": 42");
        assertThat(run("send", "get-order", "--pill=order.id=42", "--curl").out())
                .startsWith("curl -X GET '" + service.baseUrl() + "/orders/42?in=EUR&lang=en'")
                .contains("X-Api-Key: ***")
                .doesNotContain("hush");
        assertThat(run("send", "get-order", "--pill=order.id=42", "--har").out())
                .contains("\"log\"", "\"entries\"")
                .doesNotContain("hush");
        Result both = run("send", "get-order", "--pill=order.id=42", "--har", "--curl");
        assertThat(both.code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void dryRunSendsNothing() {
        Result result = run("send", "get-order", "--pill=order.id=42", "--dry-run");

        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("GET " + service.baseUrl() + "/orders/42?in=EUR&lang=en");
        assertThat(run("send", "get-order", "--pill=order.id=42", "--dry-run", "--json")
                        .out())
                .startsWith("{\"method\":\"GET\",\"url\":\"" + service.baseUrl() + "/orders/42?");
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void jsonForScripts() throws Exception {
        service.on("GET", "/orders/2", MockResponse.status(404).body("text/plain", "no such order"));
        ObjectMapper mapper = new ObjectMapper();

        JsonNode found = mapper.readTree(
                run("send", "get-order", "--pill=order.id=42", "--json").out());
        JsonNode missing = mapper.readTree(
                run("send", "get-order", "--pill=order.id=2", "--json").out());
        String poll = run("poll", "updated-orders", "--all", "--json").out();

        assertThat(found.path("status").asInt()).isEqualTo(200);
        assertThat(found.at("/body/id").asInt()).isEqualTo(42);
        assertThat(found.path("headers").toString()).contains("[\"application/json");
        assertThat(found.path("attempts").asInt()).isEqualTo(1);
        assertThat(missing.path("status").asInt()).isEqualTo(404);
        assertThat(missing.path("body").asText()).isEqualTo("no such order");
        assertThat(poll.lines()).hasSize(4);
        assertThat(poll).contains("{\"summary\":{\"events\":3,");
    }

    @Test
    void missingValuesAreNamedWithOptionsAndVariables() {
        CommandRun other = new CommandRun(directory);
        Result result = other.run("send", "shop.yaml", "list-orders");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains(
                        "use --value url=VALUE",
                        "set the environment variable CONNECTOR_SHOP_KEY to the secret",
                        "Run \"connector form\" to enter the values")
                .doesNotContain("tenant", "value(", "source of secrets");
        assertThat(run("send", "list-orders", "--value=key=k").err())
                .contains("it is a secret: use an environment variable, or the secrets file");
    }

    @ParameterizedTest
    @CsvSource({"--dry-run", "--curl", "--har", "--include"})
    void optionsOfOneExchangeAreRejectedWithAllPages(String option) {
        Result result = run("send", "list-orders", "--all-pages", option);

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("error: " + option + " ").contains("use one of them");
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void limitsOfAllPages() {
        Result pages = run("send", "list-orders", "--all-pages", "--max-pages=1");
        assertThat(pages.code()).as(pages.err()).isZero();
        assertThat(pages.err())
                .isEqualTo(pages.out().lines().count() + " records on 1 page, the limit of --max-pages\n");
        Result records = run("send", "list-orders", "--all-pages", "--max-records=1");
        assertThat(records.out().lines()).hasSize(1);
        assertThat(records.err()).isEqualTo("1 record, the limit of --max-records\n");
        assertThat(run("send", "list-orders", "--all-pages", "--limit=2").out()).isEqualTo("{\"id\":1}\n{\"id\":2}\n");
        assertThat(run("send", "list-orders", "--all-pages", "--max-pages=9", "--max-records=9")
                        .err())
                .isEqualTo("3 records\n");
        assertThat(run("send", "list-orders", "--max-pages=1").err()).contains("need --all-pages");
        assertThat(run("send", "list-orders", "--all-pages", "--max-records=0").err())
                .contains("use at least 1");
    }

    @Test
    void allPagesAreReadAsLines() {
        Result result = run("send", "list-orders", "--all-pages");

        assertThat(result).isEqualTo(new Result(0, "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n", "3 records\n"));
        assertThat(run("send", "get-order", "--pill=order.id=42", "--all-pages").err())
                .contains("its response is not a list");
    }

    @Test
    void truncatedPagesFail() {
        connector.write(
                "shop.yaml",
                CheckCommandTest.SHOP.replace(
                        "pagination: {pages: {query: page}}", "pagination: {pages: {query: page}, total: /total}"));
        service.on(
                "GET",
                "/orders",
                request -> MockResponse.json(
                        String.valueOf(request.uri().getQuery()).contains("page=2")
                                ? "{\"orders\": [], \"total\": 3}"
                                : "{\"orders\": [{\"id\": 1}, {\"id\": 2}], \"total\": 3}"));

        Result result = run("send", "list-orders", "--all-pages");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("The service states that there are more records (3 in total, 2 read)");
    }

    @Test
    void progressIsShownOnTerminalsOnly() {
        assertThat(run("send", "list-orders", "--all-pages").err()).doesNotContain("\r", "\u001b");

        connector.onTerminal();
        assertThat(run("send", "list-orders", "--all-pages").err()).isEqualTo("1 records\r\u001b[2K3 records\n");
        assertThat(run("send", "list-orders", "--all-pages", "--json").err()).isEqualTo("3 records\n");
        assertThat(run("poll", "updated-orders", "--all").err()).contains("1 pages, 2 records\r\u001b[2K");
        assertThat(run("poll", "updated-orders", "--all", "--json").err()).doesNotContain("\r");
    }

    @ParameterizedTest
    @CsvSource({
        "2, test, --values=none.yaml, none.yaml: there is no such file",
        "2, test, --unknown, Unknown option",
        "3, test, --strategy=none, none",
        "3, poll, trigger, not valid",
        "2, send, none, the document has no request"
    })
    void failuresAreJsonForScripts(int code, String command, String argument, String message) throws Exception {
        if (message.equals("not valid")) {
            connector.write("shop.yaml", CheckCommandTest.SHOP.replace("version: 1.2.0", "version: one"));
        }
        Result result = run(command, argument, "--json");

        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(json.path("ok").asBoolean(true)).isFalse();
        assertThat(json.path("exitCode").asInt()).isEqualTo(code);
        assertThat(result.err()).contains("error: ");
        assertThat(json.path("error").asText()).contains(message.equals("not valid") ? "/version" : message);
    }

    @Test
    void pillsFileFollowsTheCoreSchemaOfYaml12() {
        connector.write("pills.yaml", "order: {id: 42, lang: NO}\n");
        assertThat(run("send", "get-order", "--pills=pills.yaml").out()).contains("lang=NO");

        connector.write("pills.yaml", "order: {id: 042}\n");
        assertThat(run("send", "get-order", "--pills=pills.yaml").err())
                .contains("pills.yaml:1:13: a number with a leading zero: write it in quotes");
    }

    @Test
    void pillsOfFileAndArguments() {
        connector.write("pills.json", "{\"order\": {\"id\": 41, \"lang\": \"fr\"}}");

        assertThat(run("send", "get-order", "--pills=pills.json", "--pill=order.id:=42")
                        .out())
                .contains("lang=fr");
        assertThat(connector
                        .runWithInput(
                                "order: {id: 42}",
                                "send",
                                "shop.yaml",
                                "get-order",
                                "--pills=-",
                                "--value=url=" + service.baseUrl())
                        .out())
                .contains("\"id\": 42");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    get-order  | --pill=order.id:=x    | the value is not JSON
                    get-order  | --pill=order..id=1    | write it such as order.id=42
                    get-order  | --pill=other.id=1     | Use --pill NAME=VALUE
                    get-order  | --pills=none.yaml     | there is no such file
                    get-ordr   | --all-pages           | did you mean "get-order"?
                    get-order  | --strategy=kee        | is unknown: use one of
                    """)
    void incorrectUse(String request, String option, String message) {
        Result result = run("send", request, option);

        assertThat(result.code()).as(result.err()).isIn(ExitCode.USAGE, ExitCode.INVALID);
        assertThat(result.err()).startsWith("error: ").contains(message).doesNotContain("\tat ");
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void failuresHaveTheirExitCodes() {
        service.on("GET", "/orders/1", MockResponse.status(401), MockResponse.status(401));
        service.on("GET", "/orders/2", MockResponse.status(404).body("text/plain", "no such order"));

        assertThat(run("send", "get-order", "--pill=order.id=1").code()).isEqualTo(ExitCode.UNAUTHORIZED);
        Result rejected = run("send", "get-order", "--pill=order.id=2");
        assertThat(rejected.code()).isEqualTo(ExitCode.FAILED);
        assertThat(rejected.out()).isEqualTo("no such order\n");
        assertThat(rejected.err()).startsWith("HTTP 404, ");
        service.close();
        Result unreachable = run("send", "get-order", "--pill=order.id=2");
        assertThat(unreachable.code()).isEqualTo(ExitCode.FAILED);
        assertThat(unreachable.err()).startsWith("error: ").doesNotContain("\tat ");
        assertThat(run("send", "get-order", "--pill=order.id=2", "--verbose").err())
                .contains("\tat ");
    }

    @Test
    void pollContinuesWhereItHasEnded() {
        Result first = run("poll", "updated-orders", "--state=s");
        Result last = run("poll", "updated-orders", "--state=s", "--all");
        Result next = run("poll", "updated-orders", "--state=s");

        assertThat(first.out()).isEmpty();
        assertThat(first.err()).contains("0 events, ", "use --last COUNT, --from TIME or --all");
        assertThat(last.out().lines()).hasSize(3).allMatch(line -> line.startsWith("{\"id\":"));
        assertThat(last.out()).contains("\"payload\":{\"id\":3}");
        assertThat(next.out()).isEmpty();
        assertThat(next.err()).doesNotContain("--last");
    }

    @Test
    void followPollsUntilStopped() {
        connector.reader((terminal, line) -> {
            if (line.contains("\"payload\":{\"id\":3}")) {
                terminal.stop();
            }
        });

        Result result = run("poll", "updated-orders", "--all", "--follow");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(3);
        assertThat(result.err()).contains("Press Ctrl-C to stop.");
    }

    @Test
    void pollRejectsIncorrectUse() {
        assertThat(run("poll", "order-created").err()).contains("the document has no trigger \"order-created\"");
        assertThat(run("poll", "updated-orders", "--from=yesterday").err()).contains("is not a time");
        assertThat(run("poll", "updated-orders", "--once", "--follow").code()).isEqualTo(ExitCode.USAGE);
        assertThat(run("poll", "updated-orders", "--all", "--last=3").code()).isEqualTo(ExitCode.USAGE);
    }

    private void writeExport() {
        connector.write("shop.yaml", """
                connector: 1
                id: shop
                version: 1.0.0
                title: Shop
                auth: {open: {type: none}}
                inputs:
                  - {name: url, label: URL}
                connection: {baseUrl: "{{auth.url}}"}
                requests:
                  export:
                    method: POST
                    url: /exports
                    body: {json: {year: "{{year}}"}}
                    operation:
                      id: /id
                      status: {name: Status, method: GET, url: "/exports/{{operation.id}}"}
                      poll: {interval: PT0.1S}
                      state: /state
                      running: [running]
                      done: [finished]
                      failed: [failed]
                      error: /message
                      result: {url: /url}
                """);
        service.on("POST", "/exports", MockResponse.json("{\"id\": 7}"));
        service.on("GET", "/files/1", MockResponse.json("[{\"row\": 1}, {\"row\": 2}]"));
    }

    @Test
    void anOperationIsAwaited() throws Exception {
        writeExport();
        service.on(
                "GET",
                "/exports/7",
                MockResponse.json("{\"state\": \"running\"}"),
                MockResponse.json("{\"state\": \"finished\", \"url\": \"/files/1\"}"));
        Result result = run("send", "export", "--pill", "year:=2026");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEqualToIgnoringNewLines("[{\"row\": 1}, {\"row\": 2}]");
        assertThat(result.err()).contains("started 7").contains("finished");
        Result records = run("send", "export", "--pill", "year:=2026", "--all-pages");
        assertThat(records.out().lines()).hasSize(2);
        Result written = run(
                "send",
                "export",
                "--pill",
                "year:=2026",
                "--output",
                directory.resolve("o.json").toString());
        assertThat(written.code()).as(written.err()).isZero();
        assertThat(Files.readString(directory.resolve("o.json"))).contains("\"row\": 2");
        assertThat(run("send", "export", "--pill", "year:=2026", "--dry-run").out())
                .contains("POST");
    }

    @Test
    void anOperationThatFailsHasTheExitCodeOfFailures() {
        writeExport();
        service.on("GET", "/exports/7", MockResponse.json("{\"state\": \"failed\", \"message\": \"no quota\"}"));
        Result result = run("send", "export", "--pill", "year:=2026");
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("no quota");
        assertThat(run("send", "export", "--pill", "year:=2026", "--curl").code())
                .isEqualTo(ExitCode.USAGE);
    }
}
