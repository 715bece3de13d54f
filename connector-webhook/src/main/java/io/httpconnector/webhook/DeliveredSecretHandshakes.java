package io.httpconnector.webhook;

import io.httpconnector.Secret;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Handshakes in which a service delivers the secret of its signatures. */
final class DeliveredSecretHandshakes {

    private DeliveredSecretHandshakes() {}

    /** Receives the token of Notion; the response to one that is not saved is 403. */
    static Handshake notion(Predicate<Secret> saved) {
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                List<String> given = BodyParser.unverifiedValues(ValueSelector.body("/verification_token"), request);
                if (given.size() != 1 || !request.method().equals("POST")) {
                    return Optional.empty();
                }
                Optional<String> token = ChallengeText.ascii(given.get(0)).filter(text -> !text.isBlank());
                return token.map(text -> WebhookResponse.of(saved.test(Secret.of(text)) ? 200 : 403));
            }
        };
    }

    /** Receives the secret of Asana and returns it; the response to one that is not saved is 403. */
    static Handshake asana(Predicate<Secret> saved) {
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                Optional<String> secret = request.header("X-Hook-Secret")
                        .flatMap(ChallengeText::ascii)
                        .filter(text -> !text.isBlank());
                if (secret.isEmpty() || !request.method().equals("POST")) {
                    return Optional.empty();
                }
                return Optional.of(
                        saved.test(Secret.of(secret.get()))
                                ? WebhookResponse.of(200).header("X-Hook-Secret", secret.get())
                                : WebhookResponse.of(403));
            }
        };
    }
}
