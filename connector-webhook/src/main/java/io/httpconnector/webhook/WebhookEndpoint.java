package io.httpconnector.webhook;

import java.time.Duration;

/**
 * An endpoint for HTTP requests, independent of the web server: the server passes each request and sends the response that it gets.
 * Implemented by {@link WebhookReceiver} and {@link WebhookRouter}; the adapters in {@code io.httpconnector.webhook.server} serve either.
 * Implementations must be thread-safe.
 */
@FunctionalInterface
public interface WebhookEndpoint {

    /**
     * Receives a request. Returns when it is answered, which may take as long as the event's handler.
     *
     * @param request what came
     * @return what to answer; never null, and no exception for anything that a sender can do
     */
    WebhookResponse receive(WebhookRequest request);

    /**
     * How large a body the web server need not read any further: it is refused then.
     *
     * @return bytes; 1 MB by default
     */
    default int maxBody() {
        return 1024 * 1024;
    }

    /**
     * How long a sender may take to send the body.
     *
     * @return 10 seconds by default
     */
    default Duration bodyTimeout() {
        return Duration.ofSeconds(10);
    }
}
