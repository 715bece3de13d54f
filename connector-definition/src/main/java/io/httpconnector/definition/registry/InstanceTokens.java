package io.httpconnector.definition.registry;

import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The token store as an instance sees it: reports when the customer has authorized the connection. */
record InstanceTokens(TokenStore tokens, String account, Runnable authorized) implements TokenStore {

    @Override
    public Optional<Secret> get(String key) {
        return tokens.get(key);
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration timeToLive) {
        tokens.put(key, value, timeToLive);
        // Pending authorizations are stored for a limited time.
        if (timeToLive == null && key.startsWith(account)) {
            authorized.run();
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
