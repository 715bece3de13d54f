package io.httpconnector;

import org.jspecify.annotations.Nullable;

/**
 * The exchange broke off after the connection stood: a reset, an end in the middle of the response, bytes that are not
 * HTTP, an interrupt. The service may or may not have acted. After an interrupt the thread's flag is set again.
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

    /** Returns whether it was a kept connection, which the service closed before it said anything: as it does with idle ones. */
    boolean isStale() {
        return stale;
    }
}
