package io.httpconnector.jdbc;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lease: a row locked by a dedicated connection, so that the database releases it when the process dies. */
final class JdbcLease {

    private static final Logger LOG = LoggerFactory.getLogger(JdbcLease.class);
    private static final Duration MAX_DURATION = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final Database database;
    private final Connection connection;
    private final String key;
    private final String name;
    private boolean automatic = true;

    private JdbcLease(Database database, Connection connection, String key, String name) {
        this.database = database;
        this.connection = connection;
        this.key = key;
        this.name = name;
    }

    /** Waits for the lock. */
    static JdbcLease acquire(Database database, String name, Duration timeout) {
        String key = Database.key(name);
        long end = TimeSource.SYSTEM.nanos() + timeout.toNanos();
        create(database, key);
        while (true) {
            JdbcLease lease = tryAcquire(database, key, name);
            if (lease != null) {
                return lease;
            }
            if (TimeSource.SYSTEM.nanos() - end >= 0) {
                throw new ConnectorException("The lease of \"" + name + "\" was not free within " + timeout);
            }
            pause(name);
        }
    }

    private static void pause(String name) {
        try {
            boolean unused = TimeSource.SYSTEM.await(NEVER, POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(
                    "The thread was interrupted while it waited for the lease of \"" + name + "\"", e);
        }
    }

    private static void create(Database database, String key) {
        try {
            boolean unused = database.write(connection -> {
                try (PreparedStatement select =
                        connection.prepareStatement(database.sql("select lease_key from $lease where lease_key = ?"))) {
                    select.setString(1, key);
                    try (ResultSet row = select.executeQuery()) {
                        if (row.next()) {
                            return true;
                        }
                    }
                }
                try (PreparedStatement insert =
                        connection.prepareStatement(database.sql("insert into $lease (lease_key) values (?)"))) {
                    insert.setString(1, key);
                    return insert.executeUpdate() == 1;
                }
            });
        } catch (StateException e) {
            // If another process has just created the row, it exists.
            if (e.reason() != StateFailure.CONFLICT) {
                throw e;
            }
        }
    }

    private static @Nullable JdbcLease tryAcquire(Database database, String key, String name) {
        try {
            JdbcLease lease = new JdbcLease(database, database.connection(), key, name);
            boolean taken = false;
            try {
                lease.automatic = lease.connection.getAutoCommit();
                lease.connection.setAutoCommit(false);
                taken = lease.tryLock();
                return taken ? lease : null;
            } finally {
                if (!taken) {
                    lease.close();
                }
            }
        } catch (SQLException e) {
            if (Database.isRolledBack(e)) {
                // Another process was faster.
                return null;
            }
            throw Database.failure(e);
        }
    }

    private boolean tryLock() throws SQLException {
        if (connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
            try (Statement statement = connection.createStatement()) {
                // If the node disappears, no other node would get the lease for hours.
                statement.execute(
                        "set local idle_in_transaction_session_timeout = '" + MAX_DURATION.toSeconds() + "s'");
            }
        }
        return H2.withoutCheckpoint(connection, guarded -> {
            try (PreparedStatement select = guarded.prepareStatement(
                    database.sql("select lease_key from $lease where lease_key = ? for update skip locked"))) {
                select.setString(1, key);
                try (ResultSet row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    /** Reads through the connection that holds the lock. */
    <T> T read(Database.Work<T> work) {
        return Database.retryTransaction(() -> attempt(work));
    }

    /**
     * Writes through the connection that holds the lock. When the method returns, the write is durable and the lock is held
     * again: another process may have held it in between, so data read before must be read again.
     */
    <T> T write(Database.Work<T> work) {
        T written = Database.retryTransaction(() -> attempt(guarded -> {
            T result = work.in(guarded);
            guarded.commit();
            return result;
        }));
        try {
            H2.sync(connection);
            lock();
            return written;
        } catch (SQLException e) {
            throw Database.failure(e);
        }
    }

    /** Executes work. A failed transaction loses the lock, so it is taken again. */
    private <T> T attempt(Database.Work<T> work) throws SQLException {
        try {
            return H2.withoutCheckpoint(connection, work);
        } catch (SQLException | RuntimeException | Error e) {
            Database.rollback(connection, e);
            try {
                lock();
            } catch (SQLException | RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private void lock() throws SQLException {
        long end = TimeSource.SYSTEM.nanos() + MAX_DURATION.toNanos();
        while (!tryLock()) {
            if (TimeSource.SYSTEM.nanos() - end >= 0) {
                throw new SQLException("the lease was not free again within " + MAX_DURATION);
            }
            pause(name);
        }
    }

    /** Releases the lease, even if the thread is interrupted, which would abort operations of H2. */
    void close() {
        boolean interrupted = Thread.interrupted();
        try {
            release();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void release() {
        try (connection) {
            connection.rollback();
            Database.restore(connection, automatic);
        } catch (SQLException e) {
            LOG.debug("The connection of a lease was broken", e);
        }
    }
}
