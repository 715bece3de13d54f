package io.httpconnector.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Limits the concurrent streams to a service. The client of the JDK does not reveal the limit of the service; it rejects a request
 * that would exceed it. The limit is learned from these rejections, and is slowly raised again. Requests wait in FIFO order.
 * Thread-safe.
 */
final class StreamLimit {

    private static final long PAUSE_NANOS = 10_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Object> queue = new ArrayDeque<>();
    private int active;
    private int max = Integer.MAX_VALUE;
    private int ended;
    private volatile boolean isWarm;

    /** Returns whether the last exchange had a response, so that there is probably a connection. */
    boolean isWarm() {
        return isWarm;
    }

    void warm(boolean hadResponse) {
        if (isWarm != hadResponse) {
            isWarm = hadResponse;
        }
    }

    /**
     * Waits for a stream. Must be paired with {@link #leave()}, also if the exchange was cancelled.
     *
     * @param isCancelled whether to stop waiting, checked after {@link #wake()}
     */
    void enter(BooleanSupplier isCancelled) throws InterruptedException {
        Object ticket = new Object();
        lock.lock();
        try {
            queue.add(ticket);
            while ((queue.peek() != ticket || active >= max) && !isCancelled.getAsBoolean()) {
                changed.await();
            }
            active++;
        } finally {
            queue.remove(ticket);
            wakeWaiting();
            lock.unlock();
        }
    }

    /** Ends a stream. */
    void leave() {
        lock.lock();
        try {
            active--;
            if (max < Integer.MAX_VALUE && ++ended >= max) {
                ended = 0;
                max++;
            }
            wakeWaiting();
        } finally {
            lock.unlock();
        }
    }

    /** Ends a stream that exceeded the limit, so that its request was not sent, and waits until it may be sent again. */
    void refuse() throws InterruptedException {
        lock.lock();
        try {
            active--;
            max = Math.max(1, Math.min(max, active));
            ended = 0;
            // The client has not noticed yet that the other streams have ended.
            long left = PAUSE_NANOS;
            while (active == 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes waiting requests check whether they are cancelled. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void wakeWaiting() {
        if (!queue.isEmpty()) {
            changed.signalAll();
        }
    }

    int active() {
        lock.lock();
        try {
            return active;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }
}
