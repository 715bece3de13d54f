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
 * The clock of the database, which the machines have in common: by their own clocks, those that differ would take each other for dead.
 * It is looked at now and then, and goes on in between as the time of this process does. It may be a little late, by the time that a
 * look takes, but never early. Safe for many threads.
 */
final class DatabaseClock implements TimeSource {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseClock.class);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Database database;
    private final TimeSource own;
    private volatile Look last;

    /** What the time was, or a little later. */
    private record Look(Instant time, long nanos, long took) {}

    DatabaseClock(Database database, TimeSource own) {
        this.database = database;
        this.own = own;
        this.last = look();
    }

    private Look look() {
        long before = own.nanos();
        Instant time = database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("select current_timestamp");
                    ResultSet row = select.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class).toInstant();
            }
        });
        long after = own.nanos();
        return new Look(time, after, after - before);
    }

    /** Looks at the clock of the database, if that was some time ago. */
    void lookAgain() {
        boolean good = last.took < SLOW.toNanos();
        if (good && own.nanos() - last.nanos < LOOK.toNanos()) {
            return;
        }
        try {
            Look look = look();
            // When it took long, such as because this machine was frozen meanwhile, the last one may tell it better.
            if (look.took < SLOW.toNanos() || look.took < last.took) {
                last = look;
            }
        } catch (StateException e) {
            LOG.debug("The clock of the database can't be seen", e);
        }
    }

    @Override
    public Instant now() {
        Look look = last;
        return look.time.plusNanos(own.nanos() - look.nanos);
    }

    @Override
    public long nanos() {
        return own.nanos();
    }

    @Override
    public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
        return own.await(gate, time);
    }
}
