package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateStore;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Common settings of the triggers of a connection, such as the pagination of the service.
 *
 * <pre>{@code
 * PollingDefaults jira = PollingDefaults.of(connection, store)
 *     .with(trigger -> trigger.pagination(Pagination.offset("startAt").total("/total")).listener(metrics));
 *
 * PollingTrigger updated = jira.named("updated-issues").request(...)...build();
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class PollingDefaults {

    private final UnaryOperator<PollingTriggerBuilder> defaults;

    private PollingDefaults(UnaryOperator<PollingTriggerBuilder> defaults) {
        this.defaults = defaults;
    }

    /**
     * Creates defaults with a connection and a store.
     *
     * @param connection the service
     * @param store the store for the state of its triggers
     * @return the defaults
     */
    public static PollingDefaults of(HttpConnection connection, StateStore store) {
        return new PollingDefaults(trigger -> trigger.connection(connection).store(store));
    }

    /**
     * Adds default settings; each trigger may override them.
     *
     * @param step applied to the builder of each trigger
     * @return changed defaults
     */
    public PollingDefaults with(UnaryOperator<PollingTriggerBuilder> step) {
        if (step == null) {
            throw new InvalidDefinitionException("polling defaults", List.of("the step is null"));
        }
        return new PollingDefaults(trigger -> step.apply(defaults.apply(trigger)));
    }

    /**
     * Creates a builder for a trigger.
     *
     * @param id as for {@link PollingTrigger#named}
     * @return a builder with the defaults
     */
    public PollingTriggerBuilder named(String id) {
        return defaults.apply(PollingTrigger.named(id));
    }
}
