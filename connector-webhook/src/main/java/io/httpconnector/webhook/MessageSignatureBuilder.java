package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.webhook.MessageSignatureVerifier.MessageScheme;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builder for verifiers of HTTP message signatures (RFC 9421): the header fields {@code Signature} and {@code Signature-Input},
 * and {@code Content-Digest} (RFC 9530) for the body.
 *
 * <pre>{@code
 * Signatures.message("ed25519", PublicKeys.jwks(acme, "/.well-known/jwks.json"))
 *         .components("@method", "@path", "content-digest")
 *         .build()
 * }</pre>
 *
 * <p>Not thread-safe; the verifiers it builds are.
 */
public final class MessageSignatureBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(MessageSignatureBuilder.class);
    private static final String HMAC = "hmac-sha256";

    /** The algorithms of section 6.2 by which private keys sign, with their names in Java. */
    private static final Map<String, String> ALGORITHMS = Map.of(
            "ed25519", "Ed25519",
            "ecdsa-p256-sha256", "SHA256withECDSAinP1363Format",
            "ecdsa-p384-sha384", "SHA384withECDSAinP1363Format",
            "rsa-v1_5-sha256", "SHA256withRSA",
            "rsa-pss-sha512", "SHA512withRSA/PSS");

    private static final List<String> ENCODINGS = List.of("utf8", "hex", "base64");
    private static final Duration MAX_TOLERANCE = Duration.ofDays(7);

    private final String algorithm;
    private final List<Secret> secrets;
    private final @Nullable PublicKeys keys;
    private String secretEncoding = "utf8";
    private List<String> components = List.of("content-digest");
    private Duration tolerance = Duration.ofMinutes(5);
    private boolean bodiesAreUnique;
    private @Nullable ValueSelector eventId;
    private @Nullable ValueSelector eventType;

    MessageSignatureBuilder(String algorithm, List<Secret> secrets, @Nullable PublicKeys keys) {
        this.algorithm = algorithm;
        this.secrets = secrets;
        this.keys = keys;
    }

    /**
     * Sets the encoding of the secrets.
     *
     * @param encoding {@code utf8} (the default), {@code hex} or {@code base64}
     * @return this builder
     */
    public MessageSignatureBuilder secretEncoding(String encoding) {
        this.secretEncoding = Arguments.notNull(encoding, "encoding of the secrets");
        return this;
    }

    /**
     * Sets the components that a signature must cover. It may cover others.
     *
     * @param all names of header fields in lower case, and derived components such as {@code @method}; {@code content-digest} by
     *     default, without which the body is not signed and no payload
     * @return this builder
     */
    public MessageSignatureBuilder components(String... all) {
        this.components = Arguments.all(all, "components of a message signature");
        return this;
    }

    /**
     * Sets the maximum difference between the time of the signature and the time of arrival, in both directions. A signature that
     * {@code expires} is rejected from then on.
     *
     * @param tolerance 1 second to 7 days; 5 minutes by default
     * @return this builder
     */
    public MessageSignatureBuilder tolerance(Duration tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /**
     * Declares that two events never have the same components: a retry that is signed again is then recognised without an id.
     *
     * @return this builder
     */
    public MessageSignatureBuilder bodiesAreUnique() {
        this.bodiesAreUnique = true;
        return this;
    }

    /**
     * Sets the location of the event id, unless the receiver sets one. It is used only if it is signed.
     *
     * @param location such as {@code ValueSelector.body("/id")}
     * @return this builder
     */
    public MessageSignatureBuilder eventId(ValueSelector location) {
        this.eventId = location;
        return this;
    }

    /**
     * Sets the location of the event type, unless the receiver sets one. It is used only if it is signed.
     *
     * @param location such as {@code ValueSelector.body("/type")}
     * @return this builder
     */
    public MessageSignatureBuilder eventType(ValueSelector location) {
        this.eventType = location;
        return this;
    }

    /**
     * Builds the verifier.
     *
     * @return the verifier
     * @throws InvalidDefinitionException if a setting is missing or invalid; reports all problems
     */
    public Verifier build() {
        List<String> problems = new ArrayList<>();
        boolean known = keys == null ? algorithm.equals(HMAC) : ALGORITHMS.containsKey(algorithm);
        if (!known) {
            problems.add("algorithm: " + algorithm + " is unknown, use one of "
                    + new TreeSet<>(keys == null ? List.of(HMAC) : ALGORITHMS.keySet()));
        }
        if (keys == null && (secrets.isEmpty() || secrets.stream().anyMatch(Objects::isNull))) {
            problems.add("secrets: one is missing or null");
        }
        if (!ENCODINGS.contains(secretEncoding)) {
            problems.add("secretEncoding: " + secretEncoding + " is unknown, use one of " + ENCODINGS);
        }
        for (String component : components) {
            if (component == null || !component.matches("@?[a-z0-9!#$%&'*+.^_`|~-]+")) {
                problems.add("components: " + component
                        + " is not a header field in lower case or a derived component such as @method");
            }
        }
        if (components.isEmpty()) {
            problems.add("components: none is required, use content-digest at least");
        }
        if (tolerance == null
                || tolerance.compareTo(Duration.ofSeconds(1)) < 0
                || tolerance.compareTo(MAX_TOLERANCE) > 0) {
            problems.add("tolerance: " + tolerance + " is out of range, use 1 second to 7 days");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("message signature", problems);
        }
        if (!components.contains("content-digest")) {
            LOG.warn(
                    SignatureCompiler.UNSIGNED_BODY
                            + ". A body is no payload unless content-digest is signed: add it to components(...)",
                    "Signature-Input");
        }
        SignatureChecker checker = keys == null
                ? new HmacChecker(List.of("HmacSHA256"), secrets, List.of(this::keyBytes))
                : new PublicKeyChecker(String.valueOf(ALGORITHMS.get(algorithm)), keys);
        return new MessageSignatureVerifier(
                new MessageScheme(algorithm, checker, components, tolerance, bodiesAreUnique, eventId, eventType));
    }

    private byte[] keyBytes(Secret secret) {
        byte[] bytes = switch (secretEncoding) {
            case "hex" -> BinaryEncoding.HEX.decode(secret.reveal());
            case "base64" -> BinaryEncoding.decodeBase64(secret.reveal());
            default -> secret.reveal().getBytes(StandardCharsets.UTF_8);
        };
        if (bytes == null || bytes.length == 0) {
            throw new InvalidDefinitionException(
                    "message signature", List.of("secrets: one is empty, or not encoded as " + secretEncoding));
        }
        return bytes;
    }
}
