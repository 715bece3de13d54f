package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a definition that the service delivers in a handshake. A secret that the application supplies by the same name
 * takes precedence, and is never replaced. Immutable.
 *
 * @param supplied the secrets of the application
 * @param names the names of the delivered secrets
 * @param store stores them; null if the application has none
 */
record DeliveredSecretNames(
        SecretNames supplied, Set<String> names, @Nullable DeliveredSecrets store) {

    /** Returns the names of the secrets that the handshakes of a definition deliver. */
    static Set<String> of(JsonNode definition) {
        Set<String> names = new TreeSet<>();
        for (JsonNode handshake : definition.path("handshake")) {
            JsonNode name = handshake.path("secret");
            if (name.isTextual()
                    && Presets.deliversSecret(handshake.path("type").asText())) {
                names.add(name.asText());
            }
        }
        return names;
    }

    /** Returns all secrets. A secret that is not delivered yet has a random value, which verifies nothing. */
    SecretNames all() {
        return new SecretNames(
                name -> {
                    Secret given = supplied.find(name);
                    return given != null || !names.contains(name) ? given : delivered(name);
                },
                supplied.problem());
    }

    private Secret delivered(String name) {
        DeliveredSecrets found = store;
        // Hexadecimal digits are valid in each encoding of a secret.
        String unknown = BinaryEncoding.HEX.encode(AesCbc.random(32));
        return Secret.from(() ->
                found == null ? unknown : found.find(name).map(Secret::reveal).orElse(unknown));
    }

    /**
     * Returns what saves a delivered secret, unless there is another one.
     *
     * @throws InvalidDefinitionException if there is no store
     */
    Predicate<Secret> saver(String name) {
        Secret given = supplied.find(name);
        if (given != null) {
            return secret -> MessageDigest.isEqual(utf8(given), utf8(secret));
        }
        DeliveredSecrets target = store;
        if (target == null) {
            throw new InvalidDefinitionException(
                    "definition",
                    "the service delivers the secret \"" + Texts.visible(name)
                            + "\": set a store by deliveredSecrets(...)");
        }
        return secret -> target.save(name, secret);
    }

    private static byte[] utf8(Secret secret) {
        return secret.reveal().getBytes(StandardCharsets.UTF_8);
    }
}
