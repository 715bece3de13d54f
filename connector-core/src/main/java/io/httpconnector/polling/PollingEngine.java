package io.httpconnector.polling;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Time;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries any number of triggers: one thread waits for what is due, and a limited number of polls run at the same time. Their threads
 * are virtual where the JVM has them (Java 21 and later), or else come and go. Safe for many threads.
 *
 * <p>Triggers use the {@linkplain #shared() shared} one, unless they are given another.
 */
public final class PollingEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PollingEngine.class);
    private static final int DEFAULT_WORKERS = 64;
    private static final int MOST_WORKERS = 10_000;
    private static final int MOST_HANDLERS = 1000;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final int workers;
    private final Time time;
    private final ExecutorService pollers;
    private final ExecutorService handlers;
    private final PriorityQueue<Job> waiting = new PriorityQueue<>(Comparator.comparingLong(job -> job.at));
    private final Queue<Job> due = new ArrayDeque<>();
    private final Set<String> started = new HashSet<>();
    private int running;
    private boolean closed;
    private CountDownLatch wake = new CountDownLatch(1);

    /** Something to do at a time, by {@link Time#nanos()}. */
    static final class Job {

        private final Runnable task;
        private final long at;

        Job(Runnable task, long at) {
            this.task = task;
            this.at = at;
        }
    }

    private PollingEngine(int workers, Time time) {
        if (workers < 1 || workers > MOST_WORKERS) {
            throw new InvalidDefinitionException(
                    "polling engine", List.of(workers + " workers: use 1 to " + MOST_WORKERS));
        }
        this.workers = workers;
        this.time = time;
        this.pollers = threads("http-connector poller", Integer.MAX_VALUE);
        this.handlers = threads("http-connector handler", MOST_HANDLERS);
        Thread timer = new Thread(this::keepTime, "http-connector polling timer");
        timer.setDaemon(true);
        timer.start();
    }

    /**
     * The engine that all triggers of this JVM share, with 64 polls at the same time. It is never closed.
     *
     * @return the engine
     */
    public static PollingEngine shared() {
        return Shared.ENGINE;
    }

    private static final class Shared {
        private static final PollingEngine ENGINE = create(DEFAULT_WORKERS);
    }

    /**
     * An engine of your own.
     *
     * @param workers how many polls may run at the same time, 1 to 10,000
     * @return the engine, to be closed by the caller
     */
    public static PollingEngine create(int workers) {
        return new PollingEngine(workers, Time.SYSTEM);
    }

    /**
     * An engine for tests.
     *
     * @param workers how many polls may run at the same time
     * @param time where it takes the time from
     * @return the engine, to be closed by the caller
     */
    public static PollingEngine create(int workers, Time time) {
        return new PollingEngine(workers, time);
    }

    private static ExecutorService threads(String name, int most) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return new ThreadPoolExecutor(0, most, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            });
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("virtual threads are there, but can't be used", e);
        }
    }

    Time time() {
        return time;
    }

    ExecutorService handlers() {
        return handlers;
    }

    /** Takes an id for a trigger that starts; false when another one has it. */
    synchronized boolean claim(String id) {
        return started.add(id);
    }

    synchronized void release(String id) {
        started.remove(id);
    }

    /** Runs a task after a delay, as soon as a worker is free. */
    synchronized Job schedule(Runnable task, Duration delay) {
        Job job = new Job(task, time.nanos() + Math.max(0, delay.toNanos()));
        if (!closed) {
            waiting.add(job);
            if (waiting.peek() == job) {
                wake.countDown();
            }
        }
        return job;
    }

    synchronized void cancel(Job job) {
        waiting.remove(job);
        due.remove(job);
    }

    private void keepTime() {
        try {
            while (true) {
                CountDownLatch gate;
                Duration pause;
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    pause = moveDue();
                    wake = new CountDownLatch(1);
                    gate = wake;
                }
                var unused = time.await(gate, pause);
            }
        } catch (InterruptedException e) {
            LOG.warn("The polling timer was interrupted: nothing is polled any more");
        }
    }

    /** Begins what is due, and says how long to wait for the next. */
    private Duration moveDue() {
        long now = time.nanos();
        while (!waiting.isEmpty() && waiting.peek().at - now <= 0) {
            due.add(waiting.remove());
        }
        dispatch();
        Job next = waiting.peek();
        Duration pause = next == null ? LONGEST_WAIT : Duration.ofNanos(next.at - now);
        return pause.compareTo(LONGEST_WAIT) < 0 ? pause : LONGEST_WAIT;
    }

    private synchronized void dispatch() {
        while (running < workers && !due.isEmpty() && !closed) {
            Job job = due.remove();
            running++;
            pollers.execute(() -> run(job));
        }
    }

    private void run(Job job) {
        try {
            job.task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A poll failed in a way that it should not", e);
        } finally {
            synchronized (this) {
                running--;
                dispatch();
            }
        }
    }

    /** Ends it: no poll begins any more, and those that run are interrupted. Stop the triggers before. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
            due.clear();
            wake.countDown();
        }
        pollers.shutdownNow();
        handlers.shutdownNow();
    }
}
