package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps values as long as the process lives. */
final class MemoryTokenStore implements TokenStore {

    private final Map<String, Secret> values = new ConcurrentHashMap<>();
    private final KeyLocks locks = new KeyLocks();

    @Override
    public Optional<Secret> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    @Override
    public void put(String key, Secret value) {
        values.put(key, value);
    }

    @Override
    public Lease lease(String key, Duration patience) {
        return locks.lock(key, patience);
    }

    @Override
    public String toString() {
        return "TokenStore in memory";
    }
}
