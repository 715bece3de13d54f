package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Documents in a database table, with a revision that detects concurrent changes by several nodes. Thread-safe.
 *
 * <pre>{@code
 * JdbcDocuments documents = JdbcDocuments.of(dataSource);
 * documents.put("acme", "{}", 1, 0);
 * }</pre>
 */
public final class JdbcDocuments {

    private final Database database;

    private JdbcDocuments(Database database) {
        this.database = database;
    }

    /**
     * Opens the documents in the tables of {@link JdbcSchema#create(DataSource)}.
     *
     * @param dataSource provides connections, each for one transaction; usually a pool
     * @return the documents
     */
    public static JdbcDocuments of(DataSource dataSource) {
        return of(dataSource, JdbcSchema.DEFAULT_PREFIX);
    }

    /**
     * Opens the documents in tables with another prefix.
     *
     * @param dataSource provides connections, each for one transaction
     * @param prefix a prefix such as {@code acme_} or {@code integration.hc_}
     * @return the documents
     * @throws InvalidDefinitionException if an argument is null, or the prefix is invalid
     */
    public static JdbcDocuments of(DataSource dataSource, String prefix) {
        return new JdbcDocuments(new Database(dataSource, prefix));
    }

    /**
     * Returns all documents by their IDs.
     *
     * @return the documents
     * @throws StateException if the database is unavailable
     */
    public Map<String, String> all() {
        return database.read(connection -> {
            Map<String, String> all = new HashMap<>();
            try (PreparedStatement select =
                            connection.prepareStatement(database.sql("select id, content from $document"));
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    all.put(rows.getString(1), rows.getString(2));
                }
            }
            return all;
        });
    }

    /**
     * Returns the revisions of all documents by their IDs.
     *
     * @return the revisions
     * @throws StateException if the database is unavailable
     */
    public Map<String, Long> revisions() {
        return database.read(connection -> {
            Map<String, Long> all = new HashMap<>();
            try (PreparedStatement select =
                            connection.prepareStatement(database.sql("select id, revision from $document"));
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    all.put(rows.getString(1), rows.getLong(2));
                }
            }
            return all;
        });
    }

    /**
     * Finds a document.
     *
     * @param id its ID
     * @return the document; empty if there is none
     * @throws StateException if the database is unavailable
     */
    public Optional<String> find(String id) {
        check(id);
        return database.read(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement(database.sql("select content from $document where document_key = ?"))) {
                select.setString(1, Database.key(id));
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(row.getString(1)) : Optional.<String>empty();
                }
            }
        });
    }

    /**
     * Adds or replaces a document, durably.
     *
     * @param id its ID
     * @param content the document
     * @param revision its revision
     * @param replaced the revision of the document that it replaces; 0 to add one
     * @throws StateException with the reason {@code CONFLICT} if there is another revision: then nothing is changed
     */
    public void put(String id, String content, long revision, long replaced) {
        check(id);
        if (content == null) {
            throw new InvalidDefinitionException("document", List.of("the content is null"));
        }
        String sql = replaced == 0
                ? "insert into $document (content, revision, id, document_key) values (?, ?, ?, ?)"
                : "update $document set content = ?, revision = ?, id = ? where document_key = ? and revision = ?";
        boolean stored = database.write(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
                statement.setString(1, content);
                statement.setLong(2, revision);
                statement.setString(3, id);
                statement.setString(4, Database.key(id));
                if (replaced != 0) {
                    statement.setLong(5, replaced);
                }
                return statement.executeUpdate() > 0;
            }
        });
        require(stored, id);
    }

    /**
     * Removes a document, durably.
     *
     * @param id its ID
     * @param revision its revision
     * @throws StateException with the reason {@code CONFLICT} if there is another revision: then nothing is changed
     */
    public void remove(String id, long revision) {
        check(id);
        require(database.write(connection -> delete(connection, id, revision)), id);
    }

    private boolean delete(Connection connection, String id, long revision) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                database.sql("delete from $document where document_key = ? and revision = ?"))) {
            delete.setString(1, Database.key(id));
            delete.setLong(2, revision);
            return delete.executeUpdate() > 0;
        }
    }

    private static void check(String id) {
        if (id == null || id.isBlank()) {
            throw new InvalidDefinitionException("document", List.of("the id is empty"));
        }
    }

    private static void require(boolean stored, String id) {
        if (!stored) {
            throw new StateException(StateFailure.CONFLICT, "\"" + id + "\" was changed concurrently: read it again");
        }
    }
}
