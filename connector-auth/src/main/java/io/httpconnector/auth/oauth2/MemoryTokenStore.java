package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps values as long as the process lives. */
final class MemoryTokenStore implements TokenStore {

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final KeyLocks locks = new KeyLocks();
    private final Clock clock;

    private record Entry(Secret value, @Nullable Instant until) {
        boolean isOver(Instant now) {
            return until != null && !now.isBefore(until);
        }
    }

    MemoryTokenStore() {
        this(Clock.systemUTC());
    }

    MemoryTokenStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Optional<Secret> get(String key) {
        return value(entries.get(key));
    }

    @Override
    public void put(String key, Secret value, @Nullable Instant until) {
        if (until != null) {
            // Begun, and never ended: nobody else would remove them.
            Instant now = clock.instant();
            entries.values().removeIf(entry -> entry.isOver(now));
        }
        entries.put(key, new Entry(value, until));
    }

    @Override
    public Optional<Secret> take(String key) {
        return value(entries.remove(key));
    }

    private Optional<Secret> value(@Nullable Entry entry) {
        return entry == null || entry.isOver(clock.instant()) ? Optional.empty() : Optional.of(entry.value);
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
