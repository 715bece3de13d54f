package io.httpconnector.jdbc;

import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of the database, which all nodes share: with their own clocks, nodes whose clocks differ would consider each other
 * dead. It is read periodically and advanced by the monotonic clock of this process. It may be slightly late, by the duration of
 * a read, but is never early. Thread-safe.
 */
final class DatabaseClock implements TimeSource {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseClock.class);
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(10);
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Database database;
    private final TimeSource local;
    private volatile Reading last;

    /** A reading of the clock: the time, or slightly earlier than it. */
    private record Reading(Instant time, long nanos, long duration) {}

    DatabaseClock(Database database, TimeSource local) {
        this.database = database;
        this.local = local;
        this.last = read();
    }

    private Reading read() {
        long before = local.nanos();
        Instant time = database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("select current_timestamp");
                    ResultSet row = select.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class).toInstant();
            }
        });
        long after = local.nanos();
        return new Reading(time, after, after - before);
    }

    /** Reads the clock of the database again, unless that was done recently. */
    void refresh() {
        boolean good = last.duration < SLOW.toNanos();
        if (good && local.nanos() - last.nanos < REFRESH_INTERVAL.toNanos()) {
            return;
        }
        try {
            Reading reading = read();
            // If the read was slow, for example because this process was frozen, the previous reading may be more
            // accurate.
            if (reading.duration < SLOW.toNanos() || reading.duration < last.duration) {
                last = reading;
            }
        } catch (StateException e) {
            LOG.debug("The clock of the database cannot be read", e);
        }
    }

    @Override
    public Instant now() {
        Reading reading = last;
        return reading.time.plusNanos(local.nanos() - reading.nanos);
    }

    @Override
    public long nanos() {
        return local.nanos();
    }

    @Override
    public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
        return local.await(gate, time);
    }
}
