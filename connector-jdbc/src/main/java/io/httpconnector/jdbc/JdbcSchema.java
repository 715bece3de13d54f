package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database tables. They are defined by versioned SQL scripts in the directories {@code io/httpconnector/jdbc/postgresql} and
 * {@code io/httpconnector/jdbc/h2} of the jar, which Flyway can run with the placeholders {@code prefix}, such as {@code
 * integration.http_connector_}, and {@code index}, which is the same without the schema. No other code creates or changes tables.
 */
public final class JdbcSchema {

    /** The prefix of the names of the tables, unless another one is set. */
    public static final String DEFAULT_PREFIX = "http_connector_";

    private static final Logger LOG = LoggerFactory.getLogger(JdbcSchema.class);

    /** Types of H2 URLs that open no file in this process, or reopen it. */
    private static final List<String> URLS_WITHOUT_FILE = List.of("mem:", "tcp:", "ssl:", "retry:");

    private static final Map<String, String> FOLDERS = Map.of("PostgreSQL", "postgresql", "H2", "h2");
    private static final List<String> SCRIPTS = List.of(
            "V1__state.sql",
            "V2__token.sql",
            "V3__inbox.sql",
            "V4__trigger.sql",
            "V5__handled.sql",
            "V6__document.sql",
            "V7__exchange.sql");

    private JdbcSchema() {}

    /**
     * Creates the missing tables.
     *
     * @param dataSource provides connections of a user that may create tables
     * @throws InvalidDefinitionException if the database is not supported
     * @throws io.httpconnector.state.StateException if the database rejects a statement
     */
    public static void create(DataSource dataSource) {
        create(dataSource, DEFAULT_PREFIX);
    }

    /**
     * Creates the missing tables with a prefix.
     *
     * @param dataSource provides connections of a user that may create tables
     * @param prefix a prefix such as {@code acme_} or {@code integration.hc_}
     * @throws InvalidDefinitionException if the database is not supported, or the prefix is invalid
     * @throws io.httpconnector.state.StateException if the database rejects a statement
     */
    // One at a time in this process: H2 may report a "general error" to one of two concurrent calls.
    public static synchronized void create(DataSource dataSource, String prefix) {
        Database database = new Database(dataSource, prefix);
        String index = prefix.substring(prefix.indexOf('.') + 1);
        // If two nodes start at the same time, PostgreSQL rejects one of them, in spite of "if not exists".
        boolean unused = Database.retryOnConflict(() -> database.write(connection -> {
            String folder = folder(connection);
            warn(connection.getMetaData().getURL());
            for (String script : SCRIPTS) {
                run(
                        connection,
                        read(folder + "/" + script).replace("${prefix}", prefix).replace("${index}", index));
            }
            return true;
        }));
    }

    private static void warn(String url) {
        if (url.startsWith("jdbc:h2:")
                && URLS_WITHOUT_FILE.stream().noneMatch(kind -> url.startsWith("jdbc:h2:" + kind))) {
            LOG.warn("H2 closes its file and becomes unusable when a thread is interrupted while it reads or writes:"
                    + " use a URL that starts with jdbc:h2:retry:");
        }
    }

    private static String folder(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        String folder = FOLDERS.get(product);
        if (folder == null) {
            throw new InvalidDefinitionException(
                    "database", List.of(product + " is not supported, use one of " + FOLDERS.keySet()));
        }
        return folder;
    }

    private static void run(Connection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String command : script.split(";", -1)) {
                if (!command.isBlank()) {
                    statement.execute(command);
                }
            }
        }
    }

    private static String read(String name) {
        try (InputStream in = JdbcSchema.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing: the jar is incomplete");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
