package io.httpconnector.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that is written by the thread of the call, as fast as the service receives it. Cancelled by any thread.
 */
final class JdkRequestBody extends OutputStream implements HttpRequest.BodyPublisher, Flow.Subscription {

    private static final int CHUNK = 16 * 1024;
    private static final int MIN_ERROR = 400;

    private final TransportRequest.Content content;
    private final long timeoutNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private long demand;
    /** True if nobody reads the body any more. */
    private boolean isEnded;

    private boolean isComplete;
    private int attempt;
    private volatile boolean isRead;
    private volatile boolean hasStarted;
    private volatile boolean wasRepeated;

    // Used by the writing thread only.
    private byte[] chunk = new byte[CHUNK];
    private int length;
    private long written;

    /**
     * Creates a body.
     *
     * @param timeout the maximum wait until the service accepts more bytes
     */
    JdkRequestBody(TransportRequest.Content content, Duration timeout) {
        this.content = content;
        this.timeoutNanos = timeout.toNanos();
    }

    @Override
    public long contentLength() {
        return content.length();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> added) {
        boolean isRepeated;
        lock.lock();
        try {
            isRepeated = hasStarted;
            if (!isRepeated) {
                subscriber = added;
                demand = 0;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (isRepeated) {
            // The client of the JDK repeats a request that the service has not processed, but this body can't be
            // written again.
            wasRepeated = true;
            added.onSubscribe(new Ended());
            added.onError(new IOException("the body of the request can be sent only once"));
        } else {
            added.onSubscribe(this);
        }
    }

    private static final class Ended implements Flow.Subscription {
        @Override
        public void request(long count) {
            // There is nothing to deliver.
        }

        @Override
        public void cancel() {
            // There is nothing to cancel.
        }
    }

    /** Starts an attempt, and returns its number. */
    int start() {
        lock.lock();
        try {
            subscriber = null;
            demand = 0;
            isEnded = false;
            return ++attempt;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the content has not been read yet, so that there can be another attempt. */
    boolean isUnread() {
        return !isRead;
    }

    boolean wasRepeated() {
        return wasRepeated;
    }

    @Override
    public void request(long count) {
        lock.lock();
        try {
            demand += count;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the writing thread because the client, or another thread, has ended the exchange. */
    @Override
    public void cancel() {
        lock.lock();
        try {
            isEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stops the writing thread if there is a response to an incomplete request: only if it is an error, as Apache HttpClient does.
     *
     * @param ended the number of the attempt
     */
    void end(int ended, @Nullable HttpResponse<?> response) {
        lock.lock();
        try {
            if (ended == attempt && (response == null || response.statusCode() >= MIN_ERROR)) {
                isEnded = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes the body. Returns early if it is not needed any more. */
    void write() throws IOException, InterruptedException {
        if (!awaitReader()) {
            return;
        }
        isRead = true;
        boolean isWhole = false;
        try {
            content.writeTo(this);
            deliver();
            isWhole = true;
        } catch (IOException | RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!isEnded()) {
                throw e;
            }
        }
        if (isWhole) {
            complete();
        }
    }

    /** Waits until the client reads the body, which it does when there is a stream; returns false if it does not. */
    private boolean awaitReader() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (subscriber == null && !isEnded) {
                changed.await();
            }
            return !isEnded;
        } finally {
            lock.unlock();
        }
    }

    private boolean isEnded() {
        lock.lock();
        try {
            return isEnded;
        } finally {
            lock.unlock();
        }
    }

    private void complete() {
        Flow.Subscriber<? super ByteBuffer> reader = null;
        lock.lock();
        try {
            if (!isEnded) {
                isComplete = true;
                hasStarted = true;
                reader = subscriber;
            }
        } finally {
            lock.unlock();
        }
        if (reader != null) {
            reader.onComplete();
        }
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        int from = offset;
        int left = count;
        while (left > 0) {
            int part = Math.min(left, CHUNK - length);
            System.arraycopy(bytes, from, chunk, length, part);
            from += part;
            left -= part;
            length += part;
            if (length == CHUNK) {
                deliver();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        deliver();
    }

    /** Passes the collected bytes to the client. */
    private void deliver() throws IOException {
        int count = length;
        long announced = content.length();
        if (announced >= 0) {
            // The content reports that it is longer than announced after it was written.
            count = (int) Math.min(count, announced - written);
        }
        if (count > 0) {
            byte[] full = chunk;
            awaitDemand().onNext(ByteBuffer.wrap(full, 0, count));
            written += count;
            chunk = new byte[CHUNK];
        }
        length = 0;
    }

    private Flow.Subscriber<? super ByteBuffer> awaitDemand() throws IOException {
        lock.lock();
        try {
            // Without demand some versions of the JDK, such as 17, do not notice that the service has ended the stream.
            long left = timeoutNanos;
            while (demand == 0 && !isEnded) {
                if (left <= 0) {
                    throw new TransportException(
                            TransportException.FailureKind.RESPONSE_TIMEOUT,
                            new SocketTimeoutException("the service does not accept the body of the request"));
                }
                left = changed.awaitNanos(left);
            }
            Flow.Subscriber<? super ByteBuffer> reader = subscriber;
            if (isEnded || reader == null) {
                throw new IOException("the rest of the request body is not needed");
            }
            demand--;
            hasStarted = true;
            return reader;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a body was sent");
        } finally {
            lock.unlock();
        }
    }

    /** Ends an incomplete request after its response, which closes the socket or resets the stream. */
    void abort() {
        Flow.Subscriber<? super ByteBuffer> reader = null;
        lock.lock();
        try {
            if (!isComplete) {
                reader = subscriber;
                isComplete = true;
                isEnded = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (reader != null) {
            reader.onError(new IOException("the rest of the request body is not needed"));
        }
    }
}
