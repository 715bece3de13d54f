package io.httpconnector.webhook.subscription;

/** A step in the life cycle of a subscription, with its requests to the service. */
public enum SubscriptionAction {
    /** Looks for our subscriptions at the service, after a crash or a lost response. */
    RECOVER,
    /** Creates a subscription, also as the successor of another one. */
    CREATE,
    /** Extends the lifetime of the subscription. */
    RENEW,
    /** Replaces the secret of the subscription. */
    ROTATE,
    /** Checks that the subscription exists and is healthy, and that there are no others with our URL. */
    CHECK,
    /** Deletes a subscription that is no longer needed. */
    DELETE,
    /** Reads or writes the stored state. */
    STORE
}
