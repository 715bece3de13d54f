package io.httpconnector.webhook.subscription;

import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.subscription.StoredState.Intent;
import io.httpconnector.webhook.subscription.StoredState.RetainedSecret;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of a subscription: the current one, the previous one while events that it signed may be under way, and the next one
 * while it is being created or rotated. The state knows their names; their values are in a store of their own. Thread-safe.
 */
final class SubscriptionSecrets implements DeliveredSecrets {

    static final List<String> SLOTS =
            List.of(SubscriptionDefinition.CURRENT, SubscriptionDefinition.PREVIOUS, SubscriptionDefinition.NEXT);

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionLog.NAME);
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(1);
    private static final int BYTES = 32;

    private final String subscription;
    private final SubscriptionStore store;
    private final DeliveredSecrets secrets;
    private final TimeSource time;
    private final SecureRandom random = new SecureRandom();
    /** Verifies nothing. Hexadecimal digits are valid in each encoding of a secret. */
    private final String unknown = randomText();

    private final Map<String, Secret> known = new ConcurrentHashMap<>();
    private final AtomicLong nextRefresh;

    SubscriptionSecrets(String subscription, SubscriptionStore store, DeliveredSecrets secrets, TimeSource time) {
        this.subscription = subscription;
        this.store = store;
        this.secrets = secrets;
        this.time = time;
        this.nextRefresh = new AtomicLong(time.nanos());
    }

    private String randomText() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Returns a name for a new secret. */
    String newName() {
        return subscription + "." + randomText().substring(0, 16);
    }

    /** Stores a new random secret. */
    Secret generate(String name) {
        Secret secret = Secret.of(randomText());
        put(name, secret);
        return secret;
    }

    /** Stores a secret that the service has chosen. */
    void put(String name, Secret secret) {
        if (!secrets.save(name, secret)) {
            throw new ConnectorException("The secret of the webhook subscription \"" + subscription
                    + "\" could not be stored: its store has another secret of the same name");
        }
        known.put(name, secret);
    }

    /** Finds a secret by its name in the state. */
    @Nullable Secret get(String name) {
        if (name.isEmpty()) {
            return null;
        }
        Secret cached = known.get(name);
        if (cached == null) {
            cached = secrets.find(name).orElse(null);
            if (cached != null) {
                known.put(name, cached);
            }
        }
        return cached;
    }

    /** Removes a secret that is not valid any more. */
    void forget(String name) {
        known.remove(name);
        try {
            secrets.remove(name);
        } catch (RuntimeException e) {
            LOG.warn("{}: an old secret could not be removed", subscription, e);
        }
    }

    /** Returns the secret of a slot as of each use; one that does not exist verifies nothing. */
    Secret slot(String slot) {
        return Secret.from(() -> find(slot).map(Secret::reveal).orElse(unknown));
    }

    @Override
    public Optional<Secret> find(String slot) {
        String name = name(store.last(), slot);
        return name == null ? Optional.empty() : Optional.ofNullable(get(name));
    }

    private @Nullable String name(StoredState state, String slot) {
        return switch (slot) {
            case SubscriptionDefinition.CURRENT -> state.active == null ? null : state.active.secret();
            case SubscriptionDefinition.PREVIOUS -> {
                Instant now = time.now();
                String newest = null;
                for (RetainedSecret one : state.retained) {
                    newest = one.until().isAfter(now) ? one.name() : newest;
                }
                yield newest;
            }
            case SubscriptionDefinition.NEXT -> state.nextSecret();
            default -> null;
        };
    }

    /** Saves the secret that the service delivers while a subscription is being created; rejects any other. */
    @Override
    public boolean save(String slot, Secret secret) {
        Intent intent = creation(store.last());
        if (intent == null && mayRefresh()) {
            intent = creation(store.read());
        }
        if (intent == null || !slot.equals(SubscriptionDefinition.NEXT)) {
            LOG.info("{}: a secret was rejected, because no subscription is being created", subscription);
            return false;
        }
        return secrets.save(intent.secret(), secret);
    }

    private @Nullable Intent creation(StoredState state) {
        Intent intent = state.intent;
        return intent != null
                        && intent.action() == SubscriptionAction.CREATE
                        && !intent.secret().isEmpty()
                        && time.now().isBefore(intent.until())
                ? intent
                : null;
    }

    private boolean mayRefresh() {
        long now = time.nanos();
        long next = nextRefresh.get();
        return now - next >= 0 && nextRefresh.compareAndSet(next, now + REFRESH_INTERVAL.toNanos());
    }

    /** Reads the state again if another node may have changed it; returns whether there are other secrets than before. */
    boolean refresh() {
        if (!mayRefresh()) {
            return false;
        }
        try {
            List<String> before = names(store.last());
            return !before.equals(names(store.read()));
        } catch (RuntimeException e) {
            LOG.warn("{}: the state could not be read to verify an event", subscription, e);
            return false;
        }
    }

    private List<String> names(StoredState state) {
        List<String> names = new ArrayList<>();
        SLOTS.forEach(slot -> names.add(String.valueOf(name(state, slot))));
        return names;
    }
}
