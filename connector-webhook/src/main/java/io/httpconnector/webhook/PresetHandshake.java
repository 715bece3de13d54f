package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of a {@link SignaturePreset}, created by name. Immutable.
 *
 * @param secretName the member of a definition that names the secret; empty if the handshake needs no secret
 * @param factory creates the handshake from these secrets
 * @param receiving creates a handshake in which the service delivers the secret, from what saves it; null if the service
 *     delivers none
 */
record PresetHandshake(
        String secretName,
        Function<List<Secret>, Handshake> factory,
        @Nullable Function<Predicate<Secret>, Handshake> receiving) {

    /** Creates a handshake in which the service delivers the secret; {@code advice} says how to create it in Java. */
    static PresetHandshake receiving(String advice, Function<Predicate<Secret>, Handshake> factory) {
        return new PresetHandshake(
                "secret",
                none -> {
                    throw invalid(advice);
                },
                factory);
    }

    /** Creates the handshake; {@code secrets} has one element if a secret is needed, and none otherwise. */
    Handshake create(List<Secret> secrets) {
        int needed = secretName.isEmpty() || receiving != null ? 0 : 1;
        if (secrets.size() != needed) {
            throw invalid(
                    needed == 0
                            ? "it needs no secret, but " + secrets.size() + " were given"
                            : "it needs one secret (" + secretName + "), but " + secrets.size() + " were given");
        }
        return factory.apply(secrets);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("handshake", List.of(problem));
    }
}
