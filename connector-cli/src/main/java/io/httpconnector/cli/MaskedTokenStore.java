package io.httpconnector.cli;

import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A token store whose tokens are masked in all output. */
final class MaskedTokenStore implements TokenStore {

    private final TokenStore target;
    private final SecretMask mask;

    MaskedTokenStore(TokenStore target, SecretMask mask) {
        this.target = target;
        this.mask = mask;
    }

    @Override
    public Optional<Secret> get(String key) {
        Optional<Secret> found = target.get(key);
        found.ifPresent(entry -> mask.add(entry.reveal()));
        return found;
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration timeToLive) {
        mask.add(value.reveal());
        target.put(key, value, timeToLive);
    }

    @Override
    public boolean remove(String key) {
        return target.remove(key);
    }

    @Override
    public Lease lease(String key, Duration timeout) {
        return target.lease(key, timeout);
    }
}
