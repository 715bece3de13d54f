package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.List;
import java.util.function.Function;

/**
 * The handshake of a {@link SignaturePreset}, created by name. Immutable.
 *
 * @param secretName the member of a definition that names the secret; empty if the handshake needs no secret
 * @param advice the reason why only Java code can create the handshake; empty if a definition can
 * @param factory creates the handshake from these secrets
 */
record PresetHandshake(String secretName, String advice, Function<List<Secret>, Handshake> factory) {

    /** Creates the handshake; {@code secrets} has one element if a secret is needed, and none otherwise. */
    Handshake create(List<Secret> secrets) {
        if (!advice.isEmpty()) {
            throw invalid(advice);
        }
        int needed = secretName.isEmpty() ? 0 : 1;
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
