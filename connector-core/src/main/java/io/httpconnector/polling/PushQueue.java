package io.httpconnector.polling;

import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A queue of the pushes that wait for a trigger. They are handled by the thread that polls, between two pages, or by a pushing
 * thread when no poll is running. Thread-safe.
 */
final class PushQueue {

    private static final long SLICE_MILLIS = 50;

    private final String trigger;
    private final ReentrantLock polling;
    private final PushRunner runner;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    /** The number of threads that hold the lock for pushes, or try to. */
    private final AtomicInteger pushing = new AtomicInteger();

    /** A push and its result. */
    private record Waiting(PushedRecords records, CompletableFuture<PushResult> result) {}

    /** Runs the work of a thread that holds the lock, and releases the lock. */
    interface Work {
        void around(Runnable work);
    }

    PushQueue(String trigger, ReentrantLock polling, PushRunner runner) {
        this.trigger = trigger;
        this.polling = polling;
        this.runner = runner;
    }

    /** Handles a push, or waits until the running poll has handled it. */
    PushResult push(PushedRecords records, Work work) {
        Waiting one = new Waiting(records, new CompletableFuture<>());
        waiting.add(one);
        while (true) {
            handleAll(work);
            try {
                return one.result.get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // The poll may have ended without noticing the push.
            } catch (ExecutionException e) {
                throw failure(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                boolean isUnhandled = waiting.remove(one);
                throw new PollingException(
                        Reason.BUSY,
                        "\"" + trigger + "\" is polling, and the thread was interrupted before the pushed records were "
                                + (isUnhandled ? "handled" : "known to be handled") + ": push them again",
                        e);
            }
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
    }

    /** Handles the waiting pushes if no poll is running. */
    void handleAll(Work work) {
        while (!waiting.isEmpty()) {
            pushing.incrementAndGet();
            try {
                if (!polling.tryLock()) {
                    return;
                }
                work.around(() -> handleWaiting(false));
            } finally {
                pushing.decrementAndGet();
            }
        }
    }

    /** Waits for the lock while pushes hold it; returns whether the calling thread has it. */
    boolean awaitPushes() {
        try {
            while (pushing.get() > 0) {
                if (polling.tryLock(SLICE_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return polling.tryLock();
    }

    /** Handles the waiting pushes in a thread that has the lock; returns whether there were any. */
    boolean handleWaiting(boolean duringPoll) {
        boolean any = false;
        for (Waiting one = waiting.poll(); one != null; one = waiting.poll()) {
            any = true;
            StateException broken = handle(one, duringPoll);
            if (broken != null && duringPoll) {
                throw broken;
            }
        }
        return any;
    }

    private @Nullable StateException handle(Waiting one, boolean duringPoll) {
        try {
            one.result.complete(runner.run(one.records, duringPoll));
        } catch (PollContext.StoppedException e) {
            one.result.completeExceptionally(new PollingException(
                    Reason.BUSY, "\"" + trigger + "\" was stopped before the pushed records were handled", e));
        } catch (StateException e) {
            one.result.completeExceptionally(e);
            return e;
        } catch (RuntimeException | Error e) {
            one.result.completeExceptionally(e);
        }
        return null;
    }
}
