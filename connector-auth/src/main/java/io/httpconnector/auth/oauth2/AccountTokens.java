package io.httpconnector.auth.oauth2;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The entry of one account in the token store. Thread-safe if the caller holds the lease while it writes. */
final class AccountTokens {

    private static final int MAX_LABEL = 100;

    /** How long a challenge waits for the user. */
    private static final Duration STEP_UP_LIFETIME = Duration.ofDays(30);

    private final OAuth2ClientConfig settings;
    private final TokenStore store;
    private final String key;
    private final String earlierKey;
    private final String stepUpKey;
    private final boolean isAdditional;
    private final Duration leaseTimeout;
    private volatile boolean hasEarlier;

    AccountTokens(OAuth2ClientConfig settings, String connection, @Nullable String token, Duration leaseTimeout) {
        this.settings = settings;
        this.store = settings.tokens();
        this.earlierKey = settings.account() == null ? connection : settings.account();
        this.isAdditional = token != null;
        this.stepUpKey = "step-up." + key(settings, connection);
        this.key = key(settings, connection) + (token == null ? "" : "." + TokenStoreCodec.fingerprint(token));
        this.leaseTimeout = leaseTimeout;
    }

    /** Returns the store key. It differs for each authorization server, client, connection and account. */
    private static String key(OAuth2ClientConfig settings, String connection) {
        String label = settings.account() == null ? connection : settings.account();
        return label.substring(0, Math.min(label.length(), MAX_LABEL)) + "."
                + TokenStoreCodec.fingerprint(
                        settings.authority(),
                        settings.clientId() == null ? "" : settings.clientId(),
                        connection,
                        label);
    }

    /** Returns the store key of the tokens. */
    String key() {
        return key;
    }

    /** Acquires the lease; all processes wait for the one that holds it. */
    TokenStore.Lease lease() {
        return store.lease(key, leaseTimeout);
    }

    /** Reads the stored tokens; ignores those of another initial refresh token than the configured one. */
    Optional<StoredTokens> read() {
        String seed = settings.grant() instanceof RefreshTokenGrant given
                ? TokenStoreCodec.fingerprint(given.first().reveal())
                : null;
        Optional<StoredTokens> stored = store.get(key).map(text -> TokenStoreCodec.read(text, StoredTokens.class));
        return (stored.isPresent() ? stored : readEarlier()).filter(tokens -> Objects.equals(tokens.seed(), seed));
    }

    /** Reads the tokens of an earlier version, whose key was the connection name or the account alone. */
    private Optional<StoredTokens> readEarlier() {
        if (isAdditional) {
            return Optional.empty();
        }
        Optional<StoredTokens> found = store.get(earlierKey)
                .map(text -> TokenStoreCodec.read(text, StoredTokens.class))
                .filter(tokens -> tokens.issuer() == null);
        hasEarlier = found.isPresent();
        return found;
    }

    /** Stores tokens under the current key. */
    void write(StoredTokens tokens) {
        store.put(key, TokenStoreCodec.write(tokens), null);
        removeEarlier();
    }

    private void removeEarlier() {
        if (hasEarlier) {
            store.remove(earlierKey);
            hasEarlier = false;
        }
    }

    /** Returns the challenge of the service that the next consent must fulfil. */
    Optional<StepUpChallenge> stepUp() {
        return store.get(stepUpKey).map(text -> TokenStoreCodec.read(text, StepUpChallenge.class));
    }

    /** Stores a challenge, which all connections with the account share. */
    void require(StepUpChallenge challenge) {
        if (!stepUp().equals(Optional.of(challenge))) {
            store.put(stepUpKey, TokenStoreCodec.write(challenge), STEP_UP_LIFETIME);
        }
    }

    /** Removes the challenge after a consent. */
    void removeStepUp() {
        store.remove(stepUpKey);
    }

    /** Removes the tokens. */
    void remove() {
        removeStepUp();
        store.remove(key);
        removeEarlier();
    }
}
