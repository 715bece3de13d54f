package io.httpconnector.definition;

import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.StoredWebhookSecrets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of a webhook of a connector. They are kept in the token store, which encrypts them like tokens, and removed with the
 * tokens of an instance. Thread-safe.
 */
final class WebhookSecrets implements DeliveredSecrets {

    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

    private final String webhook;
    private final StoredWebhookSecrets stored;

    /**
     * Creates the secrets.
     *
     * @param account the tenant and the connector
     * @param webhook the name of the webhook
     */
    WebhookSecrets(TokenStore tokens, String account, String webhook) {
        this.webhook = account + "/" + webhook;
        this.stored = StoredWebhookSecrets.in(tokens, account, webhook);
    }

    @Override
    public Optional<Secret> find(String name) {
        return stored.find(name);
    }

    @Override
    public boolean save(String name, Secret secret) {
        boolean isSame = stored.save(name, secret);
        if (!isSame) {
            LOG.info(
                    "{}: a request with another secret \"{}\" was rejected. If you have created the webhook again at the"
                            + " service, call forgetDeliveredSecrets before",
                    webhook,
                    name);
        }
        return isSame;
    }

    /** Returns the secret with a name; stores another one if there is none. */
    Secret findOrCreate(String name, Supplier<Secret> created) {
        Optional<Secret> known = find(name);
        if (known.isPresent()) {
            return known.get();
        }
        Secret secret = created.get();
        // Another node may have stored one in the meantime.
        return stored.save(name, secret) ? secret : find(name).orElse(secret);
    }

    @Override
    public void remove(String name) {
        stored.remove(name);
    }

    /** Returns the secrets that were delivered. */
    Map<String, Secret> all(Set<String> names) {
        Map<String, Secret> all = new LinkedHashMap<>();
        names.stream().sorted().forEach(name -> find(name).ifPresent(secret -> all.put(name, secret)));
        return all;
    }

    /** Removes the secrets, so that others can be delivered. */
    void remove(Set<String> names) {
        names.forEach(this::remove);
    }
}
