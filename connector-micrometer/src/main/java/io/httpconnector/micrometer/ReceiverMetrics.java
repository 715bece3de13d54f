package io.httpconnector.micrometer;

import io.httpconnector.trigger.AttemptResult.Outcome;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures the requests to receivers and the handlers of their events. Thread-safe. */
final class ReceiverMetrics implements WebhookListener {

    /** The number of events in inboxes whose requests are remembered. */
    private static final int MAX_REQUESTS = 10_000;

    private final MeterRegistry meters;
    private final EventMetrics events;

    /** The observations of requests by the events that they brought. */
    private final Map<EventId, Observation> requests = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EventId, Observation> eldest) {
            return size() > MAX_REQUESTS;
        }
    };

    /** The id of an event is unique within its receiver. */
    private record EventId(String receiver, String id) {}

    ReceiverMetrics(MeterRegistry meters, EventMetrics events) {
        this.meters = meters;
        this.events = events;
    }

    @Override
    public void onEvents(List<WebhookEvent> received) {
        events.current().ifPresent(request -> {
            synchronized (requests) {
                received.forEach(event -> requests.put(new EventId(event.receiver(), event.id()), request));
            }
        });
    }

    @Override
    public AttemptObserver onAttempt(DeliveryAttempt attempt) {
        EventId key = new EventId(
                attempt.events().get(0).trigger(), attempt.events().get(0).id());
        Observation request;
        synchronized (requests) {
            request = requests.get(key);
        }
        AttemptObserver observer = events.observe(attempt, events.current().isPresent() ? null : request);
        return (result, failure) -> {
            observer.onResult(result, failure);
            if (result.outcome() != Outcome.RETRY && result.outcome() != Outcome.POSTPONED) {
                synchronized (requests) {
                    requests.remove(key);
                }
            }
        };
    }

    @Override
    public void onUnknownTenant(WebhookEvent event) {
        countUnknownTenants(event.receiver(), 1);
    }

    /** Creates the counter of a URL that tenants share, so that alerts see the first increment. */
    void prepareShared(String receiver) {
        countUnknownTenants(receiver, 0);
    }

    private void countUnknownTenants(String receiver, long amount) {
        ConnectorMeter.UNKNOWN_TENANTS.increment(meters, amount, Tag.DESTINATION, events.destination(receiver));
    }

    @Override
    public void onResponse(RequestOutcome outcome) {
        String reason = outcome.rejection()
                .map(rejection -> rejection.name().toLowerCase(Locale.ROOT))
                .orElse(Tag.NONE);
        ConnectorMeter.WEBHOOK_DURATION
                .timer(
                        meters,
                        Tag.DESTINATION,
                        events.destination(outcome.receiver()),
                        Tag.STATUS,
                        String.valueOf(outcome.status()),
                        Tag.ERROR,
                        reason)
                .record(outcome.duration());
    }
}
