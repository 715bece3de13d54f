package io.httpconnector.internal.threads;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The executors of the library: virtual threads if the JVM supports them, otherwise a bounded number of daemon threads that end
 * when idle.
 */
public final class DefaultExecutors {

    public static final int MAX_WAITING = 10_000;

    private static final int MAX_THREADS = 64;

    private DefaultExecutors() {}

    public static Executor forSending() {
        return Senders.EXECUTOR;
    }

    /**
     * Returns the executor for auth strategies. It is separate from the executor of requests, whose threads may all be waiting
     * for credentials.
     */
    public static Executor forAuth() {
        return Authenticators.EXECUTOR;
    }

    /** Returns the executor for streams, which occupy their threads for long: it has as many threads as there are streams. */
    public static Executor forStreams() {
        return Streams.EXECUTOR;
    }

    private static final class Streams {
        private static final Executor EXECUTOR = unboundedPool("http-connector stream");
    }

    private static Executor unboundedPool(String name) {
        ExecutorService virtual = newVirtualThreadsOrNull();
        return virtual != null
                ? virtual
                : new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private static final class Senders {
        private static final Executor EXECUTOR = create("http-connector sender");
    }

    private static final class Authenticators {
        private static final Executor EXECUTOR = create("http-connector auth");
    }

    private static Executor create(String name) {
        ExecutorService virtual = newVirtualThreadsOrNull();
        return virtual == null ? boundedPool(name) : virtual;
    }

    /** Returns a new executor with a virtual thread for each task; null if the JVM has none. */
    public static @Nullable ExecutorService newVirtualThreadsOrNull() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return null;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("virtual threads are there, but can't be used", e);
        }
    }

    private static Executor boundedPool(String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MAX_THREADS, MAX_THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
