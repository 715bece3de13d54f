package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.internal.Hashing;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Stores the secrets that a customer has entered, before the instance that needs them is added. Thread-safe. */
final class EnteredSecrets {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final RegistryEnvironment environment;
    private final InstanceId id;
    private final InstanceTokens tokens;

    /** Creates the secrets of an instance that is to be added. */
    EnteredSecrets(RegistryEnvironment environment, InstanceId id) {
        this.environment = environment;
        this.id = id;
        this.tokens = new InstanceTokens(environment.settings.tokens(), InstanceTokens.account(id), () -> {});
    }

    /**
     * Stores secrets, and adds the instance. If it cannot be added, the secrets are as before.
     *
     * @throws InvalidDefinitionException if there is an instance already, whose secrets must not change, or the registry does not find
     *     the secrets
     */
    @SuppressWarnings("try") // The lease is held, not used.
    ConnectorInstance storing(Map<String, Secret> secrets, Supplier<ConnectorInstance> adding) {
        // Of two calls for one instance, the second one finds the instance that the first one has added.
        String name = "connector-registry.form." + Hashing.sha256Hex(InstanceTokens.account(id));
        try (TokenStore.Lease unused = tokens.lease(name, TIMEOUT)) {
            if (environment.instances.containsKey(id)
                    || environment.settings.instances().find(id).isPresent()) {
                throw environment.exists(id);
            }
            Map<String, Optional<Secret>> before = new HashMap<>();
            try {
                secrets.forEach((secret, value) -> {
                    String key = StoredSecrets.key(id.tenant(), id.connector(), secret);
                    before.put(key, tokens.get(key));
                    tokens.putEntered(key, value);
                    checkFound(secret);
                });
                return adding.get();
            } catch (RuntimeException e) {
                before.forEach((key, value) ->
                        value.ifPresentOrElse(known -> tokens.put(key, known, null), () -> tokens.remove(key)));
                throw e;
            }
        }
    }

    private void checkFound(String secret) {
        if (environment.settings.secrets().find(new SecretReference(id.tenant(), id.connector(), secret)) == null) {
            throw new InvalidDefinitionException(
                    "connector registry",
                    "its source of secrets does not find the secret \"" + secret
                            + "\" in its token store: use secrets(StoredSecrets.in(tokens)), or store the secret in your"
                            + " source and add the instance with InstanceSettings");
        }
    }
}
