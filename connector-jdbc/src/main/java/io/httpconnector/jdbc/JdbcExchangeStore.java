package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.ExchangeStore;
import io.httpconnector.log.LoggedExchange;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * An exchange log in a database table, which the nodes of an application share.
 *
 * <pre>{@code
 * ExchangeStore store = JdbcExchangeStore.of(dataSource, new Retention(Duration.ofDays(30), 10L << 30));
 * ExchangeLog log = ExchangeLog.to(store).open();
 * }</pre>
 *
 * <p>Entries are written in batches, without secrets, and are found by connection, source, status and time with an index. Those that
 * exceed the retention are removed within a minute after a node writes. The data source stays open when the store is closed.
 * Thread-safe.
 */
public final class JdbcExchangeStore implements ExchangeStore {

    private static final Duration CLEANUP_INTERVAL = Duration.ofMinutes(1);
    private static final Instant LAST = Instant.EPOCH.plusNanos(Long.MAX_VALUE);
    private static final int REMOVED_AT_ONCE = 1000;

    private final Database database;
    private final Retention retention;

    private Instant cleanedAt = Instant.MIN;
    private long writtenBytes;

    /** The bytes of all entries after the last cleanup, as far as this node knows. */
    private long knownBytes;

    /** The entry up to which others are removed, and the bytes of these. */
    private record Oldest(long startedAt, String id, long bytes) {}

    /** The bytes that were added, and those of all entries after a cleanup. */
    private record Written(long bytes, long total) {}

    private JdbcExchangeStore(Database database, Retention retention) {
        this.database = database;
        this.retention = retention;
    }

    /**
     * Opens the log in the tables of {@link JdbcSchema#create(DataSource)}.
     *
     * @param dataSource provides connections, each for one transaction; usually a pool
     * @param retention how long entries are kept
     * @return the store
     * @throws InvalidDefinitionException if an argument is null
     */
    public static ExchangeStore of(DataSource dataSource, Retention retention) {
        return of(dataSource, JdbcSchema.DEFAULT_PREFIX, retention);
    }

    /**
     * Opens the log in tables with another prefix.
     *
     * @param dataSource provides connections, each for one transaction
     * @param prefix a prefix such as {@code acme_} or {@code integration.hc_}
     * @param retention how long entries are kept
     * @return the store
     * @throws InvalidDefinitionException if an argument is null, or the prefix is invalid
     */
    public static ExchangeStore of(DataSource dataSource, String prefix, Retention retention) {
        if (retention == null) {
            throw new InvalidDefinitionException("exchange log", List.of("the retention is null"));
        }
        return new JdbcExchangeStore(new Database(dataSource, prefix), retention);
    }

    @Override
    public synchronized void append(List<LoggedExchange> entries) {
        Instant now = TimeSource.SYSTEM.now();
        boolean isDue = cleanedAt.plus(CLEANUP_INTERVAL).isBefore(now);
        // The size of the table matters only when this node has added much.
        boolean cleans = isDue || writtenBytes > retention.maxBytes() / 16;
        Written written = database.writeLazily(connection -> {
            long added = insert(connection, entries);
            if (!cleans) {
                return new Written(added, 0);
            }
            if (isDue) {
                deleteBefore(connection, nanos(now.minus(retention.maxAge())));
            }
            // Reading the sizes of all entries is expensive, and only necessary because other nodes write, too.
            long total = isDue ? totalBytes(connection) : knownBytes + writtenBytes + added;
            return new Written(added, removeOldest(connection, total));
        });
        if (cleans) {
            knownBytes = written.total();
            cleanedAt = isDue ? now : cleanedAt;
        }
        writtenBytes = cleans ? 0 : writtenBytes + written.bytes();
    }

    private long totalBytes(Connection connection) throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement(database.sql("select sum(stored_bytes) from $exchange"));
                ResultSet rows = select.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** Removes the oldest entries until the others have the maximum size, and returns the bytes of these. */
    private long removeOldest(Connection connection, long total) throws SQLException {
        long left = total;
        while (left > retention.maxBytes()) {
            Oldest oldest = oldest(connection, left - retention.maxBytes());
            if (oldest == null) {
                return 0;
            }
            deleteBefore(connection, oldest.startedAt());
            try (PreparedStatement delete = connection.prepareStatement(
                    database.sql("delete from $exchange where started_at = ? and id <= ?"))) {
                delete.setLong(1, oldest.startedAt());
                delete.setString(2, oldest.id());
                int unused = delete.executeUpdate();
            }
            left -= oldest.bytes();
        }
        return left;
    }

