package io.httpconnector.definition;

import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;

/**
 * Schedules the polls of hybrid triggers, and receives the events of their webhooks, in place of the connector: for example, for a
 * cluster, or with an inbox of the application. A {@code ConnectorRegistry} has its own. Implementations are thread-safe.
 */
public interface HybridHost {

    /**
     * Requests a poll as soon as possible, without waiting for it, because a webhook contains no record or webhooks may be missing.
     *
     * @param trigger the name of the trigger in the document
     */
    void requestPoll(String trigger);

    /**
     * Executes a push of records, preferably while no node polls the trigger. Default: at once.
     *
     * @param trigger the name of the trigger in the document
     * @param push the push
     */
    default void betweenPolls(String trigger, Runnable push) {
        push.run();
    }

    /**
     * Whether the host receives the requests of a webhook, such as one whose URL all instances share, and passes its events to {@link
     * Connector#push}. Then the connector has no URL for it. Default: false.
     *
     * @param webhook the name of the webhook in the document
     * @return whether it does
     */
    default boolean receivesRequests(String webhook) {
        return false;
    }

    /**
     * Receives an event of a webhook. When the method returns, the request is acknowledged. Default: passes it to the trigger.
     *
     * @param webhook the name of the webhook in the document
     * @param event the event, which may be passed to {@link Connector#push} later
     * @param push passes the event to the trigger
     * @throws Exception if the event was neither handled nor stored, so that the service sends it again
     */
    default void receive(String webhook, TriggerEvent event, EventHandler push) throws Exception {
        push.handle(event);
    }
}
