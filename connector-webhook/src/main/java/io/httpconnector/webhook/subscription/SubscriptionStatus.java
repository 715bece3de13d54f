package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.httpconnector.webhook.subscription.StoredState.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A snapshot of the status of a subscription. Immutable. */
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class SubscriptionStatus {

    /** The state of a subscription. */
    public enum SubscriptionState {
        /** There is none, and none is wanted: it was not started yet, or it was stopped. */
        NOT_REGISTERED,
        /** There is none yet, or none any more: it is being created. No events are sent. */
        CREATING,
        /** The service sends events. */
        ACTIVE,
        /** It was stopped, but is not deleted at the service yet. */
        DELETING,
        /** A user must authorize the connection again; until then, attempts are rare. */
        AUTHORIZATION_NEEDED
    }

    private final StoredState state;
    private final Instant now;
    private final @Nullable Instant lastEvent;

    SubscriptionStatus(StoredState state, Instant now, @Nullable Instant lastEvent) {
        this.state = state;
        this.now = now;
        this.lastEvent = lastEvent;
    }

    /**
     * Returns the state.
     *
     * @return the state
     */
    @JsonProperty("state")
    public SubscriptionState state() {
        if (!state.wanted || state.version == 0) {
            boolean isDeleted = state.active == null && state.retired.isEmpty() && state.unresolved.isEmpty();
            return isDeleted && (state.intent == null || state.wanted)
                    ? SubscriptionState.NOT_REGISTERED
                    : SubscriptionState.DELETING;
        }
        if (needsAuthorization()) {
            return SubscriptionState.AUTHORIZATION_NEEDED;
        }
        boolean isActive = state.active != null
                && (state.active.expires() == null || state.active.expires().isAfter(now));
        return isActive ? SubscriptionState.ACTIVE : SubscriptionState.CREATING;
    }

    /**
     * Returns whether the service has rejected the credentials, so that a user must authorize the connection again before a step can
     * succeed: also while the subscription is being deleted.
     *
     * @return whether an authorization is needed
     */
    @JsonProperty("needsAuthorization")
    public boolean needsAuthorization() {
        return state.failures.values().stream().anyMatch(Failure::needsAuthorization);
    }

    /**
     * Returns the id of the subscription at the service.
     *
     * @return the id; empty if there is none
     */
    public Optional<String> id() {
        return Optional.ofNullable(idOrNull());
    }

    /**
     * Returns when the subscription expires unless it is renewed.
     *
     * @return the time by the clock of this host; empty if it does not expire
     */
    public Optional<Instant> expires() {
        return Optional.ofNullable(state.active == null ? null : state.active.expires());
    }

    /**
     * Returns the time of the last renewal.
     *
     * @return the time; empty if there was none
     */
    public Optional<Instant> lastRenewal() {
        return Optional.ofNullable(state.lastRenewal);
    }

    /**
     * Returns the time of the last check, or of the creation if it was later.
     *
     * @return the time; empty if there was none
     */
    public Optional<Instant> lastCheck() {
        return Optional.ofNullable(state.lastCheck);
    }

    /**
     * Returns the time of the last event that was received on this node. The time on other nodes is known as of their last step.
     *
     * @return the time; empty if there was none
     */
    public Optional<Instant> lastEvent() {
        return Optional.ofNullable(lastEvent);
    }

    /**
     * Returns the message of the last failure, without secrets.
     *
     * @return the message; empty if there was none
     */
    public Optional<String> lastError() {
        return Optional.ofNullable(state.lastError);
    }

    /**
     * Returns the time of the last failure.
     *
     * @return the time; empty if there was none
     */
    public Optional<Instant> lastErrorTime() {
        return Optional.ofNullable(state.lastErrorTime);
    }

    /**
     * Returns the largest number of consecutive failures of a step.
     *
     * @return 0 if the last attempts of all steps have succeeded
     */
    @JsonProperty("consecutiveFailures")
    public int consecutiveFailures() {
        return state.failures.values().stream().mapToInt(Failure::count).max().orElse(0);
    }

    /**
     * Returns why the subscription is being replaced.
     *
     * @return the reason; empty if it is not
     */
    public Optional<String> replacement() {
        return Optional.ofNullable(state.recreate);
    }

    /**
     * Returns the ids of subscriptions that are not needed any more, but are not deleted at the service yet.
     *
     * @return the ids
     */
    @JsonProperty("toDelete")
    public List<String> toDelete() {
        return state.retired.stream().map(one -> one.registration().id()).toList();
    }

    /**
     * Returns descriptions of subscriptions that may exist at the service, but cannot be found there, because the response to
     * their creation was lost.
     *
     * @return the descriptions, oldest first; at most 20
     */
    @JsonProperty("possibleOrphans")
    public List<String> possibleOrphans() {
        return List.copyOf(state.orphans);
    }

    @JsonProperty("id")
    private @Nullable String idOrNull() {
        return state.active == null ? null : state.active.id();
    }

    @JsonProperty("expires")
    private @Nullable String expiresText() {
        return text(expires());
    }

    @JsonProperty("lastRenewal")
    private @Nullable String lastRenewalText() {
        return text(lastRenewal());
    }

    @JsonProperty("lastCheck")
    private @Nullable String lastCheckText() {
        return text(lastCheck());
    }

    @JsonProperty("lastEvent")
    private @Nullable String lastEventText() {
        return text(lastEvent());
    }

    @JsonProperty("lastError")
    private @Nullable String lastErrorText() {
        return state.lastError;
    }

    @JsonProperty("lastErrorTime")
    private @Nullable String lastErrorTimeText() {
        return text(lastErrorTime());
    }

    @JsonProperty("replacement")
    private @Nullable String replacementText() {
        return state.recreate;
    }

    /** ISO 8601 text, which any version of Jackson can write, with or without its modules. */
    private static @Nullable String text(Optional<Instant> time) {
        return time.map(Instant::toString).orElse(null);
    }

    /**
     * A one-line summary.
     *
     * @return state, id, expiry and the last error
     */
    @Override
    public String toString() {
        return state()
                + id().map(id -> ", id " + id).orElse("")
                + expires().map(at -> ", expires " + at).orElse("")
                + (consecutiveFailures() == 0
                        ? ""
                        : ", " + consecutiveFailures() + " failures in a row: " + state.lastError);
    }
}
