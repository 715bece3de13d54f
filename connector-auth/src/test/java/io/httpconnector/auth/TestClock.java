package io.httpconnector.auth;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/** A time source that a test controls: time passes only when the test says so, or when a thread waits. */
public final class TestClock implements TimeSource {
    private final Instant start;
    private long elapsedNanos;

    public TestClock() {
        this(Instant.parse("2026-11-25T12:00:00Z"));
    }

    private TestClock(Instant start) {
        this.start = start;
    }

    public static TestClock startingAt(Instant start) {
        return new TestClock(start);
    }

    @Override
    public synchronized long nanos() {
        return elapsedNanos;
    }

    @Override
    public synchronized Instant now() {
        return start.plusNanos(elapsedNanos);
    }

    @Override
    public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        passes(time);
        return gate.getCount() == 0;
    }

    public synchronized void passes(Duration time) {
        elapsedNanos += time.toNanos();
    }
}
