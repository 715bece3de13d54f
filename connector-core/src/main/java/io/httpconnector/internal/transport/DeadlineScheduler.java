package io.httpconnector.internal.transport;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ends exchanges that take too long in total, whatever they are waiting for, by one thread for all connections.
 *
 * <p>While requests are sent, a beat is always the first task of that thread. A deadline behind it does not become the first, so that
 * it wakes nobody when it starts: that would cost each request several system calls, and two switches of threads. Only the cost
 * depends on the beat.
 */
final class DeadlineScheduler {

    private static final ScheduledThreadPoolExecutor WATCHDOG = daemon("http-connector deadlines");
    private static final long BEAT_MILLIS = 100;
    /** As many beats without a new deadline end it. */
    private static final int MAX_IDLE_BEATS = 20;

    private static final AtomicBoolean BEATING = new AtomicBoolean();
    /** Whether no deadline has started since the last beat. */
    private static volatile boolean isIdle;

    private DeadlineScheduler() {}

    /** Runs the end when the time of the call is up, unless the deadline is closed before. The end must not block. */
    static Deadline start(CallContext call, Runnable end) {
        if (isIdle) {
            isIdle = false;
        }
        if (!BEATING.get() && BEATING.compareAndSet(false, true)) {
            beatLater(0);
        }
        Deadline deadline = new Deadline(call, end);
        deadline.schedule(call.remaining());
        return deadline;
    }

    private static void beatLater(int idleBeats) {
        boolean isScheduled = false;
        try {
            var unused = WATCHDOG.schedule(() -> beat(idleBeats), BEAT_MILLIS, TimeUnit.MILLISECONDS);
            isScheduled = true;
        } finally {
            if (!isScheduled) {
                BEATING.set(false);
            }
        }
    }

    private static void beat(int idleBeats) {
        int idle = isIdle ? idleBeats + 1 : 0;
        isIdle = true;
        if (idle < MAX_IDLE_BEATS) {
            beatLater(idle);
        } else {
            BEATING.set(false);
        }
    }

    /** The end of a call, which moves while the reader of its body has the time. */
    static final class Deadline implements AutoCloseable {

        private static final Duration MIN = Duration.ofMillis(10);

        private final CallContext call;
        private final Runnable end;
        private @Nullable Future<?> alarm;
        private boolean closed;

        private Deadline(CallContext call, Runnable end) {
            this.call = call;
            this.end = end;
        }

        private synchronized void schedule(Duration left) {
            if (!closed) {
                alarm = WATCHDOG.schedule(this::ring, left.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private void ring() {
            Duration left = call.isExtended() ? call.remaining() : Duration.ZERO;
            if (left.isNegative() || left.isZero()) {
                end.run();
            } else {
                schedule(left.compareTo(MIN) < 0 ? MIN : left);
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
