package io.httpconnector.operation;

import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.StatusException;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.template.RenderException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The consequences of failed requests. */
final class OperationFailures {

    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));
    private static final Duration AUTHORIZATION_RETRY = Duration.ofHours(1);

    private OperationFailures() {}

    /** Returns the reason why a step of a run has failed for good. */
    static OperationFailure reason(RuntimeException e) {
        if (e instanceof RenderException || e instanceof InvalidDefinitionException) {
            return OperationFailure.INVALID_REQUEST;
        }
        return e instanceof OperationException operation ? operation.reason() : OperationFailure.REJECTED;
    }

    /** Whether a step of a run is repeated: another attempt may succeed, such as after the consent of a person. */
    static boolean mayPass(RuntimeException e) {
        return e instanceof ConnectorException failure && (isPassing(failure) || failure.needsAuthorization());
    }

    /** Returns the time before a step of a run is repeated. */
    static Duration delay(RuntimeException e, int failures) {
        Duration backoff = BACKOFF.delay(Math.max(1, failures), 1, 1.25);
        if (!(e instanceof ConnectorException failure)) {
            return backoff;
        }
        if (failure.needsAuthorization()) {
            return AUTHORIZATION_RETRY;
        }
        Duration requested = failure.retryAfter().orElse(Duration.ZERO);
        return backoff.compareTo(requested) < 0 ? requested : backoff;
    }

    /** Whether the service may have executed a request that has failed. */
    static boolean isOutcomeUnknown(RuntimeException e) {
        if (e instanceof RateLimitedException) {
            return false;
        }
        if (e instanceof StatusException status) {
            return status.status() >= 500 || status.status() == 408 || status.status() < 400;
        }
        if (e instanceof OperationException operation) {
            return operation.reason() != OperationFailure.REJECTED;
        }
        return !(e instanceof CannotConnectException
                || e instanceof RenderException
                || e instanceof InvalidDefinitionException
                || (e instanceof TimedOutException timeout && isUnsent(timeout))
                || (e instanceof ConnectorException failure && failure.needsAuthorization()));
    }

    /** Whether another attempt may succeed without a change by a person. */
    static boolean isPassing(ConnectorException e) {
        if (e instanceof RateLimitedException) {
            return true;
        }
        if (e instanceof StatusException status) {
            int code = status.status();
            return code >= 500 || code == 408 || code == 425 || code == 429;
        }
        return (e instanceof CannotConnectException cannot
                        && cannot.reason() != CannotConnectException.Reason.NOT_ALLOWED
                        && cannot.reason() != CannotConnectException.Reason.TLS)
                || e instanceof TransferException
                || e instanceof TimedOutException;
    }

    /** Whether the service has rejected a request, so that a repetition would be rejected, too. */
    static boolean isRejection(StatusException e) {
        return e.status() >= 400 && e.status() < 500 && !isPassing(e) && !e.needsAuthorization();
    }

    /**
     * Returns the exception for a rejected start or upload.
     *
     * @param reference the operation, if it was started; null if not
     */
    static OperationException rejected(StatusException e, String operation, @Nullable OperationReference reference) {
        return new OperationException(
                OperationFailure.REJECTED,
                reference == null
                        ? "Operation \"" + operation + "\" was not started: " + e.getMessage()
                        : "Operation " + OperationException.shown(reference.label())
                                + " was started, but the service rejected an upload: " + e.getMessage(),
                new OperationException.Context(
                        reference == null ? null : reference.label(),
                        null,
                        e.exchange().orElse(null)),
                e);
    }

    static boolean isNotFound(ConnectorException e) {
        return e instanceof StatusException status && (status.status() == 404 || status.status() == 410);
    }

    private static boolean isUnsent(TimedOutException timeout) {
        return timeout.phase() == TimedOutException.Phase.CONNECT || timeout.phase() == TimedOutException.Phase.POOL;
    }
}
