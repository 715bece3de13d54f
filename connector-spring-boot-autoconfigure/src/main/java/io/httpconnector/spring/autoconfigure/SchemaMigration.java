package io.httpconnector.spring.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Creates and updates the tables by the tool with which the application manages its own ones. */
@FunctionalInterface
interface SchemaMigration {

    /**
     * Runs the scripts that have not been run.
     *
     * @param prefix the prefix of the tables, with a schema if there is one
     */
    void migrate(DataSource dataSource, String prefix) throws SQLException;

    /** Returns the prefix of the tables without the schema. */
    static String withoutSchema(String prefix) {
        return prefix.substring(prefix.indexOf('.') + 1);
    }

    /** Returns the folder of the scripts for the database. */
    static String folder(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return "io/httpconnector/jdbc/"
                    + (connection.getMetaData().getURL().startsWith("jdbc:h2:") ? "h2" : "postgresql");
        }
    }
}
