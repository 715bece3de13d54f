package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A token store in memory: values are lost when the process ends. Thread-safe. */
final class MemoryTokenStore implements TokenStore {

    private final Map<String, Value> values = new ConcurrentHashMap<>();
    private final KeyLocks locks = new KeyLocks();
    private final TimeSource timeSource;

    MemoryTokenStore(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    private record Value(Secret secret, Instant end) {}

    @Override
    public Optional<Secret> get(String key) {
        return Optional.ofNullable(values.get(key)).map(Value::secret);
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration timeToLive) {
        Instant now = timeSource.now();
        if (timeToLive != null) {
            // Expired values must not fill the memory.
            values.values().removeIf(known -> known.end.isBefore(now));
        }
        values.put(key, new Value(value, timeToLive == null ? Instant.MAX : now.plus(timeToLive)));
    }

    @Override
    public boolean remove(String key) {
        return values.remove(key) != null;
    }

    @Override
    public Lease lease(String key, Duration timeout) {
        return locks.lock(key, key, timeout);
    }

    @Override
    public String toString() {
        return "TokenStore in memory";
    }
}
