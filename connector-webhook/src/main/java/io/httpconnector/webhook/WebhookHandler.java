package io.httpconnector.webhook;

/** Handles events. Called by many threads concurrently. */
@FunctionalInterface
public interface WebhookHandler {

    /**
     * Handles an event. When the method returns, the event counts as handled and the sender receives a success response, so it
     * must not return before its effects are durable. After a crash, the same event may be handled twice, with the same
     * {@linkplain WebhookEvent#id id}.
     *
     * @param event the event
     * @throws Exception if the event could not be handled: the sender receives an error response and is expected to retry
     */
    void handle(WebhookEvent event) throws Exception;
}
