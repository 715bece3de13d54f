package io.httpconnector.definition.registry;

import io.httpconnector.definition.Connector;
import io.httpconnector.definition.HybridHost;
import io.httpconnector.definition.registry.Definitions.Defined;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.trigger.TriggerEvent;
import java.util.Optional;
import java.util.function.Function;

/** A started instance, as its polls and subscriptions use it. Thread-safe. */
interface StartedInstance {

    /** Returns the instance as it was when it was started. */
    StoredInstance stored();

    Defined defined();

    /** Executes work with the connector, which stays open meanwhile unless the instance is stopped. */
    <T> T call(Function<Connector, T> work);

    /** Returns a trigger with its handler. */
    PollingTrigger trigger(Connector connector, String name);

    /** Passes an event of a webhook to the hybrid trigger to which it belongs. */
    void push(String trigger, String webhook, TriggerEvent event) throws Exception;

    /** Whether a value or a secret was missing or invalid when it was needed last. */
    boolean isInvalid();

    /** Returns the host of the hybrid triggers. */
    HybridHost hybrids();

    /** Whether a value or a secret is missing, so that the instance has failed. */
    boolean hasFailed();

    /** Returns why a poll or a step has failed last. */
    Optional<String> lastFailure();

    /** Remembers why a poll or a step has failed. */
    void failed(Exception failure);

    /** Records that the service has rejected the credentials; returns whether polling ends. */
    boolean authorizationLost(String reason);

    /** Records that tokens were stored. May be called by a thread that holds a lease. */
    void authorized();
}
