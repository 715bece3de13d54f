package io.httpconnector.webhook.subscription;

import io.httpconnector.webhook.subscription.StoredState.Failure;
import io.httpconnector.webhook.subscription.StoredState.Intent;
import io.httpconnector.webhook.subscription.StoredState.Registration;
import io.httpconnector.webhook.subscription.StoredState.Retired;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which step is due. It changes the state where no request is needed: an abandoned attempt becomes one whose outcome is
 * unknown. Immutable.
 *
 * @param url the fingerprint of the current URL
 * @param fingerprint the fingerprint of the current definition
 * @param node the id of this node
 */
record SubscriptionPlanner(SubscriptionDefinition definition, String url, String fingerprint, String node) {

    /** The shortest time between two renewals. */
    private static final Duration MIN_RENEWAL = Duration.ofMinutes(1);

    /**
     * A decision.
     *
     * @param action the step that is due; null if none is
     * @param subject the subscription that the step concerns; null if there is none
     * @param duplicate whether it is one that was found at the service
     * @param due when the next step is due, if none is now
     */
    record Decision(
            @Nullable SubscriptionAction action, @Nullable Registration subject, boolean duplicate, Instant due) {}

    /** Collects what could be done, and finds the first step that is due. */
    private static final class Candidates {

        private final StoredState state;
        private final Instant now;
        private Instant due = Instant.MAX;
        private @Nullable Decision found;

        Candidates(StoredState state, Instant now) {
            this.state = state;
            this.now = now;
        }

        void add(SubscriptionAction action, @Nullable Registration subject, boolean duplicate, Instant at) {
            Failure failure = state.failures.get(action);
            Instant start = failure == null || failure.retryAt().isBefore(at) ? at : failure.retryAt();
            if (!start.isAfter(now) && found == null) {
                found = new Decision(action, subject, duplicate, now);
            }
            due = start.isBefore(due) ? start : due;
        }

        Decision decision() {
            return found == null ? new Decision(null, null, false, due) : found;
        }
    }

    /** Decides what is due, after the state was changed accordingly. */
    Decision decide(StoredState state, Instant now) {
        StoredTimes.correct(state, now);
        Intent running = state.intent;
        if (running != null) {
            if (!running.node().equals(node) && now.isBefore(running.until())) {
                return new Decision(null, null, false, running.until());
            }
            state.intent = null;
            if (running.action() == SubscriptionAction.CREATE) {
                state.unresolved.add(running);
            }
        }
        if (definition.list() == null) {
            resolveWithoutList(state, now);
        }
        Candidates candidates = new Candidates(state, now);
        if (state.wanted) {
            addForWanted(state, candidates, now);
        } else {
            addForUnwanted(state, candidates, now);
        }
        return candidates.decision();
    }

    /** Without a list, only a subscription whose id the client has chosen can be deleted. */
    private void resolveWithoutList(StoredState state, Instant now) {
        for (Intent attempt : state.unresolved) {
            if (definition.choosesId() && definition.delete() != null) {
                state.retire(
                        new Registration(
                                attempt.attempt(),
                                attempt.secret(),
                                attempt.url(),
                                attempt.definition(),
                                Map.of(),
                                now,
                                null),
                        true);
            } else {
                state.addOrphan("created at about " + attempt.until().minus(SubscriptionManager.CLAIM));
            }
        }
        state.unresolved.clear();
        state.searched = true;
    }

    private boolean mustSearch(StoredState state) {
        return definition.list() != null && (!state.unresolved.isEmpty() || (!state.searched && state.active == null));
    }

    /** A search before the end of an attempt would not find what the service creates late. */
    private static Instant searchTime(StoredState state, Instant now) {
        Instant start = now;
        for (Intent attempt : state.unresolved) {
            start = attempt.until().isAfter(start) ? attempt.until() : start;
        }
        return start;
    }

    private void addForUnwanted(StoredState state, Candidates candidates, Instant now) {
        if (state.active != null) {
            state.retire(state.active, false);
            state.retain(state.active.secret(), now, definition.secretOverlap());
            state.active = null;
        }
        state.recreate = null;
        state.rotation = null;
        if (!state.unresolved.isEmpty() && mustSearch(state)) {
            candidates.add(SubscriptionAction.RECOVER, null, false, searchTime(state, now));
        }
        addDeletions(state, candidates, now, true);
    }

