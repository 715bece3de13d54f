package io.httpconnector;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only where somebody waits for it, and at once. */
public final class FakeTime implements TimeSource {

    public static final Instant START = Instant.parse("2026-11-25T10:00:00Z");

    public final List<Duration> waits = new CopyOnWriteArrayList<>();
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return START.plusNanos(nanos.get());
    }

    @Override
    public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        waits.add(time);
        pass(time);
        return gate.getCount() == 0;
    }

    public void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
