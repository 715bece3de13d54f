package io.httpconnector;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends exchanges that take too long in total, whatever they are waiting for. One daemon thread for all connections, which
 * ends when there has been nothing to watch for a while.
 */
final class Deadlines {

    private static final ScheduledThreadPoolExecutor WATCHDOG = watchdog();

    private Deadlines() {}

    /** Runs the end when the time is up, unless what is given back is cancelled before. The end must not block. */
    static Future<?> start(Duration left, Runnable end) {
        return WATCHDOG.schedule(end, left.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static ScheduledThreadPoolExecutor watchdog() {
        ScheduledThreadPoolExecutor watchdog = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "http-connector deadlines");
            thread.setDaemon(true);
            return thread;
        });
        watchdog.setRemoveOnCancelPolicy(true);
        watchdog.setKeepAliveTime(10, TimeUnit.SECONDS);
        watchdog.allowCoreThreadTimeOut(true);
        return watchdog;
    }
}
