package io.httpconnector.jdbc;

import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The events of a receiver: pending ({@code w}), dead-lettered ({@code x}) or done ({@code d}). Pending events belong to {@link
 * InboxRow turns}, each of which has one task of the scheduler. Transactions that add to a turn or end it lock its task first.
 * Thread-safe.
 */
final class InboxRepository {

    // The states of an event, as SQL literals.
    static final String PENDING = "'w'";
    private static final String DEAD = "'x'";
    static final String DONE = "'d'";

    private final Database database;
    private final String receiver;
    private final InboxWriter writer;

    /** A pending event and the number of failed attempts. */
    record PendingEvent(TriggerEvent event, int attempts) {}

    InboxRepository(Database database, String receiver) {
        this.database = database;
        this.receiver = Database.key(receiver);
        this.writer = new InboxWriter(database);
    }

    /** The key of the receiver. */
    String receiver() {
        return receiver;
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
        return InboxRow.isShared(turn) ? "turn_key" : "event_key";
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
            select.setString(1, InboxRow.TASK);
            select.setString(2, InboxRow.instance(receiver, turn));
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
            delete.setString(1, InboxRow.TASK);
            delete.setString(2, InboxRow.instance(receiver, turn));
            delete.setLong(3, version);
            delete.setString(4, receiver);
            delete.setString(5, turn);
            return delete.executeUpdate() == 1 ? NextStep.TURN_ENDED : NextStep.EVENT;
        }
    }

    /** The number of pending and dead-lettered events. */
    long storedCount() {
        return database.read(connection -> count(connection, PENDING) + count(connection, DEAD));
    }

    /** The number of pending events. */
    long pendingCount() {
        return database.read(connection -> count(connection, PENDING));
    }

    /** When the oldest pending event was received. */
    Optional<Instant> oldestPending() {
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    database.sql("select content from $inbox where receiver_key = ? and state = " + PENDING
                            + " order by place fetch first row only"))) {
                select.setString(1, receiver);
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(TriggerEvent.fromJson(JsonSupport.parse(row.getString(1)))
                                    .time())
                            : Optional.empty();
                }
            }
        });
    }

    /** Counts the events in one state, without reading those in others. */
    private long count(Connection connection, String state) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                database.sql("select count(*) from $inbox where receiver_key = ? and state = " + state))) {
            select.setString(1, receiver);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
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
            writer.ensureTask(connection, InboxRow.of(receiver, letter.get().event()), now);
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
}
