package io.httpconnector;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a response can't be used: it exceeds the size limit, is not JSON, or redirects to a URL that must not be
 * followed.
 */
public final class InvalidResponseException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    InvalidResponseException(String message, @Nullable Throwable cause, @Nullable Exchange exchange) {
        super(message, cause, exchange);
    }
}
