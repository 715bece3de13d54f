package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A token store that delegates to another one; a base class for stores with a defect. */
class ForwardingStore implements TokenStore {

    private final TokenStore store;

    ForwardingStore(TokenStore store) {
        this.store = store;
    }

    @Override
    public Optional<Secret> get(String key) {
        return store.get(key);
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration needed) {
        store.put(key, value, needed);
    }

    @Override
    public boolean remove(String key) {
        return store.remove(key);
    }

    @Override
    public Lease lease(String key, Duration timeout) {
        return store.lease(key, timeout);
    }
}
