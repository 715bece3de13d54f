package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.registry.Definitions.Defined;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PlannedPolls;
import io.httpconnector.state.StateException;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes subscriptions at the service that an instance does not need any more: it was stopped or removed, or its version has none.
 * Their stored state says what is left, so that a restart continues. Thread-safe.
 */
final class SubscriptionCleanup {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionCleanup.class);

    private static final Duration FIRST_DELAY = Duration.ofMinutes(1);
    private static final Duration MAX_DELAY = Duration.ofHours(1);

    private final RegistrySettings settings;
    private final Definitions definitions;
    private final String node;

    // Guarded by this.
    private final Map<InstanceId, PlannedPolls> planned = new HashMap<>();
    private boolean isClosed;

    /** An instance whose subscriptions are deleted. Thread-safe. */
    interface CleanedInstance {

        StoredInstance stored();

        /** Creates a connector for a version of the document, to be closed by the caller. */
        Connector connect(Defined version);

        /** Deletes subscriptions that are not needed any more; returns whether there is nothing more to do. */
        boolean deleteUnused();
    }

    /** The result of an attempt. */
    enum DeletionResult {
        /** Nothing is left at the service. */
        NOTHING_LEFT,
        /** A later attempt may succeed. */
        LEFT,
        /** No attempt can succeed: the credentials are invalid or missing. */
        REFUSED
    }

    /**
     * Creates an instance without plans.
     *
     * @param node the id of this registry, whose nodes may share an engine
     */
    SubscriptionCleanup(RegistrySettings settings, Definitions definitions, String node) {
        this.settings = settings;
        this.definitions = definitions;
        this.node = node;
    }

    /** Returns the name of a subscription in its store. */
    private static String name(InstanceId id, String webhook) {
        return id.tenant() + "/" + id.connector() + "/" + webhook;
    }

    /** Returns the documents of the subscriptions that are left at the service but not needed, by the names of their webhooks. */
    private Map<String, Defined> left(StoredInstance stored) {
        Map<String, Defined> left = new TreeMap<>();
        InstanceId id = stored.id();
        Defined current = definitions.find(id.connector(), stored.version());
        if (current == null || settings.router() == null) {
            return left;
        }
        definitions.subscriptions(id.connector()).forEach((webhook, defined) -> {
            boolean isNeeded =
                    !stored.isStopped() && current.definition().subscriptions().contains(webhook);
            if (!isNeeded && isRegistered(id, webhook)) {
                left.put(webhook, current.definition().subscriptions().contains(webhook) ? current : defined);
            }
        });
        return left;
    }

    /** Returns the stored status of the subscription of a webhook; empty if no version of the document has one. */
    Optional<SubscriptionStatus> status(InstanceId id, String webhook) {
        return definitions.subscriptions(id.connector()).containsKey(webhook)
                ? Optional.of(WebhookSubscription.status(settings.state(), name(id, webhook)))
                : Optional.empty();
    }

    private boolean isRegistered(InstanceId id, String webhook) {
        return WebhookSubscription.status(settings.state(), name(id, webhook)).state()
                != SubscriptionState.NOT_REGISTERED;
    }

    /** Deletes what is not needed, once. */
    DeletionResult delete(CleanedInstance instance) {
        DeletionResult outcome = DeletionResult.NOTHING_LEFT;
        for (Map.Entry<String, Defined> one : left(instance.stored()).entrySet()) {
            DeletionResult next = delete(instance, one.getKey(), one.getValue());
            outcome = next.compareTo(outcome) > 0 ? next : outcome;
        }
        return outcome;
    }

    private DeletionResult delete(CleanedInstance instance, String webhook, Defined defined) {
        try (Connector connector = instance.connect(defined)) {
            SubscriptionStatus status =
                    connector.subscription(webhook).orElseThrow().stop();
            if (status.state() == SubscriptionState.NOT_REGISTERED) {
                return DeletionResult.NOTHING_LEFT;
            }
            LOG.warn(
                    "{}: the subscription of the webhook {} could not be deleted at the service: {}",
                    instance,
                    webhook,
                    status.lastError().orElse("another node is executing a step"));
            return status.needsAuthorization() ? DeletionResult.REFUSED : DeletionResult.LEFT;
        } catch (InvalidDefinitionException e) {
            LOG.warn("{}: the subscription of the webhook {} cannot be deleted at the service", instance, webhook, e);
            return DeletionResult.REFUSED;
        } catch (RuntimeException e) {
            LOG.warn("{}: the subscription of the webhook {} was not deleted at the service", instance, webhook, e);
            return DeletionResult.LEFT;
        }
    }

    /** Whether other settings let the subscriptions of an instance be at another place of the service. */
    boolean isMovedBy(StoredInstance stored, InstanceSettings changed) {
        Defined current = definitions.find(stored.id().connector(), stored.version());
        return current != null
                && settings.router() != null
                && current.subscriptionInputs().stream()
                        .anyMatch(input -> !stored.settings()
                                .values()
                                .getOrDefault(input, "")
                                .equals(changed.values().getOrDefault(input, "")));
    }

    /** Deletes the subscriptions of an instance that is not running. */
    void deleteAll(CleanedInstance instance) {
        StoredInstance stored = instance.stored();
        Defined current = definitions.get(stored.id().connector(), stored.version());
        for (String webhook : current.definition().subscriptions()) {
            if (isRegistered(stored.id(), webhook)) {
                DeletionResult unused = delete(instance, webhook, current);
            }
        }
    }

    /** Tries again later if something is left. */
    void plan(CleanedInstance instance, Duration delay) {
        InstanceId id = instance.stored().id();
        try {
            if (left(instance.stored()).isEmpty() && instance.stored().state() != InstanceState.REMOVING) {
                return;
            }
        } catch (StateException e) {
            LOG.warn("{}: the state of its subscriptions cannot be read; this is tried again", instance, e);
        }
        synchronized (this) {
            if (isClosed || planned.containsKey(id)) {
                return;
            }
            Instant first = settings.time().now().plus(delay);
            planned.put(
                    id,
                    settings.engine()
                            .plan(
                                    "unused subscriptions " + node + " " + name(id, ""),
                                    id.connector() + "/" + id.tenant(),
                                    new PlannedPoll(first, first, 0, false),
                                    due -> attempt(instance, due)));
        }
    }

    void plan(CleanedInstance instance) {
        plan(instance, FIRST_DELAY);
    }

    private PlannedPoll attempt(CleanedInstance instance, PlannedPoll due) {
        Instant now = settings.time().now();
        boolean isDone = instance.deleteUnused();
        if (isDone) {
            synchronized (this) {
                planned.remove(instance.stored().id());
            }
        }
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(due.failures(), 10));
        Instant next = now.plus(delay.compareTo(MAX_DELAY) < 0 ? delay : MAX_DELAY);
        return new PlannedPoll(next, next, due.failures() + 1, isDone);
    }

    /** Removes the stored state. */
    void forget(InstanceId id) {
        definitions
                .subscriptions(id.connector())
                .keySet()
                .forEach(webhook -> WebhookSubscription.reset(settings.state(), name(id, webhook)));
    }

    synchronized void close() {
        isClosed = true;
        planned.values().forEach(PlannedPolls::close);
        planned.clear();
    }
}
