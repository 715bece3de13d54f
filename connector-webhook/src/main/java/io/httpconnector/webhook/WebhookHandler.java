package io.httpconnector.webhook;

/** Does what is to be done for an event. Called by many threads at once. */
@FunctionalInterface
public interface WebhookHandler {

    /**
     * Handles an event. When it returns, the event counts as handled and the sender is told so; it must therefore not return
     * before what it did will last. The same event may come twice after a crash, with the same {@linkplain WebhookEvent#id id}.
     *
     * @param event the event
     * @throws Exception when it could not be handled: the sender is told so, and sends it again
     */
    void handle(WebhookEvent event) throws Exception;
}
