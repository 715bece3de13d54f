package io.httpconnector;

import io.httpconnector.internal.threads.DefaultExecutors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work that is done once for all who want it at the same time, by a thread of its own. Each waits for its own time only. */
final class SingleFlight<T> implements Function<Request, T> {

    private final Supplier<T> work;
    private @Nullable CompletableFuture<T> underWay;

    SingleFlight(Supplier<T> work) {
        this.work = work;
    }

    @Override
    public T apply(Request waiting) {
        CallContext call = waiting.call();
        try {
            return join().get(call.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    TimedOutException.Phase.TOTAL, call.total(), null, Exchange.withoutResponse(waiting, call));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Exchange exchange = Exchange.withoutResponse(waiting, call);
            throw new TransferException(
                    exchange.summary() + ": the thread was interrupted while it waited for credentials", e, exchange);
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
                flight = CompletableFuture.supplyAsync(work, DefaultExecutors.forAuth());
            } catch (RejectedExecutionException e) {
                throw new ConnectorException(
                        "Credentials can't be asked for: " + DefaultExecutors.MAX_WAITING
                                + " connections wait for theirs",
                        e);
            }
            underWay = flight;
        }
        return flight;
    }
}
