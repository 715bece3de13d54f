package io.httpconnector.trigger;

/** Handles events. Called by several threads if the delivery is concurrent. */
@FunctionalInterface
public interface EventHandler {

    /**
     * Handles an event. When this method returns, the event counts as handled and is not delivered again; therefore it must
     * not return before its effects are durable. After a crash the same event may be delivered again, with the same
     * {@linkplain TriggerEvent#id id}.
     *
     * @param event the event
     * @throws Exception when it could not be handled: it is retried as configured by {@link Delivery}
     */
    void handle(TriggerEvent event) throws Exception;
}
