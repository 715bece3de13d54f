package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The instances of a registry by state, and the reasons of some that have failed or need authorization. Contains no secrets.
 *
 * @param counts the number of instances by state
 * @param failed the reasons of the first ones that have failed, by tenant and connector
 * @param needAuthorization the reasons of the first ones that need authorization
 */
record InstanceHealth(Map<String, Integer> counts, Map<String, String> failed, Map<String, String> needAuthorization) {

    private static final int MAX_DETAILS = 20;

    static InstanceHealth of(ConnectorRegistry registry) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (InstanceState state : InstanceState.values()) {
            counts.put(state.name().toLowerCase(Locale.ROOT), 0);
        }
        registry.counts()
                .values()
                .forEach(states -> states.forEach(
                        (state, count) -> counts.merge(state.name().toLowerCase(Locale.ROOT), count, Integer::sum)));
        return new InstanceHealth(
                counts, reasons(registry, InstanceState.FAILED), reasons(registry, InstanceState.NEEDS_AUTHORIZATION));
    }

    private static Map<String, String> reasons(ConnectorRegistry registry, InstanceState state) {
        Map<String, String> reasons = new LinkedHashMap<>();
        List<ConnectorInstance> instances;
        try {
            instances = registry.instances();
        } catch (IllegalStateException e) {
            // Not started yet, or closed.
            return reasons;
        }
        instances.stream()
                .filter(instance -> instance.state() == state)
                .limit(MAX_DETAILS)
                .forEach(instance -> reasons.put(
                        instance.tenant() + "/" + instance.connector(),
                        instance.reason().or(instance::lastFailure).orElse("")));
        return reasons;
    }

    /** Adds the counts, and the reasons if there are any. */
    void addTo(Map<String, Object> details) {
        details.put("instances", counts);
        if (!failed.isEmpty()) {
            details.put("failedInstances", failed);
        }
        if (!needAuthorization.isEmpty()) {
            details.put("instancesThatNeedAuthorization", needAuthorization);
        }
    }
}
