package io.httpconnector.webhook;

/** Does what is to be done for an event, and says what to answer. Called by many threads at once. */
@FunctionalInterface
public interface WebhookResponder {

    /**
     * Handles an event, as {@link WebhookHandler#handle} does.
     *
     * @param event the event
     * @return what to answer; when it is no 2xx, the event does not count as handled
     * @throws Exception when it could not be handled: the sender is told so, and sends it again
     */
    WebhookResponse respond(WebhookEvent event) throws Exception;
}
