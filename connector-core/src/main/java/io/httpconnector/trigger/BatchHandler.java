package io.httpconnector.trigger;

import java.util.List;

/** Handles several events at once. */
@FunctionalInterface
public interface BatchHandler {

    /**
     * Handles events, as {@link EventHandler#handle} does. After a failure all of them are retried together.
     *
     * @param events the events, in the order of arrival; at least one
     * @throws Exception when not all events could be handled
     */
    void handle(List<TriggerEvent> events) throws Exception;
}
