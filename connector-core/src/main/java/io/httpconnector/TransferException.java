package io.httpconnector;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when an exchange fails after the connection was established: by a reset, a truncated response, bytes that are not
 * HTTP, or an interrupt. The service may or may not have processed the request. After an interrupt, the interrupt status of the
 * thread is set.
 */
public final class TransferException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private final transient boolean stale;
    private final transient boolean unprocessed;

    TransferException(String message, @Nullable Throwable cause, Exchange exchange) {
        this(message, cause, exchange, false);
    }

    TransferException(String message, @Nullable Throwable cause, Exchange exchange, boolean stale) {
        this(message, cause, exchange, stale, false);
    }

    private TransferException(
            String message, @Nullable Throwable cause, Exchange exchange, boolean stale, boolean unprocessed) {
        super(message, cause, exchange);
        this.stale = stale;
        this.unprocessed = unprocessed;
    }

    /** Creates the exception for a request that the service has refused without processing it. */
    static TransferException notProcessed(String message, Throwable cause, Exchange exchange) {
        return new TransferException(message, cause, exchange, false, true);
    }

    /** Returns whether the service has certainly not processed the request (RFC 9113, section 8.7), so that it may be repeated. */
    boolean isUnprocessed() {
        return unprocessed;
    }

    /** Returns whether the service closed a reused connection before it sent a response, as services do with idle connections. */
    boolean isStale() {
        return stale;
    }
}
