package io.httpconnector;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request that another thread sends. Whoever completes it from outside, by a cancel or a timeout, ends the sending. */
final class Sending extends CompletableFuture<Response> {

    private static final int MOST_THREADS = 64;
    private static final int MOST_WAITING = 10_000;

    private @Nullable Thread sender;

    private Sending() {}

    static CompletableFuture<Response> start(Supplier<Response> send, Executor executor) {
        Sending sending = new Sending();
        var unused = sending.whenComplete((answer, failure) -> sending.interrupt());
        try {
            executor.execute(() -> sending.run(send));
        } catch (RejectedExecutionException e) {
            sending.completeExceptionally(new ConnectorException(
                    "The executor takes no more requests: " + MOST_WAITING
                            + " wait in the one of this library; send less at once, or give an executor",
                    e));
        }
        return sending;
    }

    private void run(Supplier<Response> send) {
        synchronized (this) {
            if (isDone()) {
                return;
            }
            sender = Thread.currentThread();
        }
        Response answer = null;
        Throwable failure = null;
        try {
            answer = send.get();
        } catch (Throwable e) {
            failure = e;
        }
        synchronized (this) {
            sender = null;
        }
        if (isDone()) {
            // The interrupt was meant for this request, not for the next one of the thread.
            Thread.interrupted();
        } else if (failure == null) {
            complete(answer);
        } else {
            completeExceptionally(failure);
        }
    }

    private synchronized void interrupt() {
        if (sender != null) {
            sender.interrupt();
        }
    }

    /** Virtual threads where the JVM has them; or else a bounded number of daemon threads, which end when idle. */
    static Executor ownThreads() {
        return Default.EXECUTOR;
    }

    private static final class Default {
        private static final Executor EXECUTOR = create();

        private static Executor create() {
            try {
                return (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null);
            } catch (NoSuchMethodException e) {
                return boundedPool();
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("virtual threads are there, but can't be used", e);
            }
        }

        private static Executor boundedPool() {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    MOST_THREADS, MOST_THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                        Thread thread = new Thread(task, "http-connector sender");
                        thread.setDaemon(true);
                        return thread;
                    });
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    }
}
