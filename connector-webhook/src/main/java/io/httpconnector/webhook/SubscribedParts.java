package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a receiver that come from a {@link ManagedSubscription}. Immutable.
 *
 * @param verifiers the verifiers, with the secrets of the subscription
 * @param handshakes the handshakes; the first one consumes notifications about the subscription
 * @param refresh looks for newer secrets, and returns whether there are any
 */
record SubscribedParts(List<Verifier> verifiers, List<Handshake> handshakes, BooleanSupplier refresh) {

    /** A handshake that sees only signed header fields, because what it consumes is no event. */
    private record Notifications(Handshake consumer) implements Handshake {

        @Override
        public Optional<WebhookResponse> afterVerification(WebhookRequest request, JsonNode payload) {
            return consumer.afterVerification(request, payload);
        }
    }

    private static final SubscribedParts NONE = new SubscribedParts(List.of(), List.of(), () -> false);

    /** Returns the request as a handshake may see it after verification. */
    static WebhookRequest visible(Handshake handshake, WebhookRequest request, SignedData data) {
        return handshake instanceof Notifications ? data.withoutUnsignedHeaders() : request;
    }

    /** Creates the parts; reports those that can't be created. */
    static SubscribedParts of(
            @Nullable ManagedSubscription subscription, @Nullable HttpConnection connection, List<String> problems) {
        if (subscription == null) {
            return NONE;
        }
        ReceiverDefinition definition = new ReceiverDefinition();
        definition.read(subscription.receiverDefinition(), SecretNames.of(subscription::secret), reader -> {});
        VerifierDefinitionReader context = definition.context(subscription.deliveredSecrets(), connection);
        List<String> found = new ArrayList<>(definition.problems());
        List<Verifier> verifiers = definition.verifiers(context, found);
        List<Handshake> handshakes = new ArrayList<>(List.of(new Notifications(subscription.notifications())));
        handshakes.addAll(definition.handshakes(context, found));
        found.forEach(problem -> problems.add("subscription: " + problem));
        return new SubscribedParts(verifiers, handshakes, subscription::refreshSecrets);
    }
}
