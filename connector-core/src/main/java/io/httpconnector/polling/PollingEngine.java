package io.httpconnector.polling;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes any number of triggers: one thread waits for due polls, and a limited number of polls run concurrently, in virtual
 * threads where available (Java 21 and later), otherwise in a cached thread pool. Thread-safe.
 *
 * <p>A service that hangs does not block the others. Origins take turns. While others wait, a poll that takes much longer than
 * usual (ten times as long; at least 100 ms and at most one second) releases its worker and continues in one of four times as
 * many slots for slow polls, in which the next poll of the same trigger starts. One origin uses at most a quarter of these slots.
 *
 * <p>Triggers use the {@linkplain #shared() shared} engine by default. Its threads end after they have been idle for 10 seconds.
 */
public final class PollingEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PollingEngine.class);
    private static final int DEFAULT_WORKERS = 64;
    private static final int MAX_WORKERS = 10_000;
    private static final int MAX_HANDLERS = 1000;
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);
    private static final Duration IDLE = Duration.ofSeconds(10);
    /** The interval at which polls are checked while some wait for a worker. */
    private static final Duration CROWDED_WAIT = Duration.ofMillis(50);
    /** The delay before a poll that could not be started, or failed unexpectedly, is tried again. */
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

    /** A task that is due at a time, by {@link TimeSource#nanos()}. When it throws, it is run again after a delay. */
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

    /** The work of a job. */
    interface Task {

        void run();

        /** Called when no thread was available. The task is tried again after one second. */
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

    private static PollingEngine createEngine(int workers, TimeSource time) {
        return new PollingEngine(
                workers,
                time,
                threads("http-connector poller", Integer.MAX_VALUE),
                threads("http-connector handler", MAX_HANDLERS),
                Thread::new);
    }

    /**
     * Returns the engine that all triggers of this JVM share, with 64 concurrent polls and 256 slots for polls of slow
     * services. It need not be closed: its threads end 10 seconds after the last trigger was stopped.
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
     * Creates a separate engine.
     *
     * @param workers the number of concurrent polls, 1 to 10,000; in addition there are four times as many slots for polls of
     *     slow services, at most 10,000
     * @return the engine, to be closed by the caller
     */
    public static PollingEngine create(int workers) {
        return createEngine(workers, TimeSource.SYSTEM);
    }

    /**
     * Creates an engine for tests.
     *
     * @param workers as for {@link #create(int)}
     * @param time the time source
     * @return the engine, to be closed by the caller
     */
    public static PollingEngine create(int workers, TimeSource time) {
        return createEngine(workers, time);
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
            throw new IllegalStateException("virtual threads are available but cannot be used", e);
        }
    }

    /**
     * Plans the polls of a trigger that exists only while it polls, for applications with very many triggers: until a poll is due,
     * the engine keeps only its time.
     *
     * @param id the id of the trigger
     * @param origin triggers with the same origin share its turns, see the class comment
     * @param first the first poll
     * @param poll executes the poll that is due, usually by {@link PollingTrigger#pollPlanned}, and returns the next one. When it
     *     throws, it is executed again after a minute
     * @return the polls, to be closed to end them
     * @throws io.httpconnector.state.StateException if another trigger with the same id is started on this engine
     */
    public PlannedPolls plan(String id, String origin, PlannedPoll first, UnaryOperator<PlannedPoll> poll) {
        return new PlannedPolls(
                        this,
                        Arguments.notNull(id, "id of a trigger"),
                        Arguments.notNull(origin, "origin"),
                        Arguments.notNull(first, "first poll"),
                        Arguments.notNull(poll, "poll"))
                .start();
    }

    TimeSource time() {
        return time;
    }

    ExecutorService handlers() {
        return handlers;
    }

    /** Claims an id for a trigger that starts; false when another trigger has it. */
    synchronized boolean claim(String id) {
        return started.add(id);
    }

    synchronized void release(String id) {
        started.remove(id);
    }

    /** Runs a task after a delay, as soon as a slot is free. */
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
     * Whether the engine works: whether it starts due polls.
     *
     * @return false when its timer has not checked for due polls for more than two minutes, or cannot be started, although
     *     triggers wait: then no trigger polls, which {@link PollingTrigger#status()} shows too
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

    /** Starts due polls, repeatedly. */
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

    /** Moves due jobs to the lanes and returns how long to wait for the next. */
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

    /** Starts the polls for which slots are free. Not under the lock, because executors are foreign code. */
    private void dispatch() {
        Ticket<Job> next = next();
        while (next != null) {
            Ticket<Job> ticket = next;
            try {
                pollers.execute(() -> run(ticket));
            } catch (Throwable e) {
                onRejected(ticket, e);
            }
            next = next();
        }
    }

    private synchronized @Nullable Ticket<Job> next() {
        return closed ? null : lanes.next(time.nanos());
    }

    /** Called when a poll was rejected, for example because of missing threads or memory: it is tried again. */
    private void onRejected(Ticket<Job> ticket, Throwable reason) {
        reschedule(ticket);
        if (isClosed()) {
            return;
        }
        try {
            ticket.poll().task.rejected(reason);
        } catch (RuntimeException | Error e) {
            LOG.error("A poll could not be started and is tried again", e);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void reschedule(Ticket<Job> ticket) {
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
            LOG.error("A poll failed unexpectedly", e);
        } finally {
            if (done) {
                onEnded(ticket);
            } else {
                reschedule(ticket);
            }
            dispatch();
        }
    }

    private synchronized void onEnded(Ticket<Job> ticket) {
        lanes.ended(ticket, time.nanos());
    }

    /** Closes the engine: no poll starts any more, and running polls are interrupted. Stop the triggers first. */
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
