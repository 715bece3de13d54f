package io.httpconnector.webhook;

import java.time.Duration;
import java.util.Optional;

/**
 * An endpoint for HTTP requests, independent of the web server: the server passes each request and sends the response that it gets.
 * Implemented by {@link WebhookReceiver} and {@link WebhookRouter}; the adapters in {@code io.httpconnector.webhook.server} serve either.
 * Implementations must be thread-safe.
 */
@FunctionalInterface
public interface WebhookEndpoint {

    /**
     * Receives a request. Returns the response, which may take as long as the event handler.
     *
     * @param request the request
     * @return the response; never null, and no exception, whatever the sender sends
     */
    WebhookResponse receive(WebhookRequest request);

    /**
     * Returns the endpoint for requests at a path, before their body is read: this one, or a receiver of a router. Without an
     * endpoint, the web server responds 404 and reads no body.
     *
     * @param path the path as received, percent-encoded, without the query
     * @return the endpoint, if there is one
     */
    default Optional<WebhookEndpoint> endpointAt(String path) {
        return Optional.of(this);
    }

    /**
     * Returns the maximum size of a body: the web server need not read more, because a larger body is rejected.
     *
     * @return the size in bytes; 1 MB by default
     */
    default int maxBody() {
        return 1024 * 1024;
    }

    /**
     * Returns the maximum time in which the sender must transmit the body.
     *
     * @return the timeout; 10 seconds by default
     */
    default Duration bodyTimeout() {
        return Duration.ofSeconds(10);
    }
}