    private void addForWanted(StoredState state, Candidates candidates, Instant now) {
        Registration active = state.active;
        String reason = reason(state, active, now);
        boolean replaces = active == null || reason != null;
        if (mustSearch(state)) {
            candidates.add(SubscriptionAction.RECOVER, null, false, searchTime(state, now));
            replaces = false;
        }
        if (replaces && definition.deleteFirst()) {
            if (active != null) {
                state.lose(reason == null ? "" : reason, now, definition.secretOverlap());
                state.retire(active, false);
            }
            addDeletions(state, candidates, now, true);
            replaces = state.retired.isEmpty();
        }
        if (replaces) {
            state.recreate = reason;
            candidates.add(SubscriptionAction.CREATE, null, false, now);
        }
        if (state.active != null) {
            addForActive(state, state.active, candidates, now, reason != null);
        }
        addDeletions(state, candidates, now, false);
        if (state.active == null) {
            return;
        }
        Instant usual = state.lastCheck == null ? now : state.lastCheck.plus(definition.checkEvery());
        Instant check = state.earlyCheck != null && state.earlyCheck.isBefore(usual) ? state.earlyCheck : usual;
        if (definition.check() != null || definition.list() != null) {
            candidates.add(SubscriptionAction.CHECK, state.active, false, check);
        }
    }

    private void addForActive(
            StoredState state, Registration active, Candidates candidates, Instant now, boolean isReplaced) {
        if (state.rotation != null && definition.rotate() != null) {
            candidates.add(SubscriptionAction.ROTATE, active, false, now);
        }
        if (active.expires() != null && (definition.renew() != null || !isReplaced)) {
            Instant renewal = renewal(active, state.renewNow, now);
            // Without a request to renew, the renewal is a reason to replace the subscription.
            candidates.add(
                    definition.renew() == null ? SubscriptionAction.CREATE : SubscriptionAction.RENEW,
                    active,
                    false,
                    renewal);
        } else if (state.renewNow && definition.renew() != null) {
            candidates.add(SubscriptionAction.RENEW, active, false, now);
        }
    }

    private static Instant renewal(Registration active, boolean isRequested, Instant now) {
        Instant expires = active.expires();
        if (isRequested || expires == null) {
            return now;
        }
        Instant half =
                active.since().plus(Duration.between(active.since(), expires).dividedBy(2));
        Instant earliest = active.since().plus(MIN_RENEWAL);
        return half.isAfter(earliest) ? half : earliest;
    }

    /** Returns why the active subscription must be replaced, or why there is none; null if it need not be. */
    private @Nullable String reason(StoredState state, @Nullable Registration active, Instant now) {
        if (active == null || state.recreate != null) {
            return state.recreate;
        }
        if (active.expires() != null && !active.expires().isAfter(now)) {
            return ReplacementReasons.EXPIRED;
        }
        if (!active.url().equals(url)) {
            return ReplacementReasons.URL_CHANGED;
        }
        if (!active.definition().equals(fingerprint)) {
            return ReplacementReasons.DEFINITION_CHANGED;
        }
        if (state.rotation != null && definition.rotate() == null) {
            return ReplacementReasons.ROTATION;
        }
        boolean isRenewedByCreate = definition.renew() == null
                && active.expires() != null
                && !renewal(active, state.renewNow, now).isAfter(now);
        return isRenewedByCreate ? ReplacementReasons.RENEWAL : null;
    }

    /** Values of a subscription that was created without a response may be those of its successor: it is deleted afterwards. */
    private void addDeletions(StoredState state, Candidates candidates, Instant now, boolean isLast) {
        List<Retired> retired = state.retired;
        for (Retired one : retired) {
            boolean waits = !isLast
                    && state.active == null
                    && one.registration().values().isEmpty()
                    && definition.needsValuesToDelete();
            if (!waits) {
                candidates.add(SubscriptionAction.DELETE, one.registration(), one.duplicate(), now);
            }
        }
    }
}
