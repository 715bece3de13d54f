package io.httpconnector;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends exchanges that take too long in total, whatever they are waiting for, by one thread for all connections.
 */
final class Deadlines {

    private static final ScheduledThreadPoolExecutor WATCHDOG = daemon("http-connector deadlines");

    private Deadlines() {}

    /** Runs the end when the time is up, unless what is given back is cancelled before. The end must not block. */
    static Future<?> start(Duration left, Runnable end) {
        return WATCHDOG.schedule(end, left.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** One daemon thread, which ends when there has been nothing to do for a while. */
    static ScheduledThreadPoolExecutor daemon(String name) {
        ScheduledThreadPoolExecutor daemon = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        daemon.setRemoveOnCancelPolicy(true);
        daemon.setKeepAliveTime(10, TimeUnit.SECONDS);
        daemon.allowCoreThreadTimeOut(true);
        return daemon;
    }
}
