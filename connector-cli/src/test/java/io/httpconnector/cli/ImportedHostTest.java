package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.definition.ConnectorDefinition;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests to which host an imported request goes: the base URL of the document, or a host of its own. */
class ImportedHostTest {

    private static final String KEPT =
            "it goes to https://other.example, which is not the base URL https://shop.example/v2";

    @TempDir
    private Path directory;

    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        into("https://shop.example/v2");
    }

    private void into(String baseUrl) {
        String shop = CheckCommandTest.SHOP.replace("\"{{auth.url}}\"", baseUrl);
        connector.write(
                "shop.yaml",
                baseUrl.contains("auth.url")
                        ? shop
                        : shop.replace("  - {name: url, label: Shop URL, example: \"https://acme.example\"}\n", ""));
    }

    private JsonNode shop() {
        return ConnectorDefinition.load(directory.resolve("shop.yaml")).toJson();
    }

    private String added(String url) {
        Result result =
                connector.runWithInput("curl '" + url + "'", "import", "curl", "-", "--into=shop.yaml", "--as=new");
        assertThat(result.code()).as(result.err()).isZero();
        return shop().at("/requests/new/url").asText() + " " + result.err();
    }

    @Test
    void requestToAnotherHostKeepsItsUrl() {
        assertThat(added("https://other.example/x?a=1"))
                .startsWith("https://other.example/x ")
                .contains("remark: standard input: GET /x: " + KEPT)
                .contains("without the credentials of auth");
    }

    @ParameterizedTest
    @CsvSource({
        "https://shop.example/v2, https://SHOP.example:443/v2/orders, /orders",
        "https://shop.example/v2, https://shop.example/v2/, /",
        "https://shop.example, https://shop.example/v2/orders, /v2/orders",
        "https://shop.example/v2, https://shop.example/v1/orders, https://shop.example/v1/orders",
        "https://shop.example/v2, https://shop.example/v22/orders, https://shop.example/v22/orders",
        "https://shop.example/v2, http://shop.example/v2/orders, http://shop.example/v2/orders",
        "https://shop.example/v2, https://shop.example:8443/v2/orders, https://shop.example:8443/v2/orders",
        "https://shop.example/v2, https://shop.example.evil.example/v2/a, https://shop.example.evil.example/v2/a",
        "https://shop.example/v2, https://shop.example@evil.example/v2/a, https://evil.example/v2/a",
        "https://shop.example/v2, https://münchen.example/v2/a, https://xn--mnchen-3ya.example/v2/a",
        "'\"{{auth.url}}\"', https://acme.example/v2/orders, /v2/orders",
        "'\"https://{{auth.url}}.shop.example/v2\"', https://acme.shop.example/v2/orders, /orders",
        "'\"https://{{auth.url}}.shop.example/v2\"', https://acme.other.example/v2/orders, https://acme.other.example/v2/orders",
        "'\"https://{{auth.url}}.shop.example\"', https://evil.example/.shop.example/a, https://evil.example/.shop.example/a",
        "'[\"{{auth.url}}\", \"https://shop.example/v2\"]', https://shop.example/v2/orders, /orders",
    })
    void urlRelativeToTheBaseUrl(String baseUrl, String url, String expected) {
        into(baseUrl);

        String added = added(url);

        assertThat(added).startsWith(expected + " ");
        boolean isExact = expected.startsWith("/") && !baseUrl.contains("{{auth.url}}");
        assertThat(added.contains("remark") || baseUrl.startsWith("[")).isEqualTo(!isExact);
    }

    @Test
    void hostOfAnInputIsNamed() {
        into("\"https://{{auth.url}}.shop.example/v2\"");

        assertThat(added("https://acme.shop.example/v2/orders"))
                .contains("it was sent to https://acme.shop.example; in the document, it goes to the base URL"
                        + " https://{{auth.url}}.shop.example/v2");
    }

    @Test
    void otherFormatsKeepTheHostToo() {
        connector.write("api.yaml", """
                openapi: 3.0.3
                info: {title: A, version: '1'}
                servers: [{url: 'https://other.example/v2'}]
                paths:
                  /a: {get: {operationId: a}}
                  /b: {servers: [{url: 'https://shop.example/v2'}], get: {operationId: b}}
                """);
        connector.write(
                "old.json",
                "{\"swagger\": \"2.0\", \"info\": {\"title\": \"A\", \"version\": \"1\"}, \"host\": \"other.example\","
                        + " \"schemes\": [\"http\", \"https\"], \"paths\": {\"/c\": {\"get\": {}}}}");
        connector.write(
                "all.har",
                "{\"log\": {\"entries\": [{\"request\": {\"method\": \"GET\", \"url\": \"https://other.example/d\"}}]}}");
        connector.write("shop.json", """
                {"info": {"name": "S", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
                 "variable": [{"key": "host", "value": "https://other.example"}],
                 "item": [{"name": "e", "request": {"method": "GET", "url": {"raw": "", "host": ["{{host}}"], "path": ["e"]}}},
                   {"name": "f", "request": {"method": "GET", "url": "{{unknown}}/v2/f"}}]}
                """);

        String remarks = "";
        for (String one : new String[] {"openapi api.yaml", "openapi old.json", "har all.har", "postman shop.json"}) {
            Result result = connector.run(
                    "import", one.replaceFirst(" .*", ""), one.replaceFirst(".* ", ""), "--into=shop.yaml");
            assertThat(result.code()).as(result.err()).isZero();
            remarks += result.err();
        }

        JsonNode requests = shop().path("requests");
        assertThat(requests.at("/a/url").asText()).isEqualTo("https://other.example/v2/a");
        assertThat(requests.at("/b/url").asText()).isEqualTo("/b");
        assertThat(requests.at("/get-c/url").asText()).isEqualTo("https://other.example/c");
        assertThat(requests.at("/get-d/url").asText()).isEqualTo("https://other.example/d");
        assertThat(requests.at("/e/url").asText()).isEqualTo("https://other.example/e");
        assertThat(requests.at("/f/url").asText()).isEqualTo("/f");
        assertThat(remarks)
                .contains("api.yaml: a: " + KEPT, "GET /c: " + KEPT, "GET /d: " + KEPT, "shop.json: e: " + KEPT)
                .contains("f: its host {{input.unknown}} is not known: it goes to the base URL https://shop.example/v2")
                .doesNotContain("api.yaml: b: it goes");
    }

    @Test
    void newDocumentHasTheHostOfMostRequests() {
        String commands = "curl https://cdn.example/a\ncurl https://shop.example/b\ncurl https://shop.example/c"
                + " -H 'X-Api-Key: hush-key-1'\ncurl https://cdn.example.org/d -H 'X-Cdn-Token: hush-key-2'";

        Result result = connector.runWithInput(commands, "import", "curl", "-");

        assertThat(result.code()).as(result.err()).isZero();
        ConnectorDefinition all = ConnectorDefinition.parse(result.out());
        assertThat(all.toJson().at("/connection/baseUrl").asText()).isEqualTo("https://shop.example");
        assertThat(all.toJson().at("/requests/get-a/url").asText()).isEqualTo("https://cdn.example/a");
        assertThat(all.toJson().at("/requests/get-b/url").asText()).isEqualTo("/b");
        assertThat(all.secrets("key")).containsExactly("xApiKey");
        assertThat(result.err())
                .contains("several hosts: https://cdn.example, https://shop.example, https://cdn.example.org")
                .contains("GET /a: it goes to https://cdn.example, which is not the base URL https://shop.example")
                .doesNotContain("hush");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl https://api.example/a -x http://proxy.example:3128",
                "curl https://api.example/a -e https://ref.example/ -A 'see https://ua.example/'",
                "curl 'https://api.example/a?next=https://x.example/'",
                "curl -H \"Referer: https://x.example/\" https://api.example/a",
                "curl -d 'u=https://x.example/' -d '{\"u\": \"https://y.example/\"}' https://api.example/a",
                "curl --url https://api.example/a",
                "curl https://api.example/a https://api.example:443/b # https://x.example",
            })
    void urlsInOptionsAreNotHosts(String command) {
        Result result = connector.runWithInput(command.replace("", ""), "import", "curl", "-");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).doesNotContain("several hosts");
        assertThat(ConnectorDefinition.parse(result.out())
                        .toJson()
                        .at("/connection/baseUrl")
                        .asText())
                .isEqualTo("https://api.example");
    }

    @Test
    void unknownHostsAreNotTakenForEachOther() {
        connector.write("all.json", """
                {"info": {"name": "S", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
                 "item": [{"name": "a", "request": {"method": "GET", "url": "{{api}}/a"}},
                   {"name": "b", "request": {"method": "GET", "url": "{{login}}/b"}},
                   {"name": "c", "request": {"method": "GET", "url": "https://c.example/c"}}]}
                """);

        Result result = connector.run("import", "postman", "all.json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("b: its host {{input.login}} is not known: it goes to the base URL of the document")
                .contains(
                        "c: it goes to https://c.example, which is not the base URL of the document, which is an input")
                .doesNotContain("a: its host");
    }

    @Test
    void chosenRequestsDecideTheHost() {
        connector.write("all.har", """
                {"log": {"entries": [{"request": {"method": "GET", "url": "https://a.example/x"}},
                  {"request": {"method": "GET", "url": "https://b.example/y"}}]}}
                """);

        Result result = connector.run("import", "har", "all.har", "--item=GET /y");

        assertThat(result.err()).doesNotContain("several hosts");
        assertThat(ConnectorDefinition.parse(result.out())
                        .toJson()
                        .at("/connection/baseUrl")
                        .asText())
                .isEqualTo("https://b.example");
    }
}
