package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.ConnectorRegistryBuilder;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Adds gauges of triggers, webhooks and their subscriptions. Without a registry for meters there is no such bean. */
interface TriggerGauges {

    /**
     * Adds the gauges of a polling trigger.
     *
     * @param id the id of the trigger, with which it is also measured
     */
    void addTrigger(String id, IntSupplier failures, Supplier<Optional<Instant>> lastSuccess);

    /** Adds listeners for all instances of a registry. */
    void measure(ConnectorRegistryBuilder registry);

    /** Adds the gauges of a registry that is started. */
    void addRegistry(ConnectorRegistry registry);

    /** Adds the gauges of the inbox of a webhook. */
    void addReceiver(WebhookReceiver receiver);

    /** Adds the meters of a hybrid trigger. */
    void addHybrid(HybridTrigger trigger);

    /**
     * Adds the meters of the webhook of a hybrid trigger of a document.
     *
     * @param id the id of the trigger, with which its polls are measured, too
     */
    void addWebhook(String id, Supplier<Optional<PushStatus>> webhook);

    /** Adds the gauges of a webhook subscription. */
    void addSubscription(WebhookSubscription subscription);
}
