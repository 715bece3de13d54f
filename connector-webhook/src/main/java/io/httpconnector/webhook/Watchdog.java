package io.httpconnector.webhook;

import io.httpconnector.Time;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Interrupts threads that take too long, to about 20 ms. Beginning and ending a watch costs little; a thread of its own looks
 * through them while there are any. Safe for many threads.
 */
final class Watchdog {

    static final Watchdog SHARED = new Watchdog();

    private static final Duration TICK = Duration.ofMillis(20);
    private static final int IDLE_TICKS = 500;

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watching = new AtomicBoolean();

    private Watchdog() {}

    /** A thread that is watched until this is closed. */
    static final class Watch implements AutoCloseable {

        private final Watchdog watchdog;
        private final Thread thread = Thread.currentThread();
        private final long end;
        private boolean over;
        private boolean late;

        Watch(Watchdog watchdog, long end) {
            this.watchdog = watchdog;
            this.end = end;
        }

        private synchronized void check(long now) {
            if (!over && !late && now - end >= 0) {
                late = true;
                thread.interrupt();
            }
        }

        synchronized boolean isLate() {
            return late;
        }

        @Override
        public void close() {
            watchdog.watches.remove(this);
            synchronized (this) {
                over = true;
                if (late) {
                    // The interruption was meant for what was watched.
                    Thread.interrupted();
                }
            }
        }
    }

    /** Watches the calling thread. */
    Watch watch(Duration longest) {
        Watch watch = new Watch(this, Time.SYSTEM.nanos() + longest.toNanos());
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
