package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The health of all triggers: down if one has failed in three polls or more, or if the polling engine does not work. An instance of a
 * registry that has failed concerns its customer only, so it is a detail.
 *
 * @param isUp whether all is well
 * @param details the reason of each trigger that fails, and the number of dead letters
 */
record TriggerHealth(boolean isUp, Map<String, Object> details) {

    private static final int FAILURES = 3;

    /** The health of the triggers of the connections, and the instances of a registry, if there is one. */
    static TriggerHealth of(ConnectorTriggers triggers, @Nullable ConnectorRegistry registry) {
        Map<String, Object> details = new LinkedHashMap<>();
        boolean isUp = PollingEngine.shared().isHealthy();
        int letters = 0;
        if (!isUp) {
            details.put("engine", "no trigger polls: see the log");
        }
        for (TriggerStatus status : triggers.list()) {
            letters += status.deadLetters();
            if (status.consecutiveFailures() >= FAILURES) {
                isUp = false;
                details.put(status.id(), status.consecutiveFailures() + " failed polls: " + status.lastError());
            } else if (TriggerLifecycle.AUTHORIZATION_NEEDED.equals(status.state())) {
                // Not down: a load balancer must let the user reach the page of the authorization.
                details.put(status.id(), "a user must authorize the connection: " + status.lastError());
            } else if (status.webhook() != null && status.webhook().isSilent()) {
                details.put(status.id(), "its webhook is silent although there are changes: polls deliver them");
            }
        }
        details.put("triggers", triggers.list().size());
        details.put("deadLetters", letters);
        if (registry != null) {
            InstanceHealth.of(registry).addTo(details);
        }
        return new TriggerHealth(isUp, details);
    }
}
