package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The contribution of a subscription that the library manages to the receiver of its events, see {@link
 * WebhookReceiverBuilder#subscription}. {@code io.httpconnector.webhook.subscription.WebhookSubscription} implements it.
 * Implementations must be thread-safe.
 */
public interface ManagedSubscription {

    /**
     * Returns the verifiers and handshakes of the service.
     *
     * @return an object with the members {@code verify} and {@code handshake} of a receiver definition, both optional
     */
    JsonNode receiverDefinition();

    /**
     * Returns a secret to which the definition refers. It is looked up at each use, because it changes with each rotation.
     *
     * @param name the name in the definition
     * @return the secret; null if there is none, or if the service delivers it in a handshake
     */
    @Nullable Secret secret(String name);

    /**
     * Returns the store of the secrets that the service delivers while the subscription is created.
     *
     * @return the store
     */
    DeliveredSecrets deliveredSecrets();

    /**
     * Returns what consumes the notifications of the service about the subscription itself.
     *
     * @return the handshake, which precedes all others
     */
    Handshake notifications();

    /**
     * Returns the listener to the events of the subscription.
     *
     * @return the listener
     */
    WebhookListener listener();

    /**
     * Looks for secrets that another node has stored. Called when a request is rejected: must limit its rate.
     *
     * @return whether there are other secrets than before
     */
    boolean refreshSecrets();
}
