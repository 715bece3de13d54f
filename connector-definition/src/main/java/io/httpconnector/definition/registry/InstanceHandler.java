package io.httpconnector.definition.registry;

import io.httpconnector.trigger.TriggerEvent;

/** Handles the events of a trigger or webhook of all instances of a connector. Called by many threads. */
@FunctionalInterface
public interface InstanceHandler {

    /**
     * Handles an event. When this method returns, the event counts as handled, see {@link io.httpconnector.trigger.EventHandler}.
     *
     * @param instance the instance, with its tenant
     * @param event the event
     * @throws Exception if it could not be handled: it is retried as configured by the delivery of the trigger
     */
    void handle(ConnectorInstance instance, TriggerEvent event) throws Exception;
}
