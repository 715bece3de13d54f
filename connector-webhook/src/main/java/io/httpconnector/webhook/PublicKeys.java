package io.httpconnector.webhook;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * A source of public keys for the verification of signatures. Implement it for keys that need a lookup. Implementations must be
 * thread-safe.
 */
@FunctionalInterface
public interface PublicKeys {

    /**
     * Returns the keys that may have signed a request.
     *
     * @param request the request, not verified yet
     * @return the keys; if empty, the request is rejected
     */
    List<PublicKey> of(WebhookRequest request);

    /**
     * Creates a source of fixed keys.
     *
     * @param keys each as PEM (a public key or a certificate, RFC 7468), as the base64 of its {@code SubjectPublicKeyInfo}, or,
     *     for Ed25519, as its 32 bytes in hexadecimal or base64
     * @return the keys
     * @throws InvalidDefinitionException if a key cannot be parsed
     */
    static PublicKeys fixed(String... keys) {
        if (keys == null) {
            throw new InvalidDefinitionException("public keys", List.of("the keys are null"));
        }
        List<PublicKey> all = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            try {
                all.add(PublicKeyReader.read(keys[i] == null ? "" : keys[i].strip()));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                problems.add(
                        "key " + (i + 1) + " of " + keys.length + " cannot be parsed: use PEM, or the base64 of its "
                                + "SubjectPublicKeyInfo, or, for Ed25519, 32 bytes in hexadecimal or base64");
            }
        }
        if (keys.length == 0) {
            problems.add("no key is given");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("public keys", problems);
        }
        return request -> List.copyOf(all);
    }

    /**
     * Creates a source that fetches the JSON Web Key Set (RFC 7517) of a service: on demand, and again after 5 minutes. Requires
     * {@code nimbus-jose-jwt}, an optional dependency.
     *
     * @param connection the connection to the service that publishes the keys
     * @param path the path of the set, such as {@code /.well-known/jwks.json}
     * @return the keys
     * @throws InvalidDefinitionException if an argument is missing
     */
    static PublicKeys jwks(HttpConnection connection, String path) {
        if (connection == null || path == null) {
            throw new InvalidDefinitionException("public keys", List.of("jwks: a connection and a path are required"));
        }
        return new JwksPublicKeys(connection, path, TimeSource.SYSTEM);
    }
}
