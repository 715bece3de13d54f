package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many bytes of bodies may be in memory at once: a sixteenth of the heap, as reading them takes several times as much; but at
 * least one body. In kilobytes. Safe for many threads.
 */
final class MemoryBudget {

    private static final int KILOBYTE = 1024;

    private final WebhookEndpoint receiver;
    private final int all;
    private final Semaphore free;

    MemoryBudget(WebhookEndpoint receiver) {
        this(receiver, Runtime.getRuntime().maxMemory() / 16);
    }

    MemoryBudget(WebhookEndpoint receiver, long bytes) {
        this.receiver = receiver;
        this.all = (int) Math.min(Integer.MAX_VALUE / 2, bytes / KILOBYTE);
        this.free = new Semaphore(all, true);
    }

    /** How much is to be taken for so many bytes. */
    private int share(long bytes) {
        return (int) Math.min(all, bytes / KILOBYTE + 1);
    }

    /** Waits for room, as long as a sender may take to send. */
    boolean take(long bytes) {
        try {
            return free.tryAcquire(share(bytes), receiver.bodyTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Takes room that is there now. */
    boolean takeNow(long bytes) {
        return free.tryAcquire(share(bytes));
    }

    void giveBack(long bytes) {
        free.release(share(bytes));
    }
}
