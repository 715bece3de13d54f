package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.RecentValues;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Executes transactions and names the tables. Thread-safe. */
final class Database {

    private static final int TRIES = 15;
    private static final Set<String> ROLLED_BACK_STATES = Set.of("40001", "40P01", "90131");
    /** PostgreSQL, MySQL and H2, and databases that follow the standard. */
    private static final Set<String> MISSING_TABLE_STATES =
            Set.of("42P01", "42S02", "42S03", "42S04", "42X05", "S0002");

    private static final int ORACLE_MISSING_TABLE = 942;
    private static final int SQL_SERVER_MISSING_TABLE = 208;
    private static final Pattern TABLE_NAME =
            Pattern.compile("(?i)(?:table|relation|object name|view) [\"'`]([\\w.$-]{1,200})[\"'`]");

    /** Starts at 2 ms: the delay is random from zero. */
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(2), Duration.ofMillis(500));

    private static final CountDownLatch NEVER = new CountDownLatch(1);
    /** The keys of ids that were used just now, such as those of the connections in an exchange log. */
    private static final RecentValues<String> KEYS = new RecentValues<>();

    private static final int KEY_BYTES = 24;

    /** A prepared statement exists already, or does not exist, in the session that a pool has chosen. */
    private static final Set<String> PREPARED_STATES = Set.of("42P05", "26000");

    /** PostgreSQL shortens names to 63 characters, so that longer ones of tables and indexes would be equal. */
    private static final int MAX_PREFIX = 45;

    private static final Pattern PREFIX = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]*");

    private final DataSource dataSource;
    private final String prefix;

    /** Work within a transaction; throws only exceptions of the database. */
    @FunctionalInterface
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    Database(DataSource dataSource, String prefix) {
        if (dataSource == null) {
            throw new InvalidDefinitionException("database", List.of("the data source is null"));
        }
        int name = prefix == null ? 0 : prefix.length() - prefix.indexOf('.') - 1;
        if (prefix == null
                || prefix.length() > 60
                || name > MAX_PREFIX
                || !PREFIX.matcher(prefix).matches()) {
            throw new InvalidDefinitionException(
                    "database",
                    List.of("the prefix of the tables must consist of at most " + MAX_PREFIX
                            + " letters, digits and underscores, optionally preceded by a schema and a dot"));
        }
        this.dataSource = dataSource;
        this.prefix = prefix;
    }

    /** Replaces each {@code $} in an SQL text by the prefix of the tables. */
    String sql(String text) {
        return text.replace("$", prefix);
    }

    /** The data source, for components that manage transactions themselves. */
    DataSource dataSource() {
        return dataSource;
    }

    /** Opens a connection, to be closed by the caller. */
    Connection connection() throws SQLException {
        return dataSource.getConnection();
    }

    /** The table key of an id of any length: databases differ in the maximum length of keys, and in which keys are equal. */
    static String key(String id) {
        return KEYS.get(id, () -> Base64.getUrlEncoder().encodeToString(Arrays.copyOf(Hashing.sha256(id), KEY_BYTES)));
    }

    /** Executes work that changes nothing. */
    <T> T read(Work<T> work) {
        return writeLazily(work);
    }

    /** Executes all of the work or none of it; a crash may undo it if the database is embedded. The work may be retried. */
    <T> T writeLazily(Work<T> work) {
        return retryTransaction(() -> attempt(work, false));
    }

    /** Executes all of the work or none of it, durably. The work may be retried. */
    <T> T write(Work<T> work) {
        return retryTransaction(() -> attempt(work, true));
    }

    /** Like {@link #write}, for work that must not be retried. */
    <T> T writeOnce(Work<T> work) {
        try {
            return attempt(work, true);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private <T> T attempt(Work<T> work, boolean safely) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            T result = transaction(connection, work);
            if (safely) {
                H2.sync(connection);
            }
            return result;
        }
    }

    /** A complete transaction. */
    @FunctionalInterface
    interface Transaction<T> {
        T run() throws SQLException;
    }

    /** Retries a transaction that the database has rolled back because of concurrent transactions. */
    static <T> T retryTransaction(Transaction<T> transaction) {
        for (int tries = 1; ; tries++) {
            try {
                return transaction.run();
            } catch (SQLException e) {
                if (!isRolledBack(e) || tries == TRIES || !pause(tries)) {
                    throw failure(e);
                }
            }
        }
    }

    /**
     * Whether the transaction was rolled back because of a serialization failure or a deadlock, as PostgreSQL and H2 report them.
     */
    static boolean isRolledBack(SQLException e) {
        for (SQLException one = e; one != null; one = one.getNextException()) {
            if (one.getSQLState() != null && ROLLED_BACK_STATES.contains(one.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    /** Waits for a random time with exponential backoff, so that conflicting transactions do not collide again. */
    private static boolean pause(int tries) {
        try {
            boolean unused = TimeSource.SYSTEM.await(NEVER, BACKOFF.delay(tries, 0, 1));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static <T> T transaction(Connection connection, Work<T> work) throws SQLException {
        boolean automatic = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            return H2.withoutCheckpoint(connection, guarded -> committed(guarded, work));
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

    /** Retries work after a conflict with a concurrent write, if that is harmless. */
    static <T> T retryOnConflict(Supplier<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return work.get();
            } catch (StateException e) {
                if (e.reason() != StateFailure.CONFLICT || tries == TRIES) {
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
            // The connection is broken; its next user will notice. The work has already been committed, or not.
        }
    }

    /**
     * SQLSTATE class 40 reports transactions aborted by concurrent ones, class 23 rows that already exist. H2 reports a general
     * error when two nodes create the same index, in spite of "if not exists".
     */
    static StateException failure(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        boolean conflict = state.startsWith("40")
                || state.startsWith("23")
                || (state.equals("HY000") && String.valueOf(e.getMessage()).contains("object already exists"));
        if (isMissingTable(e, state)) {
            Matcher name = TABLE_NAME.matcher(String.valueOf(e.getMessage()));
            return new StateException(
                    StateFailure.UNAVAILABLE,
                    "Table " + (name.find() ? name.group(1) + " " : "") + "not found (SQLSTATE " + state
                            + "): run JdbcSchema.create(dataSource), or the SQL scripts in"
                            + " classpath:io/httpconnector/jdbc with Flyway",
                    withoutValues(e));
        }
        return conflict
                ? new StateException(
                        StateFailure.CONFLICT, "A concurrent transaction has written the same data", withoutValues(e))
                : new StateException(
                        StateFailure.UNAVAILABLE,
                        "The database could not execute a statement (SQLSTATE " + state + "): "
                                + (PREPARED_STATES.contains(state)
                                        ? "a pool such as PgBouncer in transaction mode shares sessions; set"
                                                + " prepareThreshold=0 in the URL, or use its session mode"
                                        : "check that it is available and has the tables"),
                        withoutValues(e));
    }

    private static boolean isMissingTable(SQLException e, String state) {
        return MISSING_TABLE_STATES.contains(state)
                || e.getErrorCode() == ORACLE_MISSING_TABLE
                || e.getErrorCode() == SQL_SERVER_MISSING_TABLE;
    }

    /** Hides the values that PostgreSQL's driver quotes in the exception of a batch; its cause is a separate exception. */
    private static @Nullable SQLException withoutValues(SQLException e) {
        return e instanceof BatchUpdateException ? e.getNextException() : e;
    }
}
