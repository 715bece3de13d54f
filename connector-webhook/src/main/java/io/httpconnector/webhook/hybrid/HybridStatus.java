package io.httpconnector.webhook.hybrid;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PushStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of the status of a {@link HybridTrigger}.
 *
 * @param polling the status of the polls
 * @param pushes the measurement of the webhook; null for a webhook that only requests polls
 * @param pendingWebhooks the number of events in the inbox of the webhook that are not handled yet
 */
public record HybridStatus(
        @JsonProperty("polling") PollingStatus polling,
        @JsonProperty("webhook") @Nullable PushStatus pushes,
        @JsonProperty("pendingWebhooks") int pendingWebhooks) {

    /**
     * The measurement of the webhook: the number and share of the events it has missed, and whether it is silent.
     *
     * @return the measurement; empty for a webhook that only requests polls
     */
    public Optional<PushStatus> webhook() {
        return Optional.ofNullable(pushes);
    }
}
