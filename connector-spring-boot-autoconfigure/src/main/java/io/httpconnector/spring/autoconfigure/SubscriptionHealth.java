package io.httpconnector.spring.autoconfigure;

import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The health of webhook subscriptions. It is down if the service sends no events to one of them, and {@code DEGRADED} if one may stop
 * soon or has left something at the service.
 *
 * @param status {@code UP}, {@code DEGRADED} or {@code DOWN}
 * @param details the state of each subscription, and its problems
 */
record SubscriptionHealth(String status, Map<String, Object> details) {

    static final String UP = "UP";
    static final String DOWN = "DOWN";
    static final String DEGRADED = "DEGRADED";

    /** A subscription that is being created is down after as many failures. */
    private static final int FAILURES = 3;

    static SubscriptionHealth of(ConnectorSubscriptions subscriptions, Instant now) {
        Map<String, Object> details = new LinkedHashMap<>();
        boolean isDown = false;
        boolean isDegraded = false;
        for (Map.Entry<String, SubscriptionStatus> entry : subscriptions.list().entrySet()) {
            SubscriptionStatus status = entry.getValue();
            List<String> problems = problems(status);
            boolean isSending = status.id().isPresent()
                    && status.expires().map(at -> at.isAfter(now)).orElse(true);
            boolean isExpected = status.state() == SubscriptionState.AUTHORIZATION_NEEDED
                    || (status.state() == SubscriptionState.CREATING && status.consecutiveFailures() >= FAILURES);
            isDown = isDown || (isExpected && !isSending);
            isDegraded = isDegraded || !problems.isEmpty();
            details.put(entry.getKey(), detail(status, problems));
        }
        return new SubscriptionHealth(isDown ? DOWN : isDegraded ? DEGRADED : UP, details);
    }

    private static Map<String, Object> detail(SubscriptionStatus status, List<String> problems) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("state", SubscriptionJson.name(status.state()));
        status.expires().ifPresent(at -> detail.put("expires", at.toString()));
        if (!problems.isEmpty()) {
            detail.put("problems", problems);
        }
        return detail;
    }

    private static List<String> problems(SubscriptionStatus status) {
        List<String> problems = new ArrayList<>();
        if (status.state() == SubscriptionState.AUTHORIZATION_NEEDED) {
            problems.add("a user must authorize the connection again");
        }
        if (status.consecutiveFailures() > 0) {
            problems.add(status.consecutiveFailures() + " failures in a row: "
                    + status.lastError().orElse("unknown"));
        }
        status.replacement().ifPresent(reason -> problems.add("is being replaced: " + reason));
        if (!status.toDelete().isEmpty()) {
            problems.add(status.toDelete().size() + " subscriptions are not deleted at the service yet");
        }
        if (!status.possibleOrphans().isEmpty()) {
            problems.add(
                    status.possibleOrphans().size() + " subscriptions may exist at the service, but cannot be found");
        }
        return problems;
    }
}
