package io.httpconnector.testing;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A source of virtual time: a thread that waits continues at once, and the time advances by the duration that it would have
 * waited. Schedules, backoffs, rate limits and expiries of hours are tested in milliseconds. Thread-safe.
 *
 * <pre>{@code
 * VirtualTime time = new VirtualTime();
 * HttpConnection connection = HttpConnection.named("Shop").baseUrl(service.baseUrl()).timeSource(time).build();
 * connection.send(Request.get("/orders"));              // 503, 503, 200
 * assertThat(time.waits()).hasSize(2);
 * }</pre>
 */
public final class VirtualTime implements TimeSource {

    private final Instant start;
    private final AtomicLong adjustment = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    /** Starts at 2026-01-01T00:00:00Z. */
    public VirtualTime() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /**
     * Starts at a time of day.
     *
     * @param start the value of {@link #now()} until time advances
     */
    public VirtualTime(Instant start) {
        this.start = start;
    }

    /**
     * Advances the time.
     *
     * @param duration zero or more
     * @throws IllegalArgumentException if the duration is negative; see {@link #adjustClock}
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("the duration " + duration + " is negative: time does not go back");
        }
        nanos.addAndGet(duration.toNanos());
    }

    /**
     * Corrects the time of day, as a time server does with the clock of a host. Elapsed time, {@link #nanos()}, is unaffected.
     *
     * @param difference negative to set the clock back
     */
    public void adjustClock(Duration difference) {
        adjustment.addAndGet(difference.toNanos());
    }

    /**
     * Returns all waits so far, in their order.
     *
     * @return the durations that threads would have waited
     */
    public List<Duration> waits() {
        return List.copyOf(waits);
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return start.plusNanos(adjustment.get()).plusNanos(nanos.get());
    }

    @Override
    public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (gate.getCount() == 0) {
            return true;
        }
        waits.add(time);
        nanos.addAndGet(Math.max(0, time.toNanos()));
        return gate.getCount() == 0;
    }
}
