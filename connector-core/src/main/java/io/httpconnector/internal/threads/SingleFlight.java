package io.httpconnector.internal.threads;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs work once, on a separate thread, for all threads that need its result at the same time. Each thread waits within its own
 * timeout.
 */
public final class SingleFlight<T> {

    private final Supplier<T> work;
    private final Executor executor;
    private final String rejection;
    private @Nullable CompletableFuture<T> underWay;

    public SingleFlight(Supplier<T> work, Executor executor, String rejection) {
        this.work = work;
        this.executor = executor;
        this.rejection = rejection;
    }

    /**
     * Waits for the work in progress, or starts it. Throws the exception of the work, or a {@code ConnectorException} with the
     * rejection as its message if the executor has no capacity.
     */
    public T await(Duration timeout) throws InterruptedException, TimeoutException {
        CompletableFuture<T> flight = join();
        try {
            return flight.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        }
    }

    private synchronized CompletableFuture<T> join() {
        CompletableFuture<T> flight = underWay;
        if (flight == null || flight.isDone()) {
            try {
                flight = CompletableFuture.supplyAsync(work, executor);
            } catch (RejectedExecutionException e) {
                throw new ConnectorException(rejection, e);
            }
            underWay = flight;
        }
        return flight;
    }
}
