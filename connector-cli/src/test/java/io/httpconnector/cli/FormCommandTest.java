package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.cli.CommandRun.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the form for values and secrets. */
class FormCommandTest {

    private static final String FORM = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            inputs:
              - {name: region, label: Region, choices: [eu, us], default: eu}
              - {name: shop, label: Shop, pattern: "[a-z]+", example: acme, prefix: "https://", suffix: .shop.example}
              - {name: note, label: Note, optional: true}
            connection:
              baseUrl: "https://{{auth.shop}}.{{auth.region}}.shop.example"
            auth:
              key:
                type: custom
                headers: {X-Key: "{{auth.key}}", X-Note: "{{auth.note}}"}
                fields: [{name: key, label: API key, hint: in the settings, secret: true}]
              basic:
                type: basic
                user: "{{auth.user}}"
                password: "{{auth.password}}"
                headers: {X-Note: "{{auth.note}}"}
                fields: [{name: user}, {name: password, secret: true}]
            """;

    @TempDir
    private Path directory;

    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("shop.yaml", FORM);
    }

    @Test
    void asksForEachInput() throws Exception {
        Result result = connector.runWithInput("\n\nacme\n\nhush-1\n", "form", "shop.yaml");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err())
                .contains(
                        "Authentication (key, basic) [key]: ",
                        "Region (eu, us) [eu]: ",
                        "Shop (https://....shop.example; such as acme): ",
                        "Note (optional): ",
                        "in the settings",
                        "API key: ",
                        "Next: connector test shop.yaml")
                .doesNotContain("hush-1");
        assertThat(connector.read("shop.values.yaml")).isEqualTo("""
                connector: "shop"
                strategy: "key"
                values:
                  shop: "acme"
                """);
        assertThat(connector.read("shop.secrets.yaml")).isEqualTo("key: \"hush-1\"\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("shop.secrets.yaml"))))
                .isEqualTo("rw-------");
    }

    @Test
    void invalidEntriesAreAskedForAgain() {
        Result result = connector.runWithInput(
                "both\nbasic\nasia\nus\nACME\n\nhttps://acme.shop.example\n\nann\nhush-1\n", "form", "shop.yaml");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err())
                .contains(
                        "use one of key, basic",
                        "use one of eu, us",
                        "it does not match the pattern [a-z]+, such as acme",
                        "a value is required");
        assertThat(connector.read("shop.values.yaml"))
                .contains("strategy: \"basic\"", "region: \"us\"", "shop: \"https://acme.shop.example\"");
    }

    @Test
    void entriesAreCheckedByTheirType() {
        connector.write("typed.yaml", """
                connector: 1
                id: typed
                version: 1.0.0
                title: Typed
                inputs:
                  - {name: limit, label: Limit, type: integer}
                  - {name: since, label: Since, type: date}
                  - {name: all, label: All, type: boolean}
                connection: {baseUrl: "https://shop.example"}
                requests:
                  list:
                    method: GET
                    url: /items
                    query:
                      - {name: limit, value: "{{auth.limit}}"}
                      - {name: since, value: "{{auth.since}}"}
                      - {name: all, value: "{{auth.all}}"}
                """);

        Result result = connector.runWithInput("ten\n10\ntoday\n2026-01-31\nyes\ntrue\n", "form", "typed.yaml");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err())
                .contains(
                        "Since (YYYY-MM-DD): ",
                        "All (true or false): ",
                        "it is not a whole number, such as 42",
                        "it is not a date, such as 2026-01-31",
                        "it is neither true nor false");
        assertThat(connector.read("typed.values.yaml")).contains("10", "2026-01-31", "true");
        assertThat(connector.run("form", "typed.yaml", "--no-input", "--value=limit=x"))
                .extracting(Result::code, Result::err)
                .containsExactly(ExitCode.INVALID, "error: --value limit: it is not a whole number, such as 42\n");
    }

    @Test
    void savedValuesAreOffered() {
        connector.runWithInput("\nus\nacme\nhello\nhush-1\n", "form", "shop.yaml");

        Result result = connector.runWithInput("\n\n\n\n\n", "form", "shop.yaml");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("[us]", "[acme]", "[hello]", "API key [unchanged]")
                .doesNotContain("hush-1");
        assertThat(connector.read("shop.values.yaml")).contains("us", "acme", "hello");
        assertThat(connector.read("shop.secrets.yaml")).contains("hush-1");
    }

    @Test
    void withoutInputValuesComeFromOptionsAndEnvironment() {
        connector.environment("CONNECTOR_SHOP_KEY", "hush-1").environment("CONNECTOR_SHOP_NOTE", "hi");

        Result result = connector.run("form", "shop.yaml", "--no-input", "--value", "shop=acme", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("\"values\" : \"shop.values.yaml\"").doesNotContain("secrets");
        assertThat(connector.read("shop.values.yaml")).contains("acme", "hi").doesNotContain("hush-1");
        assertThat(directory.resolve("shop.secrets.yaml")).doesNotExist();
    }

    @Test
    void missingAndInvalidValuesAreErrors() {
        assertThat(connector.run("form", "shop.yaml", "--no-input", "--value=shop=acme"))
                .isEqualTo(new Result(
                        ExitCode.USAGE,
                        "",
                        "error: key: a value is required: set the environment variable CONNECTOR_SHOP_KEY\n"));
        assertThat(connector
                        .run("form", "shop.yaml", "--no-input", "--value=shop=ACME")
                        .err())
                .startsWith("error: --value shop: it does not match the pattern");
        assertThat(connector.runWithInput("\n", "form", "shop.yaml").code()).isEqualTo(ExitCode.USAGE);
        assertThat(directory.resolve("shop.values.yaml")).doesNotExist();
    }

    @Test
    void filesOfAnotherConnectorAndMalformedFilesAreRejected() {
        connector.write("other.values.yaml", "connector: other\n");
        assertThat(connector
                        .run("test", "shop.yaml", "--values", "other.values.yaml")
                        .err())
                .contains("the values are those of the connector \"other\"");
        connector.write("bad.secrets.yaml", "key: {hush-1\n");
        Result malformed = connector.run("test", "shop.yaml", "--secrets", "bad.secrets.yaml");
        assertThat(malformed.code()).isEqualTo(ExitCode.INVALID);
        assertThat(malformed.err()).contains("it is neither JSON nor YAML").doesNotContain("hush-1");
        connector.write("list.secrets.yaml", "key: [hush-1]\n");
        assertThat(connector
                        .run("test", "shop.yaml", "--secrets", "list.secrets.yaml")
                        .err())
                .contains("key: expected a text")
                .doesNotContain("hush-1");
        assertThat(connector.run("test", "shop.yaml", "--values", "none.yaml").code())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void secretsThatOthersCanReadAreReported() throws Exception {
        Path secrets = connector.write("shop.secrets.yaml", "key: hush-1\n");
        Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-r--r--"));

        Result result = connector.run("send", "shop.yaml", "none");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(connector.run("test", "shop.yaml", "--value=shop=acme").err())
                .contains("warning: others can read shop.secrets.yaml");
    }

    @Test
    void missingValueNamesTheForm() {
        Result result = connector.run("test", "shop.yaml");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("shop", "key", "connector form", "CONNECTOR_SHOP_NAME");
    }
}
