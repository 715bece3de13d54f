package io.httpconnector.webhook;

import io.httpconnector.trigger.DeliveryListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A listener that is notified of each request to a receiver, and of each attempt to handle its events, for metrics, tracing and
 * alerts. Called by the thread of the request or of the handler, so implementations must return quickly; exceptions are logged and
 * ignored. Implementations must be thread-safe.
 *
 * <p>Without an inbox, the thread of the request handles the events, each in one attempt. If it fails, the outcome is {@code RETRY},
 * because the sender is asked to send the request again.
 */
@FunctionalInterface
public interface WebhookListener extends DeliveryListener {

    /**
     * Called when the response to a request is known, before it is sent.
     *
     * @param outcome the outcome
     */
    void onResponse(RequestOutcome outcome);

    /**
     * Called by the thread of the request when the request is verified, before its events are stored or handled. Includes events
     * that were received before. The default does nothing.
     *
     * @param events the events; their ids are those of the attempts to handle them
     */
    default void onEvents(List<WebhookEvent> events) {}

    /**
     * Called when an event has no known tenant: it is acknowledged without being handled, or refused, as {@link
     * TenantRoutes.Builder#unknownResponse} tells. Called once for an acknowledged event, however often it is sent. The default does
     * nothing.
     *
     * @param event the event; its {@linkplain WebhookEvent#tenant tenant} is empty if it has no signed one
     */
    default void onUnknownTenant(WebhookEvent event) {}

    /** The reason why a request was not accepted. */
    enum Rejection {
        /** The sender exceeds its rate limit. */
        RATE_LIMITED,
        /** The request method is not one of the receiver. */
        METHOD_NOT_ALLOWED,
        /** The body is larger than the limit. */
        TOO_LARGE,
        /** The body is shorter than its header announces. */
        TRUNCATED,
        /** The signature or another proof of origin is missing or wrong, or too old. */
        UNVERIFIED,
        /** The media type is not supported. */
        UNSUPPORTED_MEDIA_TYPE,
        /** The body cannot be parsed. */
        MALFORMED,
        /** The events could not be stored, because the inbox is full or not available: the sender should retry. */
        NOT_STORED,
        /** The request was not processed within its deadline: the sender should retry. */
        LATE,
        /** The handler or the processing failed: the sender should retry. */
        FAILED
    }

    /**
     * The outcome of a request. Contains no data of the request, which may be secret or come from an attacker.
     *
     * @param receiver the name of the receiver
     * @param status the status of the response
     * @param rejection the reason for a rejection; empty if the request was accepted, or a handler chose the response
     * @param detail the reason for a rejection, as in the log; empty otherwise. Not for senders
     * @param events the number of events in the request; 0 if it was rejected, or was a handshake
     * @param size the size of the body in bytes
     * @param duration the time since the request was received
     */
    record RequestOutcome(
            String receiver,
            int status,
            Optional<Rejection> rejection,
            String detail,
            int events,
            int size,
            Duration duration) {

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
