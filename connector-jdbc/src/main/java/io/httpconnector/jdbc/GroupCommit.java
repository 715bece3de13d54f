package io.httpconnector.jdbc;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Group commit: two threads store what all callers have brought at the same time, while the callers wait, as long as they have time. Safe
 * for many threads.
 *
 * @param <T> what is stored
 */
final class GroupCommit<T> {

    private static final int MOST = 500;
    private static final int WRITERS = 2;
    private static final Duration FOREVER = Duration.ofDays(3660);

    private final Consumer<List<T>> store;
    private final ExecutorService threads =
            new ThreadPoolExecutor(0, WRITERS + 1, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), GroupCommit::thread);

    // Guarded by this. When a caller waits whose things nobody has taken, all writers are at work.
    private final Deque<CommitPart<T>> waiting = new ArrayDeque<>();
    private int writers;

    /** What a caller has to store. */
    private record CommitPart<T>(List<T> things, CompletableFuture<Void> stored) {}

    GroupCommit(Consumer<List<T>> store) {
        this.store = store;
    }

    private static Thread thread(Runnable run) {
        Thread thread = new Thread(run, "http-connector-jdbc-storing");
        thread.setDaemon(true);
        return thread;
    }

    /** Stores something; when this returns, it is stored. */
    void add(List<T> things) {
        add(things, FOREVER);
    }

    /**
     * Stores something; when this returns, it is stored.
     *
     * @throws StateException when it could not be stored in time; it may be later
     */
    void add(List<T> things, Duration timeout) {
        CommitPart<T> part = new CommitPart<>(things, new CompletableFuture<>());
        if (enter(part)) {
            begin(part);
        }
        boolean done = false;
        try {
            get(part.stored, timeout);
            done = true;
        } finally {
            if (!done) {
                leave(part);
            }
        }
    }

    /** Whether another writer is to begin. */
    private synchronized boolean enter(CommitPart<T> part) {
        waiting.add(part);
        boolean begins = writers < WRITERS;
        writers += begins ? 1 : 0;
        return begins;
    }

    private synchronized void leave(CommitPart<T> part) {
        waiting.remove(part);
    }

    private void begin(CommitPart<T> part) {
        try {
            threads.execute(this::write);
        } catch (RuntimeException | Error e) {
            ended();
            leave(part);
            throw new StateException(Reason.UNAVAILABLE, "no thread can be had to store the events: " + e, e);
        }
    }

    private synchronized void ended() {
        writers--;
    }

    /** Does something else that may hang, by a thread of its own. */
    <R> R call(Callable<R> work, Duration timeout) {
        Future<R> result;
        try {
            result = threads.submit(work);
        } catch (RuntimeException | Error e) {
            throw new StateException(Reason.UNAVAILABLE, "no thread is free for the database: " + e, e);
        }
        return get(result, timeout);
    }

    private static <R> R get(Future<R> result, Duration timeout) {
        try {
            return result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new StateException(Reason.UNAVAILABLE, "the events could not be stored: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new StateException(Reason.UNAVAILABLE, "the database did not answer within " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StateException(
                    Reason.UNAVAILABLE, "the thread was interrupted while it waited for the database", e);
        }
    }

    /** Stores what there is, until there is no more. */
    private void write() {
        List<CommitPart<T>> parts = take();
        while (!parts.isEmpty()) {
            Throwable failure = null;
            try {
                List<T> things = new ArrayList<>();
                parts.forEach(part -> things.addAll(part.things));
                store.accept(things);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            for (CommitPart<T> part : parts) {
                boolean unused =
                        failure == null ? part.stored.complete(null) : part.stored.completeExceptionally(failure);
            }
            parts = take();
        }
    }

    /** Nothing when the writer is to end. */
    private synchronized List<CommitPart<T>> take() {
        List<CommitPart<T>> parts = new ArrayList<>();
        int count = 0;
        while (!waiting.isEmpty() && count < MOST) {
            CommitPart<T> part = waiting.remove();
            parts.add(part);
            count += part.things.size();
        }
        writers -= parts.isEmpty() ? 1 : 0;
        return parts;
    }
}
