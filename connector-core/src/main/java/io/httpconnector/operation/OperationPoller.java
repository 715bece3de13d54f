package io.httpconnector.operation;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.operation.OperationClient.Observed;
import io.httpconnector.operation.OperationException.Context;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.template.RenderException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Requests the status of an operation, and decides what its failures mean. Thread-safe. */
final class OperationPoller {

    private final OperationClient client;

    /**
     * The previous status requests.
     *
     * @param polls the number of status requests since the last change of their kind
     * @param seen whether the service has ever known the operation
     */
    record History(int polls, boolean seen) {
        static final History NONE = new History(0, false);
    }

    /**
     * The result of a status request.
     *
     * @param observed the status; null if it could not be read this time
     * @param failure why it could not be read; null if it could
     * @param delay the time before the next status request
     */
    record Polled(@Nullable Observed observed, @Nullable ConnectorException failure, History history, Duration delay) {}

    OperationPoller(OperationClient client) {
        this.client = client;
    }

    /** Returns the delay before the first status request. */
    Duration firstDelay(@Nullable Duration retryAfter) {
        return retryAfter == null ? Duration.ZERO : settings().delay(1, retryAfter);
    }

    private PollSettings settings() {
        return client.definition().poll();
    }

    /**
     * Requests the status once.
     *
     * @param last the last known status; null if there is none
     * @param left the time that the operation has left, which limits the request; null for no limit
     * @throws OperationException if further requests have no purpose
     */
    Polled poll(
            OperationReference reference, History history, @Nullable OperationStatus last, @Nullable Duration left) {
        int polls = history.polls + 1;
        try {
            Observed observed = left == null ? client.status(reference) : client.status(reference, left);
            return new Polled(
                    observed, null, new History(polls, true), settings().delay(polls, observed.retryAfter()));
        } catch (OperationException e) {
            throw e;
        } catch (ConnectorException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            boolean isTolerated = OperationFailures.isNotFound(e) && !history.seen && isRecent(reference);
            if (!isTolerated && !OperationFailures.isPassing(e)) {
                throw isClosed() ? e : failure(reference, last, e);
            }
            Duration requested = e.retryAfter().orElse(null);
            return new Polled(
                    null, e, new History(polls, history.seen), settings().delay(polls, requested));
        }
    }

    private boolean isClosed() {
        try {
            return client.connection().awaitClose(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isRecent(OperationReference reference) {
        Instant now = client.connection().timeSource().now();
        return Duration.between(reference.started(), now)
                        .compareTo(client.definition().notFoundTolerance())
                < 0;
    }

    private static OperationException failure(
            OperationReference reference, @Nullable OperationStatus last, ConnectorException e) {
        String operation = "Operation " + OperationException.shown(reference.label());
        Context context = Context.of(reference.label(), last, e);
        if (e instanceof RenderException || e instanceof InvalidDefinitionException) {
            return new OperationException(
                    OperationFailure.INVALID_REQUEST,
                    operation + " may still be running, but its status request cannot be created: " + e.getMessage(),
                    context,
                    e);
        }
        if (OperationFailures.isNotFound(e)) {
            return new OperationException(
                    OperationFailure.NOT_FOUND,
                    operation
                            + (last == null
                                    ? " is unknown to the service: correct the status request, or raise notFoundTolerance"
                                    : ", last " + OperationException.shown(last.value())
                                            + ", is not known to the service any more: if it deletes operations that have"
                                            + " ended, add 404 to doneStatus or failedStatus")
                            + ": " + e.getMessage(),
                    context,
                    e);
        }
        if (e.needsAuthorization()) {
            return new OperationException(
                    OperationFailure.NOT_AUTHORIZED,
                    operation + " may still be running, but its status cannot be read without new credentials: "
                            + e.getMessage(),
                    context,
                    e);
        }
        return new OperationException(
                OperationFailure.STATUS_REJECTED,
                operation + " may still be running, but its status cannot be read: " + e.getMessage(),
                context,
                e);
    }

    OperationException timedOut(
            OperationReference reference,
            Duration timeout,
            @Nullable OperationStatus last,
            @Nullable ConnectorException failure) {
        String state = last == null ? "" : ", last " + OperationException.shown(last.value());
        return new OperationException(
                OperationFailure.TIMED_OUT,
                "Operation " + OperationException.shown(reference.label()) + state + ", has not ended within " + timeout
                        + ": raise the timeout, or abort it"
                        + (failure == null ? "" : "; the last status request failed: " + failure.getMessage()),
                failure == null
                        ? new Context(reference.label(), last, null)
                        : Context.of(reference.label(), last, failure),
                failure);
    }
}
