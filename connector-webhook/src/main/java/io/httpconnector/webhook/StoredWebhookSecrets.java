package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of a webhook in a {@link TokenStore}, which encrypts them like tokens: those that a service delivers, and those of a
 * {@link ManagedSubscription}. All nodes that share the store have the same secrets. Thread-safe.
 *
 * <pre>{@code
 * TokenStore tokens = JdbcTokenStore.of(dataSource, TokenEncryption.aesGcm(key));
 * WebhookSubscription pushes = WebhookSubscription.named("acme-pushes").preset("github")
 *         .store(JdbcStateStore.of(dataSource)).secrets(StoredWebhookSecrets.in(tokens, "acme", "pushes"))....build();
 * }</pre>
 *
 * <p>Requires {@code connector-auth}, an optional dependency.
 */
public final class StoredWebhookSecrets implements DeliveredSecrets {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveredSecrets.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Keys start like those of the tokens of an account, so that both can be removed together. */
    private static final int MAX_LABEL = 100;

    private final TokenStore tokens;
    private final String account;
    private final String webhook;

    private StoredWebhookSecrets(TokenStore tokens, String account, String webhook) {
        this.tokens = tokens;
        this.account = account;
        this.webhook = webhook;
    }

    /**
     * Creates the secrets of a webhook.
     *
     * @param tokens the store, which may also contain tokens; durable, and shared by all nodes
     * @param account the customer, or another name that is unique together with the webhook
     * @param webhook the name of the webhook
     * @return the secrets
     * @throws InvalidDefinitionException if an argument is null
     */
    public static StoredWebhookSecrets in(TokenStore tokens, String account, String webhook) {
        return new StoredWebhookSecrets(
                Arguments.notNull(tokens, "token store"),
                Arguments.notNull(account, "account"),
                Arguments.notNull(webhook, "webhook"));
    }

    @Override
    public Optional<Secret> find(String name) {
        return tokens.get(key(name));
    }

    @Override
    @SuppressWarnings("try") // The lease is held, not used.
    public boolean save(String name, Secret secret) {
        Optional<Secret> known = find(name);
        if (known.isEmpty()) {
            String key = key(name);
            try (TokenStore.Lease unused = tokens.lease(key, TIMEOUT)) {
                known = tokens.get(key);
                if (known.isEmpty()) {
                    tokens.put(key, secret, null);
                    LOG.info("{}/{}: the secret \"{}\" was stored", account, webhook, name);
                    return true;
                }
            }
        }
        return MessageDigest.isEqual(utf8(known.get()), utf8(secret));
    }

    @Override
    public void remove(String name) {
        boolean unused = tokens.remove(key(name));
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

    /** Omits the secrets. */
    @Override
    public String toString() {
        return "secrets of the webhook " + account + "/" + webhook;
    }
}