    /** Returns the last one of the oldest entries that have a size together, or of the first 1000; null if there are none. */
    private @Nullable Oldest oldest(Connection connection, long bytes) throws SQLException {
        Oldest last = null;
        try (PreparedStatement select = connection.prepareStatement(
                        database.sql("select started_at, id, stored_bytes from $exchange order by started_at, id limit "
                                + REMOVED_AT_ONCE));
                ResultSet rows = select.executeQuery()) {
            while ((last == null || last.bytes() < bytes) && rows.next()) {
                last = new Oldest(
                        rows.getLong(1), rows.getString(2), rows.getLong(3) + (last == null ? 0 : last.bytes()));
            }
        }
        return last;
    }

    /** Returns the number of bytes that were added. */
    private long insert(Connection connection, List<LoggedExchange> entries) throws SQLException {
        long bytes = 0;
        try (PreparedStatement insert = connection.prepareStatement(
                database.sql(
                        "insert into $exchange (id, started_at,"
                                + " connection_key, source_key, status, failed, stored_bytes, content) values (?, ?, ?, ?, ?, ?, ?, ?)"))) {
            for (LoggedExchange entry : entries) {
                String content = entry.toJson().toString();
                int size = content.getBytes(StandardCharsets.UTF_8).length;
                insert.setString(1, entry.id());
                insert.setLong(2, nanos(entry.exchange().startedAt()));
                insert.setString(3, Database.key(entry.connection()));
                insert.setString(4, Database.key(entry.source()));
                insert.setInt(5, entry.exchange().status().orElse(0));
                insert.setBoolean(6, entry.failure().isPresent());
                insert.setLong(7, size);
                insert.setString(8, content);
                insert.addBatch();
                bytes += size;
            }
            int[] unused = insert.executeBatch();
        }
        return bytes;
    }

    private void deleteBefore(Connection connection, long startedAt) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement(database.sql("delete from $exchange where started_at < ?"))) {
            delete.setLong(1, startedAt);
            int unused = delete.executeUpdate();
        }
    }

    @Override
    public List<LoggedExchange> search(ExchangeQuery query) {
        Conditions conditions = new Conditions();
        Instant oldest = TimeSource.SYSTEM.now().minus(retention.maxAge());
        Instant from = Optional.ofNullable(query.from())
                .filter(start -> start.isAfter(oldest))
                .orElse(oldest);
        conditions.add("started_at >= ?", nanos(from));
        if (query.to() != null) {
            conditions.add("started_at < ?", nanos(query.to()));
        }
        if (query.connection() != null) {
            conditions.add("connection_key = ?", Database.key(query.connection()));
        }
        if (query.source() != null) {
            conditions.add("source_key = ?", Database.key(query.source()));
        }
        conditions.add("status between ?", query.minStatus());
        conditions.add("?", query.maxStatus());
        if (query.failedOnly()) {
            conditions.add("failed = ?", true);
        }
        return database.read(connection -> select(connection, conditions, query.limit()));
    }

    private List<LoggedExchange> select(Connection connection, Conditions conditions, int limit) throws SQLException {
        List<LoggedExchange> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(database.sql("select content from $exchange where "
                + String.join(" and ", conditions.texts) + " order by started_at desc, id desc limit " + limit))) {
            for (int i = 0; i < conditions.values.size(); i++) {
                select.setObject(i + 1, conditions.values.get(i));
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(LoggedExchange.fromJson(JsonSupport.parse(rows.getString(1))));
                }
            }
        }
        return found;
    }

    /** Conditions of a query, and the values of their parameters. */
    private static final class Conditions {

        private final List<String> texts = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();

        void add(String text, Object value) {
            texts.add(text);
            values.add(value);
        }
    }

    /** Returns the nanoseconds since 1970, limited to what a column can store. */
    private static long nanos(Instant time) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        return time.isAfter(LAST) ? Long.MAX_VALUE : ChronoUnit.NANOS.between(Instant.EPOCH, time);
    }
}
