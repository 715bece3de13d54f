package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory budget for bodies: a sixteenth of the heap, because parsing takes several times their size, but at least one body.
 * Counted in kilobytes. Thread-safe.
 */
final class MemoryBudget {

    private static final int KILOBYTE = 1024;

    private final int all;
    private final Semaphore free;

    MemoryBudget() {
        this(Runtime.getRuntime().maxMemory() / 16);
    }

    MemoryBudget(long bytes) {
        this.all = (int) Math.min(Integer.MAX_VALUE / 2, bytes / KILOBYTE);
        this.free = new Semaphore(all, true);
    }

    /** Converts a number of bytes to permits. */
    private int permits(long bytes) {
        return (int) Math.min(all, bytes / KILOBYTE + 1);
    }

    /** Reserves memory, waiting up to the body timeout of an endpoint. */
    boolean acquire(long bytes, WebhookEndpoint endpoint) {
        try {
            return free.tryAcquire(permits(bytes), endpoint.bodyTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Reserves memory that is available now. */
    boolean tryAcquire(long bytes) {
        return free.tryAcquire(permits(bytes));
    }

    void release(long bytes) {
        free.release(permits(bytes));
    }
}
