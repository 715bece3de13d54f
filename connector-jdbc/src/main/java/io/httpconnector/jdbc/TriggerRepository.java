package io.httpconnector.jdbc;

import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.state.StateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The definitions of triggers, and for each a task of the scheduler, whose time is far in the future while the trigger is paused.
 * Transactions that change a task lock its trigger first. Thread-safe.
 */
final class TriggerRepository implements MisplannedTasks.TaskKind {

    /** The state of a trigger, and the code by which it is stored. */
    enum StoredState {
        RUNNING("r"),
        PAUSED("p"),
        AUTHORIZATION_NEEDED("a");

        private final String code;

        StoredState(String code) {
            this.code = code;
        }

        static StoredState of(String code) {
            for (StoredState state : values()) {
                if (state.code.equals(code)) {
                    return state;
                }
            }
            throw new StateException(
                    StateException.StateFailure.CORRUPT, "A trigger has the unknown state \"" + code + "\"");
        }
    }

    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private final Database database;
    private final String task;

    /** A definition, with a version that counts its changes. */
    record Row(String id, String definition, long version, StoredState state, Instant planned) {}

    /** A trigger with the data of the scheduler. */
    record ScheduledTrigger(
            Row row,
            Instant next,
            @Nullable String node,
            int failures,
            @Nullable Instant lastSuccess,
            @Nullable Instant lastFailure) {}

    TriggerRepository(Database database, String task) {
        this.database = database;
        this.task = task;
    }

