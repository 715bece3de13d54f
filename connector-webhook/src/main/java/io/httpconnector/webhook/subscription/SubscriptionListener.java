package io.httpconnector.webhook.subscription;

import java.util.Set;

/**
 * Receives notifications about a subscription, for alerts and metrics. Must be thread-safe and return quickly; exceptions are
 * logged.
 */
public interface SubscriptionListener {

    /**
     * The reasons of {@link #onRecreated} that are known before they occur, for metrics that start at 0. Further reasons are failures,
     * such as {@code renew: status 404}, and what the service announces.
     */
    Set<String> REPLACEMENT_REASONS = ReplacementReasons.ALL;

    /**
     * Called when the subscription was created for the first time, or found at the service after a crash.
     *
     * @param subscription the name
     * @param id the id at the service
     */
    default void onCreated(String subscription, String id) {}

    /**
     * Called when the lifetime of the subscription was extended.
     *
     * @param subscription the name
     * @param id the id at the service
     */
    default void onRenewed(String subscription, String id) {}

    /**
     * Called when another subscription has replaced the previous one.
     *
     * @param subscription the name
     * @param id the id of the new one at the service
     * @param reason why the previous one was replaced, such as {@code renew: status 404}
     */
    default void onRecreated(String subscription, String id, String reason) {}

    /**
     * Called when events may be missing: the subscription did not exist for some time, or the service has announced it.
     *
     * @param subscription the name
     * @param reason the reason
     */
    default void onGap(String subscription, String reason) {}

    /**
     * Called when a step has failed. It is repeated with backoff.
     *
     * @param subscription the name
     * @param action the step
     * @param failure the failure
     * @param consecutiveFailures the number of failures of this step since its last success, at least 1
     */
    default void onFailure(
            String subscription, SubscriptionAction action, Exception failure, int consecutiveFailures) {}

    /**
     * Called when the secret was replaced. The previous one remains valid for the overlap.
     *
     * @param subscription the name
     */
    default void onRotated(String subscription) {}

    /**
     * Called when a subscription was deleted at the service, because it was replaced or stopped.
     *
     * @param subscription the name
     * @param id the id at the service
     */
    default void onDeleted(String subscription, String id) {}

    /**
     * Called when a subscription with our URL was deleted that this library has not kept: the remainder of a crash, or of a node
     * that was suspended.
     *
     * @param subscription the name
     * @param id the id at the service
     */
    default void onDuplicateRemoved(String subscription, String id) {}

    /**
     * Called when the service may have a subscription that cannot be found: the response of create was lost, and the definition has
     * neither {@code list} nor an id that the client chooses.
     *
     * @param subscription the name
     * @param description the time of the request
     */
    default void onPossibleOrphan(String subscription, String description) {}

    /**
     * Called when a step has become due before the time that {@link WebhookSubscription#manage()} has returned, because the service
     * has sent a notification about the subscription: a scheduler of the application calls {@code manage()} soon.
     *
     * @param subscription the name
     */
    default void onDue(String subscription) {}
}
