package io.httpconnector.webhook;

import java.util.Optional;

/** The text of a challenge, which a handshake returns to the sender. */
final class ChallengeText {

    private static final int MAX_LENGTH = 1000;

    private ChallengeText() {}

    /** Accepts only text that is short and cannot break out of a header field, because it is returned to the sender. */
    static Optional<String> bounded(String text) {
        boolean good =
                !text.isEmpty() && text.length() <= MAX_LENGTH && text.chars().noneMatch(Character::isISOControl);
        return good ? Optional.of(text) : Optional.empty();
    }

    /** Accepts only text that is safe in a header field. */
    static Optional<String> ascii(String text) {
        return bounded(text).filter(good -> good.chars().allMatch(c -> c < 0x7F));
    }

    /** Returns a plain text response; browsers must not sniff another type. */
    static WebhookResponse response(String challenge) {
        return WebhookResponse.text(200, challenge).header("X-Content-Type-Options", "nosniff");
    }
}
