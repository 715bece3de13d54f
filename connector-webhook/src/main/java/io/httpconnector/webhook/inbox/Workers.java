package io.httpconnector.webhook.inbox;

import io.httpconnector.Time;
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
final class Workers<T> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Time time;
    private final Consumer<T> work;
    private final ExecutorService threads;
    private final Thread alarm;
    private final PriorityQueue<Later<T>> later = new PriorityQueue<>(Comparator.comparingLong(Later::due));
    private CountDownLatch changed = new CountDownLatch(1);
    private volatile boolean closed;

    private record Later<T>(long due, T task) {}

    Workers(String name, int most, Time time, Consumer<T> work) {
        this.time = time;
        this.work = work;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(
                most, run -> thread(run, "http-connector-webhook-" + name + "-" + number.incrementAndGet()));
        this.alarm = thread(this::ring, "http-connector-webhook-" + name + "-alarm");
        alarm.start();
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
        } catch (OutOfMemoryError e) {
            LOG.error("No thread can be made, the task is tried again in a while", e);
            submit(task, PAUSE);
        }
    }

    private void guarded(T task) {
        try {
            work.accept(task);
        } catch (RuntimeException | Error e) {
            // Such as no memory: it is not lost by that.
            LOG.error("A task failed, it is worked on again in a while", e);
            submit(task, PAUSE);
        }
    }

    /** Works on it after a while. */
    void submit(T task, Duration wait) {
        synchronized (later) {
            later.add(new Later<>(time.nanos() + wait.toNanos(), task));
            changed.countDown();
        }
    }

    private void ring() {
        while (!closed) {
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
            try {
                boolean unused = time.await(gate, wait);
            } catch (InterruptedException e) {
                // Closed.
                return;
            }
        }
    }

    private @Nullable Later<T> due() {
        Later<T> first = later.peek();
        return first != null && first.due() - time.nanos() <= 0 ? later.poll() : null;
    }

    @Override
    public void close() {
        closed = true;
        alarm.interrupt();
        threads.shutdown();
        boolean interrupted = false;
        try {
            if (!threads.awaitTermination(GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
                threads.shutdownNow();
                boolean unused = threads.awaitTermination(GRACE.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            threads.shutdownNow();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
