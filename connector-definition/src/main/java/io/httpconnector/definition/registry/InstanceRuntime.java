package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.HybridHost;
import io.httpconnector.definition.registry.Definitions.Defined;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started instance: its planned polls and webhook URLs. Its connector is created when it is needed, and closed when others are
 * needed more. Thread-safe.
 */
final class InstanceRuntime implements OpenConnectors.OpenConnector, StartedInstance {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceRuntime.class);

    private static final Duration MAX_POLL = Duration.ofHours(1);

    private final RegistryEnvironment environment;
    private final InstanceLifecycle instance;
    private final StoredInstance stored;
    private final Defined defined;

    /** Held while the connector is created, which may take long. */
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private @Nullable Connector connector;
    private int leases;
    private boolean closed;

    // Guarded by this.
    private boolean ended;

    private final InstanceSecrets secrets;
    private final InstanceUrls urls;
    private final InstancePlans plans;
    private final InstanceEvents events;
    private final InstanceStreams streams;
    private final @Nullable InstanceSubscriptions subscriptions;

    private volatile boolean invalid;
    private volatile @Nullable String lastFailure;
    private volatile long keepUntil;

    InstanceRuntime(
            RegistryEnvironment environment, InstanceLifecycle instance, StoredInstance stored, Defined defined) {
        this.environment = environment;
        this.instance = instance;
        this.stored = stored;
        this.defined = defined;
        this.urls = new InstanceUrls(
                environment.settings.router(), stored.id().toString(), name -> environment.webhookToken(stored, name));
        this.plans = new InstancePlans(
                stored,
                environment::cluster,
                (trigger, delay) -> new InstancePolls(environment.settings, this, trigger).plan(delay));
        this.events = new InstanceEvents(this, plans, this::handler, environment.inbox(), environment::cluster);
        this.streams = new InstanceStreams(
                environment.settings, environment.node(), this, events::stream, environment::background);
        this.secrets = new InstanceSecrets(environment.settings.secrets(), stored.id(), this::failed, this::connected);
        this.subscriptions = defined.definition().subscriptions().isEmpty()
                ? null
                : new InstanceSubscriptions(environment.settings, environment.node(), this);
    }

    /**
     * Starts what has a handler and is not started yet.
     *
     * @param delay before the first poll
     */
    synchronized void start(boolean polling, Duration delay) {
        if (ended) {
            return;
        }
        environment.handlers.of(stored.id().connector()).keySet().forEach(name -> {
            if (defined.isStream(name) && instance.stored().state() != InstanceState.NEEDS_AUTHORIZATION) {
                streams.start(name);
            }
            if (defined.scheduled().getOrDefault(name, false)) {
                plans.plan(name, polling, delay);
            }
            String webhook = defined.webhookOf(name);
            if (webhook != null) {
                start(webhook, polling, delay);
            }
        });
    }

    /** Ends the pauses of streams, which are stored, because the instance was started or changed. */
    void endPauses() {
        streams.endPauses();
    }

    private void start(String webhook, boolean polling, Duration delay) {
        JsonNode members = defined.webhooks().get(webhook);
        if (members != null && !defined.shared().contains(webhook)) {
            urls.add(webhook, members, request -> receive(webhook, request));
        }
        if (subscriptions != null && urls.of(webhook).isPresent()) {
            subscriptions.start(webhook, polling, delay);
        }
    }

    InstanceLifecycle instance() {
        return instance;
    }

    @Override
    public StoredInstance stored() {
        return stored;
    }

    @Override
    public Defined defined() {
        return defined;
    }

    @Override
    public <T> T call(Function<Connector, T> work) {
        Connector leased = lease();
        try {
            return work.apply(leased);
        } catch (ConnectorException e) {
            if (e.needsAuthorization()) {
                boolean unused = instance.authorizationLost(this, message(e));
            }
            throw e;
        } finally {
            release();
        }
    }

    private Connector lease() {
        lock.lock();
        try {
            if (closed) {
                throw new ConnectorException("The instance " + stored.id() + " was stopped or changed: try again");
            }
            Connector known = connector;
            // Work may have closed it, which ends it for all.
            if (known == null || known.isClosed()) {
                known = connect();
                connector = known;
                connected();
            }
            leases++;
            return known;
        } finally {
            lock.unlock();
        }
    }

    private void release() {
        lock.lock();
        try {
            leases--;
        } finally {
            lock.unlock();
        }
        if (!isClosed()) {
            environment.open.used(this);
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private Connector connect() {
        try {
            return connect(stored.settings());
        } catch (InvalidDefinitionException e) {
            failed(String.join("; ", e.problems()));
            throw e;
        }
    }

    /** Creates a connector with other settings, also to check them. */
    Connector connect(InstanceSettings settings) {
        return new InstanceConnection(
                        environment.settings,
                        environment.receivers,
                        webhook -> environment.webhookToken(stored, webhook),
                        this,
                        secrets,
                        new Failures(),
                        streams,
                        subscriptions)
                .connect(settings);
    }

    /** Called when a value or a secret is missing or invalid. */
    private void failed(String problem) {
        invalid = true;
        instance.failed(this, problem);
    }

    /** Called when all values and secrets are present. */
    private void connected() {
        invalid = false;
        instance.connected(this);
    }

    /** Whether a value or a secret was missing or invalid when it was needed last. */
    @Override
    public boolean isInvalid() {
        return invalid;
    }

    /** Remembers why a poll has failed. */
    private final class Failures implements PollingListener {

        @Override
        public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
            failed(failure);
            if (environment.cluster() != null
                    && failure instanceof ConnectorException refused
                    && refused.needsAuthorization()) {
                boolean unused = instance.authorizationLost(InstanceRuntime.this, message(refused));
            }
        }
    }

    /** Remembers why a poll or a step of a subscription has failed. */
    @Override
    public void failed(Exception failure) {
        lastFailure = message(failure);
    }

    @Override
    public boolean hasFailed() {
        return instance.stored().state() == InstanceState.FAILED;
    }

    @Override
    public boolean authorizationLost(String reason) {
        return instance.authorizationLost(this, reason);
    }

    @Override
    public void authorized() {
        instance.authorized(this);
    }

    private static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }

    @Override
    public Optional<String> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    @Override
    public PollingTrigger trigger(Connector connector, String name) {
        return events.trigger(connector, name);
    }

    @Override
    public HybridHost hybrids() {
        return events;
    }

    /** Passes an event of a webhook to the hybrid trigger to which it belongs. */
    @Override
    public void push(String trigger, String webhook, TriggerEvent event) throws Exception {
        events.push(trigger, webhook, event);
    }

    private EventHandler handler(String name) {
        InstanceHandler handler =
                environment.handlers.of(stored.id().connector()).get(name);
        if (handler == null) {
            throw new ConnectorException(stored.id() + ": \"" + name + "\" has no handler: register one by on(...)");
        }
        return event -> {
            try {
                handler.handle(instance.instance(), event);
            } catch (Exception e) {
                deliveryFailed(name, e);
                throw e;
            }
        };
    }

    /** Remembers why a handler has failed. */
    void deliveryFailed(String name, Exception failure) {
        lastFailure = name + ": the handler has failed: " + failure;
    }

    <T> T withStream(String name, Function<StreamTrigger, T> work) {
        return call(connector -> work.apply(events.stream(connector, name)));
    }

    <T> T withTrigger(String name, Function<PollingTrigger, T> work) {
        return call(connector -> work.apply(trigger(connector, name)));
    }

    /**
     * Handles a request of a webhook, whose receiver is created when it is needed.
     *
     * @throws ConnectorException if the instance was stopped or changed
     */
    WebhookResponse receive(String name, WebhookRequest request) {
        return call(connector -> events.receiver(connector, name).receive(request));
    }

    Optional<URI> webhookUrl(String name) {
        return defined.shared().contains(name)
                ? environment.shared.url(stored.id().connector(), name)
                : urls.of(name);
    }

    InstancePlans plans() {
        return plans;
    }

    /** Plans no more polls of a trigger, or stops its stream. */
    void pause(String trigger) {
        if (defined.isStream(trigger)) {
            streams.pause(trigger);
        } else {
            plans.pause(trigger);
        }
    }

    /** Plans the polls of a paused trigger again, or starts its stream. */
    void resume(String trigger) {
        if (defined.isStream(trigger) ? streams.resume(trigger) : plans.resume(trigger)) {
            start(instance.stored().state() == InstanceState.ACTIVE, Duration.ZERO);
        }
    }

    /** Returns the triggers and webhooks that have a handler. */
    List<InstanceTrigger> triggers() {
        return environment.handlers.of(stored.id().connector()).keySet().stream()
                .filter(defined::isHandled)
                .sorted()
                .map(name -> new InstanceTrigger(
                        name,
                        defined.webhooks().containsKey(name),
                        defined.isStream(name),
                        plans.isPaused(name) || streams.isPaused(name),
                        plans.nextPoll(name)))
                .toList();
    }

    /** Returns this instance if it has a trigger. */
    InstanceRuntime require(String trigger) {
        defined.requireTrigger(trigger);
        return this;
    }

    /** Returns this instance if it has a polling trigger, or a stream. */
    InstanceRuntime require(String trigger, boolean isStream) {
        defined.requireTrigger(trigger, isStream);
        return this;
    }

    /** Returns a builder for a trigger that the cluster polls. The connector stays open for the longest poll. */
    PollingTriggerBuilder triggerBuilder(String name) {
        keepUntil = environment.settings.time().nanos() + MAX_POLL.toNanos();
        return call(connector -> connector.triggerBuilder(name, handler(name)));
    }

    /** Plans no more polls, on any node. Does not wait for a poll in progress. */
    void endPolls() {
        ClusterMember cluster = environment.cluster();
        if (cluster != null) {
            defined.scheduled().keySet().forEach(trigger -> cluster.pause(stored, trigger));
        }
        plans.end();
        streams.end();
    }

    /** Ends polls, streams and webhooks, and closes the connector. Waits for polls in progress, unless this is one of them. */
    void close() {
        synchronized (this) {
            ended = true;
            plans.end();
            urls.revoke();
        }
        streams.end();
        if (subscriptions != null) {
            subscriptions.close();
        }
        Connector open;
        lock.lock();
        try {
            closed = true;
            open = connector;
            connector = null;
        } finally {
            lock.unlock();
        }
        environment.open.remove(this);
        close(open);
    }

    /** Closes the connector if no thread uses it. Does not wait. */
    @Override
    public boolean closeIfUnused() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (leases > 0
                    || streams.areOpen()
                    || (keepUntil != 0 && environment.settings.time().nanos() - keepUntil < 0)) {
                return false;
            }
            // Under the lock, so that the next connector finds the state of the triggers closed.
            close(connector);
            connector = null;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void close(@Nullable Connector open) {
        if (open != null) {
            try {
                open.close();
            } catch (RuntimeException e) {
                LOG.warn("{}: the connector could not be closed completely", stored.id(), e);
            }
        }
    }
}
