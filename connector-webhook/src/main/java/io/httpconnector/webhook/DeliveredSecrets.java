package io.httpconnector.webhook;

import io.httpconnector.Secret;
import java.util.Optional;

/**
 * A store of the secrets that services deliver in a handshake, by their names in a {@link WebhookReceiverBuilder#definition
 * definition}: Asana and Notion send the secret of their signatures in the first request. Anyone who knows the URL can send such a
 * request, so an existing secret must never be replaced. Implementations must be thread-safe, also across processes.
 */
public interface DeliveredSecrets {

    /**
     * Finds a secret. Called for each request that must be verified.
     *
     * @param name the name in the definition
     * @return the secret; empty if the service has not delivered it yet
     */
    Optional<Secret> find(String name);

    /**
     * Saves a secret, unless there is one. The secret must be on durable storage when this method returns.
     *
     * @param name the name in the definition
     * @param secret the delivered secret
     * @return whether this secret is the stored one; false if there is another one, which is kept
     */
    boolean save(String name, Secret secret);

    /**
     * Removes a secret that is no longer valid. The default keeps it, which needs space but has no other effect.
     *
     * @param name the name
     */
    default void remove(String name) {}
}
