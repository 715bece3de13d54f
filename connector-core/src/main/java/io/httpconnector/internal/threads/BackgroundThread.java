package io.httpconnector.internal.threads;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that repeats a task until the task has ended. It survives every exception, every {@link Error} and every interrupt:
 * it reports the failure, pauses, and repeats the task. It starts when it is needed first, and again when it is needed after its end.
 * Thread-safe.
 */
public final class BackgroundThread {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundThread.class);
    private static final Duration MIN_PAUSE = Duration.ofMillis(10);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

    private final String name;
    private final TimeSource time;
    private final Task task;
    private final ThreadFactory threads;
    private final CountDownLatch never = new CountDownLatch(1);
    private @Nullable Thread thread;

    /** What the thread repeats. */
    public interface Task {

        /**
         * Does the next step, which may wait.
         *
         * @throws InterruptedException ignored: only {@link #isEnded()} ends the thread
         */
        void step() throws InterruptedException;

        /**
         * Whether there is nothing more to do. Whoever adds work afterwards calls {@link BackgroundThread#ensureRunning()}, which
         * waits for the result of this method. It must not block.
         *
         * @return true to end the thread
         */
        boolean isEnded();
    }

    /**
     * A thread that is not started yet.
     *
     * @param name the name of the thread
     * @param time for the pauses after failures
     * @param task what to repeat
     */
    public BackgroundThread(String name, TimeSource time, Task task) {
        this(name, time, task, Thread::new);
    }

    /**
     * A thread from a factory, for tests.
     *
     * @param name the name of the thread
     * @param time for the pauses after failures
     * @param task what to repeat
     * @param threads creates the thread
     */
    public BackgroundThread(String name, TimeSource time, Task task, ThreadFactory threads) {
        this.name = name;
        this.time = time;
        this.task = task;
        this.threads = threads;
    }

    /**
     * Starts the thread unless it runs.
     *
     * @throws OutOfMemoryError when no thread can be created; the next call tries it again
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
     * Starts the thread unless it runs. Reports a failure in the log.
     *
     * @return whether it runs
     */
    public boolean tryRunning() {
        try {
            ensureRunning();
            return true;
        } catch (RuntimeException | Error e) {
            report("The thread \"{}\" can't be started; the next call tries it again", e);
            return false;
        }
    }

    /**
     * Whether the thread runs.
     *
     * @return false before it was started, and after it has ended
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
                LOG.debug("The thread \"{}\" was interrupted, and goes on", name);
            } catch (Throwable e) {
                failures++;
                report("The thread \"{}\" goes on after a failure", e);
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
            report("The thread \"{}\" goes on after a failure", e);
        }
        return false;
    }

    private void pause(int failures) {
        try {
            long millis = Math.min(MAX_PAUSE.toMillis(), MIN_PAUSE.toMillis() << Math.min(failures, 10));
            boolean unused = time.await(never, Duration.ofMillis(millis));
        } catch (InterruptedException e) {
            // The pause is over.
            return;
        } catch (Throwable e) {
            Thread.onSpinWait();
        }
    }

    private void report(String message, Throwable e) {
        try {
            LOG.error(message, name, e);
        } catch (Throwable again) {
            // Without memory there may be no log line; the thread must go on all the same.
            Thread.onSpinWait();
        }
    }

    /**
     * Waits until the thread has ended, also when the calling thread is interrupted; the interrupt is kept.
     *
     * @param timeout how long to wait
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
