package io.httpconnector.webhook;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the public keys come from by which signatures are checked. Write your own for keys that are looked up. Safe for many
 * threads.
 */
@FunctionalInterface
public interface PublicKeys {

    /**
     * The keys that may belong to whoever has signed a request.
     *
     * @param request what came, not trusted yet
     * @return the keys, possibly none: then the request is refused
     */
    List<PublicKey> of(WebhookRequest request);

    /**
     * Fixed keys.
     *
     * @param keys each as PEM (a public key or a certificate, RFC 7468), as its {@code SubjectPublicKeyInfo} in base64, or,
     *     for Ed25519, as its 32 bytes in hexadecimal or base64
     * @return the keys
     * @throws InvalidDefinitionException when one of them can't be read
     */
    static PublicKeys fixed(String... keys) {
        if (keys == null) {
            throw new InvalidDefinitionException("public keys", List.of("they are null"));
        }
        List<PublicKey> all = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            try {
                all.add(PublicKeyReader.read(keys[i] == null ? "" : keys[i].strip()));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                problems.add("key " + (i + 1) + " of " + keys.length + " can't be read: use PEM, or base64 of its "
                        + "SubjectPublicKeyInfo, or, for Ed25519, 32 bytes in hexadecimal or base64");
            }
        }
        if (keys.length == 0) {
            problems.add("there is none");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("public keys", problems);
        }
        return request -> List.copyOf(all);
    }

    /**
     * The keys that a service publishes as a JSON Web Key Set (RFC 7517): fetched when they are needed, and again after 5 minutes.
     * Needs {@code nimbus-jose-jwt}, an optional dependency.
     *
     * @param connection a connection to whoever publishes them
     * @param path the path of the set, such as {@code /.well-known/jwks.json}
     * @return the keys
     * @throws InvalidDefinitionException when something is missing
     */
    static PublicKeys jwks(HttpConnection connection, String path) {
        if (connection == null || path == null) {
            throw new InvalidDefinitionException("public keys", List.of("jwks: it needs a connection and a path"));
        }
        return new JwksPublicKeys(connection, path, TimeSource.SYSTEM);
    }
}
