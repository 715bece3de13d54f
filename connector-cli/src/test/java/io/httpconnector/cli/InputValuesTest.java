package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the values of inputs, pills and secrets that commands receive in options and files. */
class InputValuesTest {

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("shop.yaml", """
                connector: 1
                id: shop
                version: 1.0.0
                title: Shop
                connection: {baseUrl: "BASE"}
                inputs:
                  - {name: must}
                  - {name: more, optional: true}
                requests:
                  me: {method: GET, url: "/me?m={{auth.must}}"}
                  path: {method: GET, url: "/more/{{auth.more}}"}
                triggers:
                  t: {request: me, key: [/id], startPosition: {everything: true}}
                """.replace("BASE", service.baseUrl()));
        service.on("GET", "/me", request -> MockResponse.json("[]"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"send shop.yaml me", "send shop.yaml me --dry-run", "poll shop.yaml t", "test shop.yaml"})
    void missingInputNamesItsOptionAndTheForm(String command) {
        Result result = connector.run(command.split(" ", -1));

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains("must: it is missing: use --value must=VALUE", "Run \"connector form\" to enter the values")
                .doesNotContain("--pill");
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void emptyInputIsReported() {
        Result result = connector.run("send", "shop.yaml", "me", "--value", "must=");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("must: it is empty: use --value must=VALUE");
    }

    @Test
    void unknownInputOfTheFileIsReported() {
        connector.write("values.yaml", "connector: shop\nvalues: {mst: 1}\n");

        Result result = connector.run("send", "shop.yaml", "me", "--values", "values.yaml");

        assertThat(result.code()).isEqualTo(ExitCode.INVALID);
        assertThat(result.err())
                .contains("values.yaml: /values/mst: the document has no such input: did you mean \"must\"?");
    }

    @Test
    void durationIsWrittenAsInDocuments() {
        Result result = connector.run("poll", "shop.yaml", "x", "--follow", "--every", "5m");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("\"5m\" is not an ISO 8601 duration, such as PT5M for five minutes");
    }

    @Test
    void optionalInputThatAUrlNeedsIsNoPill() {
        Result result = connector.run("send", "shop.yaml", "path", "--value", "must=1");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("auth.more", "--value NAME=VALUE").doesNotContain("--pill ");
    }

    private Result sent(String option, String name, String text) {
        connector.write("doc.yaml", """
                connector: 1
                id: doc
                version: 1.0.0
                title: Doc
                connection: {baseUrl: "BASE", headers: {X-Key: "{{auth.key}}"}}
                inputs: [{name: v, default: none}, {name: key, secret: true}]
                requests:
                  send: {method: POST, url: /send, body: {json: {v: "{{auth.v}}", a: "{{a | omit}}"}}}
                """.replace("BASE", service.baseUrl()));
        service.on(
                "POST",
                "/send",
                request -> MockResponse.json("{\"body\":" + request.body() + ",\"key\":\"<"
                        + request.header("X-Key").orElse("") + ">\"}"));
        connector.write(name, text);
        connector.write("default.secrets.yaml", "key: k");
        return option.equals("--secrets")
                ? connector.run("send", "doc.yaml", "send", option, name)
                : connector.run("send", "doc.yaml", "send", "--secrets", "default.secrets.yaml", option, name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 12345678901234567.89 | 12345678901234567.89",
                "a: 1.10 | 1.10",
                "a: 100000000000000000000.5 | 100000000000000000000.5",
                "a: 0x10 | 16",
                "a: 'NO' | \"NO\"",
                "a: NO | \"NO\"",
                "'{\"a\": 12345678901234567.89}' | 12345678901234567.89",
            })
    void pillsKeepAllDigits(String text, String sent) {
        Result result = sent("--pills", "pills.yaml", text);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().replaceAll("\\s", "")).contains("\"a\":" + sent + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"12345678901234567.89", "1.10", "0x10", "01234", "1e3", "True", "NO", "2024-01-01", "1_000"})
    void valuesAndSecretsAreTextsAsWritten(String text) {
        Result result = sent("--values", "values.yaml", "values: {v: " + text + "}");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().replaceAll("\\s", "")).contains("{\"v\":\"" + text + "\"}");
        Result secret = sent("--secrets", "own.secrets.yaml", "key: " + text);
        assertThat(secret.code()).as(secret.err()).isZero();
        assertThat(service.requests().get(1).header("X-Key")).contains(text);
        Result json = text.matches("1.*[0-9e.]+") && !text.contains("_") && !text.contains("-")
                ? sent("--secrets", "json.secrets.json", "{\"key\": " + text + "}")
                : sent("--secrets", "json.secrets.json", "{\"key\": \"" + text + "\"}");
        assertThat(json.code()).as(json.err()).isZero();
        assertThat(service.requests().get(2).header("X-Key")).contains(text);
    }

    @ParameterizedTest
    @CsvSource({"--pills, a: hush1, b: 2", "--values, connector: doc, strategy: none", "--secrets, key: hush1, other: 2"
    })
    void whatWouldBeDroppedIsRejected(String option, String first, String second) {
        for (String text : new String[] {
            first + "\n" + second + "\n" + first + "\n",
            "---\n" + first + "\n---\n" + second + "\n",
            first + "\n" + second.replace(": ", ": !!python/object ") + "\n"
        }) {
            Result result = sent(option, "file.yaml", text);

            assertThat(result.code()).as(text).isEqualTo(ExitCode.INVALID);
            assertThat(result.err()).containsPattern("file\\.yaml:[2-4]:\\d+: ").doesNotContain("hush1");
            assertThat(service.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "\n\n", "{}"})
    void emptyFileHasNoValues(String text) {
        assertThat(sent("--pills", "pills.yaml", text).code()).isZero();
        assertThat(sent("--values", "values.yaml", text).code()).isZero();
    }

    @Test
    void errorOfTheRuntimeIsADefectOfTheCommand() {
        for (String option : new String[] {"--value=must=1", "--json"}) {
            boolean[] isThrown = {false};
            connector.reader((terminal, line) -> {
                if (!isThrown[0]) {
                    isThrown[0] = true;
                    throw new StackOverflowError("hush");
                }
            });

            Result result = connector.run("send", "shop.yaml", "me", "--dry-run", "--value=must=1", option);

            assertThat(result.code()).isEqualTo(ExitCode.INTERNAL);
            assertThat(result.err())
                    .contains("error: unexpected StackOverflowError; run the command with --verbose and report it")
                    .doesNotContain("hush", "\tat ");
            assertThat(result.out().contains("{\"ok\":false,\"exitCode\":70,")).isEqualTo(option.equals("--json"));
        }
    }
}
