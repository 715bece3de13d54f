package io.httpconnector.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response as a stream. Requests more data only as it is read, so that a slow reader slows down the service. Read by
 * one thread; cancelled by any.
 */
final class JdkResponseBody extends InputStream implements HttpResponse.BodySubscriber<JdkResponseBody> {

    /** The number of deliveries that may wait for the reader. */
    private static final int AHEAD = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<List<ByteBuffer>> deliveries = new ArrayDeque<>();
    private Flow.@Nullable Subscription subscription;
    private @Nullable Throwable failure;
    private boolean isComplete;
    private boolean isCancelled;
    private boolean isRead;

    // Used by the reader only.
    private boolean hasStarted;
    private List<ByteBuffer> delivery = List.of();
    private int index;
    private volatile long idleNanos;

    JdkResponseBody(Duration idleTimeout) {
        limitIdleTime(idleTimeout);
    }

    void limitIdleTime(Duration limit) {
        idleNanos = limit.toNanos();
    }

    @Override
    public CompletionStage<JdkResponseBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription added) {
        boolean isUnwanted;
        boolean isAwaited;
        lock.lock();
        try {
            isUnwanted = isCancelled || subscription != null;
            isAwaited = isRead;
            subscription = isUnwanted ? subscription : added;
        } finally {
            lock.unlock();
        }
        if (isUnwanted) {
            added.cancel();
        } else if (isAwaited) {
            added.request(AHEAD);
        }
    }

    /** Requests the start of the body. Before, it can still be rejected, which closes an HTTP/1.1 connection. */
    private void start() {
        Flow.Subscription source = null;
        lock.lock();
        try {
            if (!isRead) {
                isRead = true;
                source = subscription;
            }
        } finally {
            lock.unlock();
        }
        if (source != null) {
            source.request(AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        change(() -> deliveries.add(buffers));
    }

    @Override
    public void onError(Throwable thrown) {
        change(() -> failure = thrown);
    }

    @Override
    public void onComplete() {
        change(() -> isComplete = true);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        while (true) {
            while (index < delivery.size()) {
                ByteBuffer buffer = delivery.get(index);
                if (buffer.hasRemaining()) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new InterruptedIOException("interrupted while a body was read");
                    }
                    int count = Math.min(length, buffer.remaining());
                    buffer.get(target, offset, count);
                    return count;
                }
                index++;
            }
            if (!next()) {
                return -1;
            }
        }
    }

    /** Waits for the next delivery; returns whether there is one. */
    private boolean next() throws IOException {
        if (!hasStarted) {
            hasStarted = true;
            start();
        }
        List<ByteBuffer> next = take();
        index = 0;
        delivery = next == null ? List.of() : next;
        if (next != null) {
            Flow.Subscription source = subscription;
            if (source != null) {
                source.request(1);
            }
        }
        return next != null;
    }

    private @Nullable List<ByteBuffer> take() throws IOException {
        lock.lock();
        try {
            long left = idleNanos;
            while (deliveries.isEmpty() && !isComplete && failure == null && !isCancelled) {
                if (left <= 0) {
                    throw new SocketTimeoutException("Read timed out");
                }
                left = changed.awaitNanos(left);
            }
            if (isCancelled) {
                throw new InterruptedIOException("the exchange was cancelled");
            }
            List<ByteBuffer> next = deliveries.poll();
            if (next == null && failure != null) {
                throw failure instanceof IOException known
                        ? new IOException(known.getMessage(), known)
                        : new IOException(failure.toString(), failure);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a body was read");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int available() {
        return index < delivery.size() ? delivery.get(index).remaining() : 0;
    }

    /** Ends the exchange, unless the body is complete, and makes a blocked read fail. */
    void cancel() {
        Flow.Subscription source = null;
        lock.lock();
        try {
            if (!isComplete) {
                isCancelled = true;
                deliveries.clear();
                source = subscription;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (source != null) {
            source.cancel();
        }
    }

    @Override
    public void close() {
        cancel();
    }
}
