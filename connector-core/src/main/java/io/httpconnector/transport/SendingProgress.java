package io.httpconnector.transport;

import io.httpconnector.TimeSource;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Flow;

/**
 * Limits the wait for the head of a response: until the request is sent by the connect timeout, from then on by the response
 * timeout. The client of the JDK does not report when it has a connection, but it asks for the length of the request body when it
 * starts to send.
 */
final class SendingProgress {

    private final Duration connectTimeout;
    private final Duration responseTimeout;
    private volatile long since;
    private volatile boolean isSent;

    SendingProgress(Duration connectTimeout, Duration responseTimeout) {
        this.connectTimeout = connectTimeout;
        this.responseTimeout = responseTimeout;
    }

    /**
     * Starts the time.
     *
     * @param isSent whether it can't be known when the request is sent
     */
    void start(boolean isSent) {
        this.isSent = isSent;
        since = TimeSource.SYSTEM.nanos();
    }

    /** Marks that the request, or the end of its body, is being sent. */
    void sent() {
        since = TimeSource.SYSTEM.nanos();
        isSent = true;
    }

    /** Returns whether the request may have been sent. */
    boolean isSent() {
        return isSent;
    }

    /**
     * Returns the longest time to wait before calling this method again.
     *
     * @throws TransportException if the time is over
     */
    long nanosToWait() throws TransportException {
        boolean waits = isSent;
        // The connect timeout applies to the socket, and once more to TLS.
        long limit = waits ? responseTimeout.toNanos() : 2 * connectTimeout.toNanos();
        long left = limit - (TimeSource.SYSTEM.nanos() - since);
        if (left > 0 || waits != isSent) {
            return Math.max(1, Math.min(left, responseTimeout.toNanos()));
        }
        throw waits
                ? new TransportException(
                        TransportException.FailureKind.RESPONSE_TIMEOUT, new SocketTimeoutException("Read timed out"))
                : new TransportException(
                        TransportException.FailureKind.CONNECT_TIMEOUT,
                        new SocketTimeoutException("Connect timed out"));
    }

    /** Returns a body that marks when it is sent. */
    HttpRequest.BodyPublisher watching(HttpRequest.BodyPublisher body) {
        return new HttpRequest.BodyPublisher() {
            @Override
            public long contentLength() {
                sent();
                return body.contentLength();
            }

            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
                body.subscribe(subscriber);
            }
        };
    }
}
