package io.httpconnector.internal.threads;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that repeats a task until the task has ended. It survives every exception, {@link Error} and interrupt: it
 * logs the failure, pauses, and repeats the task. It is started on demand, also after it has ended. Thread-safe.
 */
public final class BackgroundThread {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundThread.class);
    private static final Duration MIN_PAUSE = Duration.ofMillis(10);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

    private final String name;
    private final TimeSource time;
    private final BackgroundTask task;
    private final ThreadFactory threads;
    private final CountDownLatch never = new CountDownLatch(1);
    private @Nullable Thread thread;

    /** A task that the thread repeats. */
    public interface BackgroundTask {

        /**
         * Executes the next step, which may block.
         *
         * @throws InterruptedException ignored: only {@link #isEnded()} ends the thread
         */
        void step() throws InterruptedException;

        /**
         * Returns whether there is no more work. Code that adds work afterwards calls {@link BackgroundThread#ensureRunning()}, which
         * waits for the result of this method. Must not block.
         *
         * @return true to end the thread
         */
        boolean isEnded();
    }

    /**
     * Creates a thread without starting it.
     *
     * @param name the name of the thread
     * @param time the time source for pauses after failures
     * @param task the task to repeat
     */
    public BackgroundThread(String name, TimeSource time, BackgroundTask task) {
        this(name, time, task, Thread::new);
    }

    /**
     * Creates a thread from a factory, for tests.
     *
     * @param name the name of the thread
     * @param time the time source for pauses after failures
     * @param task the task to repeat
     * @param threads creates the thread
     */
    public BackgroundThread(String name, TimeSource time, BackgroundTask task, ThreadFactory threads) {
        this.name = name;
        this.time = time;
        this.task = task;
        this.threads = threads;
    }

    /**
     * Starts the thread unless it is running.
     *
     * @throws OutOfMemoryError if no thread can be created; the next call tries again
     */
    public synchronized void ensureRunning() {
        if (thread == null || !thread.isAlive()) {
            Thread fresh = threads.newThread(this::run);
            fresh.setName(name);
            fresh.setDaemon(true);
            fresh.start();
            thread = fresh;
        }
    }

    /**
     * Starts the thread unless it is running. Logs a failure.
     *
     * @return whether it is running
     */
    public boolean tryRunning() {
        try {
            ensureRunning();
            return true;
        } catch (RuntimeException | Error e) {
            report("The thread \"{}\" could not be started; the next call will try again", e);
            return false;
        }
    }

    /**
     * Returns whether the thread is running.
     *
     * @return false before it was started and after it has ended
     */
    public synchronized boolean isRunning() {
        return thread != null && thread.isAlive();
    }

    private void run() {
        int failures = 0;
        while (!ends()) {
            try {
                task.step();
                failures = 0;
            } catch (InterruptedException e) {
                LOG.debug("The thread \"{}\" was interrupted; continuing", name);
            } catch (Throwable e) {
                failures++;
                report("The thread \"{}\" failed; continuing", e);
                pause(failures);
            }
        }
    }

    private boolean ends() {
        try {
            synchronized (this) {
                if (task.isEnded()) {
                    thread = null;
                    return true;
                }
            }
        } catch (Throwable e) {
            report("The thread \"{}\" failed; continuing", e);
        }
        return false;
    }

    private void pause(int failures) {
        try {
            long millis = Math.min(MAX_PAUSE.toMillis(), MIN_PAUSE.toMillis() << Math.min(failures, 10));
            boolean unused = time.await(never, Duration.ofMillis(millis));
        } catch (InterruptedException e) {
            // Ends the pause.
            return;
        } catch (Throwable e) {
            Thread.onSpinWait();
        }
    }

    private void report(String message, Throwable e) {
        try {
            LOG.error(message, name, e);
        } catch (Throwable again) {
            // Logging may fail without memory; the thread must continue anyway.
            Thread.onSpinWait();
        }
    }

    /**
     * Waits until the thread has ended, even if the calling thread is interrupted; its interrupt status is preserved.
     *
     * @param timeout the maximum wait
     * @return whether it has ended
     */
    public boolean join(Duration timeout) {
        long end = TimeSource.SYSTEM.nanos() + timeout.toNanos();
        Thread running;
        synchronized (this) {
            running = thread;
        }
        boolean interrupted = false;
        while (running != null && running.isAlive() && TimeSource.SYSTEM.nanos() - end < 0) {
            try {
                running.join(Math.max(1, (end - TimeSource.SYSTEM.nanos()) / 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return running == null || !running.isAlive();
    }
}
