package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.Hashing;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of all tenants in a {@link TokenStore}, encrypted as it encrypts tokens: in a database, in files or in memory. A secret
 * is read each time it is used: a new value is effective at once, on all nodes that share the store. Thread-safe.
 *
 * <pre>{@code
 * StoredSecrets secrets = StoredSecrets.in(JdbcTokenStore.of(dataSource, TokenEncryption.aesGcm(key)));
 * secrets.put("acme", "shopify", "clientSecret", Secret.of(entered));
 * }</pre>
 */
public final class StoredSecrets implements SecretSource {

    private final TokenStore store;

    private StoredSecrets(TokenStore store) {
        this.store = store;
    }

    /**
     * Creates a source in a store.
     *
     * @param store the store, which may also contain tokens
     * @return the source
     */
    public static StoredSecrets in(TokenStore store) {
        return new StoredSecrets(Arguments.notNull(store, "token store"));
    }

    /**
     * Returns the key of a secret in the store. Tenants and names are hashed with their lengths, so that no combination of them
     * results in the key of another tenant.
     */
    static String key(String tenant, String connector, String name) {
        StringBuilder text = new StringBuilder();
        for (String part : new String[] {tenant, connector, name}) {
            if (part == null || part.isBlank()) {
                throw new InvalidDefinitionException(
                        "secret", "the tenant, the connector or the name of the secret is missing");
            }
            // A text that cannot be encoded would be equal to another one.
            Arguments.encodable("tenant, connector or name of a secret", part);
            text.append(part.length()).append(':').append(part);
        }
        return "secret." + Hashing.sha256Hex(text.toString());
    }

    /**
     * Stores a secret, or replaces it.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param name the name of the secret
     * @param secret the secret
     * @throws ConnectorException if it could not be stored
     */
    public void put(String tenant, String connector, String name, Secret secret) {
        store.put(key(tenant, connector, name), Arguments.notNull(secret, "secret"), null);
    }

    /**
     * Removes a secret.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param name the name of the secret
     * @return whether there was one
     * @throws ConnectorException if it could not be removed
     */
    public boolean remove(String tenant, String connector, String name) {
        return store.remove(key(tenant, connector, name));
    }

    @Override
    public @Nullable Secret find(SecretReference reference) {
        String key = key(reference.tenant(), reference.connector(), reference.name());
        Optional<Secret> found = store.get(key);
        return found.isEmpty() ? null : Secret.from(() -> read(key, reference.name()));
    }

    private String read(String key, String name) {
        return store.get(key)
                .map(Secret::reveal)
                .orElseThrow(() -> new ConnectorException("The secret \"" + name + "\" was removed"));
    }

    /** Omits the secrets. */
    @Override
    public String toString() {
        return "stored secrets";
    }
}
