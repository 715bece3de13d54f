package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Does work in transactions, and names the tables. Safe for many threads. */
final class Database {

    private static final int TRIES = 15;
    private static final Set<String> UNDONE = Set.of("40001", "40P01", "90131");
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    private static final Duration MAX_PAUSE = Duration.ofMillis(500);
    private static final CountDownLatch NEVER = new CountDownLatch(1);
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

    /** All of the work, or nothing of it; a crash may undo it, if the database is embedded. The work may be done again. */
    <T> T writeSoon(Work<T> work) {
        return repeatedly(() -> attempt(work, false));
    }

    /** All of the work, or nothing of it; when this returns, it survives a crash. The work may be done again. */
    <T> T write(Work<T> work) {
        return repeatedly(() -> attempt(work, true));
    }

    /** As {@link #write}, for work that can't be done again. */
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

    /** A whole transaction. */
    @FunctionalInterface
    interface Transaction<T> {
        T run() throws SQLException;
    }

    /** Does a transaction again when the database has undone it because of what others did at the same time. */
    static <T> T repeatedly(Transaction<T> transaction) {
        for (int tries = 1; ; tries++) {
            try {
                return transaction.run();
            } catch (SQLException e) {
                if (!isUndone(e) || tries == TRIES || !paused(tries)) {
                    throw failure(e);
                }
            }
        }
    }

    /** Serialization failures and deadlocks, as PostgreSQL and H2 report them: nothing of the transaction was done. */
    static boolean isUndone(SQLException e) {
        for (SQLException one = e; one != null; one = one.getNextException()) {
            if (one.getSQLState() != null && UNDONE.contains(one.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    /** Waits at random, up to twice as long each time, so that those who were in each other's way are not so again. */
    private static boolean paused(int tries) {
        long max = Math.min(MAX_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << tries);
        try {
            boolean unused = TimeSource.SYSTEM.await(
                    NEVER, Duration.ofNanos(ThreadLocalRandom.current().nextLong(max) + 1));
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
    static <T> T retryOnConflict(Supplier<T> work) {
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
