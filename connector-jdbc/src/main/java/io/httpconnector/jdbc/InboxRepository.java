package io.httpconnector.jdbc;

import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The events of a receiver: pending ({@code w}), dead-lettered ({@code x}) or done ({@code d}). Pending events belong to turns,
 * whose events are handled one after the other: events with the same key share a turn, and an event without a key has a turn of
 * its own. Each turn with pending events has one task of the scheduler. Transactions that add to a turn or end it lock its task
 * first. Thread-safe.
 */
final class InboxRepository {

    private static final int BATCH = 1000;

    // The states of an event, as SQL literals.
    private static final String PENDING = "'w'";
    private static final String DEAD = "'x'";
    private static final String DONE = "'d'";

    private static final String BY_KEY = "key ";
    private static final String INSERT_TASKS =
            "insert into $inbox_task (task_name, task_instance, execution_time, picked, version)"
                    + " select ?, turn, ?, ?, 1 from unnest(cast(? as varchar array)) as missing (turn)";

    private final Database database;
    private final String receiver;
    private final String task;

    /** A pending event and the number of failed attempts. */
    record PendingEvent(TriggerEvent event, int attempts) {}

    /** A stored event. The turn is null if the event has a turn of its own, which is named like the event. */
    record Row(String key, @Nullable String turn, String content) {

        static Row of(TriggerEvent event) {
            String key = Database.key(event.id());
            String turn = event.key().isEmpty() ? null : BY_KEY + Database.key(event.key());
            return new Row(key, turn, event.toJson().toString());
        }

        /** The name of the task of its turn. */
        String task() {
            return turn == null ? key : turn;
        }
    }

    InboxRepository(Database database, String receiver, String task) {
        this.database = database;
        this.receiver = Database.key(receiver);
        this.task = task;
    }

    /** Adds the new ones of these events, all or none of them. */
    void add(List<Row> events, Instant now) {
        Map<String, Row> byKey = new LinkedHashMap<>();
        events.forEach(event -> byKey.putIfAbsent(event.key, event));
        try {
            boolean unused = database.write(connection -> insert(connection, byKey.values(), now));
        } catch (StateException e) {
            if (e.reason() != StateFailure.CONFLICT) {
                throw e;
            }
            // Some events exist already. Most senders rarely repeat events, so it is cheaper not to check first.
            boolean unused = Database.retryOnConflict(
                    () -> database.write(connection -> insert(connection, absent(connection, byKey), now)));
        }
    }

