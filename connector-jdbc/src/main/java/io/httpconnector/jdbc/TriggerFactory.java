package io.httpconnector.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.polling.PollingTriggerBuilder;

/** Creates a trigger from its definition, on the node that polls it. Called by many threads concurrently. */
@FunctionalInterface
public interface TriggerFactory {

    /**
     * Creates the builder of a trigger with its connection, its handler and its definition. The schedule may come from the code
     * or the definition; store, engine and time source are always those of the cluster.
     *
     * @param id the id of the trigger
     * @param definition the argument of {@link ClusteredPolling#put}
     * @return the builder
     */
    PollingTriggerBuilder create(String id, JsonNode definition);
}
