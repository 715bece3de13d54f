package io.httpconnector.webhook.subscription;

import io.httpconnector.webhook.subscription.StoredState.Intent;
import io.httpconnector.webhook.subscription.StoredState.Registration;
import io.httpconnector.webhook.subscription.SubscriptionClient.Listed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A search for our subscriptions among those that the service lists. Immutable.
 *
 * @param url the fingerprint of the current URL
 * @param fingerprint the fingerprint of the current definition
 */
record SubscriptionSearch(
        SubscriptionDefinition definition, SubscriptionSecrets secrets, String url, String fingerprint) {

    /** Returns the subscriptions with our URL, or that of an attempt, that the state does not know. */
    List<Registration> unknown(List<Listed> all, StoredState state, Instant now) {
        return all.stream()
                .filter(one -> state.active == null || !state.active.id().equals(one.id()))
                .filter(one -> !state.isRetired(one.id()))
                .map(one -> new Registration(
                        one.id(),
                        "",
                        SubscriptionDefinition.urlFingerprint(one.url()),
                        "",
                        Map.of(),
                        now,
                        one.expires()))
                .filter(one -> isOurs(one, state))
                .toList();
    }

    private boolean isOurs(Registration one, StoredState state) {
        return one.url().equals(url)
                || state.unresolved.stream().anyMatch(attempt -> attempt.url().equals(one.url()));
    }

    /** Returns the subscription that an attempt has created, if there can be no doubt about its secret; null if there is none. */
    @Nullable Registration adoptable(List<Registration> unknown, StoredState state, Instant now) {
        // After an earlier attempt that may have succeeded late, it is uncertain whose subscription this is.
        boolean isUnique = unknown.size() == 1 && state.unresolved.size() == 1 && state.earlyCheck == null;
        if (!state.wanted || !isUnique || definition.needsValues()) {
            return null;
        }
        Intent attempt = state.unresolved.get(0);
        Registration one = unknown.get(0);
        boolean isCurrent = attempt.url().equals(url)
                && attempt.definition().equals(fingerprint)
                && one.url().equals(attempt.url());
        boolean isSecretKnown = !definition.hasSecret()
                || (definition.locations().secret() == null && secrets.get(attempt.secret()) != null);
        return isCurrent && isSecretKnown
                ? new Registration(
                        one.id(), attempt.secret(), attempt.url(), attempt.definition(), Map.of(), now, one.expires())
                : null;
    }
}
