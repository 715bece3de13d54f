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

    TransferException(String message, @Nullable Throwable cause, Exchange exchange) {
        this(message, cause, exchange, false);
    }

    TransferException(String message, @Nullable Throwable cause, Exchange exchange, boolean stale) {
        super(message, cause, exchange);
        this.stale = stale;
    }

    /** Returns whether the service closed a reused connection before it sent a response, as services do with idle connections. */
    boolean isStale() {
        return stale;
    }
}
