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
 * The tables. They are described by versioned SQL scripts in the folders {@code io/httpconnector/jdbc/postgresql} and
 * {@code io/httpconnector/jdbc/h2} of the jar, which Flyway can run: with the placeholders {@code prefix}, such as
 * {@code integration.http_connector_}, and {@code index}, which is the same without a schema. Nothing else creates or changes a table.
 */
public final class JdbcSchema {

    static final String USUAL_PREFIX = "http_connector_";

    private static final Logger LOG = LoggerFactory.getLogger(JdbcSchema.class);

    /** Those of H2's URLs for which it opens no file in this process, or opens it again. */
    private static final List<String> OF_NO_FILE = List.of("mem:", "tcp:", "ssl:", "retry:");

    private static final Map<String, String> FOLDERS = Map.of("PostgreSQL", "postgresql", "H2", "h2");
    private static final List<String> SCRIPTS =
            List.of("V1__state.sql", "V2__token.sql", "V3__inbox.sql", "V4__trigger.sql", "V5__handled.sql");

    private JdbcSchema() {}

    /**
     * Makes the tables that are missing.
     *
     * @param dataSource gives connections of whoever may do that
     * @throws InvalidDefinitionException when the database is none of those that are known
     * @throws io.httpconnector.state.StateException when the database refuses
     */
    public static void create(DataSource dataSource) {
        create(dataSource, USUAL_PREFIX);
    }

    /**
     * Makes the tables that are missing, with names of their own.
     *
     * @param dataSource gives connections of whoever may do that
     * @param prefix what their names begin with, such as {@code acme_} or {@code integration.hc_}
     * @throws InvalidDefinitionException when the database is none of those that are known, or the prefix is none
     * @throws io.httpconnector.state.StateException when the database refuses
     */
    // One at a time in this process: of two, H2 may tell one that there is a "general error".
    public static synchronized void create(DataSource dataSource, String prefix) {
        Database database = new Database(dataSource, prefix);
        String index = prefix.substring(prefix.indexOf('.') + 1);
        // Of two machines that begin at the same time, PostgreSQL refuses one, "if not exists" or not.
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
        if (url.startsWith("jdbc:h2:") && OF_NO_FILE.stream().noneMatch(kind -> url.startsWith("jdbc:h2:" + kind))) {
            LOG.warn(
                    "H2 closes its file, and is of no use any more, when a thread is interrupted while it reads or writes:"
                            + " begin its URL with jdbc:h2:retry:");
        }
    }

    private static String folder(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        String folder = FOLDERS.get(product);
        if (folder == null) {
            throw new InvalidDefinitionException(
                    "database", List.of("there are no tables for " + product + ", but for " + FOLDERS.keySet()));
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
                throw new IllegalStateException(name + " is missing: the jar is not whole");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
