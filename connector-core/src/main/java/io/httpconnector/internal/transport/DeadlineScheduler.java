package io.httpconnector.internal.transport;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Cancels exchanges that exceed their total timeout, whatever they are waiting for. One thread serves all connections.
 *
 * <p>While requests are sent, a periodic task, the beat, is kept at the head of the thread's queue. A new deadline is then
 * queued behind the beat and does not wake the thread, which would cost each request several system calls and two context
 * switches. The beat only affects performance, not the deadlines.
 */
final class DeadlineScheduler {

    private static final ScheduledThreadPoolExecutor WATCHDOG = daemon("http-connector deadlines");
    private static final long BEAT_MILLIS = 100;
    /** The number of consecutive beats without a new deadline after which the beat stops. */
    private static final int MAX_IDLE_BEATS = 20;

    private static final AtomicBoolean BEATING = new AtomicBoolean();
    /** True if no deadline has started since the last beat. */
    private static volatile boolean isIdle;

    private DeadlineScheduler() {}

    /** Schedules an action for the deadline of a call, unless the returned object is closed before. The action must not block. */
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

    /** The deadline of a call, which is extended by the reader's own processing time. */
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
            if (call.isStreaming()) {
                return;
            }
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

    /** Creates a scheduler with one daemon thread, which ends after 10 seconds without tasks. */
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
