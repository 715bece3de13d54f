package io.httpconnector.micrometer;

import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.ConnectorRegistryBuilder;
import io.httpconnector.definition.registry.InstanceState;
import io.httpconnector.internal.Arguments;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Metrics and traces of the instances of a {@link ConnectorRegistry}. Polls and events have the tag {@code connector/trigger}, so that
 * the number of time series does not depend on the number of tenants. Immutable and thread-safe.
 *
 * <pre>{@code
 * RegistryMetrics metrics = ConnectorMetrics.of(meterRegistry).registry();
 * ConnectorRegistry registry = metrics.measure(ConnectorRegistry.in(instances)).build();
 * registry.start();
 * metrics.monitor(registry);
 * }</pre>
 */
public final class RegistryMetrics {

    private static final String MAILBOX = "connector-registry";

    private final ConnectorMetrics metrics;
    private final MeterRegistry meters;
    private final ObservationRegistry observations;
    private final int maxNames;
    private final UnaryOperator<String> names;

    private final NameLimiter connectors;
    private final Gauges gauges;
    private final TriggerMetrics triggers;
    private final ReceiverMetrics receivers;

    RegistryMetrics(
            ConnectorMetrics metrics,
            MeterRegistry meters,
            ObservationRegistry observations,
            int maxNames,
            UnaryOperator<String> names,
            boolean withTenants) {
        this.metrics = metrics;
        this.meters = meters;
        this.observations = observations;
        this.maxNames = maxNames;
        this.names = names;
        this.connectors = new NameLimiter(maxNames, names);
        NameLimiter destinations =
                new NameLimiter(maxNames, withTenants ? names : name -> names.apply(withoutTenant(name)));
        this.gauges = new Gauges(meters, connectors, destinations);
        this.triggers = new TriggerMetrics(meters, observations, destinations);
        this.receivers = new ReceiverMetrics(meters, triggers.events());
    }

    /**
     * Tags polls and events by {@code tenant/connector/trigger}. At most {@link ConnectorMetrics#maxNames} of them are tags of their own;
     * the others share the name {@code (other)}.
     *
     * @return other metrics
     */
    public RegistryMetrics withTenants() {
        return new RegistryMetrics(metrics, meters, observations, maxNames, names, true);
    }

    /** Returns the connector and the trigger: tenants may contain slashes, names of connectors and triggers cannot. */
    private static String withoutTenant(String name) {
        int trigger = name.lastIndexOf('/');
        int connector = trigger < 1 ? -1 : name.lastIndexOf('/', trigger - 1);
        return name.substring(connector + 1);
    }

    /**
     * Adds listeners for the connections, triggers and webhooks of all instances.
     *
     * @param builder the builder of the registry
     * @return the builder
     */
    public ConnectorRegistryBuilder measure(ConnectorRegistryBuilder builder) {
        return Arguments.notNull(builder, "builder")
                .context(context -> context.connection(connection -> connection.listener(metrics.connections()))
                        .triggers(trigger -> trigger.listener(triggers)))
                .webhookListener(receivers);
    }

    /**
     * Adds the gauges of a registry: {@link ConnectorMeter#REGISTRY_INSTANCES} for each document that is defined, and with an inbox
     * {@link ConnectorMeter#INBOX_PENDING} and {@link ConnectorMeter#INBOX_AGE} of its mailbox, with the name {@code
     * connector-registry}. For each URL that instances share, {@link ConnectorMeter#UNKNOWN_TENANTS} starts at 0.
     *
     * @param registry a started registry, to which the gauges have a weak reference
     * @return removes the gauges, to be closed with the registry
     * @throws IllegalStateException if the registry is not started
     */
    public ConnectorMetrics.Monitor monitor(ConnectorRegistry registry) {
        List<ConnectorMetrics.Monitor> groups = new ArrayList<>();
        boolean hasInbox = Arguments.notNull(registry, "registry").mailbox().isPresent();
        registry.counts().keySet().forEach(connector -> {
            Gauges.Group group = gauges.ofConnector(connectors.tag(connector));
            for (InstanceState state : InstanceState.values()) {
                group.add(
                        ConnectorMeter.REGISTRY_INSTANCES,
                        registry,
                        monitored -> monitored
                                .counts()
                                .getOrDefault(connector, Map.of())
                                .getOrDefault(state, 0),
                        Tag.STATE,
                        state.name().toLowerCase(Locale.ROOT));
            }
            groups.add(group);
        });
        registry.webhookUrls().keySet().forEach(receivers::prepareShared);
        if (hasInbox) {
            groups.add(gauges.ofDestination(MAILBOX)
                    .add(
                            ConnectorMeter.INBOX_PENDING,
                            registry,
                            monitored -> monitored.mailbox().orElseThrow().pendingCount())
                    .add(
                            ConnectorMeter.INBOX_AGE,
                            registry,
                            monitored -> monitored
                                    .mailbox()
                                    .orElseThrow()
                                    .oldestPending()
                                    .map(metrics::age)
                                    .orElse(0.0)));
        }
        List<ConnectorMetrics.Monitor> all = List.copyOf(groups);
        return () -> all.forEach(ConnectorMetrics.Monitor::close);
    }
}
