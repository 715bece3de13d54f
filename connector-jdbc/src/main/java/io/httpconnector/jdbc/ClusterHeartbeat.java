package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.CurrentlyExecuting;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.DeadExecutionHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Heartbeat settings by which cluster nodes detect dead ones.
 *
 * @param heartbeat the interval of heartbeats
 * @param missed the number of missed heartbeats after which a node counts as dead
 * @param pollingInterval the interval at which a node looks for work left by others
 */
record ClusterHeartbeat(Duration heartbeat, int missed, Duration pollingInterval) {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterHeartbeat.class);

    /** The default: the work of a node that dies is taken over after 5 to 8 seconds. */
    static final ClusterHeartbeat DEFAULT = new ClusterHeartbeat(Duration.ofSeconds(1), 5, Duration.ofSeconds(1));

    private static final Duration GRACE = Duration.ofSeconds(10);
    /** For heartbeats, dead nodes, the clock, and watching executions: each continues while the database blocks the others. */
    private static final int THREADS = 4;

    private static final Duration MAX_WATCH_INTERVAL = Duration.ofMillis(500);
    private static final Duration NEVER = Duration.ofDays(36_500);

    ClusterHeartbeat {
        boolean good =
                within(heartbeat, Duration.ofHours(1)) && within(pollingInterval, Duration.ofHours(1)) && missed >= 4;
        if (!good || missed > 1000) {
            throw new InvalidDefinitionException(
                    "heartbeat",
                    List.of("a heartbeat every " + heartbeat + " with " + missed
                            + " allowed misses and a polling interval of " + pollingInterval
                            + ": use 50 ms to 1 h, and 4 to 1000 misses"));
        }
    }

    private static boolean within(Duration duration, Duration max) {
        return duration != null && duration.compareTo(Duration.ofMillis(50)) >= 0 && duration.compareTo(max) <= 0;
    }

    /** The tasks of a node besides its executions. */
    interface Housekeeping {

        /** Works on the database, about every {@link #pollingInterval}; must not take long. */
        void maintain();

        /** Watches the executions, several times between two heartbeats; must not wait for the database. */
        void watch(Scheduler scheduler);
    }

    /**
     * Creates a scheduler of one kind of task; not started. Each node looks for work at random times, so that no node is always
     * the first to find it.
     *
     * @param changes sets the threads, and what else depends on the kind of task
     */
    Scheduler scheduler(
            Database database,
            String table,
            DatabaseClock time,
            Task<?> task,
            Housekeeping housekeeping,
            UnaryOperator<SchedulerBuilder> changes) {
        String product = database.read(connection -> connection.getMetaData().getDatabaseProductName());
        boolean isPostgres = product.equals("PostgreSQL");
        if (isPostgres && database.read(ClusterHeartbeat::idleTimeout).equals("0")) {
            LOG.warn(
                    "The locks of a node that freezes or disappears are kept for hours, and other nodes cannot take"
                            + " over its work: set idle_in_transaction_session_timeout for the connections, for example to 30s");
        }
        ScheduledExecutorService housekeeper = Executors.newScheduledThreadPool(THREADS, ClusterHeartbeat::thread);
        SchedulerBuilder builder = new SchedulerBuilder(
                        product.equals("H2") ? H2.withoutCheckpoint(database.dataSource()) : database.dataSource(),
                        List.of(task))
                .tableName(database.sql(table))
                .jdbcCustomization(isPostgres ? new PostgreSqlJdbcCustomization(false, false) : new SkippingLocked())
                // No more than there are free threads: queued executions look dead, while other nodes could execute
                // them.
                .pollUsingLockAndFetch(0.5, 1.0)
                .schedulerName(new SchedulerName.Fixed(new SchedulerName.Hostname().getName() + " "
                        + UUID.randomUUID().toString().substring(0, 8)))
                .clock(time::now)
                .pollingInterval(pollingInterval.multipliedBy(2))
                .housekeeperExecutor(housekeeper)
                .heartbeatInterval(heartbeat)
                .missedHeartbeatsLimit(missed)
                .shutdownMaxWait(GRACE)
                .deleteUnresolvedAfter(NEVER);
        Scheduler scheduler = changes.apply(builder).build();
        checkAtRandomTimes(housekeeper, scheduler, time, housekeeping);
        long every = Math.min(heartbeat.toNanos() / 10, MAX_WATCH_INTERVAL.toNanos());
        Future<?> unused = housekeeper.scheduleWithFixedDelay(
                () -> runLogged(() -> housekeeping.watch(scheduler)), every, every, TimeUnit.NANOSECONDS);
        return scheduler;
    }

    /** Lets a task whose node has died be executed by any node, at the time of the database, which may differ from that of nodes. */
    static <T> DeadExecutionHandler<T> revived(DatabaseClock time) {
        return (complete, operations) -> operations.reschedule(complete, time.now());
    }

    private static String idleTimeout(Connection connection) throws SQLException {
        try (PreparedStatement show = connection.prepareStatement("show idle_in_transaction_session_timeout");
                ResultSet row = show.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** Whether the last heartbeat is so old that other nodes may start the same execution. */
    static boolean seemsDead(CurrentlyExecuting one) {
        return one.getHeartbeatState().getFractionDead() >= 1;
    }

    private static Thread thread(Runnable run) {
        Thread thread = new Thread(run, "http-connector-jdbc");
        thread.setDaemon(true);
        return thread;
    }

    /** Keeps a periodic action running when it fails once. */
    private static void runLogged(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.error("Checking the executions failed and is retried", e);
        }
    }

    private static void maintain(Housekeeping housekeeping) {
        try {
            housekeeping.maintain();
        } catch (StateException e) {
            LOG.debug("The tasks cannot be maintained now", e);
        }
    }

    private void checkAtRandomTimes(
            ScheduledExecutorService housekeeper, Scheduler scheduler, DatabaseClock time, Housekeeping housekeeping) {
        long wait = ThreadLocalRandom.current().nextLong(pollingInterval.toNanos() * 3 / 2);
        Future<?> unused = housekeeper.schedule(
                () -> {
                    try {
                        runLogged(() -> {
                            time.refresh();
                            scheduler.triggerCheckForDueExecutions();
                            maintain(housekeeping);
                        });
                    } finally {
                        if (!housekeeper.isShutdown()) {
                            checkAtRandomTimes(housekeeper, scheduler, time, housekeeping);
                        }
                    }
                },
                wait,
                TimeUnit.NANOSECONDS);
    }

    /** Tells db-scheduler about the capabilities of H2. */
    private static final class SkippingLocked extends DefaultJdbcCustomization {

        SkippingLocked() {
            super(false);
        }

        @Override
        public boolean supportsGenericLockAndFetch() {
            return true;
        }

        @Override
        public String createGenericSelectForUpdateQuery(
                String table, int limit, String condition, boolean orderByPriority) {
            return "select * from " + table + " where picked = ? and execution_time <= ? " + condition
                    + " order by execution_time fetch first " + limit + " rows only for update skip locked";
        }
    }
}
