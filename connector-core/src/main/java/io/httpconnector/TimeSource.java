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
     * Returns a monotonic time for measuring durations, like {@link System#nanoTime()}.
     *
     * @return nanoseconds, comparable only with those of the same source
     */
    long nanos();

    /**
     * Returns the current time of day, for comparison with times that a service reports.
     *
     * @return the time
     */
    Instant now();

    /**
     * Waits until a gate opens or a time has passed.
     *
     * @param gate the gate, which ends the wait when it opens
     * @param time the maximum wait
     * @return whether the gate is open
     * @throws InterruptedException when the thread is interrupted
     */
    boolean await(CountDownLatch gate, Duration time) throws InterruptedException;

    /** The system time. */
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
