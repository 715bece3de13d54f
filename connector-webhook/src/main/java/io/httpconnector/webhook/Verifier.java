package io.httpconnector.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether a request comes from where it should. {@link Signatures} has those of well-known services; write your own
 * for others. Safe for many threads.
 */
@FunctionalInterface
public interface Verifier {

    /**
     * Looks at a request. What it compares with a secret it compares in constant time, and it does not read the body before
     * it knows that the body can be trusted.
     *
     * @param request what came
     * @param now the time by which timestamps are judged
     * @return whether the request is genuine
     */
    VerificationResult verify(WebhookRequest request, Instant now);

    /**
     * Where the id of an event usually stands in what this verifies.
     *
     * @return the place, when there is one
     */
    default Optional<ValueSelector> eventId() {
        return Optional.empty();
    }

    /**
     * Where it usually stands what kind of event it is.
     *
     * @return the place, when there is one
     */
    default Optional<ValueSelector> eventType() {
        return Optional.empty();
    }

    /**
     * The media type of the bodies. The header field that says it is not signed as a rule, so it does not count then: without this, the
     * body itself decides.
     *
     * @return the media type, when it is known
     */
    default Optional<String> mediaType() {
        return Optional.empty();
    }

    /**
     * Where a secret itself stands, such as a token: events don't have that.
     *
     * @return the places, possibly none
     */
    default List<ValueSelector> secrets() {
        return List.of();
    }
}
