package io.httpconnector.definition;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.DeliveredSecrets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of a webhook of a connector that a service has delivered, or that its subscription manages. They are kept in the token store, which encrypts them like
 * tokens. Thread-safe.
 *
 * @param account the tenant and the connector
 * @param webhook the name of the webhook
 */
record WebhookSecrets(TokenStore tokens, String account, String webhook) implements DeliveredSecrets {

    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Keys start like those of the tokens of an account, so that both are removed with an instance. */
    private static final int MAX_LABEL = 100;

    @Override
    public Optional<Secret> find(String name) {
        return tokens.get(key(name));
    }

    @Override
    public boolean save(String name, Secret secret) {
        Secret known = findOrCreate(name, () -> secret);
        boolean isSame = MessageDigest.isEqual(utf8(known), utf8(secret));
        if (!isSame) {
            LOG.info(
                    "{}/{}: a request with another secret \"{}\" was rejected. If you have created the webhook again at the"
                            + " service, call forgetDeliveredSecrets before",
                    account,
                    webhook,
                    name);
        }
        return isSame;
    }

    /** Returns the secret with a name; stores another one if there is none. */
    @SuppressWarnings("try") // The lease is held, not used.
    Secret findOrCreate(String name, Supplier<Secret> created) {
        Optional<Secret> known = find(name);
        if (known.isPresent()) {
            return known.get();
        }
        String key = key(name);
        try (TokenStore.Lease unused = tokens.lease(key, TIMEOUT)) {
            known = tokens.get(key);
            if (known.isPresent()) {
                return known.get();
            }
            Secret secret = created.get();
            tokens.put(key, secret, null);
            LOG.info("{}/{}: the secret \"{}\" was stored", account, webhook, name);
            return secret;
        }
    }

    @Override
    public void remove(String name) {
        boolean unused = tokens.remove(key(name));
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

    private String key(String name) {
        String parts = JsonNodeFactory.instance
                .arrayNode()
                .add(account)
                .add(webhook)
                .add(name)
                .toString();
        return account.substring(0, Math.min(account.length(), MAX_LABEL)) + ".webhook."
                + Hashing.fingerprint(parts.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] utf8(Secret secret) {
        return secret.reveal().getBytes(StandardCharsets.UTF_8);
    }
}
