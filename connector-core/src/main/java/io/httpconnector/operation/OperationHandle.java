package io.httpconnector.operation;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.Listeners;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.operation.OperationClient.Observed;
import io.httpconnector.operation.OperationPoller.History;
import io.httpconnector.operation.OperationPoller.Polled;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A started operation. It ends with this process: {@link Operation#durable} continues operations after a crash. Thread-safe.
 */
public final class OperationHandle {

    private final OperationClient client;
    private final OperationPoller poller;
    private final TimeSource time;
    private final long start;

    /** Held during a status request. */
    private final ReentrantLock polling = new ReentrantLock();

    private History history = History.NONE;
    private Duration delay;
    private @Nullable ConnectorException lastFailure;
    private volatile OperationReference reference;
    private volatile @Nullable Observed last;
    private volatile boolean isAborted;

    // Guarded by this.
    private CountDownLatch gate = new CountDownLatch(1);

    OperationHandle(OperationClient client, OperationClient.StartedOperation started) {
        this.client = client;
        this.poller = new OperationPoller(client);
        this.reference = started.reference();
        this.time = client.connection().timeSource();
        this.start = time.nanos();
        this.last = started.observed();
        this.delay = poller.firstDelay(started.retryAfter());
        if (last != null && delay.isZero()) {
            delay = client.definition().poll().delay(1, null);
        }
    }

    /**
     * Returns the id of the operation.
     *
     * @return the id; its status URL if it has no id
     */
    public String id() {
        return reference.label();
    }

    /**
     * Returns the status that was received last, without a request.
     *
     * @return the status; empty before the first one
     */
    public Optional<OperationStatus> lastStatus() {
        Observed observed = last;
        return observed == null ? Optional.empty() : Optional.of(observed.status());
    }

    /**
     * Requests the status, unless the operation has ended.
     *
     * @return the status
     * @throws OperationException if the service does not know the operation, or the status is unknown
     * @throws ConnectorException if the request fails
     */
    public OperationStatus status() {
        Polled polled = poll(null);
        Observed observed = polled.observed();
        if (observed == null) {
            ConnectorException failure = polled.failure();
            throw failure == null ? new IllegalStateException("neither a status nor a failure") : failure;
        }
        return observed.status();
    }

    private Polled poll(@Nullable Duration left) {
        polling.lock();
        try {
            Observed known = last;
            if (known != null && known.status().state().isFinal()) {
                return new Polled(known, null, history, Duration.ZERO);
            }
            OperationStatus status = known == null ? null : known.status();
            Polled polled = poller.poll(reference, history, status, left);
            history = polled.history();
            delay = polled.delay();
            lastFailure = polled.failure();
            Observed observed = polled.observed();
            if (observed != null) {
                last = observed;
                reference = observed.reference();
            }
            return polled;
        } finally {
            polling.unlock();
        }
    }

    /**
     * Waits until the operation has ended, up to the timeout of its definition.
     *
     * @return the result
     * @throws OperationException if there is no result; see {@link OperationException#reason()}
     * @throws ConnectorException if the thread is interrupted, or the connection is closed
     */
    public OperationResult await() {
        return await(client.definition().timeout());
    }

    /**
     * Waits until the operation has ended.
     *
     * @param timeout the maximum time since the start of the operation
     * @return the result
     * @throws OperationException if there is no result; see {@link OperationException#reason()}
     * @throws ConnectorException if the thread is interrupted, or the connection is closed
     */
    public OperationResult await(Duration timeout) {
        return await(timeout, status -> {});
    }

    /**
     * Waits until the operation has ended, and reports its progress.
     *
     * @param timeout the maximum time since the start of the operation
     * @param listener receives each status
     * @return the result
     * @throws OperationException if there is no result; see {@link OperationException#reason()}
     * @throws ConnectorException if the thread is interrupted, or the connection is closed
     */
    public OperationResult await(Duration timeout, OperationListener listener) {
        Arguments.notNull(timeout, "timeout");
        Arguments.notNull(listener, "listener");
        Observed observed = last;
        if (observed != null) {
            report(listener, observed);
        }
        while (observed == null || !observed.status().state().isFinal()) {
            if (isAborted && !client.definition().states().reportsAborted()) {
                throw new OperationException(
                        OperationException.OperationFailure.ABORTED,
                        "Operation " + OperationException.shown(id()) + " was aborted",
                        new OperationException.Context(id(), observed == null ? null : observed.status(), null));
            }
            pause(timeout, observed);
            observed = poll(timeout.minusNanos(time.nanos() - start)).observed();
            if (observed != null) {
                report(listener, observed);
            }
        }
        if (observed.status().state() != OperationStatus.OperationState.DONE) {
            throw client.failure(reference, observed);
        }
        return new OperationResult(client, reference, observed.status(), observed.base());
    }

    private void report(OperationListener listener, Observed observed) {
        Listeners.call(OperationLog.LOG, client.definition().name(), () -> listener.onStatus(observed.status()));
    }

    private void pause(Duration timeout, @Nullable Observed observed) {
        Duration left = timeout.minusNanos(time.nanos() - start);
        if (left.isNegative() || left.isZero() || delay.compareTo(left) >= 0) {
            if (left.compareTo(Duration.ZERO) > 0) {
                // A notification may arrive before the next regular status request.
                if (waitFor(left)) {
                    return;
                }
            }
            throw poller.timedOut(reference, timeout, observed == null ? null : observed.status(), lastFailure);
        }
        boolean unused = waitFor(delay);
    }

    /** Waits; returns whether the wait was ended by a notification. */
    private boolean waitFor(Duration wait) {
        CountDownLatch current;
        synchronized (this) {
            current = gate;
        }
        try {
            // The next status request of a closed connection fails.
            boolean isNotified =
                    !wait.isZero() && (client.connection().awaitClose(current, wait) || current.getCount() == 0);
            if (isNotified) {
                synchronized (this) {
                    if (gate == current) {
                        gate = new CountDownLatch(1);
                    }
                }
            }
            return isNotified;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(
                    "The thread was interrupted while it waited for operation " + OperationException.shown(id()), e);
        }
    }

    /**
     * Waits on a thread of the library until the operation has ended, up to the timeout of its definition.
     *
     * @return a future with the result or exception of {@link #await()}. Completing the future earlier, with {@code cancel} or
     *     {@code orTimeout}, ends the wait but not the operation: see {@link #abort()}
     */
    public CompletableFuture<OperationResult> awaitAsync() {
        return awaitAsync(DefaultExecutors.forSending());
    }

    /**
     * Waits on a thread of the given executor until the operation has ended, up to the timeout of its definition.
     *
     * @param executor runs the wait, which blocks its thread
     * @return a future as for {@link #awaitAsync()}
     */
    public CompletableFuture<OperationResult> awaitAsync(Executor executor) {
        return AsyncCall.start(this::await, Arguments.notNull(executor, "executor"));
    }

    /**
     * Ends the current wait for the next status request, because the service has notified us, such as by a webhook. The content
     * of a notification proves nothing: the status is requested.
     */
    public void checkNow() {
        synchronized (this) {
            gate.countDown();
        }
    }

    /**
     * Sends the request to abort the operation. If the service reports that an operation was aborted, {@link #await()} waits for
     * that; an operation may still succeed.
     *
     * @return whether the service accepted the request; false if it does not know the operation, or cannot abort it any more
     *     (status 404, 409 or 410)
     * @throws ConnectorException if the request fails, or the definition has none
     */
    public boolean abort() {
        Observed known = last;
        if (known != null && known.status().state().isFinal()) {
            return false;
        }
        boolean isAccepted = client.abort(reference);
        isAborted |= isAccepted;
        checkNow();
        return isAccepted;
    }

    /**
     * Returns a one-line description.
     *
     * @return name and id
     */
    @Override
    public String toString() {
        return client.definition().name() + " " + OperationException.shown(id());
    }
}
