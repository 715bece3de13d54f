package io.httpconnector.operation;

import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.StatusException;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.template.RenderException;

/** The consequences of failed requests. */
final class OperationFailures {

    private OperationFailures() {}

    /** Whether the service may have executed a request that has failed. */
    static boolean isOutcomeUnknown(RuntimeException e) {
        if (e instanceof RateLimitedException) {
            return false;
        }
        if (e instanceof StatusException status) {
            return status.status() >= 500 || status.status() == 408 || status.status() < 400;
        }
        if (e instanceof OperationException operation) {
            return operation.reason() != OperationException.OperationFailure.REJECTED;
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

    static boolean isNotFound(ConnectorException e) {
        return e instanceof StatusException status && (status.status() == 404 || status.status() == 410);
    }

    private static boolean isUnsent(TimedOutException timeout) {
        return timeout.phase() == TimedOutException.Phase.CONNECT || timeout.phase() == TimedOutException.Phase.POOL;
    }
}
