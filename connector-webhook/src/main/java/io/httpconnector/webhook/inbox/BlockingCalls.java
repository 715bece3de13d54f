package io.httpconnector.webhook.inbox;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Executes work that may block longer than the caller can wait, with a limited number of threads. */
final class BlockingCalls {

    private static final int MAX_THREADS = 256;

    private static final ExecutorService THREADS =
            new ThreadPoolExecutor(0, MAX_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "http-connector-webhook-storing");
                thread.setDaemon(true);
                return thread;
            });

    private BlockingCalls() {}

    /**
     * Executes the work.
     *
     * @throws StateException if the timeout expires, or no thread is available
     */
    static <T> T call(Callable<T> work, Duration timeout) {
        Future<T> result;
        try {
            result = THREADS.submit(work);
        } catch (RuntimeException | Error e) {
            throw new StateException(StateFailure.UNAVAILABLE, "no thread is available to store the events: " + e, e);
        }
        try {
            return result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new StateException(StateFailure.UNAVAILABLE, "the events could not be stored: " + e.getCause(), e);
        } catch (TimeoutException e) {
            result.cancel(false);
            throw new StateException(StateFailure.UNAVAILABLE, "the events were not stored within " + timeout, e);
        } catch (InterruptedException e) {
            result.cancel(false);
            Thread.currentThread().interrupt();
            throw new StateException(
                    StateFailure.UNAVAILABLE, "the thread was interrupted while the events were stored", e);
        }
    }
}
