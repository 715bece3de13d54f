package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.Handshake;
import io.httpconnector.webhook.ManagedSubscription;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A webhook that is registered at a service and kept alive: created, renewed, checked, recreated if the service has dropped it, and
 * deleted. Its secret reaches the receiver by itself, and can be rotated without losing an event.
 *
 * <pre>{@code
 * WebhookSubscription pushes = WebhookSubscription.named("acme-pushes")
 *         .preset("github")
 *         .parameter("owner", "acme").parameter("repository", "app")
 *         .events("push")
 *         .connection(github)
 *         .url(URI.create("https://hooks.example.com/github/6f1c"))
 *         .store(store).secrets(secrets)
 *         .build();
 * WebhookReceiver receiver = WebhookReceiver.named("acme-pushes")
 *         .subscription(pushes)
 *         .handler(event -> builds.start(event.payload()))
 *         .build();
 * pushes.start();                                            // after the web server accepts requests
 * }</pre>
 *
 * <p>Each step is stored before its request is sent. After a crash or a lost response, the next start finds what the service has,
 * and keeps exactly one subscription. Several nodes can share the store: each step is executed by one of them.
 *
 * <p>{@link #close()} keeps the subscription, for a restart; {@link #stop()} deletes it. Thread-safe.
 */
public final class WebhookSubscription implements ManagedSubscription, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionLog.NAME);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final String name;
    private final SubscriptionDefinition definition;
    private final SubscriptionStore store;
    private final SubscriptionSecrets secrets;
    private final SubscriptionManager manager;
    private final SubscriptionNotifier notifier;
    private final SubscriptionNotifications notifications;
    private final TimeSource time;
    private final SubscriptionSchedule schedule;

    /** The parts of a subscription, which its builder has created. */
    record SubscriptionParts(
            String name,
            SubscriptionDefinition definition,
            SubscriptionStore store,
            SubscriptionSecrets secrets,
            SubscriptionManager manager,
            SubscriptionNotifier notifier,
            SubscriptionSchedule schedule,
            TimeSource time) {}

    WebhookSubscription(SubscriptionParts parts) {
        this.name = parts.name;
        this.definition = parts.definition;
        this.store = parts.store;
        this.secrets = parts.secrets;
        this.manager = parts.manager;
        this.notifier = parts.notifier;
        this.schedule = parts.schedule;
        this.time = parts.time;
        this.notifications = new SubscriptionNotifications(definition, store, notifier, time, this::wake);
    }

    /**
     * Creates a builder for a subscription.
     *
     * @param name the name in logs, and the id of the state
     * @return a builder
     */
    public static WebhookSubscriptionBuilder named(String name) {
        return new WebhookSubscriptionBuilder(name);
    }

    /**
     * Returns the names of the services with a definition of their own, see {@link WebhookSubscriptionBuilder#preset}.
     *
     * @return the names, in alphabetical order
     */
    public static Set<String> presets() {
        return new TreeSet<>(SubscriptionPresets.ALL.names());
    }

    /**
     * Returns the definition of a well-known service, as a starting point for another one.
     *
     * @param service one of {@link #presets()}
     * @return JSON for {@link WebhookSubscriptionBuilder#definition}
     * @throws InvalidDefinitionException if there is no such preset
     */
    public static ObjectNode preset(String service) {
        return SubscriptionPresets.ALL.get(Arguments.notNull(service, "preset"));
    }

    /**
     * Returns the stored status of a subscription, without its definition and connection.
     *
     * @param store the store of its state
     * @param name its name
     * @return the status; {@link SubscriptionStatus.SubscriptionState#NOT_REGISTERED} if there is none
     * @throws StateException if the state cannot be read
     */
    public static SubscriptionStatus status(StateStore store, String name) {
        StoredState state = new SubscriptionStore(Arguments.notNull(store, "store"), stateId(name)).read();
        return new SubscriptionStatus(state, TimeSource.SYSTEM.now(), state.lastEvent);
    }

    /**
     * Removes the state of a subscription that was stopped. Without it, what is left at the service is not known any more.
     *
     * @param store the store of its state
     * @param name its name
     * @throws StateException if the state cannot be removed
     */
    public static void reset(StateStore store, String name) {
        Arguments.notNull(store, "store").reset(stateId(name));
    }

    /** Returns the id of the state. */
    static String stateId(String name) {
        return "webhook subscription " + name;
    }

    /**
     * Returns the name of the subscription.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Registers the subscription if there is none, and executes all steps that are due from now on, in the threads of a {@link
     * io.httpconnector.polling.PollingEngine} that all subscriptions share. Does not wait for the service: see {@link #status()}.
     *
     * @throws StateException if the state cannot be stored
     */
    public void start() {
        want(true);
        schedule.start();
    }

    /**
     * Registers the subscription if there is none, and executes all steps that are due, for applications with a scheduler of their
     * own. Failures are reported by {@link #status()} and listeners.
     *
     * @return when the next step is due: call {@link #manage()} then
     * @throws StateException if the state cannot be read or stored
     */
    public Instant register() {
        want(true);
        return manager.manage();
    }

    /**
     * Executes all steps that are due. After {@link #stop()}, only deletes what is left at the service.
     *
     * @return when the next step is due; {@link Instant#MAX} if never
     * @throws StateException if the state cannot be read or stored
     */
    public Instant manage() {
        return manager.manage();
    }

    /**
     * Checks now that the service has the subscription, and no other with its URL.
     *
     * @return the status after the check
     * @throws StateException if the state cannot be read or stored
     */
    public SubscriptionStatus checkNow() {
        return manageAfter(state -> state.lastCheck = null);
    }

    /**
     * Renews the subscription now. Has no effect on a subscription that does not expire.
     *
     * @return the status after the renewal
     * @throws StateException if the state cannot be read or stored
     */
    public SubscriptionStatus renewNow() {
        return manageAfter(state -> state.renewNow =
                state.active != null && (state.active.expires() != null || definition.renew() != null));
    }

    /**
     * Replaces the secret now. The previous one remains valid for the {@code secretOverlap}, so that no event is lost, or until the next
     * rotation. Has no effect
     * before the subscription is registered.
     *
     * @return the status after the rotation
     * @throws ConnectorException if the subscription has no secret of its own
     * @throws StateException if the state cannot be read or stored
     */
    public SubscriptionStatus rotateSecret() {
        if (!definition.hasSecret()) {
            throw new ConnectorException("The webhook subscription \"" + name
                    + "\" has no secret of its own: rotate the secret that signs its events at the service");
        }
        return manageAfter(state -> {
            if (state.active != null && state.rotation == null) {
                state.rotation = secrets.newName();
            }
        });
    }

    private SubscriptionStatus manageAfter(Consumer<StoredState> change) {
        StoredState unused = store.update(state -> {
            // The cause of earlier failures, such as a wrong credential, may have been removed.
            state.failures.clear();
            change.accept(state);
            return true;
        });
        Instant next = manager.manage();
        LOG.debug("{}: the next step is due at {}", name, next);
        return status();
    }

    /**
     * Deletes the subscription at the service, on behalf of all nodes. If that fails, the state remains {@link
     * SubscriptionStatus.SubscriptionState#DELETING}, and the next call of this method or of {@link #manage()} tries again.
     *
     * @return the status; {@link SubscriptionStatus.SubscriptionState#NOT_REGISTERED} if nothing is left at the service
     * @throws StateException if the state cannot be read or stored
     */
    public SubscriptionStatus stop() {
        want(false);
        boolean unused = schedule.end(Duration.ZERO);
        return manageAfter(state -> {});
    }

    private void want(boolean isWanted) {
        StoredState unused = store.update(state -> {
            boolean isChanged = state.wanted != isWanted || state.version == 0 || !state.failures.isEmpty();
            state.wanted = isWanted;
            // The cause of earlier failures, such as a wrong credential, may have been removed.
            state.failures.clear();
            return isChanged;
        });
    }

    /**
     * Returns the status, as all nodes have stored it.
     *
     * @return a snapshot
     */
    public SubscriptionStatus status() {
        StoredState state;
        try {
            state = store.read();
        } catch (StateException e) {
            state = store.last().copy();
            state.lastError = notifier.message(SubscriptionAction.STORE, e);
            state.lastErrorTime = time.now();
        }
        return new SubscriptionStatus(state, time.now(), notifier.lastEvent(state.lastEvent));
    }

    /**
     * Returns the secrets of the subscription for a verifier that the definition does not describe: the current one, the previous
     * one, and the one of a subscription that is being created. They are looked up at each use.
     *
     * @return the secrets
     */
    public Secret[] secrets() {
        return SubscriptionSecrets.SLOTS.stream().map(secrets::slot).toArray(Secret[]::new);
    }

    @Override
    public JsonNode receiverDefinition() {
        return definition.receiver().deepCopy();
    }

    @Override
    public @Nullable Secret secret(String slot) {
        boolean isDelivered = definition.deliversSecret() && slot.equals(SubscriptionDefinition.NEXT);
        return SubscriptionSecrets.SLOTS.contains(slot) && !isDelivered ? secrets.slot(slot) : null;
    }

    @Override
    public DeliveredSecrets deliveredSecrets() {
        return secrets;
    }

    @Override
    public Handshake notifications() {
        return notifications;
    }

    @Override
    public WebhookListener listener() {
        return new WebhookListener() {
            @Override
            public void onResponse(RequestOutcome outcome) {
                // Only events count.
            }

            @Override
            public void onEvents(List<WebhookEvent> events) {
                notifier.received(time.now());
            }
        };
    }

    @Override
    public boolean refreshSecrets() {
        return secrets.refresh();
    }

    private void wake() {
        notifier.notify(listener -> listener.onDue(name));
        schedule.wake();
    }

    /** Ends the execution of steps. The subscription remains at the service, for the next start. */
    @Override
    public void close() {
        if (!schedule.end(CLOSE_TIMEOUT)) {
            LOG.warn("{}: a request to the service is still running", name);
        }
        storeLastEvent();
    }

    /** Stores the time of the last event, which is otherwise stored with the next step. */
    private void storeLastEvent() {
        if (notifier.lastEvent(null) == null) {
            return;
        }
        try {
            StoredState unused = store.update(state -> {
                Instant known = state.lastEvent;
                state.lastEvent = notifier.lastEvent(known);
                return state.version > 0 && !Objects.equals(known, state.lastEvent);
            });
        } catch (StateException e) {
            LOG.debug("{}: the time of the last event could not be stored", name, e);
        }
    }

    /** Omits the URL, which is a secret. */
    @Override
    public String toString() {
        return "webhook subscription \"" + name + "\"";
    }
}