    /** Sets parameters. */
    @FunctionalInterface
    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    private int update(Connection connection, String sql, Parameters parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            parameters.set(statement);
            return statement.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            statement.setObject(i + 1, value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value);
        }
    }

    /**
     * Adds or changes a trigger. One that was changed, or whose last poll failed, polls no later than planned; otherwise an equal
     * definition changes nothing, because each node adds its triggers when it starts.
     */
    void put(String id, String definition, PlannedPoll first) {
        String key = Database.key(id);
        boolean unused = Database.retryOnConflict(() -> database.write(connection -> {
            Optional<Row> found = find(connection, key, " for update");
            if (found.isEmpty()) {
                return insert(connection, id, definition, first);
            }
            boolean changed = !found.get().definition.equals(definition);
            boolean moved = update(
                            connection,
                            "update $trigger_task set execution_time = ? where task_name = ? and task_instance = ? and"
                                    + " picked = ? and execution_time > ? and execution_time < ?"
                                    + (changed ? "" : " and consecutive_failures > 0"),
                            update -> set(update, first.start(), task, key, false, first.start(), NEVER))
                    == 1;
            long version = found.get().version + (changed ? 1 : 0);
            return (changed || moved)
                    && update(
                                    connection,
                                    "update $trigger set definition = ?, version = ?, planned_at = ? where trigger_key = ?",
                                    update -> set(
                                            update,
                                            definition,
                                            version,
                                            first.time().toEpochMilli(),
                                            key))
                            == 1;
        }));
    }

    private boolean insert(Connection connection, String id, String definition, PlannedPoll first) throws SQLException {
        String key = Database.key(id);
        return update(
                                connection,
                                "insert into $trigger (trigger_key, id, definition, version, state, planned_at)"
                                        + " values (?, ?, ?, 1, '" + StoredState.RUNNING.code + "', ?)",
                                insert -> set(
                                        insert,
                                        key,
                                        id,
                                        definition,
                                        first.time().toEpochMilli()))
                        + update(
                                connection,
                                "insert into $trigger_task (task_name, task_instance, execution_time, picked, version)"
                                        + " values (?, ?, ?, ?, 1)",
                                insert -> set(insert, task, key, first.start(), false))
                == 2;
    }

    /** Sets the state of a trigger: it then polls immediately, or no more; false if it does not exist. */
    boolean setState(String id, StoredState state, Instant now) {
        String key = Database.key(id);
        return database.write(connection -> {
            int known = update(
                    connection,
                    "update $trigger set state = ?, planned_at = ? where trigger_key = ?",
                    update -> set(update, state.code, now.toEpochMilli(), key));
            int unused = update(
                    connection,
                    "update $trigger_task set execution_time = ? where task_name = ? and task_instance = ? and picked"
                            + " = ?",
                    update -> set(update, state == StoredState.RUNNING ? now : NEVER, task, key, false));
            return known == 1;
        });
    }

    /**
     * Lets a running trigger poll now, after the poll in progress, or after the delay of a failure; false if it does not exist or does not
     * run. The version shows a poll in progress that another one must follow it.
     */
    boolean pollNow(String id, Instant now) {
        String key = Database.key(id);
        return Database.retryOnConflict(() -> database.write(connection -> {
            int known = update(
                    connection,
                    "update $trigger set version = version + 1, planned_at = ? where trigger_key = ? and state = ?",
                    update -> set(update, now.toEpochMilli(), key, StoredState.RUNNING.code));
            if (known == 1) {
                int unused = update(
                        connection,
                        "update $trigger_task set execution_time = ? where task_name = ? and task_instance = ? and picked"
                                + " = ? and execution_time > ? and coalesce(consecutive_failures, 0) = 0",
                        update -> set(update, now, task, key, false, now));
            }
            return known == 1;
        }));
    }

    /** Removes a trigger and its state; false if it does not exist. */
    boolean remove(String id) {
        return database.write(connection -> remove(connection, Database.key(id)));
    }

    private boolean remove(Connection connection, String key) throws SQLException {
        int known = update(connection, "delete from $trigger where trigger_key = ?", delete -> set(delete, key));
        int unused = update(
                        connection,
                        "delete from $trigger_task where task_name = ? and task_instance = ?",
                        delete -> set(delete, task, key))
                + update(connection, "delete from $state where state_key = ?", delete -> set(delete, key))
                + update(connection, "delete from $state_entry where state_key = ?", delete -> set(delete, key));
        return known == 1;
    }

    /** Returns the trigger of a task. */
    Optional<Row> find(String key) {
        return database.read(connection -> find(connection, key, ""));
    }

    private Optional<Row> find(Connection connection, String key, String lock) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(database.sql(
                "select id, definition, version, state, planned_at from $trigger where trigger_key = ?" + lock))) {
            select.setString(1, key);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(row(row)) : Optional.empty();
            }
        }
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                StoredState.of(row.getString(4)),
                Instant.ofEpochMilli(row.getLong(5)));
    }

    /**
     * Plans the next poll: immediately if the definition was changed in the meantime, and never if the trigger was paused or
     * removed.
     *
     * @param polled whether the trigger was polled
     */
    void plan(String key, long taskVersion, Row row, boolean polled, PlannedPoll next, Instant now) {
        boolean unused = database.write(connection -> {
            Optional<Row> found = find(connection, key, " for update");
            if (found.isEmpty()) {
                // Including the state written by the poll since the removal.
                return remove(connection, key);
            }
            Row current = found.get();
            boolean running = current.state == StoredState.RUNNING && !next.needsAuthorization();
            boolean same = current.version == row.version;
            int updated = update(
                    connection,
                    "update $trigger_task set picked = ?, picked_by = null, last_heartbeat = null, version = version +"
                            + " 1, execution_time = ?, consecutive_failures = ?, last_success = coalesce(?, last_success),"
                            + " last_failure = coalesce(?, last_failure) where task_name = ? and task_instance = ? and"
                            + " version = ?",
                    update -> set(
                            update,
                            false,
                            running ? same ? next.start() : now : NEVER,
                            next.failures(),
                            polled && next.failures() == 0 ? now : null,
                            polled && next.failures() > 0 ? now : null,
                            task,
                            key,
                            taskVersion));
            if (updated == 0) {
                // Another node has taken over, because this node seemed to be dead.
                return false;
            }
            Instant planned = same ? next.time() : current.planned;
            StoredState state =
                    current.state == StoredState.RUNNING && !running ? StoredState.AUTHORIZATION_NEEDED : current.state;
            return update(
                            connection,
                            "update $trigger set planned_at = ?, state = ? where trigger_key = ?",
                            update -> set(update, planned.toEpochMilli(), state.code, key))
                    == 1;
        });
    }

    /** The schedule of a new trigger may start in the future. */
    @Override
    public boolean isNewTaskDue() {
        return false;
    }

    @Override
    public void lock(Connection connection, MisplannedTasks.PlannedTask moved) throws SQLException {
        Optional<Row> unused = find(connection, moved.instance(), " for update");
    }

    @Override
    public void moved(Connection connection, MisplannedTasks.PlannedTask moved, Duration shift) throws SQLException {
        int unused = update(
                connection,
                "update $trigger set planned_at = planned_at - ? where trigger_key = ?",
                update -> set(update, shift.toMillis(), moved.instance()));
    }

    List<ScheduledTrigger> list() {
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(database.sql(
                            "select t.id, t.definition, t.version, t.state, t.planned_at, k.execution_time,"
                                    + " k.picked_by, k.consecutive_failures, k.last_success, k.last_failure"
                                    + " from $trigger t join $trigger_task k on k.task_name = ?"
                                    + " and k.task_instance = t.trigger_key order by t.id"));
                    ResultSet rows = rows(select)) {
                List<ScheduledTrigger> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(new ScheduledTrigger(
                            row(rows),
                            rows.getObject(6, OffsetDateTime.class).toInstant(),
                            rows.getString(7),
                            rows.getInt(8),
                            instant(rows, 9),
                            instant(rows, 10)));
                }
                return all;
            }
        });
    }

    private ResultSet rows(PreparedStatement select) throws SQLException {
        select.setString(1, task);
        return select.executeQuery();
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
