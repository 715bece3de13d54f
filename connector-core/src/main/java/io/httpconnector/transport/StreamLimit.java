package io.httpconnector.transport;

import io.httpconnector.TimeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Limits the concurrent streams to a service. The client of the JDK does not reveal the limit of the service; it rejects a request
 * that would exceed it. The limit is learned from these rejections, and is slowly raised again. On a new socket, the client does not
 * know the limit yet: further requests wait for the first response, or a second at most. Requests wait in FIFO order. Thread-safe.
 */
final class StreamLimit {

    private static final long PAUSE_NANOS = 10_000_000;

    /** The maximum wait for the first response on a new socket. */
    private static final long MAX_START_NANOS = 1_000_000_000;

    /** The time without streams after which the socket may have been closed. */
    private static final long IDLE_NANOS = 1_000_000_000;

    private final boolean isMultiplexed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Object> queue = new ArrayDeque<>();
    private int active;
    private int max = Integer.MAX_VALUE;
    private int ended;
    private volatile boolean isWarm;
    /** Whether there was a response on what is probably the current socket. */
    private boolean isLimitKnown;

    private long started;
    private long idleSince = TimeSource.SYSTEM.nanos();

    /** @param isMultiplexed whether requests may share a socket; otherwise, there is no limit to learn */
    StreamLimit(boolean isMultiplexed) {
        this.isMultiplexed = isMultiplexed;
    }

    /** Returns whether the last exchange had a response, so that there is probably a connection. */
    boolean isWarm() {
        return isWarm;
    }

    void warm(boolean hadResponse) {
        if (isWarm != hadResponse) {
            isWarm = hadResponse;
        }
        lock.lock();
        try {
            if (isLimitKnown != hadResponse) {
                isLimitKnown = hadResponse;
                started = TimeSource.SYSTEM.nanos();
                wakeWaiting();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns the time until the limit is probably known, or the requests no longer wait for it; 0 if they need not wait. */
    private long nanosToStart() {
        return isMultiplexed && !isLimitKnown && active > 0
                ? Math.max(0, started + MAX_START_NANOS - TimeSource.SYSTEM.nanos())
                : 0;
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
            while (!isCancelled.getAsBoolean()) {
                long start = nanosToStart();
                if (queue.peek() != ticket || active >= max) {
                    changed.await();
                } else if (start > 0) {
                    var unused = changed.awaitNanos(start);
                } else {
                    break;
                }
            }
            start();
        } finally {
            queue.remove(ticket);
            wakeWaiting();
            lock.unlock();
        }
    }

    private void start() {
        if (active == 0) {
            started = TimeSource.SYSTEM.nanos();
            isLimitKnown &= started - idleSince < IDLE_NANOS;
        }
        active++;
    }

    private void end() {
        active--;
        if (active == 0) {
            idleSince = TimeSource.SYSTEM.nanos();
        }
    }

    /** Ends a stream. */
    void leave() {
        lock.lock();
        try {
            end();
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
            end();
            max = Math.max(1, Math.min(max, active));
            ended = 0;
            // The client has not noticed yet that the other streams have ended.
            long left = PAUSE_NANOS;
            while (active == 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            // There is a stream for another request, also if this one waits behind it.
            wakeWaiting();
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
