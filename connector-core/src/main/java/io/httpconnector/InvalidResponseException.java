package io.httpconnector;

import org.jspecify.annotations.Nullable;

/** The response can't be used: it is larger than the limit, not JSON, or redirects where it must not. */
public final class InvalidResponseException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    InvalidResponseException(String message, @Nullable Throwable cause, @Nullable Exchange exchange) {
        super(message, cause, exchange);
    }
}
