package io.httpconnector.webhook.subscription;

import io.httpconnector.webhook.subscription.StoredState.Failure;
import io.httpconnector.webhook.subscription.StoredState.Intent;
import io.httpconnector.webhook.subscription.StoredState.Registration;
import java.time.Duration;
import java.time.Instant;

/**
 * Corrects the times of a state that was stored while a clock was ahead: without it, the steps would wait until the time is reached
 * again. The clocks of several nodes may differ by less than the tolerance.
 */
final class StoredTimes {

    private static final Duration TOLERANCE = Duration.ofMinutes(10);

    private StoredTimes() {}

    /** Replaces times of the past that are in the future. */
    static void correct(StoredState state, Instant now) {
        state.intent = state.intent == null ? null : corrected(state.intent, now);
        state.unresolved.replaceAll(attempt -> corrected(attempt, now));
        state.failures.replaceAll((action, failure) -> isFuture(failure.at(), now)
                ? new Failure(failure.message(), now, failure.count(), now, failure.needsAuthorization())
                : failure);
        if (state.lastCheck != null && isFuture(state.lastCheck, now)) {
            state.lastCheck = null;
        }
        Registration active = state.active;
        if (active != null && isFuture(active.since(), now)) {
            state.active = active.renewed(now, active.expires());
        }
    }

    /** An attempt that has started in the future has ended. */
    private static Intent corrected(Intent attempt, Instant now) {
        boolean isFuture = isFuture(attempt.until().minus(SubscriptionManager.CLAIM), now);
        return isFuture ? attempt.endedAt(now) : attempt;
    }

    private static boolean isFuture(Instant time, Instant now) {
        return time.isAfter(now.plus(TOLERANCE));
    }
}
