package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.TimeSource;
import io.httpconnector.webhook.Handshake;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.subscription.LifecycleNotifications.Received;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Consumes the verified notifications of the service about the subscription, before they are taken for events. Thread-safe. */
final class SubscriptionNotifications implements Handshake {

    private final @Nullable LifecycleNotifications lifecycle;
    private final SubscriptionDefinition definition;
    private final SubscriptionStore store;
    private final SubscriptionNotifier notifier;
    private final TimeSource time;
    private final Runnable wake;

    /**
     * Creates the handshake.
     *
     * @param wake lets the steps that are due be executed soon
     */
    SubscriptionNotifications(
            SubscriptionDefinition definition,
            SubscriptionStore store,
            SubscriptionNotifier notifier,
            TimeSource time,
            Runnable wake) {
        this.lifecycle = definition.lifecycle();
        this.definition = definition;
        this.store = store;
        this.notifier = notifier;
        this.time = time;
        this.wake = wake;
    }

    @Override
    public Optional<WebhookResponse> afterVerification(WebhookRequest request, JsonNode payload) {
        if (lifecycle == null) {
            return Optional.empty();
        }
        LifecycleNotifications.Notifications all = lifecycle.in(payload, headers(request));
        if (all.received().isEmpty()) {
            return Optional.empty();
        }
        all.received().forEach(this::process);
        wake.run();
        return all.isComplete() ? Optional.of(WebhookResponse.of(200)) : Optional.empty();
    }

    /** The header fields by their names in lower case. */
    private static Map<String, String> headers(WebhookRequest request) {
        Map<String, String> all = new TreeMap<>();
        request.headers().forEach((name, values) -> all.put(name, values.isEmpty() ? "" : values.get(0)));
        return all;
    }

    private void process(Received notification) {
        switch (notification.effect()) {
            case RENEW -> change(notification, state -> state.renewNow = true);
            case RECREATE ->
                change(
                        notification,
                        state -> state.lose(
                                "notification: " + notification.type(), time.now(), definition.secretOverlap()));
            case MISSED -> notifier.gap("notification: " + notification.type());
            default -> {
                // Nothing to do.
            }
        }
    }

    /** Changes the state, if the notification concerns the active subscription. */
    private void change(Received notification, Consumer<StoredState> change) {
        StoredState unused = store.update(state -> {
            boolean concerns = state.active != null
                    && (notification.subscription() == null
                            || notification.subscription().equals(state.active.id()));
            if (concerns) {
                change.accept(state);
            }
            return concerns;
        });
    }
}
