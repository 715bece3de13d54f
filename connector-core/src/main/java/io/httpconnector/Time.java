package io.httpconnector;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where the time of the day, the time that passes and all waiting come from. */
interface Time {

    /** The time that passes, by {@link System#nanoTime()}. */
    long nanos();

    /** The time of the day, to compare with what a service says. */
    Instant now();

    /** Waits until the time has passed, or the gate opens before: true then. */
    boolean await(CountDownLatch gate, Duration time) throws InterruptedException;

    /** The real time. */
    Time SYSTEM = new Time() {
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
