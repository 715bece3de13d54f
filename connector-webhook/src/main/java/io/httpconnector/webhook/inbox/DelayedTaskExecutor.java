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
 * Works on tasks, so many at once, some of them later. Whoever submits sees to it that there are not too many. Safe for many
 * threads.
 *
 * @param <T> a task
 */
final class DelayedTaskExecutor<T> implements BackgroundThread.BackgroundTask, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DelayedTaskExecutor.class);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final TimeSource time;
    private final Consumer<T> work;
    private final ExecutorService threads;
    private final BackgroundThread alarm;
    private final PriorityQueue<Later<T>> later = new PriorityQueue<>(Comparator.comparingLong(Later::due));
    private CountDownLatch changed = new CountDownLatch(1);
    private volatile boolean closed;

    private record Later<T>(long due, T task) {}

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

    /** Works on it as soon as a thread is free. */
    void submit(T task) {
        try {
            threads.execute(() -> {
                if (!closed) {
                    guarded(task);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed: it is worked on after the next start");
        } catch (RuntimeException | Error e) {
            submit(task, PAUSE);
            LOG.error("No thread can be made, the task is tried again in a while", e);
        }
    }

    private void guarded(T task) {
        try {
            work.accept(task);
        } catch (RuntimeException | Error e) {
            // Such as no memory: it is not lost by that.
            submit(task, PAUSE);
            LOG.error("A task failed, it is worked on again in a while", e);
        }
    }

    /** Works on it after a while. */
    void submit(T task, Duration wait) {
        synchronized (later) {
            later.add(new Later<>(time.nanos() + wait.toNanos(), task));
            changed.countDown();
        }
    }

    @Override
    public void step() throws InterruptedException {
        CountDownLatch gate;
        Duration wait;
        synchronized (later) {
            gate = new CountDownLatch(1);
            changed = gate;
            Later<T> next = due();
            while (next != null) {
                submit(next.task());
                next = due();
            }
            Later<T> first = later.peek();
            wait = first == null ? LONGEST : Duration.ofNanos(Math.max(1, first.due() - time.nanos()));
        }
        if (!closed) {
            boolean unused = time.await(gate, wait);
        }
    }

    @Override
    public boolean isEnded() {
        return closed;
    }

    private @Nullable Later<T> due() {
        Later<T> first = later.peek();
        return first != null && first.due() - time.nanos() <= 0 ? later.poll() : null;
    }

    @Override
    public void close() {
        closed = true;
        synchronized (later) {
            changed.countDown();
        }
        threads.shutdown();
        // A thread that is interrupted leaves the handlers no time, but waits for those that end.
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
