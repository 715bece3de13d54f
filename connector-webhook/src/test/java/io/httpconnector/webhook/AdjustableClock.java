package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A time source whose time of day is set by a test; durations are real, so that an inbox waits as in production. */
final class AdjustableClock implements TimeSource {

    private final Instant start;
    private final AtomicLong passed = new AtomicLong();

    AdjustableClock(Instant now) {
        this.start = now;
    }

    void advance(Duration time) {
        passed.addAndGet(time.toNanos());
    }

    @Override
    public long nanos() {
        return SYSTEM.nanos() + passed.get();
    }

    @Override
    public Instant now() {
        return start.plusNanos(passed.get());
    }

    @Override
    public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
        return SYSTEM.await(gate, time);
    }
}
