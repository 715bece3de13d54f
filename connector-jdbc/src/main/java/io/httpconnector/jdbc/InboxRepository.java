package io.httpconnector.jdbc;

import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.Reason;
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
 * The events of a receiver: waiting ({@code w}), dead ({@code x}) or done ({@code d}). Those that wait belong to turns, in which they are
 * handled one after the other: those of one key to the same, one without a key to a turn of its own. For each turn that has events
 * waiting there is one task of the scheduler. Whoever adds to a turn and whoever ends it lock its task first. Safe for many threads.
 */
final class InboxRepository {

    private static final int BATCH = 1000;
    private static final String BY_KEY = "key ";
    private static final String INSERT_TASKS =
            "insert into $inbox_task (task_name, task_instance, execution_time, picked, version)"
                    + " select ?, turn, ?, ?, 1 from unnest(cast(? as varchar array)) as missing (turn)";

    private final Database database;
    private final String receiver;
    private final String task;

    /** An event that waits, and how many attempts have failed. */
    record Waiting(TriggerEvent event, int attempts) {}

    /** An event as it is stored; the turn is null when it has one of its own, which is called as the event. */
    record Row(String key, @Nullable String turn, String content) {

        static Row of(TriggerEvent event) {
            String key = Database.key(event.id());
            String turn = event.key().isEmpty() ? null : BY_KEY + Database.key(event.key());
            return new Row(key, turn, event.toJson().toString());
        }

        /** What the task of its turn is called. */
        String task() {
            return turn == null ? key : turn;
        }
    }

    InboxRepository(Database database, String receiver, String task) {
        this.database = database;
        this.receiver = Database.key(receiver);
        this.task = task;
    }

