package io.httpconnector.internal.threads;

import io.httpconnector.ConnectorException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request that is sent by another thread. Completing the future from outside, by a cancellation or a timeout, cancels the
 * request.
 */
public final class AsyncCall<T> extends CompletableFuture<T> {

    private @Nullable Thread sender;

    private AsyncCall() {}

    public static <T> CompletableFuture<T> start(Supplier<T> send, Executor executor) {
        AsyncCall<T> sending = new AsyncCall<>();
        var unused = sending.whenComplete((response, failure) -> sending.interrupt());
        try {
            executor.execute(() -> sending.run(send));
        } catch (RejectedExecutionException e) {
            sending.completeExceptionally(new ConnectorException(
                    "The executor accepts no more requests: " + DefaultExecutors.MAX_WAITING
                            + " wait in the one of this library; send less at once, or give an executor",
                    e));
        }
        return sending;
    }

    private void run(Supplier<T> send) {
        synchronized (this) {
            if (isDone()) {
                return;
            }
            sender = Thread.currentThread();
        }
        T response = null;
        Throwable failure = null;
        try {
            response = send.get();
        } catch (Throwable e) {
            failure = e;
        }
        synchronized (this) {
            sender = null;
        }
        if (isDone()) {
            // The interrupt was meant for this request, not for the next task of the thread.
            Thread.interrupted();
        } else if (failure == null) {
            complete(response);
        } else {
            completeExceptionally(failure);
        }
    }

    private synchronized void interrupt() {
        if (sender != null) {
            sender.interrupt();
        }
    }
}
