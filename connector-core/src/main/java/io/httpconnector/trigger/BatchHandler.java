package io.httpconnector.trigger;

import java.util.List;

/** Does what is to be done for several events at once. */
@FunctionalInterface
public interface BatchHandler {

    /**
     * Handles events, as {@link EventHandler#handle} does. When it fails, all of them are tried again together.
     *
     * @param events the events, in the order in which they came; at least one
     * @throws Exception when not all of them could be handled
     */
    void handle(List<TriggerEvent> events) throws Exception;
}
