package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The token store as an instance sees it: reports when the customer has authorized the connection, and remembers the keys of its
 * tokens, so that they are removed with the instance. Thread-safe.
 */
record InstanceTokens(TokenStore tokens, String account, Runnable authorized) implements TokenStore {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** The length of an account in a key, see {@code AccountTokens}. */
    private static final int MAX_LABEL = 100;

    /** Returns the account to which the tokens of an instance belong. */
    static String account(InstanceId id) {
        return id.tenant() + "/" + id.connector();
    }

    @Override
    public Optional<Secret> get(String key) {
        return tokens.get(key);
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration timeToLive) {
        // Pending authorizations are stored for a limited time; what other accounts share is not removed with one of
        // them.
        boolean isToken = timeToLive == null && key.startsWith(label(account));
        if (isToken) {
            remember(key);
        }
        tokens.put(key, value, timeToLive);
        // The secret of a webhook, which anyone who knows its URL can deliver, is no authorization.
        if (isToken && !key.startsWith(label(account) + ".webhook.")) {
            authorized.run();
        }
    }

    /** Stores a secret that the customer has entered, and removes it with the tokens. */
    void putEntered(String key, Secret secret) {
        remember(key);
        tokens.put(key, secret, null);
    }

    private static String label(String account) {
        return account.substring(0, Math.min(account.length(), MAX_LABEL));
    }

    /** Stores the key before its token, so that none is forgotten. */
    @SuppressWarnings("try") // The lease is held, not used.
    private void remember(String key) {
        if (!keys(tokens, account).contains(key)) {
            String index = index(account);
            try (Lease unused = tokens.lease(index, TIMEOUT)) {
                Set<String> known = keys(tokens, account);
                known.add(key);
                ArrayNode json = JsonNodeFactory.instance.arrayNode();
                known.forEach(json::add);
                tokens.put(index, Secret.of(json.toString()), null);
            }
        }
    }

    private static Set<String> keys(TokenStore tokens, String account) {
        Set<String> keys = new LinkedHashSet<>();
        tokens.get(index(account)).map(Secret::reveal).map(JsonSupport::parse).ifPresent(known -> {
            for (JsonNode key : known) {
                keys.add(key.asText());
            }
        });
        return keys;
    }

    private static String index(String account) {
        return "connector-registry.tokens." + Hashing.sha256Hex(account);
    }

    /** Removes the tokens of an account. */
    @SuppressWarnings("try") // The lease is held, not used.
    static void removeAll(TokenStore tokens, String account) {
        if (tokens.get(index(account)).isPresent()) {
            try (Lease unused = tokens.lease(index(account), TIMEOUT)) {
                keys(tokens, account).forEach(tokens::remove);
                tokens.remove(index(account));
            }
        }
    }

    @Override
    public boolean remove(String key) {
        return tokens.remove(key);
    }

    @Override
    public Lease lease(String key, Duration timeout) {
        return tokens.lease(key, timeout);
    }
}
