package io.httpconnector.spring;

import io.httpconnector.webhook.subscription.SubscriptionStatus;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The webhook subscriptions of the application, as a bean: their status, and operations for operators and tests. They are those
 * of the webhooks in connector documents that methods with {@link ConnectorTrigger} handle, by connection and webhook, such as {@code
 * acme/order-paid}, and the beans of the type {@code WebhookSubscription}, by their names. Thread-safe.
 */
public interface ConnectorSubscriptions {

    /**
     * Returns the status of all subscriptions.
     *
     * @return the status by id
     */
    SortedMap<String, SubscriptionStatus> list();

    /**
     * Returns the status of a subscription.
     *
     * @param id the id
     * @return the status; empty if there is no such subscription
     */
    Optional<SubscriptionStatus> status(String id);

    /**
     * Renews a subscription now.
     *
     * @param id the id
     * @return the status afterwards, with the failure if there was one
     * @throws io.httpconnector.InvalidDefinitionException if there is no such subscription
     * @throws io.httpconnector.state.StateException if the state cannot be read or stored
     */
    SubscriptionStatus renew(String id);

    /**
     * Checks now that the service has a subscription, and no other with its URL.
     *
     * @param id the id
     * @return the status afterwards
     * @throws io.httpconnector.InvalidDefinitionException if there is no such subscription
     * @throws io.httpconnector.state.StateException if the state cannot be read or stored
     */
    SubscriptionStatus check(String id);

    /**
     * Replaces the secret of a subscription now. The previous one remains valid for a while, so that no event is lost.
     *
     * @param id the id
     * @return the status afterwards
     * @throws io.httpconnector.InvalidDefinitionException if there is no such subscription
     * @throws io.httpconnector.state.StateException if the state cannot be read or stored
     */
    SubscriptionStatus rotate(String id);
}