    /** Adds those events that are not there yet, all or none of them. */
    void add(List<Row> events, Instant now) {
        Map<String, Row> byKey = new LinkedHashMap<>();
        events.forEach(event -> byKey.putIfAbsent(event.key, event));
        try {
            boolean unused = database.write(connection -> insert(connection, byKey.values(), now));
        } catch (StateException e) {
            if (e.reason() != Reason.CONFLICT) {
                throw e;
            }
            // Some are there. Most senders repeat themselves seldom, so that it is cheaper not to look first.
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
        Set<String> missing = enter(connection, events.stream().map(Row::task).toList());
        String insert = "insert into $inbox (receiver_key, event_key, turn_key, state, attempts, changed_at, content)"
                + " select ?, event_key, turn_key, 'w', 0, ?, content from unnest(cast(? as varchar array),"
                + " cast(? as varchar array), cast(? as varchar array)) with ordinality"
                + " as added (event_key, turn_key, content, n) order by n";
        boolean together = !missing.isEmpty() && !H2.is(connection);
        if (!together) {
            insertTasks(connection, missing, now);
        }
        // Where it can be, both are inserted with one message to the database, and one answer.
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

    /** Locks the tasks of turns, each in the same order, so that nobody waits for one who waits for him; and says which have none. */
    private Set<String> enter(Connection connection, List<String> turns) throws SQLException {
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

    /** Sets the parameters of the turns that get tasks, and says which parameter comes then. */
    private int setTasks(PreparedStatement insert, Set<String> turns, Instant now) throws SQLException {
        insert.setString(1, task);
        insert.setObject(2, now.atOffset(ZoneOffset.UTC));
        insert.setBoolean(3, false);
        insert.setArray(4, array(insert.getConnection(), turns, turn -> turn));
        return 5;
    }

    /** The event whose turn it is, if one is left. */
    Optional<Waiting> first(String turn) {
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    database.sql("select content, attempts from $inbox where receiver_key = ? and " + column(turn)
                            + " = ? and state = 'w' order by place fetch first row only"))) {
                select.setString(1, receiver);
                select.setString(2, turn);
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new Waiting(
                                    TriggerEvent.fromJson(JsonSupport.parse(row.getString(1))), row.getInt(2)))
                            : Optional.empty();
                }
            }
        });
    }

    private static String column(String turn) {
        return turn.startsWith(BY_KEY) ? "turn_key" : "event_key";
    }

    /** How it goes on with a turn. */
    enum Next {
        /** There is another event. */
        EVENT,
        /** It has ended, and its task is gone. */
        END,
        /** Somebody else has it now, since this process seemed to be dead. */
        LOST
    }

    /** Keeps of an event that it was handled, whoever has its turn. */
    Next done(String turn, long version, String event, Instant now) {
        return settle(turn, version, event, "state = 'd', content = null, changed_at = ?", "state <> 'd'", update -> {
            update.setLong(1, now.toEpochMilli());
            return 2;
        });
    }

    /** Keeps an event that nobody handled; unless somebody has, meanwhile. */
    Next dead(String turn, long version, DeadLetter letter) {
        String content = letter.toJson().toString();
        return settle(
                turn, version, letter.event().id(), "state = 'x', content = ?, attempts = ?", "state = 'w'", update -> {
                    update.setString(1, content);
                    update.setInt(2, letter.attempts());
                    return 3;
                });
    }

    /** Keeps how many attempts have failed. */
    Next failed(String turn, long version, String event, int attempts) {
        return settle(turn, version, event, "attempts = ?", "state = 'w'", update -> {
            update.setInt(1, attempts);
            return 2;
        });
    }

    /** Ends a turn that has no events left. */
    Next end(String turn, long version) {
        return database.writeSoon(
                connection -> lock(connection, turn, version) ? next(connection, turn, version) : Next.LOST);
    }

    /** Sets the parameters of what is changed, and says which parameter comes then. */
    @FunctionalInterface
    private interface Change {
        int set(PreparedStatement update) throws SQLException;
    }

    private Next settle(String turn, long version, String event, String set, String when, Change change) {
        return database.writeSoon(connection -> {
            boolean own = lock(connection, turn, version);
            try (PreparedStatement update = connection.prepareStatement(database.sql(
                    "update $inbox set " + set + " where receiver_key = ? and event_key = ? and " + when))) {
                int parameter = change.set(update);
                update.setString(parameter, receiver);
                update.setString(parameter + 1, Database.key(event));
                update.executeUpdate();
            }
            return own ? next(connection, turn, version) : Next.LOST;
        });
    }

    /** Whether this process has the turn; then nobody adds to it until the end of the transaction. */
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

    /** Nobody can have added to the turn since it was locked. */
    private Next next(Connection connection, String turn, long version) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                database.sql("delete from $inbox_task where task_name = ? and task_instance = ? and version = ?"
                        + " and not exists (select 1 from $inbox where receiver_key = ? and " + column(turn)
                        + " = ? and state = 'w')"))) {
            delete.setString(1, task);
            delete.setString(2, turn);
            delete.setLong(3, version);
            delete.setString(4, receiver);
            delete.setString(5, turn);
            return delete.executeUpdate() == 1 ? Next.END : Next.EVENT;
        }
    }

    /** How many events wait or are dead. */
    long kept() {
        return count("state <> 'd'");
    }

    /** How many events wait. */
    long waiting() {
        return count("state = 'w'");
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
            try (PreparedStatement select = connection.prepareStatement(
                    database.sql("select content from $inbox where receiver_key = ? and state = 'x' order by place"))) {
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

    /** Has a dead letter wait again; false when there is none. */
    boolean replay(String event, Instant now) {
        return Database.retryOnConflict(() -> database.write(connection -> {
            Optional<DeadLetter> letter = deadLetter(connection, event);
            if (letter.isEmpty()) {
                return false;
            }
            insertTasks(
                    connection,
                    enter(connection, List.of(Row.of(letter.get().event()).task())),
                    now);
            try (PreparedStatement update =
                    connection.prepareStatement(database.sql("update $inbox set state = 'w', attempts = 0, content = ?"
                            + " where receiver_key = ? and event_key = ? and state = 'x'"))) {
                update.setString(1, letter.get().event().toJson().toString());
                update.setString(2, receiver);
                update.setString(3, Database.key(event));
                return update.executeUpdate() == 1;
            }
        }));
    }

    private Optional<DeadLetter> deadLetter(Connection connection, String event) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(database.sql(
                "select content from $inbox where receiver_key = ? and event_key = ? and state = 'x' for update"))) {
            select.setString(1, receiver);
            select.setString(2, Database.key(event));
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(DeadLetter.fromJson(JsonSupport.parse(row.getString(1))))
                        : Optional.empty();
            }
        }
    }

    /** Gives up a dead letter; false when there is none. */
    boolean discard(String event, Instant now) {
        return database.write(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    database.sql("update $inbox set state = 'd', content = null, changed_at = ?"
                            + " where receiver_key = ? and event_key = ? and state = 'x'"))) {
                update.setLong(1, now.toEpochMilli());
                update.setString(2, receiver);
                update.setString(3, Database.key(event));
                return update.executeUpdate() == 1;
            }
        });
    }

    /** Forgets events that were done before a time; in small transactions, so that nobody waits for them. */
    void forget(Instant before) {
        boolean more = true;
        while (more) {
            more = database.writeSoon(connection -> {
                try (PreparedStatement delete = connection.prepareStatement(
                        database.sql("delete from $inbox where receiver_key = ? and event_key in (select event_key"
                                + " from $inbox where receiver_key = ? and state = 'd' and changed_at < ?"
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
