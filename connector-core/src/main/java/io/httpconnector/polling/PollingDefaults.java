package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateStore;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What all triggers of a connection have in common, such as how the service makes pages.
 *
 * <pre>{@code
 * PollingDefaults jira = PollingDefaults.of(connection, store)
 *     .with(trigger -> trigger.pagination(Pagination.offset("startAt").total("/total")).listener(metrics));
 *
 * PollingTrigger updated = jira.named("updated-issues").request(...)...build();
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class PollingDefaults {

    private final UnaryOperator<PollingTriggerBuilder> defaults;

    private PollingDefaults(UnaryOperator<PollingTriggerBuilder> defaults) {
        this.defaults = defaults;
    }

    /**
     * Begins with a connection and a store.
     *
     * @param connection the service
     * @param store where its triggers keep what they must not forget
     * @return the defaults
     */
    public static PollingDefaults of(HttpConnection connection, StateStore store) {
        return new PollingDefaults(trigger -> trigger.connection(connection).store(store));
    }

    /**
     * Adds what each trigger begins with; it may still say otherwise.
     *
     * @param step is given the builder of each trigger
     * @return other defaults
     */
    public PollingDefaults with(UnaryOperator<PollingTriggerBuilder> step) {
        if (step == null) {
            throw new InvalidDefinitionException("polling defaults", List.of("the step is null"));
        }
        return new PollingDefaults(trigger -> step.apply(defaults.apply(trigger)));
    }

    /**
     * Starts to describe a trigger.
     *
     * @param id as for {@link PollingTrigger#named}
     * @return a builder that has the defaults
     */
    public PollingTriggerBuilder named(String id) {
        return defaults.apply(PollingTrigger.named(id));
    }
}
