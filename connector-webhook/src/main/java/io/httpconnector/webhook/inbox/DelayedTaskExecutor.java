package io.httpconnector.webhook.inbox;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes tasks with a limited number of threads, immediately or after a delay. Callers must limit the number of pending tasks.
 * Thread-safe.
 *
 * @param <T> the type of a task
 */
final class DelayedTaskExecutor<T> implements BackgroundThread.Task, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DelayedTaskExecutor.class);
    private static final Duration MAX_WAIT = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final TimeSource time;
    private final Consumer<T> work;
    private final ExecutorService threads;
    private final BackgroundThread alarm;
    private final PriorityQueue<DelayedTask<T>> delayed =
            new PriorityQueue<>(Comparator.comparingLong(DelayedTask::due));
    private CountDownLatch changed = new CountDownLatch(1);
    private volatile boolean closed;

    private record DelayedTask<T>(long due, T task) {}

    DelayedTaskExecutor(String name, int max, TimeSource time, Consumer<T> work) {
        this.time = time;
        this.work = work;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(
                max, run -> thread(run, "http-connector-webhook-" + name + "-" + number.incrementAndGet()));
        this.alarm = new BackgroundThread("http-connector-webhook-" + name + "-alarm", time, this);
        alarm.ensureRunning();
    }

    private static Thread thread(Runnable run, String name) {
        Thread thread = new Thread(run, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Executes a task as soon as a thread is free. */
    void submit(T task) {
        try {
            threads.execute(() -> {
                if (!closed) {
                    run(task);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Executor is closed: the task is executed after the next start");
        } catch (RuntimeException | Error e) {
            submit(task, PAUSE);
            LOG.error("No thread could be created; the task is retried in {}", PAUSE, e);
        }
    }

    private void run(T task) {
        try {
            work.accept(task);
        } catch (RuntimeException | Error e) {
            // For example, out of memory: the task must not be lost.
            submit(task, PAUSE);
            LOG.error("A task failed unexpectedly and is retried in {}", PAUSE, e);
        }
    }

    /** Executes a task after a delay. */
    void submit(T task, Duration wait) {
        synchronized (delayed) {
            delayed.add(new DelayedTask<>(time.nanos() + wait.toNanos(), task));
            changed.countDown();
        }
    }

    @Override
    public void step() throws InterruptedException {
        CountDownLatch gate;
        Duration wait;
        synchronized (delayed) {
            gate = new CountDownLatch(1);
            changed = gate;
            DelayedTask<T> next = due();
            while (next != null) {
                submit(next.task());
                next = due();
            }
            DelayedTask<T> first = delayed.peek();
            wait = first == null ? MAX_WAIT : Duration.ofNanos(Math.max(1, first.due() - time.nanos()));
        }
        if (!closed) {
            boolean unused = time.await(gate, wait);
        }
    }

    @Override
    public boolean isEnded() {
        return closed;
    }

    private @Nullable DelayedTask<T> due() {
        DelayedTask<T> first = delayed.peek();
        return first != null && first.due() - time.nanos() <= 0 ? delayed.poll() : null;
    }

    @Override
    public void close() {
        closed = true;
        synchronized (delayed) {
            changed.countDown();
        }
        threads.shutdown();
        // If the closing thread is interrupted, handlers get no grace period, but their end is awaited.
        boolean interrupted = Thread.interrupted();
        try {
            if (interrupted || !threads.awaitTermination(GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
                interruptHandlers();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            interruptHandlers();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void interruptHandlers() {
        threads.shutdownNow();
        long end = TimeSource.SYSTEM.nanos() + GRACE.toNanos();
        boolean interrupted = false;
        boolean waits = true;
        while (waits) {
            try {
                boolean unused = threads.awaitTermination(end - TimeSource.SYSTEM.nanos(), TimeUnit.NANOSECONDS);
                waits = false;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
