package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * Answers what a service asks before it sends events, or between them. {@link Handshakes} has those of well-known services.
 * Safe for many threads.
 */
public interface Handshake {

    /**
     * Answers a question that nobody has signed. It must not do more than a stranger may have done.
     *
     * @param request what came; its body can't be trusted
     * @return the answer; nothing when it is no such question
     */
    default Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
        return Optional.empty();
    }

    /**
     * Answers a question that was verified as events are.
     *
     * @param request what came
     * @param payload its body
     * @return the answer; nothing when it is no such question but an event
     */
    default Optional<WebhookResponse> afterVerification(WebhookRequest request, JsonNode payload) {
        return Optional.empty();
    }
}
