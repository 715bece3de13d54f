package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.definition.registry.Definitions.Defined;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PlannedPolls;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started instance: its planned polls and webhook URLs. Its connector is created when it is needed, and closed when others are
 * needed more. Thread-safe.
 */
final class InstanceRuntime implements OpenConnectors.OpenConnector {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceRuntime.class);

    /** The time of the poll that determines when the first one is due. */
    private static final Instant UNKNOWN = Instant.EPOCH;

    private static final Duration MAX_POLL = Duration.ofHours(1);
    private static final Duration AFTER_INVALID_SETTINGS = Duration.ofMinutes(1);

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
    private Map<String, PlannedPolls> polls = Map.of();
    private Map<String, String> tokens = Map.of();
    private boolean ended;

    /** The names of secrets that were missing when they were used. */
    private final Set<String> missing = ConcurrentHashMap.newKeySet();

    private volatile boolean invalid;
    private volatile @Nullable String lastFailure;
    private volatile long keepUntil;

    InstanceRuntime(
            RegistryEnvironment environment, InstanceLifecycle instance, StoredInstance stored, Defined defined) {
        this.environment = environment;
        this.instance = instance;
        this.stored = stored;
        this.defined = defined;
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
            if (defined.scheduled().getOrDefault(name, false)) {
                ClusterMember cluster = environment.cluster();
                if (cluster != null && polling) {
                    cluster.plan(stored, name);
                } else if (cluster != null) {
                    cluster.notice(stored, name);
                } else if (polling && !polls.containsKey(name)) {
                    polls = with(polls, name, plan(name, delay));
                }
            }
            JsonNode webhook = defined.webhooks().get(name);
            if (webhook != null && environment.settings.router() != null && !tokens.containsKey(name)) {
                String token = environment.webhookToken(stored, name);
                environment.settings.router().add(token, new Endpoint(name, webhook));
                tokens = with(tokens, name, token);
            }
        });
    }

    /** Most instances have one of them: such a map is small. */
    private static <T> Map<String, T> with(Map<String, T> known, String name, T value) {
        Map<String, T> all = new HashMap<>(known);
        all.put(name, value);
        return Map.copyOf(all);
    }

    private PlannedPolls plan(String trigger, Duration delay) {
        PlannedPoll first =
                new PlannedPoll(UNKNOWN, environment.settings.time().now().plus(delay), 0, false);
        String origin = defined.isSharedHost()
                ? stored.id().connector()
                : stored.id().connector() + "/" + stored.id().tenant();
        return environment.settings.engine().plan(triggerId(trigger), origin, first, due -> poll(trigger, due));
    }

    private String triggerId(String name) {
        return stored.id().tenant() + "/" + stored.id().connector() + "/" + name;
    }

    private PlannedPoll poll(String name, PlannedPoll due) {
        try {
            return pollNow(name, due);
        } catch (InvalidDefinitionException e) {
            // Reported as the state of the instance. A missing secret may be added meanwhile.
            return new PlannedPoll(due.time(), afterInvalidSettings(), due.failures() + 1, false);
        }
    }

    private Instant afterInvalidSettings() {
        return environment.settings.time().now().plus(AFTER_INVALID_SETTINGS);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private PlannedPoll pollNow(String name, PlannedPoll due) {
        return call(connector -> {
            PollingTrigger trigger = trigger(connector, name);
            PlannedPoll planned = due;
            if (due.time().equals(UNKNOWN)) {
                planned = trigger.firstPlanned();
                if (planned.start().isAfter(environment.settings.time().now())) {
                    return planned;
                }
            }
            PlannedPoll next = trigger.pollPlanned(planned.time(), planned.failures());
            if (instance.stored().state() == InstanceState.FAILED) {
                // A missing secret may be added meanwhile.
                return new PlannedPoll(
                        next.time(), earlier(next.start(), afterInvalidSettings()), next.failures(), false);
            }
            boolean ends = next.needsAuthorization() && instance.authorizationLost(this, String.valueOf(lastFailure));
            return new PlannedPoll(next.time(), next.start(), next.failures(), ends);
        });
    }

    /** Executes work with the connector, which stays open meanwhile unless the instance is stopped. */
    <T> T call(Function<Connector, T> work) {
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
                invalid = false;
                instance.connected(this);
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
            invalid = true;
            instance.failed(this, String.join("; ", e.problems()));
            throw e;
        }
    }

    /** Creates a connector with other settings, also to check them. */
    Connector connect(InstanceSettings settings) {
        RegistrySettings shared = environment.settings;
        InstanceId id = stored.id();
        ConnectorContext.Builder context = ConnectorContext.forTenant(id.tenant())
                .values(settings.values())
                .secrets(reference -> secret(new SecretReference(
                        id.tenant(),
                        id.connector(),
                        settings.secrets().getOrDefault(reference.name(), reference.name()))))
                .state(shared.state())
                .engine(shared.engine())
                .tokens(new InstanceTokens(
                        shared.tokens(), RegistryEnvironment.account(id), () -> instance.authorized(this)))
                .webhooks(environment.receivers)
                .triggers(builder -> builder.listener(new Failures()));
        if (settings.strategy() != null) {
            context.strategy(settings.strategy());
        }
        shared.context().accept(context);
        return defined.definition().connect(context.build());
    }

    /** Returns a secret that is looked up each time it is used, because it may be removed and added again; null if it is missing. */
    private @Nullable Secret secret(SecretReference reference) {
        if (environment.settings.secrets().find(reference) == null) {
            return null;
        }
        return Secret.from(() -> {
            Secret found = environment.settings.secrets().find(reference);
            if (found == null) {
                missing.add(reference.name());
                String problem =
                        "the secret \"" + reference.name() + "\" is missing: supply it by the source of secrets";
                invalid = true;
                instance.failed(this, problem);
                throw new InvalidDefinitionException("instance " + stored.id(), problem);
            }
            String text = found.reveal();
            if (missing.remove(reference.name()) && missing.isEmpty()) {
                invalid = false;
                instance.connected(this);
            }
            return text;
        });
    }

    /** Whether a value or a secret was missing or invalid when it was needed last. */
    boolean isInvalid() {
        return invalid;
    }

    /** Remembers why a poll has failed. */
    private final class Failures implements PollingListener {

        @Override
        public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
            lastFailure = message(failure);
            if (environment.cluster() != null
                    && failure instanceof ConnectorException refused
                    && refused.needsAuthorization()) {
                boolean unused = instance.authorizationLost(InstanceRuntime.this, message(refused));
            }
        }
    }

    private static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }

    Optional<String> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Returns a trigger with its handler. */
    private PollingTrigger trigger(Connector connector, String name) {
        synchronized (connector) {
            if (connector.trigger(name).isEmpty()) {
                connector.on(name, handler(name));
            }
            return connector.trigger(name).orElseThrow();
        }
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

    <T> T withTrigger(String name, Function<PollingTrigger, T> work) {
        return call(connector -> work.apply(trigger(connector, name)));
    }

    /** The endpoint of a webhook, whose receiver is created when it is needed. */
    private final class Endpoint implements WebhookEndpoint {

        private final String name;
        private final JsonNode webhook;

        Endpoint(String name, JsonNode webhook) {
            this.name = name;
            this.webhook = webhook;
        }

        @Override
        public WebhookResponse receive(WebhookRequest request) {
            try {
                return call(connector -> receiver(connector).receive(request));
            } catch (RuntimeException e) {
                LOG.warn("{}: a request of the webhook {} could not be handled", stored.id(), name, e);
                return WebhookResponse.of(503);
            }
        }

        private WebhookReceiver receiver(Connector connector) {
            synchronized (connector) {
                if (connector.receiver(name).isEmpty()) {
                    EventHandler handler = handler(name);
                    RegistryInbox inbox = environment.inbox();
                    connector.on(name, inbox == null ? handler : event -> inbox.put(stored.id(), name, event));
                }
                return connector.receiver(name).orElseThrow();
            }
        }

        @Override
        public int maxBody() {
            return webhook.path("maxBody").asInt(WebhookEndpoint.super.maxBody());
        }

        @Override
        public Duration bodyTimeout() {
            JsonNode timeout = webhook.path("bodyTimeout");
            return timeout.isTextual() ? Duration.parse(timeout.textValue()) : WebhookEndpoint.super.bodyTimeout();
        }
    }

    synchronized Optional<URI> webhookUrl(String name) {
        String token = tokens.get(name);
        return token == null || environment.settings.router() == null
                ? Optional.empty()
                : Optional.of(environment.settings.router().url(token));
    }

    synchronized Optional<Instant> nextPoll(String trigger) {
        PlannedPolls planned = polls.get(trigger);
        return planned == null
                ? Optional.empty()
                : planned.next().filter(poll -> !poll.time().equals(UNKNOWN)).map(PlannedPoll::start);
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
        endLocalPolls();
    }

    private synchronized void endLocalPolls() {
        polls.values().forEach(PlannedPolls::close);
        polls = Map.of();
    }

    /** Ends polls and webhooks, and closes the connector. Waits for polls in progress, unless this is one of them. */
    void close() {
        synchronized (this) {
            ended = true;
            endLocalPolls();
            tokens.values().forEach(token -> {
                boolean unused = environment.settings.router() != null
                        && environment.settings.router().revoke(token);
            });
            tokens = Map.of();
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
            if (leases > 0 || (keepUntil != 0 && environment.settings.time().nanos() - keepUntil < 0)) {
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
