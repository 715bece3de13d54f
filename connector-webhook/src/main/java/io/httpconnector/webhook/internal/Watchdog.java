package io.httpconnector.webhook.internal;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends operations that exceed a time limit: never early, and at most about 40 ms late. Starting and ending a watch is cheap:
 * there is no timer per watch; a single thread checks all watches while there are any, and only this thread reads the clock.
 * Thread-safe.
 */
public final class Watchdog {

    /** The shared instance; one thread is sufficient. */
    public static final Watchdog SHARED = new Watchdog();

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration TICK = Duration.ofMillis(20);
    private static final int IDLE_TICKS = 500;

    private static final int SLOTS = 64;

    /** The watch of a thread is in the thread's slot, or in {@code others} if the slot is taken. */
    private final AtomicReferenceArray<@Nullable Watch> slots = new AtomicReferenceArray<>(SLOTS);

    private final Set<Watch> others = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watching = new AtomicBoolean();
    private final BackgroundThread thread =
            new BackgroundThread("http-connector-webhook-watchdog", TimeSource.SYSTEM, new Ticks());

    private Watchdog() {}

    /** A watch, which lasts until it is closed. */
    public static final class Watch implements AutoCloseable {

        private final Watchdog watchdog;
        private final int slot = (int) Thread.currentThread().getId() & SLOTS - 1;
        private final long maxNanos;

        /** The thread to interrupt; null to execute the action instead. */
        private final @Nullable Thread thread;

        private final @Nullable Runnable action;
        private boolean seen;
        private long firstSeen;
        private boolean late;

        private Watch(Watchdog watchdog, long max, @Nullable Thread thread, @Nullable Runnable action) {
            this.watchdog = watchdog;
            this.maxNanos = max;
            this.thread = thread;
            this.action = action;
        }

        private synchronized void check(long now) {
            if (!seen) {
                seen = true;
                firstSeen = now;
            }
            if (now - firstSeen >= maxNanos && watchdog.remove(this)) {
                late = true;
                try {
                    end();
                } catch (RuntimeException | Error e) {
                    LOG.warn("An operation that exceeded its time limit could not be ended", e);
                }
            }
        }

        private void end() {
            if (thread != null) {
                thread.interrupt();
            }
            if (action != null) {
                action.run();
            }
        }

        /**
         * Whether the time limit was exceeded.
         *
         * @return true from that moment on
         */
        public synchronized boolean isLate() {
            return late;
        }

        /** Ends the watch. Nothing is done to the watched operation after this. */
        @Override
        public void close() {
            if (!watchdog.remove(this)) {
                // The operation is being ended, or has been ended.
                synchronized (this) {
                    if (late && thread != null) {
                        // The interruption is meant only for the watched operation, not for later ones.
                        boolean unused = Thread.interrupted();
                    }
                }
            }
        }
    }

    /**
     * Interrupts the calling thread when a time limit is exceeded.
     *
     * @param max the time limit
     * @return the watch, to be closed by the same thread, which then clears its interrupted status
     */
    public Watch interrupt(Duration max) {
        return started(new Watch(this, max.toNanos(), Thread.currentThread(), null));
    }

    /**
     * Executes an action when a time limit is exceeded.
     *
     * @param max the time limit
     * @param late the action, executed once; must not block
     * @return the watch
     */
    public Watch watch(Duration max, Runnable late) {
        return started(new Watch(this, max.toNanos(), null, late));
    }

    private Watch started(Watch watch) {
        if (!slots.compareAndSet(watch.slot, null, watch)) {
            others.add(watch);
        }
        if (!watching.get() && watching.compareAndSet(false, true) && !thread.tryRunning()) {
            // The next watch tries again to start the thread; this one is then watched too.
            watching.set(false);
        }
        return watch;
    }

    /** Removes a watch. Returns false if it is already closed or its operation is being ended. */
    private boolean remove(Watch watch) {
        return slots.compareAndSet(watch.slot, watch, null) || others.remove(watch);
    }

    private List<Watch> watches() {
        List<Watch> watches = new ArrayList<>(others);
        for (int slot = 0; slot < SLOTS; slot++) {
            Watch watch = slots.get(slot);
            if (watch != null) {
                watches.add(watch);
            }
        }
        return watches;
    }

    /** Checks all watches periodically. */
    private final class Ticks implements BackgroundThread.BackgroundTask {

        private final CountDownLatch never = new CountDownLatch(1);
        private int idle;

        @Override
        public void step() throws InterruptedException {
            boolean unused = TimeSource.SYSTEM.await(never, TICK);
            long now = TimeSource.SYSTEM.nanos();
            List<Watch> watches = watches();
            watches.forEach(watch -> watch.check(now));
            idle = watches.isEmpty() ? idle + 1 : 0;
        }

        @Override
        public boolean isEnded() {
            boolean ends = idle >= IDLE_TICKS && tryStop();
            idle = ends ? 0 : idle;
            return ends;
        }
    }

    /** Stops watching if there are no watches; the next watch starts the thread again. */
    private boolean tryStop() {
        watching.set(false);
        return watches().isEmpty() || !watching.compareAndSet(false, true);
    }
}
