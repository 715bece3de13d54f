package io.httpconnector.jdbc;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Adds events of any receivers to the inbox, and their tasks. Thread-safe. */
final class InboxWriter {

    private static final String INSERT_TASKS =
            "insert into $inbox_task (task_name, task_instance, execution_time, picked, version)"
                    + " select ?, instance, ?, ?, 1 from unnest(cast(? as varchar array)) as missing (instance)";

    private final Database database;

    /** Identifies an event. */
    private record EventKey(String receiver, String key) {}

    InboxWriter(Database database) {
        this.database = database;
    }

    /** Adds the new ones of these events, all or none of them. */
    void add(List<InboxRow> events, Instant now) {
        Map<EventKey, InboxRow> byKey = new LinkedHashMap<>();
        events.forEach(event -> byKey.putIfAbsent(new EventKey(event.receiver(), event.key()), event));
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

    private Collection<InboxRow> absent(Connection connection, Map<EventKey, InboxRow> events) throws SQLException {
        Map<EventKey, InboxRow> absent = new LinkedHashMap<>(events);
        try (PreparedStatement select = connection.prepareStatement(
                database.sql("select event_key from $inbox where receiver_key = ? and event_key = ?"))) {
            for (EventKey key : events.keySet()) {
                select.setString(1, key.receiver);
                select.setString(2, key.key);
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        absent.remove(key);
                    }
                }
            }
        }
        return absent.values();
    }

    private boolean insert(Connection connection, Collection<InboxRow> events, Instant now) throws SQLException {
        Set<String> missing =
                lockTasks(connection, events.stream().map(InboxRow::instance).toList());
        String insert = "insert into $inbox (receiver_key, event_key, turn_key, state, attempts, changed_at, content)"
                + " select receiver_key, event_key, turn_key, " + InboxRepository.PENDING + ", 0, ?, content from"
                + " unnest(cast(? as varchar array), cast(? as varchar array), cast(? as varchar array),"
                + " cast(? as varchar array)) with ordinality"
                + " as added (receiver_key, event_key, turn_key, content, n) order by n";
        boolean together = !missing.isEmpty() && !H2.is(connection);
        if (!together) {
            insertTasks(connection, missing, now);
        }
        // If supported, both are inserted by one statement, which saves a round trip.
        try (PreparedStatement statement = connection.prepareStatement(
                database.sql(together ? "with added_task as (" + INSERT_TASKS + ") " + insert : insert))) {
            int next = together ? setTasks(statement, missing, now) : 1;
            statement.setLong(next, now.toEpochMilli());
            statement.setArray(next + 1, array(connection, events, InboxRow::receiver));
            statement.setArray(next + 2, array(connection, events, InboxRow::key));
            statement.setArray(next + 3, array(connection, events, InboxRow::turn));
            statement.setArray(next + 4, array(connection, events, InboxRow::content));
            return statement.executeUpdate() > 0;
        }
    }

    private static <T> Array array(Connection connection, Collection<T> values, Function<T, @Nullable String> part)
            throws SQLException {
        return connection.createArrayOf("varchar", values.stream().map(part).toArray());
    }

    /** Creates the task of a turn, or locks it if it exists. */
    void ensureTask(Connection connection, InboxRow event, Instant now) throws SQLException {
        insertTasks(connection, lockTasks(connection, List.of(event.instance())), now);
    }

    /** Locks the tasks of shared turns, always in the same order to prevent deadlocks, and returns the turns without a task. */
    private Set<String> lockTasks(Connection connection, List<String> instances) throws SQLException {
        Set<String> missing = new TreeSet<>(instances);
        try (PreparedStatement lock = connection.prepareStatement(
                database.sql("update $inbox_task set priority = null where task_name = ? and task_instance = ?"))) {
            for (String instance : List.copyOf(missing)) {
                lock.setString(1, InboxRow.TASK);
                lock.setString(2, instance);
                if (InboxRow.isShared(InboxRow.turn(instance)) && lock.executeUpdate() == 1) {
                    missing.remove(instance);
                }
            }
        }
        return missing;
    }

    private void insertTasks(Connection connection, Set<String> instances, Instant now) throws SQLException {
        if (instances.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(database.sql(INSERT_TASKS))) {
            int unused = setTasks(insert, instances, now) + insert.executeUpdate();
        }
    }

    /** Sets the parameters of the turns that get tasks; returns the index of the next parameter. */
    private static int setTasks(PreparedStatement insert, Set<String> instances, Instant now) throws SQLException {
        insert.setString(1, InboxRow.TASK);
        insert.setObject(2, now.atOffset(ZoneOffset.UTC));
        insert.setBoolean(3, false);
        insert.setArray(4, array(insert.getConnection(), instances, instance -> instance));
        return 5;
    }
}
