package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.CurrentlyExecuting;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import io.httpconnector.InvalidDefinitionException;
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
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How processes notice each other by what they write to the database.
 *
 * @param heartbeat how often each says that it is alive
 * @param missed how many heartbeats it may miss before it counts as dead
 * @param pollingInterval how often each looks for work that others have left
 */
record ClusterHeartbeat(Duration heartbeat, int missed, Duration pollingInterval) {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterHeartbeat.class);

    /** Work of a process that dies is begun by another after 5 to 8 seconds. */
    static final ClusterHeartbeat USUAL = new ClusterHeartbeat(Duration.ofSeconds(1), 5, Duration.ofSeconds(1));

    private static final Duration GRACE = Duration.ofSeconds(10);
    /** For heartbeats, dead machines, the clock, and what is late: each goes on while the database lets the others wait. */
    private static final int THREADS = 4;

    private static final Duration NEVER = Duration.ofDays(36_500);

    ClusterHeartbeat {
        boolean good =
                within(heartbeat, Duration.ofHours(1)) && within(pollingInterval, Duration.ofHours(1)) && missed >= 4;
        if (!good || missed > 1000) {
            throw new InvalidDefinitionException(
                    "heartbeat",
                    List.of("a heartbeat every " + heartbeat + " of which " + missed
                            + " may be missed, and a look every " + pollingInterval
                            + ": use 50 ms to 1 h, and 4 to 1000"));
        }
    }

    private static boolean within(Duration duration, Duration max) {
        return duration != null && duration.compareTo(Duration.ofMillis(50)) >= 0 && duration.compareTo(max) <= 0;
    }

    /**
     * A scheduler with a kind of task, and tasks that are always there; not started. What it does not know it leaves to the others. Each process looks for work
     * at random moments, so that none is always the first to find it.
     *
     * @param late is told, again and again, of what this process does, but others may begin as well, since it has not said for long that
     *     it is alive: it was frozen, or the database is away
     */
    Scheduler scheduler(
            Database database,
            String table,
            int threads,
            DatabaseClock time,
            Task<?> task,
            List<RecurringTask<Void>> always,
            Consumer<CurrentlyExecuting> late) {
        String product = database.read(connection -> connection.getMetaData().getDatabaseProductName());
        boolean isPostgres = product.equals("PostgreSQL");
        if (isPostgres && database.read(ClusterHeartbeat::idleTimeout).equals("0")) {
            LOG.warn(
                    "The locks of a machine that freezes, or is gone without a word, are kept for hours, and the others can't take"
                            + " over what they hold: set idle_in_transaction_session_timeout for the connections, such as to 30s");
        }
        ScheduledExecutorService housekeeper = Executors.newScheduledThreadPool(THREADS, ClusterHeartbeat::thread);
        Scheduler scheduler = new SchedulerBuilder(
                        product.equals("H2") ? H2.passing(database.source()) : database.source(), List.of(task))
                .startTasks(always)
                .tableName(database.sql(table))
                .jdbcCustomization(isPostgres ? new PostgreSqlJdbcCustomization(false, false) : new SkippingLocked())
                // No more than there are free threads: what waits in a queue looks dead, and others could do it.
                .pollUsingLockAndFetch(0.5, 1.0)
                .schedulerName(new SchedulerName.Fixed(new SchedulerName.Hostname().getName() + " "
                        + UUID.randomUUID().toString().substring(0, 8)))
                .clock(time::now)
                .threads(threads)
                .pollingInterval(pollingInterval.multipliedBy(2))
                .housekeeperExecutor(housekeeper)
                .heartbeatInterval(heartbeat)
                .missedHeartbeatsLimit(missed)
                .shutdownMaxWait(GRACE)
                .deleteUnresolvedAfter(NEVER)
                .build();
        lookAtRandom(housekeeper, scheduler, time);
        long every = heartbeat.toNanos() / 10;
        Future<?> unused = housekeeper.scheduleWithFixedDelay(
                () -> guarded(() -> scheduler.getCurrentlyExecuting().stream()
                        .filter(ClusterHeartbeat::seemsDead)
                        .forEach(late)),
                every,
                every,
                TimeUnit.NANOSECONDS);
        return scheduler;
    }

    private static String idleTimeout(Connection connection) throws SQLException {
        try (PreparedStatement show = connection.prepareStatement("show idle_in_transaction_session_timeout");
                ResultSet row = show.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** Whether the last heartbeat is so long ago that others may begin the same. */
    static boolean seemsDead(CurrentlyExecuting one) {
        return one.getHeartbeatState().getFractionDead() >= 1;
    }

    private static Thread thread(Runnable run) {
        Thread thread = new Thread(run, "http-connector-jdbc");
        thread.setDaemon(true);
        return thread;
    }

    /** What fails once must not end what is to be done again and again. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.error("Looking after the executions failed, and is tried again", e);
        }
    }

    private void lookAtRandom(ScheduledExecutorService housekeeper, Scheduler scheduler, DatabaseClock time) {
        long wait = ThreadLocalRandom.current().nextLong(pollingInterval.toNanos() * 3 / 2);
        Future<?> unused = housekeeper.schedule(
                () -> {
                    try {
                        guarded(() -> {
                            time.lookAgain();
                            scheduler.triggerCheckForDueExecutions();
                        });
                    } finally {
                        if (!housekeeper.isShutdown()) {
                            lookAtRandom(housekeeper, scheduler, time);
                        }
                    }
                },
                wait,
                TimeUnit.NANOSECONDS);
    }

    /** Says to db-scheduler what H2 can do. */
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
