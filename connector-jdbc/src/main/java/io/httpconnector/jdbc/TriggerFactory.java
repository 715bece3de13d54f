package io.httpconnector.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.polling.PollingTriggerBuilder;

/** Makes a trigger of its definition, on whichever machine it is to poll. Called by many threads. */
@FunctionalInterface
public interface TriggerFactory {

    /**
     * Describes a trigger: connection, handler, and what the definition says. Its schedule may stand in either; its store
     * and its engine, and so its time, are those of the cluster, whatever the builder says.
     *
     * @param id the id of the trigger
     * @param definition what was given to {@link ClusteredPolling#put}
     * @return the builder
     */
    PollingTriggerBuilder create(String id, JsonNode definition);
}
