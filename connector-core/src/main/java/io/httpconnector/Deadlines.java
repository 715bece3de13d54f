package io.httpconnector;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Ends exchanges that take too long in total, whatever they are waiting for: one daemon thread, started on first use. */
final class Deadlines implements AutoCloseable {

    private final ScheduledThreadPoolExecutor watchdog;

    Deadlines(String name) {
        watchdog = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name + " deadlines");
            thread.setDaemon(true);
            return thread;
        });
        watchdog.setRemoveOnCancelPolicy(true);
    }

    ScheduledFuture<?> start(Duration left, Runnable end) {
        return watchdog.schedule(end, left.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
    }
}
