package io.httpconnector.internal.threads;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads of the library: virtual ones where the JVM has them; or else a bounded number of daemon threads, which end when idle. */
public final class DefaultExecutors {

    public static final int MAX_WAITING = 10_000;

    private static final int MAX_THREADS = 64;

    private DefaultExecutors() {}

    public static Executor forSending() {
        return Senders.EXECUTOR;
    }

    /** Apart from those that send, which may all be waiting for what these bring. */
    public static Executor forAuth() {
        return Authenticators.EXECUTOR;
    }

    private static final class Senders {
        private static final Executor EXECUTOR = create("http-connector sender");
    }

    private static final class Authenticators {
        private static final Executor EXECUTOR = create("http-connector auth");
    }

    private static Executor create(String name) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return boundedPool(name);
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
