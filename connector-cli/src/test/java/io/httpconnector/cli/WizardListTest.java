package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the wizard with responses that are lists. */
class WizardListTest {

    private static final String DOCUMENT = """
        connector: 1
        id: shop
        version: 1.0.0
        title: Shop
        connection:
          baseUrl: "BASE"   # of the test

        triggers:
          # The first one.
          existing:
            request: {method: GET, url: /existing}
            key: [/id]
        """;

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("shop.yaml", DOCUMENT.replace("BASE", service.baseUrl()));
        service.on("GET", "/orders", request -> {
            String query = String.valueOf(request.uri().getQuery());
            int page = query.contains("page=") ? Integer.parseInt(query.replaceFirst(".*page=(\\d+).*", "$1")) : 1;
            return MockResponse.json(
                    "{\"data\": {\"orders\": " + records(page, 3) + "}, \"page\": " + page + ", \"total_pages\": 3}");
        });
        service.on("GET", "/short", MockResponse.json("{\"items\": " + records(1, 2) + "}"));
        service.on("GET", "/unkeyed", MockResponse.json("[{\"a\": 1}, {\"a\": 2}]"));
        service.on("GET", "/one", MockResponse.json("{\"id\": 1}"));
        service.on("POST", "/search", MockResponse.json("{\"items\": " + records(1, 2) + "}"));
        service.on("GET", "/of/eu", MockResponse.json("{\"items\": " + records(1, 2) + "}"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static String records(int page, int count) {
        return IntStream.range((page - 1) * count, page * count)
                .mapToObj(id -> "{\"name\": \"n\", \"id\": " + id + ", \"updated_at\": \"2026-01-01T00:00:00Z\"}")
                .collect(Collectors.joining(", ", page > 3 ? "[] //" : "[", "]"));
    }

    private Result wizard(String input, String... args) {
        String[] all = new String[args.length + 2];
        all[0] = "wizard";
        all[1] = "shop.yaml";
        System.arraycopy(args, 0, all, 2, args.length);
        return connector.runWithInput(input, all);
    }

    private static Result succeeds(Result result) {
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        return result;
    }

    @Test
    void recordsPaginationAndTriggerAreProposed() {
        Result result = succeeds(wizard("/orders\n\n\nlist-orders\n\n\n\nyes\nexisting\nupdated-orders\nno\nyes\n"));

        assertThat(result.err())
                .contains(
                        "The response is a list: 3 records at /data/orders",
                        "; page 2 has other records",
                        "the document has a trigger \"existing\": choose another name",
                        "The key of the trigger is /id, and a record has changed when /updated_at differs",
                        "shop.yaml: added list-orders, and the trigger updated-orders",
                        "connector poll shop.yaml updated-orders --last 3");
        assertThat(connector.read("shop.yaml"))
                .contains("# of the test", "# The first one.", "path: \"/data/orders\"", "query: \"page\"");
        Result all = succeeds(connector.run("send", "shop.yaml", "list-orders", "--all-pages"));
        assertThat(all.out().lines()).hasSize(9);
        assertThat(succeeds(connector.run("poll", "shop.yaml", "updated-orders", "--all"))
                        .out()
                        .lines())
                .hasSize(9);
    }

    @Test
    void optionsReplaceTheQuestions() throws Exception {
        Result result = succeeds(wizard("", "--yes", "--json", "--url=/orders", "--trigger=updated-orders"));

        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(json.at("/definition/records/path").asText()).isEqualTo("/data/orders");
        assertThat(json.at("/definition/pagination/pages/query").asText()).isEqualTo("page");
        assertThat(result.err())
                .contains("This request is paginated: detected by a second page by page=2; page 2 has other records");
        assertThat(json.at("/trigger/name").asText()).isEqualTo("updated-orders");
        assertThat(json.at("/trigger/definition/key/0").asText()).isEqualTo("/id");
    }

    @Test
    void listWithoutFurtherPages() {
        Result result = succeeds(wizard("", "--yes", "--url=/short", "--list"));

        assertThat(result.err()).contains("No pagination was saved: add \"pagination\"");
        assertThat(connector.read("shop.yaml")).contains("path: \"/items\"").doesNotContain("pagination");
    }

    @Test
    void recordsWithoutKey() {
        Result result = succeeds(wizard("", "--yes", "--url=/unkeyed", "--trigger=new-records"));

        assertThat(result.err()).contains("No member of the records is unique: the whole record is the key");
        assertThat(succeeds(connector.run("poll", "shop.yaml", "new-records", "--all"))
                        .out()
                        .lines())
                .hasSize(2);
    }

    @Test
    void declinedList() {
        succeeds(wizard("/orders\n\n\nlist-orders\n\n\n\nno\nno\nyes\n"));

        assertThat(connector.read("shop.yaml")).doesNotContain("records:");
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void nothingIsDetectedUnasked() {
        Result result = succeeds(wizard("", "--yes", "--url=/orders"));

        assertThat(result.err()).doesNotContain("The response is a list");
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void incorrectUse() {
        assertThat(wizard("", "--yes", "--url=/one", "--list").err()).contains("the response has no list of objects");
        assertThat(wizard("", "--yes", "--url=/search", "--method=POST", "--list")
                        .err())
                .contains("only GET requests can be examined");
        assertThat(wizard("", "--yes", "--url=/orders", "--trigger=existing").err())
                .contains("the document has a trigger \"existing\"");
        assertThat(wizard("", "--yes", "--url=/orders", "--trigger=two words").err())
                .contains("\"two words\" is not a name");
        assertThat(wizard("", "--yes", "--url=/of/eu", "--pill=shop.region=eu", "--trigger=t")
                        .err())
                .contains("--trigger: the request has pills");
        assertThat(connector.read("shop.yaml")).isEqualTo(DOCUMENT.replace("BASE", service.baseUrl()));
    }
}
