package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Does work in transactions, and names the tables. Safe for many threads. */
final class Database {

    private static final int TRIES = 10;
    private static final int KEY_BYTES = 24;
    private static final Pattern PREFIX = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]*");

    private final DataSource dataSource;
    private final String prefix;

    /** Work that throws nothing but what the database throws. */
    @FunctionalInterface
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    Database(DataSource dataSource, String prefix) {
        if (dataSource == null) {
            throw new InvalidDefinitionException("database", List.of("the data source is null"));
        }
        if (prefix == null || prefix.length() > 60 || !PREFIX.matcher(prefix).matches()) {
            throw new InvalidDefinitionException(
                    "database",
                    List.of(
                            "the prefix of the tables must be letters, digits and underscores, at most 60, with a schema and"
                                    + " a dot before it when there is one"));
        }
        this.dataSource = dataSource;
        this.prefix = prefix;
    }

    /** SQL in which each {@code $} stands for the prefix of the tables. */
    String sql(String text) {
        return text.replace("$", prefix);
    }

    /** Gives connections to whoever does transactions of its own. */
    DataSource source() {
        return dataSource;
    }

    /** A connection to be closed by the caller. */
    Connection connection() throws SQLException {
        return dataSource.getConnection();
    }

    /** What an id of any length is called in the tables: databases differ in how long keys may be, and which are equal. */
    static String key(String id) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(hash, KEY_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Work that changes nothing. */
    <T> T read(Work<T> work) {
        return writeSoon(work);
    }

    /** All of the work, or nothing of it; a crash may undo it, if the database is embedded. */
    <T> T writeSoon(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return transaction(connection, work);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** All of the work, or nothing of it; when this returns, it survives a crash. */
    <T> T write(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            T result = transaction(connection, work);
            H2.sync(connection);
            return result;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static <T> T transaction(Connection connection, Work<T> work) throws SQLException {
        boolean automatic = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            return H2.pass(connection, own -> committed(own, work));
        } finally {
            restore(connection, automatic);
        }
    }

    private static <T> T committed(Connection connection, Work<T> work) throws SQLException {
        try {
            T result = work.in(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            rollback(connection, e);
            throw e;
        }
    }

    /** Does work again when somebody else was faster, and that does not matter. */
    static <T> T insistently(Supplier<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return work.get();
            } catch (StateException e) {
                if (e.reason() != Reason.CONFLICT || tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    static void rollback(Connection connection, Throwable reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    static void restore(Connection connection, boolean automatic) {
        try {
            connection.setAutoCommit(automatic);
        } catch (SQLException e) {
            // It is broken, as whoever gets it next is told. What was done has been committed, or was not.
        }
    }

    /** Class 40 is said of transactions that others have made impossible, class 23 of rows that are there already. */
    static StateException failure(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        boolean conflict = state.startsWith("40") || state.startsWith("23");
        return conflict
                ? new StateException(Reason.CONFLICT, "Somebody else has written at the same time", shown(e))
                : new StateException(
                        Reason.UNAVAILABLE,
                        "The database did not do what it was asked for (SQL state " + state
                                + "): is it there, and has it the tables?",
                        shown(e));
    }

    /** Of a batch, PostgreSQL's driver quotes the values, which nobody must see; what it stems from is an exception of its own. */
    private static @Nullable SQLException shown(SQLException e) {
        return e instanceof BatchUpdateException ? e.getNextException() : e;
    }
}
