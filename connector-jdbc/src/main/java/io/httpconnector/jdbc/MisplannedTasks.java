package io.httpconnector.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the tasks of a scheduler that were planned while the clock of the database was ahead, and plans them again; otherwise
 * they would not be executed until the clock has caught up. A task was planned when its last execution ended: if that time is in
 * the future, the clock was wrong, and the task is moved back by the difference.
 */
final class MisplannedTasks {

    private static final Logger LOG = LoggerFactory.getLogger(MisplannedTasks.class);

    /** The clocks of nodes differ by much less. */
    private static final Duration TOLERANCE = Duration.ofSeconds(30);

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int BATCH = 500;

    /** The time of tasks that are paused. */
    private static final Instant NEVER = Instant.parse("9000-01-01T00:00:00Z");

    private final Database database;
    private final String table;
    private final TaskKind kind;
    private final DatabaseClock time;
    private long correctedAt;

    /** A task that is due in the future, and when its executions ended. */
    record PlannedTask(
            String name,
            String instance,
            long version,
            Instant due,
            @Nullable Instant lastSuccess,
            @Nullable Instant lastFailure) {

        /** How far the clock was ahead when the task was planned; zero if it was right, or the task was never executed. */
        Duration shift(Instant now) {
            Instant planned = lastSuccess == null || (lastFailure != null && lastFailure.isAfter(lastSuccess))
                    ? lastFailure
                    : lastSuccess;
            return planned == null || !planned.isAfter(now.plus(TOLERANCE))
                    ? Duration.ZERO
                    : Duration.between(now, planned);
        }
    }

    /** The differences between kinds of tasks. */
    interface TaskKind {

        /** Whether tasks that were never executed are due at once. */
        boolean isNewTaskDue();

        /** Locks what transactions lock before a task. */
        default void lock(Connection connection, PlannedTask task) throws SQLException {}

        /** Changes what belongs to a task that was planned again. */
        default void moved(Connection connection, PlannedTask task, Duration shift) throws SQLException {}
    }

    MisplannedTasks(Database database, String table, DatabaseClock time, TaskKind kind) {
        this.database = database;
        this.table = table;
        this.time = time;
        this.kind = kind;
        this.correctedAt = time.nanos();
    }

    /** Corrects the tasks every few seconds, by one thread; returns whether it was done. */
    boolean correctPeriodically() {
        long nanos = time.nanos();
        boolean isDue = nanos - correctedAt >= INTERVAL.toNanos();
        if (isDue) {
            correctedAt = nanos;
            correct(time.now());
        }
        return isDue;
    }

    /** Plans tasks again, and lets nodes that died at a time in the future count as dead soon. */
    void correct(Instant now) {
        int heartbeats = database.writeLazily(connection -> update(
                connection,
                "update " + table + " set last_heartbeat = ? where picked = ? and last_heartbeat > ?",
                utc(now),
                true,
                utc(now.plus(TOLERANCE))));
        int count = BATCH;
        int all = 0;
        while (count == BATCH) {
            count = database.writeLazily(connection -> correct(connection, now));
            all += count;
        }
        if (all + heartbeats > 0) {
            LOG.warn(
                    "{} tasks of {} were planned while the clock of the database was ahead, and are planned again",
                    all + heartbeats,
                    database.sql(table));
        }
    }

    private int correct(Connection connection, Instant now) throws SQLException {
        List<PlannedTask> found = find(connection, now);
        for (PlannedTask task : found) {
            Duration shift = task.shift(now);
            kind.lock(connection, task);
            int updated = update(
                    connection,
                    "update " + table + " set execution_time = ?, last_success = ?, last_failure = ?"
                            + " where task_name = ? and task_instance = ? and version = ? and picked = ?",
                    utc(shift.isZero() ? now : task.due.minus(shift)),
                    utc(earlier(task.lastSuccess, now)),
                    utc(earlier(task.lastFailure, now)),
                    task.name,
                    task.instance,
                    task.version,
                    false);
            if (updated == 1) {
                kind.moved(connection, task, shift);
            }
        }
        return found.size();
    }

    private static @Nullable Instant earlier(@Nullable Instant time, Instant now) {
        return time != null && time.isAfter(now) ? now : time;
    }

    private List<PlannedTask> find(Connection connection, Instant now) throws SQLException {
        List<PlannedTask> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(database.sql(
                "select task_name, task_instance, version, execution_time, last_success, last_failure from " + table
                        + " where picked = ? and execution_time > ? and execution_time < ? and (last_success > ?"
                        + " or last_failure > ? or (? and last_success is null and last_failure is null)) order by task_instance fetch first "
                        + BATCH + " rows only"))) {
            Instant future = now.plus(TOLERANCE);
            set(select, false, utc(future), utc(NEVER), utc(future), utc(future), kind.isNewTaskDue());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(new PlannedTask(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getLong(3),
                            rows.getObject(4, OffsetDateTime.class).toInstant(),
                            instant(rows, 5),
                            instant(rows, 6)));
                }
            }
        }
        return found;
    }

    private int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(database.sql(sql))) {
            set(update, parameters);
            return update.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            Object parameter = parameters[i];
            if (parameter == null) {
                statement.setNull(i + 1, Types.TIMESTAMP_WITH_TIMEZONE);
            } else {
                statement.setObject(i + 1, parameter);
            }
        }
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
