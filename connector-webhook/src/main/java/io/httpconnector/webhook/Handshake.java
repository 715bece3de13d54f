package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A handshake that a service requires before it sends events, or between them. {@link Handshakes} implements those of well-known
 * services. Thread-safe.
 */
public interface Handshake {

    /**
     * Responds to an unsigned challenge. Must have no effect that an attacker should not cause.
     *
     * @param request the request; its body is not trusted
     * @return the response; empty if the request is not such a challenge
     */
    default Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
        return Optional.empty();
    }

    /**
     * Responds to a challenge that was verified in the same way as events.
     *
     * @param request the request
     * @param payload its body
     * @return the response; empty if the request is an event
     */
    default Optional<WebhookResponse> afterVerification(WebhookRequest request, JsonNode payload) {
        return Optional.empty();
    }
}