    private Collection<Row> absent(Connection connection, Map<String, Row> events) throws SQLException {
        Map<String, Row> absent = new LinkedHashMap<>(events);
        try (PreparedStatement select = connection.prepareStatement(
                database.sql("select event_key from $inbox where receiver_key = ? and event_key = ?"))) {
            for (String key : events.keySet()) {
                select.setString(1, receiver);
                select.setString(2, key);
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        absent.remove(key);
                    }
                }
            }
        }
        return absent.values();
    }

    private boolean insert(Connection connection, Collection<Row> events, Instant now) throws SQLException {
        Set<String> missing =
                lockTasks(connection, events.stream().map(Row::task).toList());
        String insert = "insert into $inbox (receiver_key, event_key, turn_key, state, attempts, changed_at, content)"
                + " select ?, event_key, turn_key, " + PENDING + ", 0, ?, content from unnest(cast(? as varchar array),"
                + " cast(? as varchar array), cast(? as varchar array)) with ordinality"
                + " as added (event_key, turn_key, content, n) order by n";
        boolean together = !missing.isEmpty() && !H2.is(connection);
        if (!together) {
            insertTasks(connection, missing, now);
        }
        // If supported, both are inserted by one statement, which saves a round trip.
        try (PreparedStatement statement = connection.prepareStatement(
                database.sql(together ? "with added_task as (" + INSERT_TASKS + ") " + insert : insert))) {
            int next = together ? setTasks(statement, missing, now) : 1;
            statement.setString(next, receiver);
            statement.setLong(next + 1, now.toEpochMilli());
            statement.setArray(next + 2, array(connection, events, Row::key));
            statement.setArray(next + 3, array(connection, events, Row::turn));
            statement.setArray(next + 4, array(connection, events, Row::content));
            return statement.executeUpdate() > 0;
        }
    }

    private static <T> Array array(Connection connection, Collection<T> values, Function<T, @Nullable String> part)
            throws SQLException {
        return connection.createArrayOf("varchar", values.stream().map(part).toArray());
    }

    /** Locks the tasks of turns, always in the same order to prevent deadlocks, and returns the turns without a task. */
    private Set<String> lockTasks(Connection connection, List<String> turns) throws SQLException {
        Set<String> missing = new TreeSet<>(turns);
        try (PreparedStatement lock = connection.prepareStatement(
                database.sql("update $inbox_task set priority = null where task_name = ? and task_instance = ?"))) {
            for (String turn : List.copyOf(missing)) {
                lock.setString(1, task);
                lock.setString(2, turn);
                if (turn.startsWith(BY_KEY) && lock.executeUpdate() == 1) {
                    missing.remove(turn);
                }
            }
        }
        return missing;
    }

    private void insertTasks(Connection connection, Set<String> turns, Instant now) throws SQLException {
        if (turns.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(database.sql(INSERT_TASKS))) {
            int unused = setTasks(insert, turns, now) + insert.executeUpdate();
        }
    }

    /** Sets the parameters of the turns that get tasks; returns the index of the next parameter. */
    private int setTasks(PreparedStatement insert, Set<String> turns, Instant now) throws SQLException {
        insert.setString(1, task);
        insert.setObject(2, now.atOffset(ZoneOffset.UTC));
        insert.setBoolean(3, false);
        insert.setArray(4, array(insert.getConnection(), turns, turn -> turn));
        return 5;
    }

    /** The next event of a turn, if one is left. */
    Optional<PendingEvent> first(String turn) {
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    database.sql("select content, attempts from $inbox where receiver_key = ? and " + column(turn)
                            + " = ? and state = " + PENDING + " order by place fetch first row only"))) {
                select.setString(1, receiver);
                select.setString(2, turn);
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new PendingEvent(
                                    TriggerEvent.fromJson(JsonSupport.parse(row.getString(1))), row.getInt(2)))
                            : Optional.empty();
                }
            }
        });
    }

    private static String column(String turn) {
        return turn.startsWith(BY_KEY) ? "turn_key" : "event_key";
    }

    /** The next step of a turn. */
    enum NextStep {
        /** There is another event. */
        EVENT,
        /** The turn has ended, and its task is deleted. */
        TURN_ENDED,
        /** Another node has taken over the turn, because this node seemed to be dead. */
        LOST
    }

    /** Marks an event as handled, even if another node has taken over its turn. */
    NextStep done(String turn, long version, String event, Instant now) {
        return update(
                turn,
                version,
                event,
                "state = " + DONE + ", content = null, changed_at = ?",
                "state <> " + DONE,
                update -> {
                    update.setLong(1, now.toEpochMilli());
                    return 2;
                });
    }

    /** Marks an event as dead-lettered, unless it was handled in the meantime. */
    NextStep dead(String turn, long version, DeadLetter letter) {
        String content = letter.toJson().toString();
        return update(
                turn,
                version,
                letter.event().id(),
                "state = " + DEAD + ", content = ?, attempts = ?",
                "state = " + PENDING,
                update -> {
                    update.setString(1, content);
                    update.setInt(2, letter.attempts());
                    return 3;
                });
    }

    /** Stores the number of failed attempts. */
    NextStep failed(String turn, long version, String event, int attempts) {
        return update(turn, version, event, "attempts = ?", "state = " + PENDING, update -> {
            update.setInt(1, attempts);
            return 2;
        });
    }

    /** Ends a turn without pending events. */
    NextStep end(String turn, long version) {
        return database.writeLazily(
                connection -> lock(connection, turn, version) ? next(connection, turn, version) : NextStep.LOST);
    }

    /** Sets the parameters of a change; returns the index of the next parameter. */
    @FunctionalInterface
    private interface Change {
        int set(PreparedStatement update) throws SQLException;
    }

    private NextStep update(String turn, long version, String event, String set, String when, Change change) {
        return database.writeLazily(connection -> {
            boolean isLocked = lock(connection, turn, version);
            try (PreparedStatement update = connection.prepareStatement(database.sql(
                    "update $inbox set " + set + " where receiver_key = ? and event_key = ? and " + when))) {
                int parameter = change.set(update);
                update.setString(parameter, receiver);
                update.setString(parameter + 1, Database.key(event));
                update.executeUpdate();
            }
            return isLocked ? next(connection, turn, version) : NextStep.LOST;
        });
    }

    /** Locks a turn; returns whether this node has it. No other transaction can then add to it until the end of this one. */
    private boolean lock(Connection connection, String turn, long version) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                database.sql("select version from $inbox_task where task_name = ? and task_instance = ?"
                        + " and version = ? for update"))) {
            select.setString(1, task);
            select.setString(2, turn);
            select.setLong(3, version);
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Ends the turn if it has no pending events. No event can have been added since it was locked. */
    private NextStep next(Connection connection, String turn, long version) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                database.sql("delete from $inbox_task where task_name = ? and task_instance = ? and version = ?"
                        + " and not exists (select 1 from $inbox where receiver_key = ? and " + column(turn)
                        + " = ? and state = " + PENDING + ")"))) {
            delete.setString(1, task);
            delete.setString(2, turn);
            delete.setLong(3, version);
            delete.setString(4, receiver);
            delete.setString(5, turn);
            return delete.executeUpdate() == 1 ? NextStep.TURN_ENDED : NextStep.EVENT;
        }
    }

    /** The number of pending and dead-lettered events. */
    long storedCount() {
        return count("state <> " + DONE);
    }

    /** The number of pending events. */
    long pendingCount() {
        return count("state = " + PENDING);
    }

    private long count(String which) {
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    database.sql("select count(*) from $inbox where receiver_key = ? and " + which))) {
                select.setString(1, receiver);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }

    List<DeadLetter> deadLetters() {
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(database.sql(
                    "select content from $inbox where receiver_key = ? and state = " + DEAD + " order by place"))) {
                select.setString(1, receiver);
                try (ResultSet rows = select.executeQuery()) {
                    List<DeadLetter> letters = new ArrayList<>();
                    while (rows.next()) {
                        letters.add(DeadLetter.fromJson(JsonSupport.parse(rows.getString(1))));
                    }
                    return letters;
                }
            }
        });
    }

    /** Makes a dead letter pending again; false if it does not exist. */
    boolean replay(String event, Instant now) {
        return Database.retryOnConflict(() -> database.write(connection -> {
            Optional<DeadLetter> letter = deadLetter(connection, event);
            if (letter.isEmpty()) {
                return false;
            }
            insertTasks(
                    connection,
                    lockTasks(connection, List.of(Row.of(letter.get().event()).task())),
                    now);
            try (PreparedStatement update = connection.prepareStatement(
                    database.sql("update $inbox set state = " + PENDING + ", attempts = 0, content = ?"
                            + " where receiver_key = ? and event_key = ? and state = " + DEAD))) {
                update.setString(1, letter.get().event().toJson().toString());
                update.setString(2, receiver);
                update.setString(3, Database.key(event));
                return update.executeUpdate() == 1;
            }
        }));
    }

    private Optional<DeadLetter> deadLetter(Connection connection, String event) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                database.sql("select content from $inbox where receiver_key = ? and event_key = ? and state = " + DEAD
                        + " for update"))) {
            select.setString(1, receiver);
            select.setString(2, Database.key(event));
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(DeadLetter.fromJson(JsonSupport.parse(row.getString(1))))
                        : Optional.empty();
            }
        }
    }

    /** Discards a dead letter; false if it does not exist. */
    boolean discard(String event, Instant now) {
        return database.write(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    database.sql("update $inbox set state = " + DONE + ", content = null, changed_at = ?"
                            + " where receiver_key = ? and event_key = ? and state = " + DEAD))) {
                update.setLong(1, now.toEpochMilli());
                update.setString(2, receiver);
                update.setString(3, Database.key(event));
                return update.executeUpdate() == 1;
            }
        });
    }

    /** Deletes events that were done before a time, in small transactions that block no others. */
    void deleteDoneBefore(Instant before) {
        boolean more = true;
        while (more) {
            more = database.writeLazily(connection -> {
                try (PreparedStatement delete = connection.prepareStatement(
                        database.sql("delete from $inbox where receiver_key = ? and event_key in (select event_key"
                                + " from $inbox where receiver_key = ? and state = " + DONE + " and changed_at < ?"
                                + " fetch first " + BATCH + " rows only)"))) {
                    delete.setString(1, receiver);
                    delete.setString(2, receiver);
                    delete.setLong(3, before.toEpochMilli());
                    return delete.executeUpdate() == BATCH;
                }
            });
        }
    }
}
