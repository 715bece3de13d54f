package io.httpconnector.jdbc;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A pool of a few threads that grows while tasks wait and none ends, for example because the database blocks them. Threads end
 * when idle. A task is accepted even if no thread can be created for it at the moment. Thread-safe.
 */
final class ElasticPool extends ThreadPoolExecutor {

    private static final int IDLE_SECONDS = 10;

    private final int normal;
    private final int max;

    // Guarded by this.
    private long completed = -1;
    private boolean isWaiting;

    /**
     * Creates a pool without threads.
     *
     * @param normal the number of threads, unless tasks block
     * @param max the maximum number of threads
     */
    ElasticPool(String name, int normal, int max) {
        super(normal, normal, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), run -> {
            Thread thread = new Thread(run, name);
            thread.setDaemon(true);
            return thread;
        });
        this.normal = normal;
        this.max = max;
        allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        try {
            super.execute(task);
        } catch (OutOfMemoryError e) {
            // The limit of threads of the process: adapt() tries again.
            getQueue().add(task);
        }
    }

    /** Changes the number of threads. */
    synchronized void resize(int threads) {
        if (threads > getMaximumPoolSize()) {
            setMaximumPoolSize(threads);
            setCorePoolSize(threads);
        } else if (threads < getMaximumPoolSize()) {
            setCorePoolSize(threads);
            setMaximumPoolSize(threads);
        }
    }

    /** Ends idle threads from now on immediately; tasks are still accepted. */
    void endIdleThreads() {
        setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    }

    /** Doubles the number of threads if tasks have waited, and none has ended, since the last call; to be called periodically. */
    synchronized void adapt() {
        long ended = getCompletedTaskCount();
        boolean waits = !getQueue().isEmpty();
        if (!waits) {
            resize(normal);
        } else if (isWaiting && ended == completed) {
            resize(Math.min(max, 2 * getMaximumPoolSize()));
        }
        completed = ended;
        isWaiting = waits;
        if (waits && getPoolSize() == 0) {
            boolean unused = prestartCoreThread();
        }
    }
}
