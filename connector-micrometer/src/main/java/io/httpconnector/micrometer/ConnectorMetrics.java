package io.httpconnector.micrometer;

import io.httpconnector.ExchangeListener;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnection.PoolStatus;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Metrics and traces of connections, polling triggers, webhook receivers, webhook subscriptions and hybrid triggers. {@link ConnectorMeter} lists the meters.
 *
 * <pre>{@code
 * ConnectorMetrics metrics = ConnectorMetrics.of(meterRegistry);
 * HttpConnection jira = HttpConnection.named("Jira").baseUrl(url).listener(metrics.connections()).build();
 * PollingTrigger issues = PollingTrigger.named("issues").connection(jira).listener(metrics.triggers())....build();
 * WebhookReceiver hooks = WebhookReceiver.named("hooks").listener(metrics.receivers())....build();
 * metrics.monitor(issues);
 * metrics.monitor(hooks);
 * }</pre>
 *
 * <p>With the observation registry of the application ({@link #observations}) calls, polls and handlers are also traced: the
 * requests of a poll and its handlers are children of the poll, and the requests of a handler children of the handler. A handler
 * whose event waited in an inbox of this process is a child of the webhook request.
 *
 * <p>The number of time series is bounded: see {@link #maxNames}. No tag contains data of requests or events. Immutable and
 * thread-safe.
 */
public final class ConnectorMetrics {

    private static final int DEFAULT_NAMES = 500;

    private final MeterRegistry meters;
    private final ObservationRegistry observations;
    private final int maxNames;
    private final UnaryOperator<String> names;

    private final ConnectionMetrics connections;
    private final TriggerMetrics triggers;
    private final ReceiverMetrics receivers;
    private final SubscriptionMetrics subscriptions;
    private final Gauges gauges;

    /** Created when it is needed, because connector-definition is an optional dependency. */
    private @Nullable RegistryMetrics registry;

    private ConnectorMetrics(
            MeterRegistry meters, ObservationRegistry observations, int maxNames, UnaryOperator<String> names) {
        this.meters = meters;
        this.observations = observations;
        this.maxNames = maxNames;
        this.names = names;
        NameLimiter ofConnections = new NameLimiter(maxNames, names);
        NameLimiter destinations = new NameLimiter(maxNames, names);
        this.gauges = new Gauges(meters, ofConnections, destinations);
        this.connections = new ConnectionMetrics(meters, observations, ofConnections, maxNames, gauges);
        this.triggers = new TriggerMetrics(meters, observations, destinations);
        this.receivers = new ReceiverMetrics(meters, triggers.events());
        this.subscriptions = new SubscriptionMetrics(meters, destinations);
    }

    /**
     * Creates metrics without traces.
     *
     * @param meters the meter registry of the application
     * @return the metrics
     * @throws InvalidDefinitionException if the registry is null
     */
    public static ConnectorMetrics of(MeterRegistry meters) {
        require(meters != null, "the meter registry is null");
        ObservationRegistry own = ObservationRegistry.create();
        own.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        return new ConnectorMetrics(meters, own, DEFAULT_NAMES, UnaryOperator.identity());
    }

    /**
     * Reports calls, polls and handlers as observations to the registry of the application, which traces them. Its handlers also
     * create the timers; that of Spring Boot has such a handler.
     *
     * @param registry the observation registry of the application
     * @return other metrics
     * @throws InvalidDefinitionException if the registry is null
     */
    public ConnectorMetrics observations(ObservationRegistry registry) {
        require(registry != null, "the observation registry is null");
        return new ConnectorMetrics(meters, registry, maxNames, names);
    }

    /**
     * Limits the number of different names of connections, of triggers and receivers, and of hosts, in tags. Further ones share the name
     * {@code (other)} and have no gauges. Default: 500.
     *
     * @param max the maximum number, 1 to 100,000
     * @return other metrics
     * @throws InvalidDefinitionException if the number is out of range
     */
    public ConnectorMetrics maxNames(int max) {
        require(max >= 1 && max <= 100_000, max + " names: use 1 to 100,000");
        return new ConnectorMetrics(meters, observations, max, names);
    }

    /**
     * Changes names for tags, for example to combine the triggers of all tenants: {@code name ->
     * name.substring(name.indexOf('/') + 1)}. Gauges of the same name are combined: amounts are added, of ages and failures the
     * largest one is shown, and the smallest one of lifetimes.
     *
     * @param change returns the tag for the name of a connection, trigger or receiver
     * @return other metrics
     * @throws InvalidDefinitionException if the function is null
     */
    public ConnectorMetrics names(UnaryOperator<String> change) {
        require(change != null, "the function for names is null");
        return new ConnectorMetrics(meters, observations, maxNames, change);
    }

    private static void require(boolean good, String problem) {
        if (!good) {
            throw new InvalidDefinitionException("connector metrics", List.of(problem));
        }
    }

    /**
     * Returns the listener for connections.
     *
     * @return the listener, for any number of connections
     */
    public ExchangeListener connections() {
        return connections;
    }

    /**
     * Returns the listener for polling triggers.
     *
     * @return the listener, for any number of triggers
     */
    public PollingListener triggers() {
        return triggers;
    }

    /**
     * Returns the listener for webhook receivers.
     *
     * @return the listener, for any number of receivers
     */
    public WebhookListener receivers() {
        return receivers;
    }

    /**
     * Returns the metrics of a connector registry, which combine the instances of all tenants. Requires connector-definition, an
     * optional dependency.
     *
     * @return the metrics, always the same
     */
    public synchronized RegistryMetrics registry() {
        RegistryMetrics known = registry;
        if (known == null) {
            known = new RegistryMetrics(this, meters, observations, maxNames, names, false);
            registry = known;
        }
        return known;
    }

    /**
     * Returns the listener for webhook subscriptions.
     *
     * @return the listener, for any number of subscriptions
     */
    public SubscriptionListener subscriptions() {
        return subscriptions;
    }

    /**
     * Adds the gauges of a connection: {@link ConnectorMeter#POOL_SOCKETS}.
     *
     * @param connection the connection, to which the gauges have a weak reference
     * @return removes the gauges and {@link ConnectorMeter#CREDENTIALS_LIFETIME}, to be closed with the connection
     * @throws InvalidDefinitionException if the connection is null
     */
    public Monitor monitor(HttpConnection connection) {
        require(connection != null, "the connection is null");
        Gauges.Group group = gauges.ofConnection(connection.name());
        addSockets(group, connection, "active", PoolStatus::active);
        addSockets(group, connection, "idle", PoolStatus::idle);
        addSockets(group, connection, "waiting", PoolStatus::waiting);
        addSockets(group, connection, "max", PoolStatus::max);
        String name = connection.name();
        connections.monitored(name);
        return group.onClose(() -> connections.closed(name));
    }

    private static void addSockets(
            Gauges.Group group, HttpConnection connection, String state, ToIntFunction<PoolStatus> count) {
        group.add(
                ConnectorMeter.POOL_SOCKETS,
                connection,
                monitored -> count.applyAsInt(monitored.poolStatus()),
                Tag.STATE,
                state);
    }

    /**
     * Adds the gauges of a trigger: {@link ConnectorMeter#POLL_FAILURES} and {@link ConnectorMeter#POLL_AGE}.
     *
     * @param trigger the trigger, to which the gauges have a weak reference
     * @return removes the gauges, to be closed with the trigger
     */
    public Monitor monitor(PollingTrigger trigger) {
        require(trigger != null, "the trigger is null");
        return gauges.ofDestination(trigger.id())
                .add(
                        ConnectorMeter.POLL_FAILURES,
                        trigger,
                        monitored -> monitored.status().consecutiveFailures())
                .add(ConnectorMeter.POLL_AGE, trigger, monitored -> {
                    boolean isStopped = monitored.status().state() == State.STOPPED;
                    return isStopped
                            ? Double.NaN
                            : monitored.status().lastSuccess().map(this::age).orElse(Double.NaN);
                });
    }

    /**
     * Adds the gauges of a trigger that another scheduler owns, such as {@code ClusteredPolling}: {@link
     * ConnectorMeter#POLL_FAILURES} and {@link ConnectorMeter#POLL_AGE}.
     *
     * @param id the id of the trigger
     * @param failures returns the number of failed polls since the last success
     * @param lastSuccess returns the time of the last successful poll; empty if there is none
     * @return removes the gauges; it refers to both functions
     */
    public Monitor monitor(String id, IntSupplier failures, Supplier<Optional<Instant>> lastSuccess) {
        require(id != null && failures != null && lastSuccess != null, "the id or a function is null");
        Gauges.Group group = gauges.ofDestination(id)
                .add(ConnectorMeter.POLL_FAILURES, failures, IntSupplier::getAsInt)
                .add(
                        ConnectorMeter.POLL_AGE,
                        lastSuccess,
                        time -> time.get().map(this::age).orElse(Double.NaN));
        return new RetainingMonitor(group, List.of(failures, lastSuccess));
    }

    /** Keeps the functions, to which the gauges have weak references. */
    private record RetainingMonitor(Monitor gauges, List<Object> functions) implements Monitor {

        @Override
        public void close() {
            gauges.close();
        }
    }

    /**
     * Adds the gauges of the inbox of a receiver: {@link ConnectorMeter#INBOX_PENDING} and {@link ConnectorMeter#INBOX_AGE}. Each
     * time they are read, an inbox in a database sends two queries.
     *
     * @param receiver the receiver, to which the gauges have a weak reference
     * @return removes the gauges, to be closed with the receiver
     */
    public Monitor monitor(WebhookReceiver receiver) {
        require(receiver != null, "the receiver is null");
        return gauges.ofDestination(receiver.name())
                .add(ConnectorMeter.INBOX_PENDING, receiver, WebhookReceiver::pendingCount)
                .add(
                        ConnectorMeter.INBOX_AGE,
                        receiver,
                        monitored -> monitored.oldestPending().map(this::age).orElse(0.0));
    }

    /**
     * Adds the gauges of a webhook subscription: {@link ConnectorMeter#SUBSCRIPTION_STATE}, {@link
     * ConnectorMeter#SUBSCRIPTION_LIFETIME}, {@link ConnectorMeter#SUBSCRIPTION_EVENT_AGE} and {@link
     * ConnectorMeter#SUBSCRIPTION_UNDELETED}. When they are read, the state is read once, at most every 5 seconds.
     *
     * @param subscription the subscription, to which the gauges have a weak reference
     * @return removes the gauges, to be closed with the subscription
     */
    public Monitor monitor(WebhookSubscription subscription) {
        require(subscription != null, "the subscription is null");
        subscriptions.prepare(subscription.name());
        return SubscriptionGauges.add(gauges.ofDestination(subscription.name()), subscription, meters);
    }

    /**
     * Adds the meters of a hybrid trigger: {@link ConnectorMeter#POLL_FAILURES}, {@link ConnectorMeter#POLL_AGE}, {@link
     * ConnectorMeter#INBOX_PENDING} and those with names that start with {@code httpconnector.hybrid}, which are NaN if its webhook only
     * requests polls. When they are read, the status is read once, at most every 5 seconds.
     *
     * <p>Its events are counted by the listener {@link #triggers()} of its polls; a listener {@link #receivers()} of its webhook would
     * count them again. To measure only the requests of the webhook, use {@code metrics.receivers()::onResponse}.
     *
     * @param trigger the trigger, to which the meters have a weak reference
     * @return removes the meters, to be closed with the trigger
     */
    public Monitor monitor(HybridTrigger trigger) {
        require(trigger != null, "the trigger is null");
        return HybridGauges.add(
                gauges.ofDestination(trigger.id()), trigger, meters.config().clock());
    }

    /**
     * Adds the meters of the webhook of a polling trigger, such as a hybrid trigger of a connector document: those with names that start
     * with {@code httpconnector.hybrid}, which are NaN if the status is empty. When they are read, the status is read once, at most every
     * 5 seconds.
     *
     * @param id the id of the trigger, with which its polls are measured, too
     * @param webhook returns the status of its webhook; empty if the webhook only requests polls
     * @return removes the meters; it refers to the function
     */
    public Monitor monitor(String id, Supplier<Optional<PushStatus>> webhook) {
        require(id != null && webhook != null, "the id or the function is null");
        Gauges.Group group = HybridGauges.addOfWebhook(
                gauges.ofDestination(id), webhook, meters.config().clock());
        return new RetainingMonitor(group, List.of(webhook));
    }

    double age(Instant time) {
        return (meters.config().clock().wallTime() - time.toEpochMilli()) / 1000.0;
    }

    /** Gauges that are removed when they are no longer needed. */
    public interface Monitor extends AutoCloseable {

        /** Removes the gauges. */
        @Override
        void close();
    }
}
