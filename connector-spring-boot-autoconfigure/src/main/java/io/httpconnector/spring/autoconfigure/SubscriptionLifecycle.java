package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the webhook subscriptions when the web server accepts requests, because services verify the URL while they create a
 * subscription. When the application stops, they are closed before anything else, and remain at the service for the next start, unless
 * the properties delete them.
 */
final class SubscriptionLifecycle implements ConnectorSubscriptions, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionLifecycle.class);

    private final Supplier<SortedMap<String, WebhookSubscription>> source;
    private final ConnectorsProperties properties;
    private final @Nullable TriggerGauges gauges;
    private volatile boolean isRunning;

    // Guarded by this.
    private @Nullable SortedMap<String, WebhookSubscription> known;

    /**
     * Creates the life cycle.
     *
     * @param source returns the subscriptions by id; called when all beans exist
     */
    SubscriptionLifecycle(
            Supplier<SortedMap<String, WebhookSubscription>> source,
            ConnectorsProperties properties,
            @Nullable TriggerGauges gauges) {
        this.source = source;
        this.properties = properties;
        this.gauges = gauges;
    }

    private synchronized SortedMap<String, WebhookSubscription> all() {
        SortedMap<String, WebhookSubscription> found = known;
        if (found == null) {
            found = source.get();
            if (gauges != null) {
                found.values().forEach(gauges::addSubscription);
            }
            known = found;
        }
        return found;
    }

    @Override
    public void start() {
        all().values().forEach(WebhookSubscription::start);
        isRunning = true;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.autoStartup();
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public void stop() {
        ShutdownThreads.run(all().values(), this::stop);
        isRunning = false;
    }

    /** Lets other beans of the same phase stop at the same time. */
    @Override
    public void stop(Runnable callback) {
        ShutdownThreads.run(this::stop, callback);
    }

    private void stop(WebhookSubscription subscription) {
        if (properties.subscriptions().deleteOnShutdown()) {
            delete(subscription);
        }
        subscription.close();
    }

    private static void delete(WebhookSubscription subscription) {
        try {
            SubscriptionStatus status = subscription.stop();
            if (status.state() != SubscriptionState.NOT_REGISTERED) {
                LOG.warn(
                        "{} could not be deleted at the service: {}. The next start uses it again",
                        subscription,
                        status.lastError().orElse("the request is still running"));
            }
        } catch (RuntimeException e) {
            LOG.warn("{} could not be deleted at the service", subscription, e);
        }
    }

    @Override
    public SortedMap<String, SubscriptionStatus> list() {
        SortedMap<String, SubscriptionStatus> list = new TreeMap<>();
        all().forEach((id, subscription) -> list.put(id, subscription.status()));
        return list;
    }

    @Override
    public Optional<SubscriptionStatus> status(String id) {
        return Optional.ofNullable(all().get(id)).map(WebhookSubscription::status);
    }

    @Override
    public SubscriptionStatus renew(String id) {
        return find(id).renewNow();
    }

    @Override
    public SubscriptionStatus check(String id) {
        return find(id).checkNow();
    }

    @Override
    public SubscriptionStatus rotate(String id) {
        return find(id).rotateSecret();
    }

    private WebhookSubscription find(String id) {
        WebhookSubscription found = all().get(id);
        if (found == null) {
            String nearest = Suggestions.of(id, all().keySet());
            throw new InvalidDefinitionException(
                    "webhook subscription",
                    "there is no subscription \"" + id + "\""
                            + (nearest == null ? ", only " + all().keySet() : ": did you mean \"" + nearest + "\"?"));
        }
        return found;
    }
}
