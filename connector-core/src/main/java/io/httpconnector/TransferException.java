package io.httpconnector;

import org.jspecify.annotations.Nullable;

/**
 * The exchange broke off after the connection stood: a reset, an end in the middle of the response, bytes that are not
 * HTTP, an interrupt. The service may or may not have acted. After an interrupt the thread's flag is set again.
 */
public final class TransferException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    TransferException(String message, @Nullable Throwable cause, Exchange exchange) {
        super(message, cause, exchange);
    }
}
