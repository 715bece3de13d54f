package io.httpconnector.jdbc;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the nodes of a cluster use the state of a trigger one after the other: a poll that finds the state changed by another node
 * fails, and would never succeed if webhooks arrived at other nodes all the time. It only avoids conflicts: if the wait is too long,
 * the work is executed, and the state decides. Thread-safe.
 */
final class PollExclusion {

    /** A push waits as long for a poll. */
    static final Duration PUSH_TIMEOUT = Duration.ofSeconds(30);

    /** A poll waits as long for a push. */
    static final Duration POLL_TIMEOUT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(PollExclusion.class);

    private final Database database;

    PollExclusion(Database database) {
        this.database = database;
    }

    /** Executes work when no other node uses the state, or after the timeout. */
    <T> T execute(String trigger, Duration timeout, Supplier<T> work) {
        JdbcLease lease = acquire(trigger, timeout);
        try {
            return work.get();
        } finally {
            if (lease != null) {
                lease.close();
            }
        }
    }

    private @Nullable JdbcLease acquire(String trigger, Duration timeout) {
        try {
            return JdbcLease.acquire(database, "trigger " + trigger, timeout);
        } catch (ConnectorException e) {
            LOG.debug("\"{}\" is used by another node, and there may be a conflict", trigger, e);
            return null;
        }
    }
}
