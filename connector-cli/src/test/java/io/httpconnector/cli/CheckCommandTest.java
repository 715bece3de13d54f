package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests {@code check} and {@code describe}, and the options of all commands. */
class CheckCommandTest {

    static final String SHOP = """
            connector: 1
            id: shop
            version: 1.2.0
            title: Shop
            documentation: https://shop.example.com/docs
            inputs:
              - {name: url, label: Shop URL, example: "https://acme.example"}
              - {name: currency, label: Currency, choices: [EUR, CHF], default: EUR}
            connection:
              baseUrl: "{{auth.url}}"
              test: /me
            auth:
              key:
                type: custom
                headers: {X-Api-Key: "{{auth.key}}"}
                fields:
                  - {name: key, label: API key, hint: in the settings, secret: true}
            requests:
              get-order:
                title: Get an order
                method: GET
                url: /orders/{{order.id}}
                query: [{name: in, value: "{{auth.currency}}"}, {name: lang, value: "{{order.lang | default('en')}}"}]
              list-orders:
                method: GET
                url: /orders
                records: {path: /orders}
                pagination: {pages: {query: page}}
            triggers:
              updated-orders:
                request: list-orders
                key: [/id]
            webhooks:
              order-created:
                verify: [{type: preset, name: github, secrets: [hook]}]
            """;

