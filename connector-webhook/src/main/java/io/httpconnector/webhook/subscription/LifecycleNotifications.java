package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The notifications of a service about the subscription itself, which arrive like events. Immutable.
 *
 * @param records the list of notifications in the body; the whole body by default
 * @param type the type of a notification
 * @param subscription the id of the subscription; null if there is only one
 * @param effects the effect by type
 */
record LifecycleNotifications(
        ServiceValue records, ServiceValue type, @Nullable ServiceValue subscription, Map<String, Effect> effects) {

    /** The effect of a notification. */
    enum Effect {
        /** The subscription must be renewed. */
        RENEW,
        /** The service has removed the subscription. */
        RECREATE,
        /** The service could not deliver events. */
        MISSED,
        /** None. */
        IGNORE
    }

    /** A notification and its effect. */
    record Received(Effect effect, String type, @Nullable String subscription) {}

    static @Nullable LifecycleNotifications read(JsonObjectReader reader) {
        // "records": The location of the list of notifications in the body. Default: the whole body.
        ServiceValue records = SubscriptionDefinition.location(reader, "records", ServiceValue.NOTIFICATION);
        reader.require("type");
        // "type": The location of the type in a notification, or in a header field that is signed:
        // `{{headers['x-event']}}`.
        ServiceValue type = SubscriptionDefinition.location(reader, "type", ServiceValue.NOTIFICATION);
        // "subscription": The location of the id of the subscription in a notification.
        ServiceValue subscription = SubscriptionDefinition.location(reader, "subscription", ServiceValue.NOTIFICATION);
        Map<String, Effect> effects = new LinkedHashMap<>();
        // "renew": The types that require a renewal.
        reader.distinctTexts("renew").forEach(name -> effects.put(name, Effect.RENEW));
        // "recreate": The types that announce that the subscription does not exist any more.
        reader.distinctTexts("recreate").forEach(name -> effects.put(name, Effect.RECREATE));
        // "missed": The types that announce that events were lost.
        reader.distinctTexts("missed").forEach(name -> effects.put(name, Effect.MISSED));
        // "ignore": The types without any effect.
        reader.distinctTexts("ignore").forEach(name -> effects.put(name, Effect.IGNORE));
        return type == null
                ? null
                : new LifecycleNotifications(
                        records == null ? ServiceValue.of("", ServiceValue.NOTIFICATION) : records,
                        type,
                        subscription,
                        effects);
    }

    /** The notifications in a request, and whether it contains nothing else. */
    record Notifications(List<Received> received, boolean isComplete) {}

    /** Returns the notifications in a request. */
    Notifications in(JsonNode body, Map<String, String> headers) {
        JsonNode found = records.in(body, headers);
        List<Received> all = new ArrayList<>();
        boolean isComplete = true;
        for (JsonNode one : found.isArray() ? found : List.of(found)) {
            String name = type.optionalTextIn(one, headers);
            Effect effect = name == null ? null : effects.get(name);
            if (name == null || effect == null) {
                isComplete = false;
                continue;
            }
            all.add(new Received(effect, name, subscription == null ? null : subscription.textIn(one, headers)));
        }
        return new Notifications(all, isComplete);
    }
}
