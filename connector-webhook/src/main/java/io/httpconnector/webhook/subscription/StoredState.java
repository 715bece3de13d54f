package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stored state of a subscription. It contains neither the URL nor secrets, but only a hash and the names of the secrets. Not
 * thread-safe: each change is made to a copy.
 */
final class StoredState {

    /** The maximum number of replaced secrets that are valid at the same time. */
    private static final int MAX_RETAINED = 8;

    /** The maximum number of descriptions of possible orphans. */
    private static final int MAX_ORPHANS = 20;

    /**
     * A subscription at the service.
     *
     * @param id the id at the service
     * @param secret the name of its secret; empty if it has none
     * @param url the fingerprint of its URL
     * @param definition the fingerprint of its definition
     * @param values further values by name
     * @param since when it was created or renewed
     * @param expires when it expires; null if it does not, or if this is unknown
     */
    record Registration(
            String id,
            String secret,
            String url,
            String definition,
            Map<String, JsonNode> values,
            Instant since,
            @Nullable Instant expires) {

        Registration renewed(Instant at, @Nullable Instant until) {
            return new Registration(id, secret, url, definition, values, at, until);
        }

        Registration withSecret(String other) {
            return new Registration(id, other, url, definition, values, since, expires);
        }

        Registration withValues(Map<String, JsonNode> others) {
            return new Registration(id, secret, url, definition, others, since, expires);
        }
    }

    /**
     * A step that was started, stored before its request.
     *
     * @param action the step
     * @param attempt the unique id of the attempt, which is also the id that the client chooses
     * @param node the node that executes it
     * @param until until when other nodes wait for it
     * @param secret the name of the secret of a new subscription; empty if it has none
     * @param url the fingerprint of the URL
     * @param definition the fingerprint of the definition
     */
    record Intent(
            SubscriptionAction action,
            String attempt,
            String node,
            Instant until,
            String secret,
            String url,
            String definition) {

        Intent endedAt(Instant time) {
            return new Intent(action, attempt, node, time, secret, url, definition);
        }
    }

    /**
     * A subscription to delete.
     *
     * @param duplicate whether it was found at the service, but is not known here
     */
    record Retired(Registration registration, boolean duplicate) {}

    /** A replaced secret that is still valid. */
    record RetainedSecret(String name, Instant until) {}

    /** The failures of a step since its last success. */
    record Failure(String message, Instant at, int count, Instant retryAt, boolean needsAuthorization) {}

    long version;
    /** Whether the subscription should exist. */
    boolean wanted = true;
    /** Whether the service was searched for subscriptions that are not known here. */
    boolean searched;

    @Nullable Registration active;

    @Nullable Intent intent;
    /** The attempts to create a subscription whose outcome is unknown. */
    List<Intent> unresolved = new ArrayList<>();

    List<Retired> retired = new ArrayList<>();
    List<RetainedSecret> retained = new ArrayList<>();
    /** Why the active subscription must be replaced, or why there is none. */
    @Nullable String recreate;
    /** The name of the secret to which the subscription must be rotated. */
    @Nullable String rotation;

    boolean renewNow;
    /** When to check earlier than usual, because an attempt may have succeeded late; null if there is no reason. */
    @Nullable Instant earlyCheck;

    Map<SubscriptionAction, Failure> failures = new EnumMap<>(SubscriptionAction.class);
    List<String> orphans = new ArrayList<>();

    @Nullable Instant lastRenewal;

    @Nullable Instant lastCheck;

    @Nullable Instant lastEvent;

    @Nullable String lastError;

    @Nullable Instant lastErrorTime;

    StoredState copy() {
        StoredState copy = new StoredState();
        copy.version = version;
        copy.wanted = wanted;
        copy.searched = searched;
        copy.active = active;
        copy.intent = intent;
        copy.unresolved = new ArrayList<>(unresolved);
        copy.retired = new ArrayList<>(retired);
        copy.retained = new ArrayList<>(retained);
        copy.recreate = recreate;
        copy.rotation = rotation;
        copy.renewNow = renewNow;
        copy.earlyCheck = earlyCheck;
        copy.failures = new EnumMap<>(failures);
        copy.orphans = new ArrayList<>(orphans);
        copy.lastRenewal = lastRenewal;
        copy.lastCheck = lastCheck;
        copy.lastEvent = lastEvent;
        copy.lastError = lastError;
        copy.lastErrorTime = lastErrorTime;
        return copy;
    }

    /** Whether the step of an attempt is still the current one. */
    boolean isCurrent(Intent mine) {
        return intent != null && intent.attempt().equals(mine.attempt());
    }

    /** Keeps a secret valid for events that are under way. */
    void retain(String secret, Instant now, Duration overlap) {
        retained.removeIf(one -> !one.until().isAfter(now) || one.name().equals(secret));
        if (!secret.isEmpty()) {
            retained.add(new RetainedSecret(secret, now.plus(overlap)));
        }
        while (retained.size() > MAX_RETAINED) {
            retained.remove(0);
        }
    }

    /** Deletes a subscription at the service as soon as possible. */
    void retire(Registration registration, boolean duplicate) {
        if (retired.stream().noneMatch(one -> one.registration().id().equals(registration.id()))) {
            retired.add(new Retired(registration, duplicate));
        }
    }

    boolean isRetired(String id) {
        return retired.stream().anyMatch(one -> one.registration().id().equals(id));
    }

    /** Adds a description of a subscription that may exist, but cannot be found. */
    void addOrphan(String description) {
        orphans.add(description);
        while (orphans.size() > MAX_ORPHANS) {
            orphans.remove(0);
        }
    }

    /** Replaces the active subscription. */
    void activate(Registration registration, Instant now, Duration overlap) {
        Registration old = active;
        active = registration;
        if (old != null && !old.id().equals(registration.id())) {
            retire(old, false);
        }
        if (old != null && !old.secret().equals(registration.secret())) {
            retain(old.secret(), now, overlap);
        }
        recreate = null;
        rotation = null;
        renewNow = false;
        lastCheck = now;
        failures.remove(SubscriptionAction.CREATE);
        failures.remove(SubscriptionAction.RENEW);
    }

    /** Records that the active subscription does not exist any more. */
    void lose(String reason, Instant now, Duration overlap) {
        if (active != null) {
            retain(active.secret(), now, overlap);
            active = null;
        }
        recreate = reason;
    }

    /** Returns the name of the secret that is about to become valid; null if there is none. */
    @Nullable String nextSecret() {
        if (intent != null && !intent.secret().isEmpty()) {
            return intent.secret();
        }
        if (rotation != null && !rotation.isEmpty()) {
            return rotation;
        }
        return unresolved.isEmpty()
                        || unresolved.get(unresolved.size() - 1).secret().isEmpty()
                ? null
                : unresolved.get(unresolved.size() - 1).secret();
    }
}
