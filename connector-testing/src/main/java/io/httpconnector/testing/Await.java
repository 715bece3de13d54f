package io.httpconnector.testing;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * Waits until other threads have made a condition true, such as the delivery of an event. A test that waits for a condition ends
 * earlier, and fails less often, than a test that sleeps for a fixed time. Thread-safe.
 *
 * <pre>{@code
 * receiver.receive(request);
 * Await.until(() -> handled.size() == 1);
 * }</pre>
 */
public final class Await {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration MIN_INTERVAL = Duration.ofMillis(5);
    private static final Duration MAX_INTERVAL = Duration.ofMillis(25);

    private Await() {}

    /**
     * Waits for up to 60 seconds of real time.
     *
     * @param condition is evaluated every 5 milliseconds, and every 25 after a while; exceptions are passed on
     * @throws AssertionError if the condition is still false after 60 seconds
     * @throws IllegalStateException if the thread is interrupted; its interrupt status is set
     */
    public static void until(BooleanSupplier condition) {
        until(DEFAULT_TIMEOUT, condition);
    }

    /**
     * Waits for up to a duration of real time.
     *
     * @param timeout the maximum duration
     * @param condition is evaluated every 5 milliseconds, and every 25 after a while, at least once; exceptions are passed on
     * @throws AssertionError if the condition is still false after the timeout
     * @throws IllegalStateException if the thread is interrupted; its interrupt status is set
     */
    public static void until(Duration timeout, BooleanSupplier condition) {
        CountDownLatch never = new CountDownLatch(1);
        long start = TimeSource.SYSTEM.nanos();
        while (!condition.getAsBoolean()) {
            long waited = TimeSource.SYSTEM.nanos() - start;
            if (waited > timeout.toNanos()) {
                throw new AssertionError("the condition is still false after " + timeout);
            }
            try {
                boolean unused = TimeSource.SYSTEM.await(never, interval(waited));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the condition", e);
            }
        }
    }

    /** A condition may be expensive, such as a query. Waits at most a tenth longer than with the minimum. */
    private static Duration interval(long waited) {
        long nanos = Math.min(Math.max(waited / 10, MIN_INTERVAL.toNanos()), MAX_INTERVAL.toNanos());
        return Duration.ofNanos(nanos);
    }
}
