package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A trigger or webhook that a method handles. */
interface ManagedTrigger {

    /** Returns the status. */
    TriggerStatus status();

    /** Adds the gauges of the trigger. */
    void measure(TriggerGauges gauges);

    /** Returns what the webhook of a trigger has delivered; empty if it has none, or one that only requests polls. */
    default Optional<PushStatus> pushStatus() {
        return Optional.empty();
    }

    /** Begins to poll by the schedule, if there is one. */
    void start();

    /** Finishes running handlers, and interrupts them after the timeout. */
    void stop(Duration timeout);

    long poll();

    void pause();

    void resume();

    List<DeadLetter> deadLetters();

    boolean replay(String eventId);

    boolean discard(String eventId);

    static InvalidDefinitionException notPolling(String id) {
        return new InvalidDefinitionException("trigger", "\"" + id + "\" is a webhook, not a polling trigger");
    }
}
