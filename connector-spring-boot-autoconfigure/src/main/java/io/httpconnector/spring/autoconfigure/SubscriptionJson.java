package io.httpconnector.spring.autoconfigure;

import io.httpconnector.webhook.subscription.SubscriptionStatus;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The status of subscriptions in responses of Actuator. */
final class SubscriptionJson {

    private SubscriptionJson() {}

    static String name(SubscriptionStatus.SubscriptionState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static Map<String, Object> of(String id, SubscriptionStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("state", name(status.state()));
        put(json, "idAtService", status.id());
        put(json, "expires", status.expires());
        put(json, "lastRenewal", status.lastRenewal());
        put(json, "lastCheck", status.lastCheck());
        put(json, "lastEvent", status.lastEvent());
        json.put("consecutiveFailures", status.consecutiveFailures());
        put(json, "lastError", status.lastError());
        put(json, "lastErrorTime", status.lastErrorTime());
        put(json, "replacement", status.replacement());
        json.put("toDelete", status.toDelete());
        json.put("possibleOrphans", status.possibleOrphans());
        return json;
    }

    private static void put(Map<String, Object> json, String member, Optional<?> value) {
        value.ifPresent(known -> json.put(member, known.toString()));
    }
}
