package io.httpconnector.webhook;

/** Handles events and determines the response. Called by many threads concurrently. */
@FunctionalInterface
public interface WebhookResponder {

    /**
     * Handles an event, like {@link WebhookHandler#handle}.
     *
     * @param event the event
     * @return the response; unless its status is 2xx, the event does not count as handled
     * @throws Exception if the event could not be handled: the sender receives an error response and is expected to retry
     */
    WebhookResponse respond(WebhookEvent event) throws Exception;
}
