package io.httpconnector.definition.registry;

import io.httpconnector.trigger.DeliveryListener;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookListener;
import java.util.List;

/**
 * Passes on what concerns requests. With an inbox, the attempts to handle events are those of the mailbox.
 *
 * @param listener the listener of requests and attempts
 */
record RequestListener(WebhookListener listener) implements WebhookListener {

    @Override
    public void onResponse(RequestOutcome outcome) {
        listener.onResponse(outcome);
    }

    @Override
    public void onEvents(List<WebhookEvent> events) {
        listener.onEvents(events);
    }

    @Override
    public void onUnknownTenant(WebhookEvent event) {
        listener.onUnknownTenant(event);
    }

    /** Returns a listener of the attempts of the mailbox, which is notified of events with their own ids. */
    static DeliveryListener ofMailbox(List<WebhookListener> listeners) {
        DeliveryListener all = DeliveryListener.all(listeners);
        return new DeliveryListener() {
            @Override
            public AttemptObserver onAttempt(DeliveryAttempt attempt) {
                return all.onAttempt(new DeliveryAttempt(
                        attempt.events().stream().map(RegistryInbox::original).toList(), attempt.number()));
            }
        };
    }
}
