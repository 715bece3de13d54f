package io.httpconnector.webhook.subscription;

/** The name of the logger of all subscriptions. */
final class SubscriptionLog {

    static final String NAME = "io.httpconnector.webhook.subscription.WebhookSubscription";

    private SubscriptionLog() {}
}
