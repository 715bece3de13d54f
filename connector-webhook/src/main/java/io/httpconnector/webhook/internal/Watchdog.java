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
 * Ends what takes too long: not earlier than it is to, and about 40 ms later at most. Beginning and ending a watch costs little:
 * there is no timer for each, but a thread that looks through all of them while there are any, and alone reads the clock. Safe for
 * many threads.
 */
public final class Watchdog {

    /** Watches everything: one thread is enough. */
    public static final Watchdog SHARED = new Watchdog();

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration TICK = Duration.ofMillis(20);
    private static final int IDLE_TICKS = 500;

    private static final int SLOTS = 64;

    /** A watch stands in the slot of its thread; among the others when the slot is taken. */
    private final AtomicReferenceArray<@Nullable Watch> slots = new AtomicReferenceArray<>(SLOTS);

    private final Set<Watch> others = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watching = new AtomicBoolean();
    private final BackgroundThread thread =
            new BackgroundThread("http-connector-webhook-watchdog", TimeSource.SYSTEM, new Ticks());

    private Watchdog() {}

    /** Lasts until it is closed. */
    public static final class Watch implements AutoCloseable {

        private final Watchdog watchdog;
        private final int slot = (int) Thread.currentThread().getId() & SLOTS - 1;
        private final long longest;
        private final Runnable end;
        private final Runnable afterwards;
        private boolean seen;
        private long firstSeen;
        private boolean late;

        private Watch(Watchdog watchdog, long max, Runnable end, Runnable afterwards) {
            this.watchdog = watchdog;
            this.longest = max;
            this.end = end;
            this.afterwards = afterwards;
        }

        private synchronized void check(long now) {
            if (!seen) {
                seen = true;
                firstSeen = now;
            }
            if (now - firstSeen >= longest && watchdog.remove(this)) {
                late = true;
                try {
                    end.run();
                } catch (RuntimeException | Error e) {
                    LOG.warn("What took too long could not be ended", e);
                }
            }
        }

        /**
         * Whether it took too long.
         *
         * @return true from then on
         */
        public synchronized boolean isLate() {
            return late;
        }

        /** What is watched has ended. After this, nothing is done to it any more. */
        @Override
        public void close() {
            if (!watchdog.remove(this)) {
                // It is being ended, or has been.
                synchronized (this) {
                    if (late) {
                        afterwards.run();
                    }
                }
            }
        }
    }

    /**
     * Interrupts the calling thread when it takes too long.
     *
     * @param max the time that it has
     * @return the watch, to be closed by the same thread, which forgets the interruption then
     */
    public Watch interrupt(Duration max) {
        // The interruption is meant for what is watched, and not for what comes after that.
        return watch(max, Thread.currentThread()::interrupt, Thread::interrupted);
    }

    /**
     * Does something when it takes too long.
     *
     * @param max the time that there is
     * @param late what to do, once: it must not wait
     * @return the watch
     */
    public Watch watch(Duration max, Runnable late) {
        return watch(max, late, () -> {});
    }

    private Watch watch(Duration max, Runnable late, Runnable afterwards) {
        Watch watch = new Watch(this, max.toNanos(), late, afterwards);
        if (!slots.compareAndSet(watch.slot, null, watch)) {
            others.add(watch);
        }
        if (!watching.get() && watching.compareAndSet(false, true) && !thread.tryRunning()) {
            // Whoever comes next tries it again: then this is watched too.
            watching.set(false);
        }
        return watch;
    }

    /** Whether it was there: either the watch is closed, or what it watches is ended. */
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

    /** Looks through all watches, again and again. */
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
            boolean ends = idle >= IDLE_TICKS && rest();
            idle = ends ? 0 : idle;
            return ends;
        }
    }

    /** Whether there is nothing more to watch; whoever comes after that starts the thread again. */
    private boolean rest() {
        watching.set(false);
        return watches().isEmpty() || !watching.compareAndSet(false, true);
    }
}
