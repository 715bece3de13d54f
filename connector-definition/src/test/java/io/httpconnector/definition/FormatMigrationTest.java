package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.DocumentEditor;
import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.FormatMigrations;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Tests the migration of documents of older versions of the format, by two versions that never existed: in format -1, {@code calls}
 * are the requests, each with a {@code path}; format 0 has a {@code timeLimit} in seconds at the top.
 */
class FormatMigrationTest {

    private static final FormatMigrations MIGRATIONS =
            new FormatMigrations(1, List.of(FormatMigrationTest::fromMinusOne, FormatMigrationTest::fromZero));

    private static final String OLD = """
            connector: -1
            id: shop
            version: 1.0.0
            title: Shop
            connection: {baseUrl: "https://shop.example.com"}
            timeLimit: 20
            calls:
              a-first: {method: GET, path: /first}
              get-order:
                path: /orders/{{order.id}}
                method: GET
              b-last: {$ref: "#/definitions/last"}
            definitions:
              last: {method: GET, path: /last}
            """;

    private static void fromMinusOne(DocumentEditor document) {
        document.find("/calls").forEach(calls -> document.move(calls, "/requests"));
        for (String path : document.find("/requests/*/path")) {
            document.move(path, path.replaceFirst("path$", "url"));
        }
    }

    private static void fromZero(DocumentEditor document) {
        for (String limit : document.find("/timeLimit")) {
            if (document.get(limit).isInt()) {
                document.set(limit, TextNode.valueOf("PT" + document.get(limit).intValue() + "S"));
            }
            document.move(limit, "/connection/totalTimeout");
        }
        document.find("/requests/*/mode")
                .forEach(mode -> document.reject(mode, "modes were removed: write two requests"));
    }

    private static ConnectorDefinition read(String text) {
        return new DocumentReader(ConnectorComponents.none(), MIGRATIONS).read(DocumentParser.parse(text));
    }

    @Test
    void olderDocumentIsMigratedStepByStep() {
        ConnectorDefinition shop = read(OLD);

        assertThat(shop.migratedFrom()).hasValue(-1);
        assertThat(shop.requests()).containsExactly("a-first", "get-order", "b-last");
        assertThat(shop.toYaml()).startsWith("connector: 1\n").contains("url: /last", "totalTimeout: PT20S");
        ConnectorDefinition saved = ConnectorDefinition.parse(shop.toYaml());
        assertThat(saved).isEqualTo(shop);
        assertThat(saved.migratedFrom()).isEmpty();
        assertThat(read(OLD.replace("-1", "0").replace("calls", "requests").replace("path", "url")))
                .isEqualTo(shop)
                .satisfies(next -> assertThat(next.migratedFrom()).hasValue(0));
    }

    @Test
    void migrationOfTextIsLogged() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(ConnectorDefinition.class);
        logger.addAppender(log);
        log.start();
        try {
            read(OLD);
            new DocumentReader(ConnectorComponents.none(), MIGRATIONS)
                    .read(DocumentParser.parse(OLD).tree());
            ConnectorDefinition.parse(read(OLD).toYaml());

            assertThat(log.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.WARN);
            assertThat(log.list.get(0).getFormattedMessage())
                    .isEqualTo("Connector document shop 1.0.0 has format -1 and was migrated to format 1: save it by"
                            + " \"connector check --migrate\", or the result of toYaml()");
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void problemsAreReportedWhereTheAuthorHasWrittenThem() {
        String invalid = OLD.replace("timeLimit: 20", "timeLimit: soon")
                .replace("/orders/{{order.id}}", "/orders/{{order.id")
                .replace("path: /last", "path: /last, hedaers: {}")
                .replace("method: GET, path: /first", "method: GET, path: /first, mode: fast");

        assertThatThrownBy(() -> read(invalid))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .hasSize(4)
                                .anySatisfy(
                                        problem -> assertThat(problem).startsWith("/timeLimit (line 6, column 12): "))
                                .anySatisfy(problem ->
                                        assertThat(problem).startsWith("/calls/get-order/path (line 10, column 11)"))
                                .anySatisfy(problem -> assertThat(problem)
                                        .startsWith("/definitions/last/hedaers (line 14, column")
                                        .contains("unknown member"))
                                .anySatisfy(problem -> assertThat(problem)
                                        .startsWith("/calls/a-first/mode (line 8, column 46): modes were removed")));
    }

    @Test
    void memberWithItsOldAndItsNewNameIsRejected() {
        assertThatThrownBy(() -> read(OLD + "requests: {}\n"))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .containsExactly("/calls (line 7, column 1): the document also has /requests, which"
                                        + " replaces it: remove one of them"));
    }

    @Test
    void otherVersionsAreRejected() {
        for (String version : List.of("-2", "2", "9999999999", "1.5", "new")) {
            assertThatThrownBy(() -> read(OLD.replace("connector: -1", "connector: " + version)))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("/connector (line 1, column 12): ");
        }
        assertThatThrownBy(() -> ConnectorDefinition.parse(OLD))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/connector (line 1, column 12): expected the version of the format, which is 1");
    }

    @Test
    void releasedVersionsHaveAMigrationEach() {
        assertThat(FormatMigrations.RELEASED.migrations()).hasSize(FormatMigrations.RELEASED.format() - 1);
        assertThat(ConnectorDefinition.jsonSchema().path("$id").asText())
                .endsWith("connector-" + FormatMigrations.RELEASED.format() + ".json");
    }
}
