package io.httpconnector.webhook.internal;

import io.httpconnector.Time;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what takes too long, to about 20 ms. Beginning and ending a watch costs little: there is no timer for each, but a thread
 * that looks through all of them while there are any. Safe for many threads.
 */
public final class Watchdog {

    /** Watches everything: one thread is enough. */
    public static final Watchdog SHARED = new Watchdog();

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration TICK = Duration.ofMillis(20);
    private static final int IDLE_TICKS = 500;

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watching = new AtomicBoolean();

    private Watchdog() {}

    /** Lasts until it is closed. */
    public static final class Watch implements AutoCloseable {

        private final Watchdog watchdog;
        private final long end;
        private final Runnable late;
        private final Runnable afterwards;
        private boolean over;
        private boolean wasLate;

        private Watch(Watchdog watchdog, long end, Runnable late, Runnable afterwards) {
            this.watchdog = watchdog;
            this.end = end;
            this.late = late;
            this.afterwards = afterwards;
        }

        private synchronized void check(long now) {
            if (!over && !wasLate && now - end >= 0) {
                wasLate = true;
                try {
                    late.run();
                } catch (RuntimeException e) {
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
            return wasLate;
        }

        /** What is watched has ended. After this, nothing is done to it any more. */
        @Override
        public void close() {
            watchdog.watches.remove(this);
            synchronized (this) {
                over = true;
                if (wasLate) {
                    afterwards.run();
                }
            }
        }
    }

    /**
     * Interrupts the calling thread when it takes too long.
     *
     * @param longest the time that it has
     * @return the watch, to be closed by the same thread, which forgets the interruption then
     */
    public Watch interrupt(Duration longest) {
        // The interruption is meant for what is watched, and not for what comes after that.
        return watch(longest, Thread.currentThread()::interrupt, Thread::interrupted);
    }

    /**
     * Does something when it takes too long.
     *
     * @param longest the time that there is
     * @param late what to do, once: it must not wait
     * @return the watch
     */
    public Watch watch(Duration longest, Runnable late) {
        return watch(longest, late, () -> {});
    }

    private Watch watch(Duration longest, Runnable late, Runnable afterwards) {
        Watch watch = new Watch(this, Time.SYSTEM.nanos() + longest.toNanos(), late, afterwards);
        watches.add(watch);
        if (!watching.get() && watching.compareAndSet(false, true)) {
            Thread thread = new Thread(this::run, "http-connector-webhook-watchdog");
            thread.setDaemon(true);
            thread.start();
        }
        return watch;
    }

    private void run() {
        CountDownLatch never = new CountDownLatch(1);
        int idle = 0;
        while (idle < IDLE_TICKS || !rest()) {
            try {
                boolean unused = Time.SYSTEM.await(never, TICK);
            } catch (InterruptedException e) {
                // Nobody stops it but itself.
                continue;
            }
            long now = Time.SYSTEM.nanos();
            watches.forEach(watch -> watch.check(now));
            idle = watches.isEmpty() ? idle + 1 : 0;
        }
    }

    /** Whether there is nothing more to watch; whoever comes after that starts another thread. */
    private boolean rest() {
        watching.set(false);
        return watches.isEmpty() || !watching.compareAndSet(false, true);
    }
}
