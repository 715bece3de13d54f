package io.httpconnector.jdbc;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Group commit: up to two threads of a pool store the pending items of all callers together, while the callers wait up to their
 * timeouts. After each transaction, other users of the pool get their turn. Thread-safe.
 *
 * @param <T> the type of an item
 */
final class GroupCommit<T> {

    private static final int MAX_ITEMS = 500;
    private static final int WRITERS = 2;
    private static final Duration FOREVER = Duration.ofDays(3660);

    private final Consumer<List<T>> store;
    private final ExecutorService threads;

    // Guarded by this. If a caller's items are pending, all writers are busy or wait for a thread.
    private final Deque<CommitRequest<T>> pending = new ArrayDeque<>();
    private int writers;

    /** The items of one caller. */
    private record CommitRequest<T>(List<T> items, CompletableFuture<Void> stored) {}

    /**
     * Creates a group commit.
     *
     * @param threads the pool, which may be shared; tasks may wait for a thread
     */
    GroupCommit(Consumer<List<T>> store, ExecutorService threads) {
        this.store = store;
        this.threads = threads;
    }

    /** Stores items; when the method returns, they are stored. */
    void add(List<T> things) {
        add(things, FOREVER);
    }

    /**
     * Stores items; when the method returns, they are stored.
     *
     * @throws StateException if the items could not be stored in time; they may still be stored later
     */
    void add(List<T> things, Duration timeout) {
        CommitRequest<T> part = new CommitRequest<>(things, new CompletableFuture<>());
        if (enqueue(part)) {
            startWriter(part);
        }
        boolean done = false;
        try {
            get(part.stored, timeout);
            done = true;
        } finally {
            if (!done) {
                cancel(part);
            }
        }
    }

    /** Adds the items of a caller; returns whether another writer must be started. */
    private synchronized boolean enqueue(CommitRequest<T> part) {
        pending.add(part);
        boolean begins = writers < WRITERS;
        writers += begins ? 1 : 0;
        return begins;
    }

    private synchronized void cancel(CommitRequest<T> part) {
        pending.remove(part);
    }

    private void startWriter(CommitRequest<T> part) {
        try {
            threads.execute(this::write);
        } catch (RuntimeException | Error e) {
            writerEnded();
            cancel(part);
            throw new StateException(StateFailure.UNAVAILABLE, "no thread is available to store the events: " + e, e);
        }
    }

    private synchronized void writerEnded() {
        writers--;
    }

    /** Executes other work that may block, on a separate thread. */
    <R> R call(Callable<R> work, Duration timeout) {
        Future<R> result;
        try {
            result = threads.submit(work);
        } catch (RuntimeException | Error e) {
            throw new StateException(StateFailure.UNAVAILABLE, "no thread is available for the database: " + e, e);
        }
        boolean done = false;
        try {
            R value = get(result, timeout);
            done = true;
            return value;
        } finally {
            if (!done) {
                result.cancel(false);
            }
        }
    }

    private static <R> R get(Future<R> result, Duration timeout) {
        try {
            return result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new StateException(StateFailure.UNAVAILABLE, "the events could not be stored: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new StateException(StateFailure.UNAVAILABLE, "the database did not respond within " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StateException(
                    StateFailure.UNAVAILABLE, "the thread was interrupted while it waited for the database", e);
        }
    }

    /** Stores pending items, and continues later if there are more. */
    private void write() {
        List<CommitRequest<T>> parts = take();
        if (parts.isEmpty()) {
            return;
        }
        Throwable failure = null;
        try {
            List<T> things = new ArrayList<>();
            parts.forEach(part -> things.addAll(part.items));
            store.accept(things);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        for (CommitRequest<T> part : parts) {
            boolean unused = failure == null ? part.stored.complete(null) : part.stored.completeExceptionally(failure);
        }
        try {
            threads.execute(this::write);
        } catch (RejectedExecutionException e) {
            write();
        }
    }

    /** Takes the next items; empty if the writer must end. */
    private synchronized List<CommitRequest<T>> take() {
        List<CommitRequest<T>> parts = new ArrayList<>();
        int count = 0;
        while (!pending.isEmpty() && count < MAX_ITEMS) {
            CommitRequest<T> part = pending.remove();
            parts.add(part);
            count += part.items.size();
        }
        writers -= parts.isEmpty() ? 1 : 0;
        return parts;
    }
}
