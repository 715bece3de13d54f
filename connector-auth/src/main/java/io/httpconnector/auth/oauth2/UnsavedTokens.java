package io.httpconnector.auth.oauth2;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that could not be stored, in memory until a later write succeeds. Shared by all connections with the same store, so that
 * a connection that is closed leaves them to the next one: the service has already used up the earlier refresh token. Bounded;
 * thread-safe.
 */
final class UnsavedTokens {

    private static final int MAX_ENTRIES = 10_000;

    private static final Map<TokenStore, UnsavedTokens> ALL = Collections.synchronizedMap(new WeakHashMap<>());

    /** By the store key of the account. */
    private final Map<String, UnsavedEntry> entries = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, UnsavedEntry> eldest) {
            return size() > MAX_ENTRIES;
        }
    });

    /** Tokens, and the refresh token that was used to get them. */
    private record UnsavedEntry(
            StoredTokens tokens, @Nullable String spent) {}

    private UnsavedTokens() {}

    static UnsavedTokens of(TokenStore store) {
        return ALL.computeIfAbsent(store, unused -> new UnsavedTokens());
    }

    /** Stores tokens; keeps them if that fails. */
    void save(AccountTokens account, StoredTokens tokens, @Nullable String spent) {
        entries.put(account.key(), new UnsavedEntry(tokens, spent));
        account.write(tokens);
        forget(account);
    }

    /** Repeats a failed write, unless another process has refreshed the tokens since. */
    void saveAgain(AccountTokens account) {
        UnsavedEntry late = entries.get(account.key());
        if (late != null) {
            String known = account.read().map(StoredTokens::refreshToken).orElse(null);
            if (Objects.equals(known, late.spent)) {
                account.write(late.tokens);
            }
            forget(account);
        }
    }

    void forget(AccountTokens account) {
        entries.remove(account.key());
    }
}
