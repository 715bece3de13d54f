package io.httpconnector.webhook;

import io.httpconnector.trigger.DeliveryListener;
import java.time.Duration;

/**
 * A listener that is notified of each request to a receiver, and of each attempt to handle its events, for metrics, tracing and
 * alerts. Called by the thread of the request or of the handler, so implementations must return quickly; exceptions are logged and
 * ignored. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface WebhookListener extends DeliveryListener {

    /**
     * {@inheritDoc}
     *
     * <p>The default does nothing. Without an inbox, the thread of the request handles the events, each in one attempt; if it fails,
     * the outcome is {@code RETRY}, because the sender is asked to send the request again.
     */
    @Override
    default AttemptObserver onAttempt(DeliveryAttempt attempt) {
        return AttemptObserver.NONE;
    }

    /**
     * Called when the response to a request is known, before it is sent.
     *
     * @param outcome the outcome
     */
    void onResponse(RequestOutcome outcome);

    /**
     * The outcome of a request. Contains no data of the request, which may be secret or come from an attacker.
     *
     * @param receiver the name of the receiver
     * @param status the status of the response
     * @param detail the reason for a rejection, as in the log; empty otherwise. Not for senders
     * @param events the number of events in the request; 0 if it was rejected, or was a handshake
     * @param size the size of the body in bytes
     * @param duration the time since the request was received
     */
    record RequestOutcome(String receiver, int status, String detail, int events, int size, Duration duration) {

        /**
         * Whether the request was accepted.
         *
         * @return true if the status is 2xx
         */
        public boolean isAccepted() {
            return status < 300;
        }
    }
}
