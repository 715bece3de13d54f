package io.httpconnector;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends exchanges that take too long in total, whatever they are waiting for, by one thread for all connections.
 */
final class Deadlines {

    private static final ScheduledThreadPoolExecutor WATCHDOG = daemon("http-connector deadlines");

    private Deadlines() {}

    /** Runs the end when the time of the call is up, unless the deadline is closed before. The end must not block. */
    static Deadline start(Call call, Runnable end) {
        Deadline deadline = new Deadline(call, end);
        deadline.schedule(call.left());
        return deadline;
    }

    /** The end of a call, which moves while the reader of its body has the time. */
    static final class Deadline implements AutoCloseable {

        private static final Duration LEAST = Duration.ofMillis(10);

        private final Call call;
        private final Runnable end;
        private @Nullable Future<?> alarm;
        private boolean closed;

        private Deadline(Call call, Runnable end) {
            this.call = call;
            this.end = end;
        }

        private synchronized void schedule(Duration left) {
            if (!closed) {
                alarm = WATCHDOG.schedule(this::ring, left.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private void ring() {
            Duration left = call.isExtended() ? call.left() : Duration.ZERO;
            if (left.isNegative() || left.isZero()) {
                end.run();
            } else {
                schedule(left.compareTo(LEAST) < 0 ? LEAST : left);
            }
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (alarm != null) {
                boolean unused = alarm.cancel(false);
            }
        }
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
