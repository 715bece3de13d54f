package io.httpconnector;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A source of time: the time of day, elapsed time, and waiting. Connections, triggers and webhooks wait through it, so that a
 * test can use virtual time instead of waiting for schedules and backoffs. Implementations must be thread-safe.
 */
public interface TimeSource {

    /**
     * Returns the time that passes, as {@link System#nanoTime()}.
     *
     * @return nanoseconds, to be compared with others of the same source only
     */
    long nanos();

    /**
     * Returns the time of the day, to compare with what a service says.
     *
     * @return the time
     */
    Instant now();

    /**
     * Waits.
     *
     * @param gate ends the waiting when it opens
     * @param time how long to wait at most
     * @return whether the gate is open
     * @throws InterruptedException when the thread is interrupted
     */
    boolean await(CountDownLatch gate, Duration time) throws InterruptedException;

    /** The real time. */
    TimeSource SYSTEM = new TimeSource() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
            return gate.await(time.toNanos(), TimeUnit.NANOSECONDS);
        }
    };
}
