package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for other threads. */
final class Waits {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private Waits() {}

    /** Waits until a condition is true; fails after 20 seconds. */
    static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            pause(10);
        }
    }

    /** A time that passes this many times as fast as that of the system; waits are shorter by the same factor. */
    static TimeSource accelerated(int factor) {
        long start = System.nanoTime();
        Instant now = Instant.now();
        return new TimeSource() {
            @Override
            public long nanos() {
                return (System.nanoTime() - start) * factor;
            }

            @Override
            public Instant now() {
                return now.plusNanos(nanos());
            }

            @Override
            public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
                return gate.await(time.toNanos() / factor, TimeUnit.NANOSECONDS);
            }
        };
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
