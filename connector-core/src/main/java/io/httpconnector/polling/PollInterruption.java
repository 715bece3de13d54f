package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Waits for the end of a poll that was interrupted. */
final class PollInterruption {

    /** The time that an interrupted handler has to end. */
    private static final Duration UNINTERRUPTIBLE = Duration.ofSeconds(10);

    private static final Duration SLICE = Duration.ofMillis(50);

    private PollInterruption() {}

    /** Waits for the lock of the poll, even if the calling thread is interrupted; returns whether the thread has the lock. */
    static boolean awaitEnd(ReentrantLock polling, TimeSource time) {
        long end = time.nanos() + UNINTERRUPTIBLE.toNanos();
        // A time source of a test may stand still.
        long systemEnd = TimeSource.SYSTEM.nanos() + UNINTERRUPTIBLE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (polling.tryLock(SLICE.toNanos(), TimeUnit.NANOSECONDS)) {
                        return true;
                    }
                    if (end - time.nanos() <= 0 || systemEnd - TimeSource.SYSTEM.nanos() <= 0) {
                        return false;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