    @TempDir
    private Path directory;

    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
    }

    @Test
    void validDocument() {
        connector.write("shop.yaml", SHOP);

        assertThat(connector.run("check", "shop.yaml"))
                .isEqualTo(new Result(0, "shop.yaml: valid (shop 1.2.0: 2 requests, 1 trigger, 1 webhook)\n", ""));
    }

    @Test
    void allProblemsAreReportedWithLineAndColumn() {
        connector.write("good.yaml", SHOP);
        connector.write(
                "bad.yaml",
                SHOP.replace("method: GET\n    url: /orders/", "methd: GET\n    url: /orders/")
                        .replace("key: [/id]", "key: [id]"));

        Result result = connector.run("check", "good.yaml", "bad.yaml");

        assertThat(result.code()).isEqualTo(ExitCode.INVALID);
        assertThat(result.out().lines())
                .anyMatch(line -> line.startsWith("good.yaml: valid"))
                .anyMatch(line -> line.startsWith("bad.yaml:21:5: /requests/get-order/methd: ")
                        && line.contains("did you mean \"method\""))
                .anyMatch(line -> line.startsWith("bad.yaml:32:") && line.contains("/triggers/updated-orders/key"));
    }

    @Test
    void literalSecretHasPlaceAndHint() {
        connector.write(
                "bad.yaml",
                SHOP.replace(
                        "    type: custom\n    headers: {X-Api-Key: \"{{auth.key}}\"}\n",
                        "    type: basic\n    user: \"{{auth.key}}\"\n    password: api_token\n"));

        assertThat(connector.run("check", "bad.yaml").out())
                .startsWith("bad.yaml:16:15: /auth/key/password: it is a secret as literal text: ")
                .contains("declare an input with secret: true, and write {{auth.NAME}} here");
    }

    @Test
    void problemsAsJson() throws Exception {
        connector.write("bad.yaml", SHOP.replace("version: 1.2.0", "version: one"));

        Result result = connector.run("check", "--json", "bad.yaml");

        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(result.code()).isEqualTo(ExitCode.INVALID);
        assertThat(json.path("valid").asBoolean(true)).isFalse();
        assertThat(json.at("/problems/0/file").asText()).isEqualTo("bad.yaml");
        assertThat(json.at("/problems/0/pointer").asText()).isEqualTo("/version");
        assertThat(json.at("/problems/0/line").asInt()).isEqualTo(3);
        assertThat(json.at("/problems/0/column").asInt()).isEqualTo(10);
        assertThat(json.at("/problems/0/message").asText()).startsWith("\"one\" is invalid");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /a/b (line 3, column 7): it is bad   | /a/b | 3 | 7 | it is bad
                    /a b/c (line 3, column 7): it is bad | /a b/c | 3 | 7 | it is bad
                    /a/b: it is bad: worse               | /a/b | 0 | 0 | it is bad: worse
                    line 2, column 5: neither            | ''   | 2 | 5 | neither
                    it is too large                      | ''   | 0 | 0 | it is too large
                    /a (line 3, column 7) at 9: bad      | /a   | 3 | 7 | at 9: bad
                    """)
    void placeOfProblem(String text, String pointer, int line, int column, String message) {
        assertThat(DocumentProblem.of(Path.of("f"), text))
                .isEqualTo(new DocumentProblem(Path.of("f"), pointer, line, column, message));
    }

    @Test
    void missingFile() {
        assertThat(connector.run("check", "none.yaml"))
                .isEqualTo(new Result(ExitCode.USAGE, "", "error: none.yaml: there is no such file\n"));
    }

    @Test
    void description() {
        connector.write("shop.yaml", SHOP);

        Result result = connector.run("describe", "shop.yaml");

        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("""
                Shop (shop 1.2.0)
                https://shop.example.com/docs

                Authentication "key" (custom)
                  url       Shop URL
                  currency  Currency, default EUR, one of EUR, CHF
                  key       API key, secret: in the settings
                  hook      secret of a webhook

                Requests
                  get-order    GET /orders/{{order.id}}, Get an order
                               pills: order.id, order.lang (optional)
                  list-orders  GET /orders

                Triggers
                  updated-orders  GET /orders

                Webhooks
                  order-created
                """);
    }

    @Test
    void textsOfDocumentsCannotControlTheTerminal() {
        connector.write(
                "evil.yaml",
                SHOP.replaceFirst(
                        "(?m)^title: .*$",
                        "title: \"\\\\e[2J\\\\e]0;pwn\\\\a\\\\u202e Evil\\\\nFAKE: valid\\\\u2028\\\\u009b31m\""));

        for (Result result : List.of(
                connector.run("describe", "evil.yaml"),
                connector.run("describe", "evil.yaml", "--json"),
                connector.run("check", "evil.yaml"))) {
            assertThat(result.out() + result.err())
                    .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\u2028&&[^\\n\\r\\t]]")
                    .doesNotContainPattern("(?m)^FAKE");
        }
        assertThat(connector.run("describe", "evil.yaml").out())
                .startsWith("\\u001b[2J\\u001b]0;pwn\\u0007\\u202e Evil\\nFAKE: valid\\u2028\\u009b31m (");
        assertThat(PrintableText.styled("\u001b[1mbold\u001b[21m\u001b[0m \u001b[8m\r\n\t\r"))
                .isEqualTo("\u001b[1mbold\u001b[21m\u001b[0m \\u001b[8m\r\n\t\r");
        assertThat(PrintableText.of("a\rb\uDB40\uDC01")).isEqualTo("a\\u000db\\udb40\\udc01");
    }

    @Test
    void descriptionAsJson() throws Exception {
        connector.write("shop.yaml", SHOP);

        JsonNode json = new ObjectMapper()
                .readTree(connector.run("describe", "--json", "shop.yaml").out());

        assertThat(json.at("/strategies/0/inputs/2/name").asText()).isEqualTo("key");
        assertThat(json.at("/strategies/0/secrets")).hasToString("[\"hook\",\"key\"]");
        assertThat(json.at("/requests/0/pills/0/path").asText()).isEqualTo("order.id");
        assertThat(json.at("/requests/1/isList").asBoolean()).isTrue();
        assertThat(json.at("/webhooks/0/verify/0/name").asText()).isEqualTo("github");
    }

    @Test
    void withoutCommandTheHelpIsShown() {
        Result result = connector.run();

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("Usage: connector", "check", "describe", "Exit codes:");
    }

    @Test
    void misspelledCommand() {
        Result result = connector.run("chek", "shop.yaml");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("check").doesNotContain("Exception");
    }

    @Test
    void misspelledOption() {
        Result result = connector.run("check", "--jsn", "shop.yaml");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("--jsn", "--json");
    }
}
