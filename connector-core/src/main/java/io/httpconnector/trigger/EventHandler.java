package io.httpconnector.trigger;

/** Does what is to be done for an event. Called by several threads, unless the delivery is in order. */
@FunctionalInterface
public interface EventHandler {

    /**
     * Handles an event. When it returns, the event counts as handled, and does not come again; it must therefore not return
     * before what it did will last. The same event may come twice after a crash, with the same
     * {@linkplain TriggerEvent#id id}.
     *
     * @param event the event
     * @throws Exception when it could not be handled: it is tried again, as {@link Delivery} says
     */
    void handle(TriggerEvent event) throws Exception;
}
