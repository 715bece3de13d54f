package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.definition.internal.DocumentEditor;
import io.httpconnector.definition.internal.FormatMigrations;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Tests {@code check --migrate} with a format that never existed: in format 0, requests are {@code calls}. */
class DocumentMigrationTest {

    private static final FormatMigrations MIGRATIONS =
            new FormatMigrations(1, List.of(DocumentMigrationTest::fromZero));

    private static final String OLD = """
            # The shop, as described
            # in its documentation.
            connector: 0   # the format
            id: shop
            version: 1.0.0
            title: "Shop # 1"

            # How to connect.
            connection: {baseUrl: "https://shop.example.com"}
            timeLimit: 20 # seconds
            calls:
              # All orders.
              list-orders: {method: GET, path: /orders}   # paged
              # The text of the order, which is not "#".
              create-order:
                method: POST # needs the scope "write"
                path: /orders
                body:
                  contentType: text/plain
                  text: |
                    # not a comment
                    order
            # The end.
            """;

    private static final String NEW = """
            # The shop, as described
            # in its documentation.
            connector: 1 # the format
            id: "shop"
            version: "1.0.0"
            title: "Shop # 1"

            # How to connect.
            connection:
              baseUrl: "https://shop.example.com"
              totalTimeout: "PT20S" # seconds
            requests:
              # All orders.
              list-orders: # paged
                method: "GET"
                url: "/orders"
              # The text of the order, which is not "#".
              create-order:
                method: "POST" # needs the scope "write"
                url: "/orders"
                body:
                  contentType: "text/plain"
                  text: "# not a comment\\norder\\n"
            # The end.
            """;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private CommandLine check;

    private static void fromZero(DocumentEditor document) {
        document.find("/calls").forEach(calls -> document.move(calls, "/requests"));
        for (String path : document.find("/requests/*/path")) {
            document.move(path, path.replaceFirst("path$", "url"));
        }
        for (String limit : document.find("/timeLimit")) {
            document.set(limit, TextNode.valueOf("PT" + document.get(limit).intValue() + "S"));
            document.move(limit, "/connection/totalTimeout");
        }
        document.find("/requests/*/mode")
                .forEach(mode -> document.reject(mode, "modes were removed: write two requests"));
    }

    @BeforeEach
    void start() {
        Terminal terminal = Terminal.of(
                new ByteArrayInputStream(new byte[0]),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Map.of(),
                directory,
                false);
        check = new CommandLine(new CheckCommand(terminal, MIGRATIONS));
    }

    private String migrated(String text) throws Exception {
        Files.writeString(directory.resolve("shop.yaml"), text);
        int code = check.execute("--migrate", "shop.yaml");
        assertThat(code).as(out.toString() + err).isZero();
        return Files.readString(directory.resolve("shop.yaml"));
    }

    @Test
    void commentsAndBlankLinesStay() throws Exception {
        assertThat(migrated(OLD)).isEqualTo(NEW);
        assertThat(Files.readString(directory.resolve("shop.yaml.bak"))).isEqualTo(OLD);
        assertThat(err.toString()).contains("shop.yaml: migrated from format 0 to 1; the former file is shop.yaml.bak");
        assertThat(out.toString()).startsWith("shop.yaml: valid (shop 1.0.0: 2 requests");
    }

    @Test
    void documentOfTheLatestFormatIsNotWritten() throws Exception {
        assertThat(migrated(NEW)).isEqualTo(NEW);
        assertThat(directory.resolve("shop.yaml.bak")).doesNotExist();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void referencesAreWrittenOut() throws Exception {
        String text = migrated(OLD.replace("{method: GET, path: /orders}", "{$ref: \"#/definitions/list\"}")
                + "definitions:\n  list: {method: GET, path: /orders}\n");

        assertThat(text).contains("url: \"/orders\"").doesNotContain("definitions", "$ref");
        assertThat(err.toString()).contains("each $ref was replaced by the value that it refers to");
    }

    @Test
    void documentInJson() throws Exception {
        String text = migrated("{\"connector\": 0, \"id\": \"shop\", \"version\": \"1.0.0\", \"title\": \"Shop\","
                + " \"connection\": {\"baseUrl\": \"https://shop.example.com\"}, \"timeLimit\": 5}");

        assertThat(text).startsWith("{\n").contains("\"totalTimeout\" : \"PT5S\"");
    }

    @Test
    void nothingIsWrittenIfAProblemRemains() throws Exception {
        String text = OLD.replace("path: /orders}", "path: /orders, mode: fast}");
        Files.writeString(directory.resolve("shop.yaml"), text);

        assertThat(check.execute("--migrate", "--json", "shop.yaml")).isEqualTo(ExitCode.INVALID);

        assertThat(out.toString())
                .contains("\"/calls/list-orders/mode\"", "\"line\" : 13", "modes were removed: write two requests")
                .contains("\"migrated\" : [ ]");
        assertThat(Files.readString(directory.resolve("shop.yaml"))).isEqualTo(text);
    }

    @Test
    void otherProblemsAreThoseOfTheFile() throws Exception {
        Files.writeString(directory.resolve("shop.yaml"), OLD.replace("path: /orders}", "path: '/orders/{{order.id'}"));

        assertThat(check.execute("--migrate", "shop.yaml")).isEqualTo(ExitCode.INVALID);

        assertThat(out.toString()).startsWith("shop.yaml:13:30: /calls/list-orders/path: ");
        assertThat(directory.resolve("shop.yaml.bak")).doesNotExist();
    }

    @Test
    void missingFile() {
        assertThat(new CommandRun(directory)
                        .run("check", "--migrate", "none.yaml")
                        .err())
                .isEqualTo("error: none.yaml: there is no such file\n");
    }
}
