package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log in tables. One row determines which entries count: those of a generation, up to a number. A write moves this row forward
 * from the position at which it was read; if the row has changed since, nothing is written. Used by one thread at a time.
 */
final class JdbcStateLog implements StateLog {

    private static final int BATCH = 100;

    /** A single statement, which sees a consistent snapshot despite concurrent writes. */
    private static final String READ = "select s.generation, s.last_entry, e.content from $state s"
            + " left join $state_entry e on e.state_key = s.state_key and e.generation = s.generation"
            + " and e.entry <= s.last_entry where s.state_key = ? order by e.entry";

    /** The position of a state that was never written. */
    private static final Position NEW = new Position(0, 0);

    private final Database database;
    private final String key;
    private final String id;
    private final Runnable closing;
    private final String writer = UUID.randomUUID().toString();
    private @Nullable Position position;
    private boolean uncertain;
    private boolean closed;

    /** The position up to which entries count. */
    private record Position(long generation, long last) {}

    JdbcStateLog(Database database, String key, String id, Runnable closing) {
        this.database = database;
        this.key = key;
        this.id = id;
        this.closing = closing;
    }

    @Override
    public void read(Consumer<byte[]> reader) {
        check(reader, "the reader");
        checkOpen();
        position = null;
        position = database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(database.sql(READ))) {
                select.setString(1, key);
                select.setFetchSize(BATCH);
                try (ResultSet rows = select.executeQuery()) {
                    return read(rows, reader);
                }
            }
        });
        uncertain = false;
    }

    private Position read(ResultSet rows, Consumer<byte[]> reader) throws SQLException {
        Position found = NEW;
        long count = 0;
        while (rows.next()) {
            found = new Position(rows.getLong(1), rows.getLong(2));
            byte[] entry = rows.getBytes(3);
            if (entry != null) {
                count++;
                reader.accept(entry);
            }
        }
        if (count != found.last) {
            throw new StateException(
                    StateFailure.CORRUPT,
                    "The state of \"" + id + "\" should have " + found.last + " entries, but has " + count);
        }
        return found;
    }

    @Override
    public void append(byte[] entry) {
        check(entry, "the entry");
        write(database::write, (connection, from) -> {
            Position next = new Position(Math.max(1, from.generation), from.last + 1);
            move(connection, from, next);
            insert(connection, next.generation, from.last, List.of(entry));
            return next;
        });
    }

    @Override
    public void replace(Iterable<byte[]> entries) {
        check(entries, "the list of entries");
        // The entries can be iterated only once.
        write(database::writeOnce, (connection, from) -> {
            Position start = new Position(from.generation + 1, 0);
            move(connection, from, start);
            Position next = new Position(start.generation, insert(connection, start.generation, 0, entries));
            if (next.last > 0) {
                move(connection, start, next);
            }
            forget(connection, next.generation);
            return next;
        });
    }

    /** Writes from a position; returns the new position. */
    @FunctionalInterface
    private interface Write {
        Position from(Connection connection, Position position) throws SQLException;
    }

    /** Executes a transaction. */
    @FunctionalInterface
    private interface TransactionRunner {
        Position run(Database.Work<Position> work);
    }

    private void write(TransactionRunner transactions, Write writing) {
        checkOpen();
        Position from = position;
        if (from == null) {
            throw conflict();
        }
        boolean unsure = uncertain;
        // If the response to the commit is lost, it is unknown whether the data was stored.
        uncertain = true;
        position = transactions.run(
                connection -> writing.from(connection, unsure ? actualPosition(connection, from) : from));
        uncertain = false;
    }

    /** The position after a write with an unknown outcome: the old position, or the one to which this writer has moved it. */
    private Position actualPosition(Connection connection, Position from) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                database.sql("select generation, last_entry, writer from $state where state_key = ?"))) {
            select.setString(1, key);
            try (ResultSet row = select.executeQuery()) {
                boolean there = row.next();
                Position found = there ? new Position(row.getLong(1), row.getLong(2)) : NEW;
                if (!found.equals(from) && !(there && writer.equals(row.getString(3)))) {
                    throw conflict();
                }
                return found;
            }
        }
    }

    /** Moves the row, which locks it until the end of the transaction. */
    private void move(Connection connection, Position from, Position to) throws SQLException {
        if (from.equals(NEW)) {
            create(connection, to);
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(database.sql(
                "update $state set generation = ?, last_entry = ?, writer = ? where state_key = ? and generation = ?"
                        + " and last_entry = ?"))) {
            update.setLong(1, to.generation);
            update.setLong(2, to.last);
            update.setString(3, writer);
            update.setString(4, key);
            update.setLong(5, from.generation);
            update.setLong(6, from.last);
            if (update.executeUpdate() != 1) {
                throw conflict();
            }
        }
    }

    private void create(Connection connection, Position first) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(database.sql(
                "insert into $state (state_key, id, generation, last_entry, writer) values (?, ?, ?, ?, ?)"))) {
            insert.setString(1, key);
            insert.setString(2, id);
            insert.setLong(3, first.generation);
            insert.setLong(4, first.last);
            insert.setString(5, writer);
            insert.executeUpdate();
        }
    }

    /** Inserts entries after a number; returns the number of the last one. */
    private long insert(Connection connection, long generation, long after, Iterable<byte[]> entries)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                database.sql("insert into $state_entry (state_key, generation, entry, content) values (?, ?, ?, ?)"))) {
            long last = after;
            for (byte[] entry : entries) {
                check(entry, "an entry");
                last++;
                insert.setString(1, key);
                insert.setLong(2, generation);
                insert.setLong(3, last);
                insert.setBytes(4, entry);
                insert.addBatch();
                if ((last - after) % BATCH == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
            return last;
        }
    }

    private void forget(Connection connection, long generation) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                database.sql("delete from $state_entry where state_key = ? and generation < ?"))) {
            delete.setString(1, key);
            delete.setLong(2, generation);
            delete.executeUpdate();
        }
    }

    private StateException conflict() {
        return new StateException(
                StateFailure.CONFLICT, "The state of \"" + id + "\" was written by another process since it was read");
    }

    private void check(@Nullable Object given, String what) {
        if (given == null) {
            throw new InvalidDefinitionException("state \"" + id + "\"", List.of(what + " is null"));
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new StateException(StateFailure.UNAVAILABLE, "The state of \"" + id + "\" is closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            closing.run();
        }
    }
}
