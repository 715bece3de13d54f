package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.task.Execution;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The tables of the inbox, as far as a node works on the tasks and events of several receivers. Thread-safe. */
final class InboxTasks {

    private static final int BATCH = 1000;

    private final Database database;

    /** Identifies an event. */
    private record EventKey(String receiver, String key) {}

    InboxTasks(Database database) {
        this.database = database;
    }

    /** Finds the receivers that have due tasks. */
    List<String> due(Collection<String> receivers, Instant now) {
        return database.writeLazily(connection -> {
            List<String> due = new ArrayList<>();
            // An ordered subquery, so that a database without statistics uses the index, too.
            try (PreparedStatement select = connection.prepareStatement(database.sql(
                    "select receiver from unnest(cast(? as varchar array)) as receivers (receiver) where (select"
                            + " task_instance from $inbox_task where receiver_key = receiver and picked = ? and"
                            + " execution_time <= ? order by receiver_key, execution_time fetch first row only)"
                            + " is not null"))) {
                select.setArray(1, connection.createArrayOf("varchar", receivers.toArray()));
                select.setBoolean(2, false);
                select.setObject(3, utc(now));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        due.add(rows.getString(1));
                    }
                }
            }
            return due;
        });
    }

    /** Picks due executions of a receiver, the oldest first. */
    List<Execution> pick(JdbcTaskRepositoryContext context, String receiver, int limit, Instant now) {
        return database.writeLazily(connection -> {
            // H2 would read and lock all due tasks.
            String lock = H2.is(connection) ? "" : " for update skip locked";
            try (PreparedStatement select = connection.prepareStatement(
                    database.sql("select * from $inbox_task where receiver_key = ? and picked = ? and"
                            + " execution_time <= ? order by receiver_key, execution_time fetch first " + limit
                            + " rows only" + lock))) {
                select.setString(1, receiver);
                select.setBoolean(2, false);
                select.setObject(3, utc(now));
                try (ResultSet rows = select.executeQuery()) {
                    List<Execution> due = context.resultSetMapper.get().map(rows);
                    return due.isEmpty() ? due : mark(connection, context.schedulerName.getName(), due, now);
                }
            }
        });
    }

    /** Marks executions, unless another node has done so in the meantime; returns those that are marked. */
    private List<Execution> mark(Connection connection, String node, List<Execution> due, Instant now)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                database.sql("update $inbox_task set picked = ?, picked_by = ?, last_heartbeat = ?,"
                        + " version = version + 1 where task_name = ? and task_instance = ? and version = ?"
                        + " and picked = ?"))) {
            for (Execution execution : due) {
                update.setBoolean(1, true);
                update.setString(2, node);
                update.setObject(3, utc(now));
                update.setString(4, execution.getTaskName());
                update.setString(5, execution.getId());
                update.setLong(6, execution.version);
                update.setBoolean(7, false);
                update.addBatch();
            }
            int[] counts = update.executeBatch();
            List<Execution> picked = new ArrayList<>();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 1) {
                    picked.add(due.get(i).updateToPicked(node, now));
                }
            }
            return picked;
        }
    }

    /** Ends an execution, even if it still continues, and lets any node execute its task again; unless another node has it. */
    void reschedule(String instance, long version, Instant due, Instant now) {
        int unused = database.writeLazily(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    database.sql("update $inbox_task set picked = ?, picked_by = null, last_heartbeat = null,"
                            + " version = version + 1, execution_time = ?, last_success = ? where task_name = ?"
                            + " and task_instance = ? and version = ? and picked = ?"))) {
                update.setBoolean(1, false);
                update.setObject(2, utc(due));
                update.setObject(3, utc(now));
                update.setString(4, InboxRow.TASK);
                update.setString(5, instance);
                update.setLong(6, version);
                update.setBoolean(7, true);
                return update.executeUpdate();
            }
        });
    }

    /** Plans tasks for now that are planned implausibly late. */
    void limitDelay(Collection<String> receivers, Instant after, Instant now) {
        int unused = database.writeLazily(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    database.sql("update $inbox_task set execution_time = ? where receiver_key = any(?) and picked = ?"
                            + " and execution_time > ?"))) {
                update.setObject(1, utc(now));
                update.setArray(2, connection.createArrayOf("varchar", receivers.toArray()));
                update.setBoolean(3, false);
                update.setObject(4, utc(after));
                return update.executeUpdate();
            }
        });
    }

    /** Deletes some events that were done before a time, in a transaction that blocks no others; returns whether there may be more. */
    boolean deleteDone(Collection<String> receivers, Instant before) {
        // Not by one statement, for which H2 would read the whole table.
        return database.writeLazily(connection -> {
            List<EventKey> done = done(connection, receivers, before);
            try (PreparedStatement delete = connection.prepareStatement(
                    database.sql("delete from $inbox where receiver_key = ? and event_key = ?"))) {
                for (EventKey event : done) {
                    delete.setString(1, event.receiver);
                    delete.setString(2, event.key);
                    delete.addBatch();
                }
                delete.executeBatch();
            }
            return done.size() == BATCH;
        });
    }

    /** Finds and locks events that are done. */
    private List<EventKey> done(Connection connection, Collection<String> receivers, Instant before)
            throws SQLException {
        List<EventKey> done = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement(database.sql("select receiver_key, event_key from $inbox"
                        + " where receiver_key = any(?) and state = " + InboxRepository.DONE
                        + " and changed_at < ? fetch first " + BATCH + " rows only for update skip locked"))) {
            select.setArray(1, connection.createArrayOf("varchar", receivers.toArray()));
            select.setLong(2, before.toEpochMilli());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    done.add(new EventKey(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return done;
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
