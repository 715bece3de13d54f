package io.httpconnector.webhook.hybrid;

import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests a poll when an event arrives again: without an id, a later event with the same body counts as a repetition, which the
 * receiver acknowledges without handling it. Thread-safe.
 */
final class RepeatedEvents implements WebhookListener {

    /** The number of events that are remembered. */
    private static final int MAX_IDS = 1000;

    private final Runnable poll;

    /** Guarded by itself. */
    private final Map<String, Boolean> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_IDS;
        }
    };

    RepeatedEvents(Runnable poll) {
        this.poll = poll;
    }

    @Override
    public void onEvents(List<WebhookEvent> events) {
        boolean isRepeated = false;
        synchronized (seen) {
            for (WebhookEvent event : events) {
                isRepeated |= seen.put(event.id(), true) != null;
            }
        }
        if (isRepeated) {
            poll.run();
        }
    }

    @Override
    public void onResponse(RequestOutcome outcome) {
        // Only repetitions matter.
    }
}
