package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Time;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How processes notice each other by what they write to the database.
 *
 * @param heartbeat how often each says that it is alive
 * @param missed how many heartbeats it may miss before it counts as dead
 * @param look how often each looks for work that others have left
 */
record Pulse(Duration heartbeat, int missed, Duration look) {

    /** Work of a process that dies is begun by another after 5 to 8 seconds. */
    static final Pulse USUAL = new Pulse(Duration.ofSeconds(1), 5, Duration.ofSeconds(1));

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration NEVER = Duration.ofDays(36_500);

    Pulse {
        boolean good = within(heartbeat, Duration.ofHours(1)) && within(look, Duration.ofHours(1)) && missed >= 4;
        if (!good || missed > 1000) {
            throw new InvalidDefinitionException(
                    "heartbeat",
                    List.of("a heartbeat every " + heartbeat + " of which " + missed
                            + " may be missed, and a look every " + look + ": use 50 ms to 1 h, and 4 to 1000"));
        }
    }

    private static boolean within(Duration duration, Duration most) {
        return duration != null && duration.compareTo(Duration.ofMillis(50)) >= 0 && duration.compareTo(most) <= 0;
    }

    /**
     * A scheduler with a kind of task, and tasks that are always there; not started. What it does not know it leaves to the others. Each process looks for work
     * in a rhythm of its own, so that none is always the first to find it.
     */
    Scheduler scheduler(
            Database database, String table, int threads, Time time, Task<?> task, List<RecurringTask<Void>> always) {
        String product = database.read(connection -> connection.getMetaData().getDatabaseProductName());
        return new SchedulerBuilder(
                        product.equals("H2") ? H2.passing(database.source()) : database.source(), List.of(task))
                .startTasks(always)
                .tableName(database.sql(table))
                .jdbcCustomization(
                        product.equals("PostgreSQL")
                                ? new PostgreSqlJdbcCustomization(false, false)
                                : new DefaultJdbcCustomization(false))
                .schedulerName(
                        new SchedulerName.Fixed(new SchedulerName.Hostname().getName() + " " + UUID.randomUUID()))
                .clock(time::now)
                .threads(threads)
                .pollingInterval(look.multipliedBy(ThreadLocalRandom.current().nextLong(80, 121))
                        .dividedBy(100))
                .heartbeatInterval(heartbeat)
                .missedHeartbeatsLimit(missed)
                .shutdownMaxWait(GRACE)
                .deleteUnresolvedAfter(NEVER)
                .build();
    }
}
