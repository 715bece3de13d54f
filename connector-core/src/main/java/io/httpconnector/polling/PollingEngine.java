package io.httpconnector.polling;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import io.httpconnector.polling.Lanes.Client;
import io.httpconnector.polling.Lanes.Ticket;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs any number of triggers: one thread waits for what is due, and a limited number of polls run at the same time. Their threads
 * are virtual where the JVM has them (Java 21 and later), or else come and go. Safe for many threads.
 *
 * <p>A service that hangs does not stop the others. Origins take turns. While others wait, a poll that takes much longer than usual
 * (ten times, 100 ms at least and one second at most) gives its worker back and goes on in one of four times as many places for slow
 * polls, where the next poll of the same trigger begins. One origin takes a quarter of these at most.
 *
 * <p>Triggers use the {@linkplain #shared() shared} engine, unless they are given another. Its threads end when they have had nothing
 * to do for 10 seconds.
 */
public final class PollingEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PollingEngine.class);
    private static final int DEFAULT_WORKERS = 64;
    private static final int MAX_WORKERS = 10_000;
    private static final int MAX_HANDLERS = 1000;
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);
    private static final Duration IDLE = Duration.ofSeconds(10);
    /** Polls that wait for a worker get one this soon after there is a reason to. */
    private static final Duration CROWDED_WAIT = Duration.ofMillis(50);
    /** What could not be begun or has broken is tried again. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final TimeSource time;
    private final ExecutorService pollers;
    private final ExecutorService handlers;
    private final BackgroundThread timer;

    // Guarded by this.
    private final PriorityQueue<Job> waiting = new PriorityQueue<>(Comparator.comparingLong(job -> job.at));
    private final Lanes<Job> lanes;
    private final Set<String> started = new HashSet<>();
    private boolean closed;
    private CountDownLatch wake = new CountDownLatch(1);
    private long lastTick;

    /** Something to do at a time, by {@link TimeSource#nanos()}. When it throws, it is done again after a while. */
    static final class Job {

        private final Task task;
        private final Client client;
        private long at;
        private boolean cancelled;

        Job(Task task, Client client, long at) {
            this.task = task;
            this.client = client;
            this.at = at;
        }
    }

    /** What a job does. */
    interface Task {

        void run();

        /** No thread could be had for it. It is tried again after a second. */
        void rejected(Throwable reason);
    }

    PollingEngine(
            int workers, TimeSource time, ExecutorService pollers, ExecutorService handlers, ThreadFactory timers) {
        if (workers < 1 || workers > MAX_WORKERS) {
            throw new InvalidDefinitionException(
                    "polling engine", List.of(workers + " workers: use 1 to " + MAX_WORKERS));
        }
        this.lanes = new Lanes<>(workers);
        this.time = time;
        this.pollers = pollers;
        this.handlers = handlers;
        this.timer = new BackgroundThread("http-connector polling timer", time, new Ticks(), timers);
    }

    private static PollingEngine of(int workers, TimeSource time) {
        return new PollingEngine(
                workers,
                time,
                threads("http-connector poller", Integer.MAX_VALUE),
                threads("http-connector handler", MAX_HANDLERS),
                Thread::new);
    }

    /**
     * The engine that all triggers of this JVM share, with 64 polls at the same time and 256 that wait for slow services. It need not
     * be closed: its threads end when the last trigger has been stopped for 10 seconds.
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
     * @param workers how many polls may run at the same time, 1 to 10,000, besides those that wait for slow services: of these, four
     *     times as many, 10,000 at most
     * @return the engine, to be closed by the caller
     */
    public static PollingEngine create(int workers) {
        return of(workers, TimeSource.SYSTEM);
    }

    /**
     * An engine for tests.
     *
     * @param workers as for {@link #create(int)}
     * @param time where it takes the time from
     * @return the engine, to be closed by the caller
     */
    public static PollingEngine create(int workers, TimeSource time) {
        return of(workers, time);
    }

    private static ExecutorService threads(String name, int max) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return new ThreadPoolExecutor(0, max, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            });
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("virtual threads are there, but can't be used", e);
        }
    }

    TimeSource time() {
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

    /** Runs a task after a delay, as soon as there is a place for it. */
    Job schedule(Task task, Client client, Duration delay) {
        Job job = new Job(task, client, time.nanos() + Math.max(0, delay.toNanos()));
        synchronized (this) {
            if (closed) {
                return job;
            }
            add(job);
        }
        boolean unused = timer.tryRunning();
        return job;
    }

    private void add(Job job) {
        waiting.add(job);
        if (waiting.peek() == job) {
            wake.countDown();
        }
    }

    synchronized void cancel(Job job) {
        job.cancelled = true;
        waiting.remove(job);
        lanes.remove(job, job.client);
    }

    /**
     * Whether the engine does what it should: it begins what is due.
     *
     * @return false when its timer has not looked for what is due for longer than two minutes, or can't be started, although triggers
     *     wait: then no trigger polls, which {@link PollingTrigger#status()} shows as well
     */
    public boolean isHealthy() {
        synchronized (this) {
            if (closed || (waiting.isEmpty() && lanes.isEmpty())) {
                return true;
            }
        }
        if (!timer.tryRunning()) {
            return false;
        }
        synchronized (this) {
            return time.nanos() - lastTick < MAX_WAIT.multipliedBy(2).toNanos();
        }
    }

    /** Begins what is due, again and again. */
    private final class Ticks implements BackgroundThread.BackgroundTask {

        private boolean wasIdle;

        @Override
        public void step() throws InterruptedException {
            CountDownLatch gate;
            Duration pause;
            synchronized (PollingEngine.this) {
                lastTick = time.nanos();
                pause = moveDue();
                wake = new CountDownLatch(1);
                gate = wake;
                boolean isIdle = waiting.isEmpty() && lanes.isEmpty();
                pause = isIdle ? IDLE : pause;
            }
            dispatch();
            boolean woken = time.await(gate, pause);
            synchronized (PollingEngine.this) {
                wasIdle = !woken && waiting.isEmpty() && lanes.isEmpty();
            }
        }

        @Override
        public boolean isEnded() {
            synchronized (PollingEngine.this) {
                return closed || (wasIdle && waiting.isEmpty() && lanes.isEmpty());
            }
        }
    }

    /** Finds what is due, and says how long to wait for the next. */
    private Duration moveDue() {
        long now = time.nanos();
        while (!waiting.isEmpty() && waiting.element().at - now <= 0) {
            Job job = waiting.remove();
            lanes.add(job, job.client);
        }
        Duration max = lanes.isWaiting() ? CROWDED_WAIT : MAX_WAIT;
        Job next = waiting.peek();
        Duration pause = next == null ? max : Duration.ofNanos(next.at - now);
        return pause.compareTo(max) < 0 ? pause : max;
    }

    /** Begins what there is a place for. Not by the lock, as executors may do anything. */
    private void dispatch() {
        Ticket<Job> next = next();
        while (next != null) {
            Ticket<Job> ticket = next;
            try {
                pollers.execute(() -> run(ticket));
            } catch (Throwable e) {
                rejected(ticket, e);
            }
            next = next();
        }
    }

    private synchronized @Nullable Ticket<Job> next() {
        return closed ? null : lanes.next(time.nanos());
    }

    /** Such as without threads or memory: it is tried again. */
    private void rejected(Ticket<Job> ticket, Throwable reason) {
        again(ticket);
        if (isClosed()) {
            return;
        }
        try {
            ticket.poll().task.rejected(reason);
        } catch (RuntimeException | Error e) {
            LOG.error("A poll could not be begun, and is tried again", e);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void again(Ticket<Job> ticket) {
        lanes.ended(ticket, time.nanos());
        Job job = ticket.poll();
        if (!closed && !job.cancelled) {
            job.at = time.nanos() + AFTER_FAILURE.toNanos();
            add(job);
        }
    }

    private void run(Ticket<Job> ticket) {
        boolean done = false;
        try {
            ticket.poll().task.run();
            done = true;
        } catch (RuntimeException | Error e) {
            LOG.error("A poll failed in a way that it should not", e);
        } finally {
            if (done) {
                ended(ticket);
            } else {
                again(ticket);
            }
            dispatch();
        }
    }

    private synchronized void ended(Ticket<Job> ticket) {
        lanes.ended(ticket, time.nanos());
    }

    /** Ends it: no poll begins any more, and those that run are interrupted. Stop the triggers before. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
            lanes.clear();
            wake.countDown();
        }
        pollers.shutdownNow();
        handlers.shutdownNow();
    }
}
