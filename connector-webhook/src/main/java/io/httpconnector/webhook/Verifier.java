package io.httpconnector.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Verifies that a request is genuine. {@link Signatures} provides verifiers for well-known services; implement this interface for
 * others. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface Verifier {

    /**
     * Verifies a request. Implementations must compare secrets in constant time, and must not parse the body before it is
     * verified.
     *
     * @param request the request
     * @param now the current time, with which timestamps are compared
     * @return whether the request is genuine
     */
    VerificationResult verify(WebhookRequest request, Instant now);

    /**
     * Returns the default location of the event id in the verified data.
     *
     * @return the selector, if there is one
     */
    default Optional<ValueSelector> eventId() {
        return Optional.empty();
    }

    /**
     * Returns the default location of the event type.
     *
     * @return the selector, if there is one
     */
    default Optional<ValueSelector> eventType() {
        return Optional.empty();
    }

    /**
     * Returns the media type of the bodies. The Content-Type header field is usually not signed and then ignored: without this
     * media type, the format is detected from the body.
     *
     * @return the media type, if it is known
     */
    default Optional<String> mediaType() {
        return Optional.empty();
    }

    /**
     * Returns the locations of secrets such as tokens, which are removed from events.
     *
     * @return the selectors, possibly none
     */
    default List<ValueSelector> secrets() {
        return List.of();
    }
}
