package io.httpconnector;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Where triggers take the time of the day, the time that passes, and all waiting from: so that a test can make up its own, and
 * need not wait for schedules and backoffs. Thread-safe.
 */
public interface TimeSource {

    /**
     * The time that passes, as {@link System#nanoTime()}.
     *
     * @return nanoseconds, to be compared with others of the same source only
     */
    long nanos();

    /**
     * The time of the day, to compare with what a service says.
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
