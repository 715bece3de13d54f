package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PlannedPolls;
import io.httpconnector.webhook.subscription.SubscriptionAction;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Executes the steps of the subscriptions of a started instance when they are due. Each node plans them; their stored state decides
 * which node executes a step. Thread-safe.
 */
final class InstanceSubscriptions implements SubscriptionListener {

    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final RegistrySettings settings;
    private final String node;
    private final StartedInstance instance;

    /** Held while a step is executed. */
    private final ReentrantLock executing = new ReentrantLock();

    // Guarded by this.
    private final Map<String, PlannedPolls> planned = new HashMap<>(1);
    private final Set<String> toRegister = new HashSet<>(1);
    private boolean ended;

    /**
     * Creates an instance without plans.
     *
     * @param node the id of this registry, whose nodes may share an engine
     */
    InstanceSubscriptions(RegistrySettings settings, String node, StartedInstance instance) {
        this.settings = settings;
        this.node = node;
        this.instance = instance;
    }

    /**
     * Starts the subscription of a webhook.
     *
     * @param registers whether this node has started the instance, so that the webhook is registered; another node only manages it
     * @param delay before the first step
     */
    synchronized void start(String webhook, boolean registers, Duration delay) {
        if (!ended && instance.defined().definition().subscriptions().contains(webhook)) {
            if (registers) {
                toRegister.add(webhook);
            }
            if (registers || !planned.containsKey(webhook)) {
                plan(webhook, delay);
            }
        }
    }

    private void plan(String webhook, Duration delay) {
        PlannedPolls former = planned.get(webhook);
        if (former != null) {
            former.close();
        }
        InstanceId id = instance.stored().id();
        Instant first = settings.time().now().plus(delay);
        String origin = instance.defined().isSharedHost() ? id.connector() : id.connector() + "/" + id.tenant();
        planned.put(
                webhook,
                settings.engine()
                        .plan(
                                "subscription " + node + " " + id.tenant() + "/" + id.connector() + "/" + webhook,
                                origin,
                                new PlannedPoll(first, first, 0, false),
                                due -> execute(webhook)));
    }

    private PlannedPoll execute(String webhook) {
        Instant next;
        executing.lock();
        try {
            next = isEnded() ? Instant.MAX : instance.call(connector -> step(connector, webhook));
        } catch (InvalidDefinitionException e) {
            // Reported as the state of the instance. A missing secret may be added meanwhile.
            next = settings.time().now().plus(AFTER_FAILURE);
        } finally {
            executing.unlock();
        }
        return new PlannedPoll(next, next, 0, next.equals(Instant.MAX));
    }

    private Instant step(Connector connector, String webhook) {
        WebhookSubscription subscription = connector.subscription(webhook).orElseThrow();
        if (isToBeRegistered(webhook)) {
            if (!isStillStarted()) {
                return settings.time().now().plus(AFTER_FAILURE);
            }
            if (subscription.status().state() == SubscriptionState.AUTHORIZATION_NEEDED) {
                // It was authorized meanwhile: the delay until the next attempt is obsolete.
                SubscriptionStatus unused = subscription.checkNow();
            }
            Instant next = subscription.register();
            registered(webhook);
            return authorized(subscription, next);
        }
        return authorized(subscription, subscription.manage());
    }

    private Instant authorized(WebhookSubscription subscription, Instant next) {
        SubscriptionStatus status = subscription.status();
        if (status.state() == SubscriptionState.AUTHORIZATION_NEEDED) {
            boolean unused =
                    instance.authorizationLost(status.lastError().orElse("the service has rejected the credentials"));
        }
        return next;
    }

    /** Another node may have stopped the instance, which this node notices later. */
    private boolean isStillStarted() {
        StoredInstance stored =
                settings.instances().find(instance.stored().id()).orElse(null);
        return stored != null && !stored.isStopped();
    }

    private synchronized boolean isToBeRegistered(String webhook) {
        return toRegister.contains(webhook);
    }

    private synchronized void registered(String webhook) {
        toRegister.remove(webhook);
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    @Override
    public void onDue(String subscription) {
        String webhook = subscription.substring(subscription.lastIndexOf('/') + 1);
        synchronized (this) {
            if (!ended && planned.containsKey(webhook)) {
                plan(webhook, Duration.ZERO);
            }
        }
    }

    @Override
    public void onFailure(String subscription, SubscriptionAction action, Exception failure, int consecutiveFailures) {
        instance.failed(failure);
    }

    /** Executes no more steps, and waits for the current one, so that its outcome is known. */
    void close() {
        synchronized (this) {
            ended = true;
            planned.values().forEach(PlannedPolls::close);
            planned.clear();
        }
        try {
            if (executing.tryLock(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                executing.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
