package io.httpconnector.webhook.subscription;

import io.httpconnector.ConnectorException;

/** A rejection by the service in a response whose status is a success: nothing was created. */
final class RejectedSubscriptionException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    RejectedSubscriptionException(String message) {
        super(message);
    }
}
