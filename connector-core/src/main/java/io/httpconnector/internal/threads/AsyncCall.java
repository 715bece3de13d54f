package io.httpconnector.internal.threads;

import io.httpconnector.ConnectorException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request that is sent by another thread. Completing the future from outside, by a cancellation or a timeout, cancels the
 * request: it closes the socket and interrupts the thread. {@code cancel(false)} does not interrupt a handler of the application.
 */
public final class AsyncCall<T> extends CompletableFuture<T> {

    /** The call that the thread executes; null if none. */
    private static final ThreadLocal<@Nullable AsyncCall<?>> CURRENT = new ThreadLocal<>();

    /** An action of the application, such as a handler of events. */
    public interface Handling {

        /**
         * Runs the action.
         *
         * @return whether it wants more
         * @throws Exception if it fails
         */
        boolean run() throws Exception;
    }

    /** The registration of an action that cancels an exchange. */
    public interface Cancellation extends AutoCloseable {
        @Override
        void close();
    }

    private final Set<Runnable> exchanges = ConcurrentHashMap.newKeySet();
    private @Nullable Thread sender;
    private boolean isHandling;
    private boolean interruptsHandling = true;

    private AsyncCall() {}

    public static <T> CompletableFuture<T> start(Supplier<T> send, Executor executor) {
        AsyncCall<T> sending = new AsyncCall<>();
        var unused = sending.whenComplete((response, failure) -> sending.stop());
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

    /**
     * Registers an action for the time when the call of this thread is cancelled; does nothing without such a call.
     *
     * @param cancel cancels an exchange, without blocking; runs immediately if the call is already cancelled
     * @return ends the registration when it is closed
     */
    public static Cancellation onCancel(Runnable cancel) {
        AsyncCall<?> call = CURRENT.get();
        if (call == null) {
            return () -> {};
        }
        call.exchanges.add(cancel);
        if (call.isDone()) {
            cancel.run();
        }
        return () -> call.exchanges.remove(cancel);
    }

    /**
     * Runs an action of the application, unless the call of this thread is cancelled.
     *
     * @return whether it wants more; false if the call was cancelled before or meanwhile
     * @throws Exception if the action fails
     */
    public static boolean handle(Handling action) throws Exception {
        AsyncCall<?> call = CURRENT.get();
        if (call == null) {
            return action.run();
        }
        if (!call.setHandling(true)) {
            return false;
        }
        boolean wantsMore;
        try {
            wantsMore = action.run();
        } finally {
            var unused = call.setHandling(false);
        }
        return wantsMore && !call.isDone();
    }

    /** Marks that an action of the application starts or ends; returns whether the call goes on. */
    private synchronized boolean setHandling(boolean starts) {
        isHandling = starts;
        return !isDone();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        synchronized (this) {
            interruptsHandling = mayInterruptIfRunning;
        }
        return super.cancel(mayInterruptIfRunning);
    }

    private void run(Supplier<T> send) {
        synchronized (this) {
            if (isDone()) {
                return;
            }
            sender = Thread.currentThread();
        }
        AsyncCall<?> outer = CURRENT.get();
        CURRENT.set(this);
        T response = null;
        Throwable failure = null;
        try {
            response = send.get();
        } catch (Throwable e) {
            failure = e;
        }
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
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

    /** An interrupt closes the socket, unless the thread runs an action of the application. */
    private void stop() {
        synchronized (this) {
            if (sender == null) {
                return;
            }
            if (!isHandling || interruptsHandling) {
                sender.interrupt();
            }
            if (!isHandling) {
                return;
            }
        }
        exchanges.forEach(Runnable::run);
    }
}
