package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.webhook.SignatureVerifier.Scheme;
import io.httpconnector.webhook.SignatureVerifier.Service;
import io.httpconnector.webhook.SignatureVerifier.TimeUnit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builder for verifiers of signatures, configured to the signature scheme of a service.
 *
 * <pre>{@code
 * Signatures.hmac("HmacSHA256", secret)
 *         .signature(ValueSelector.header("X-Acme-Signature").items(",").after("v1="))
 *         .timestamp(ValueSelector.header("X-Acme-Signature").items(",").after("t="))
 *         .content("{{timestamp}}.{{body}}")
 *         .build()
 * }</pre>
 *
 *
 * <p>Not thread-safe; the verifiers it builds are.
 */
public final class SignatureBuilder {

    private static final Set<String> HMACS = Set.of("HmacSHA1", "HmacSHA256", "HmacSHA384", "HmacSHA512");
    private static final Set<String> DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");
    private static final Set<String> SIGNATURES = Set.of(
            "Ed25519",
            "SHA1withRSA",
            "SHA256withRSA",
            "SHA384withRSA",
            "SHA512withRSA",
            "SHA256withECDSA",
            "SHA384withECDSA",
            "SHA512withECDSA",
            "SHA256withECDSAinP1363Format",
            "SHA384withECDSAinP1363Format",
            "SHA512withECDSAinP1363Format");
    private static final Logger LOG = LoggerFactory.getLogger(SignatureBuilder.class);
    private static final Duration MAX_TOLERANCE = Duration.ofDays(7);

    private final String algorithm;
    private final List<Secret> secrets;
    private final @Nullable PublicKeys publicKeys;
    private String secretEncoding = "utf8";
    private String secretPrefix = "";
    private List<ValueSelector> signatures = List.of();
    private String encoding = "hex";
    private String content = "{{body}}";
    private @Nullable ValueSelector timestamp;
    private String timeUnit = "seconds";
    private Duration tolerance = Duration.ofMinutes(5);
    private @Nullable ValueSelector id;
    private @Nullable ValueSelector bodyHash;
    private boolean bodiesRepeat;
    private @Nullable ValueSelector eventId;
    private @Nullable ValueSelector eventType;

    SignatureBuilder(String algorithm, List<Secret> secrets, @Nullable PublicKeys publicKeys) {
        this.algorithm = algorithm;
        this.secrets = secrets;
        this.publicKeys = publicKeys;
    }

    /** Creates a builder from the output of {@link #toJson}. */
    static SignatureBuilder fromJson(JsonNode json, List<Secret> secrets, @Nullable PublicKeys publicKeys) {
        return JsonObjectReader.read("signature", json, reader -> read(reader, secrets, publicKeys));
    }

    static SignatureBuilder read(JsonObjectReader reader, List<Secret> secrets, @Nullable PublicKeys publicKeys) {
        SignatureBuilder builder = new SignatureBuilder(reader.requiredText("algorithm"), secrets, publicKeys);
        builder.signatures = reader.objects("signature", ValueSelector::read);
        reader.text("encoding", builder::encoding);
        reader.text("secretEncoding", builder::secretEncoding);
        reader.text("secretPrefix", builder::secretPrefix);
        reader.text("content", builder::content);
        reader.object("timestamp", ValueSelector::read, builder::timestamp);
        reader.text("timestampUnit", builder::timestampUnit);
        reader.duration("tolerance", builder::tolerance);
        reader.object("id", ValueSelector::read, builder::id);
        reader.object("bodyHash", ValueSelector::read, builder::bodyHash);
        builder.bodiesRepeat = reader.isSet("bodiesRepeat");
        reader.object("eventId", ValueSelector::read, builder::eventId);
        reader.object("eventType", ValueSelector::read, builder::eventType);
        return builder;
    }

    static boolean isAsymmetric(String algorithm) {
        return SIGNATURES.contains(algorithm);
    }

    /**
     * Returns the configuration as JSON, to be stored: everything except the secrets and keys.
     *
     * @return JSON that {@link Signatures#definition} reads
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("algorithm", algorithm);
        signatures.forEach(location -> json.withArray("/signature").add(location.toJson()));
        json.put("encoding", encoding).put("secretEncoding", secretEncoding).put("secretPrefix", secretPrefix);
        json.put("content", content);
        json.put("timestampUnit", timeUnit).put("tolerance", tolerance.toString());
        json.put("bodiesRepeat", bodiesRepeat);
        Map<String, @Nullable ValueSelector> selectors = new LinkedHashMap<>();
        selectors.put("timestamp", timestamp);
        selectors.put("id", id);
        selectors.put("bodyHash", bodyHash);
        selectors.put("eventId", eventId);
        selectors.put("eventType", eventType);
        selectors.forEach((name, selector) -> {
            if (selector != null) {
                json.set(name, selector.toJson());
            }
        });
        return json;
    }

    /**
     * Sets the location of the signature. If there are several signatures, one valid signature is sufficient.
     *
     * @param locations such as {@code ValueSelector.header("X-Signature")}; if there are several, all are searched
     * @return this builder
     */
    public SignatureBuilder signature(ValueSelector... locations) {
        this.signatures = Arguments.all(locations, "locations of a signature");
        return this;
    }

    /**
     * Sets the encoding of the signature.
     *
     * @param encoding {@code hex} (the default), {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder encoding(String encoding) {
        this.encoding = encoding;
        return this;
    }

    /**
     * Sets the encoding of the secrets.
     *
     * @param encoding {@code utf8} (the default), {@code hex}, {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder secretEncoding(String encoding) {
        this.secretEncoding = encoding;
        return this;
    }

    /**
     * Sets a prefix of the secrets that is not part of the key. A secret without this prefix is used as a whole.
     *
     * @param prefix such as {@code whsec_}; empty by default
     * @return this builder
     */
    public SignatureBuilder secretPrefix(String prefix) {
        this.secretPrefix = Arguments.notNull(prefix, "prefix of the secrets");
        return this;
    }

    /**
     * Sets the template of the signed content. Its placeholders are {@code body}, {@code timestamp} and {@code id}, each exactly
     * as received; {@code method}; {@code url}, the public URL with its query; {@code path} and {@code query}; {@code
     * header.NAME}; {@code form}, the fields of a form sorted by name, each name followed by its value; {@code bodyCrc32}, a
     * decimal number; and, for plain hashes, {@code secret}.
     *
     * @param template {@code {{body}}} by default
     * @return this builder
     */
    public SignatureBuilder content(String template) {
        this.content = template;
        return this;
    }

    /**
     * Sets the location of the time at which the request was signed. A timestamp that is too old, or in the future, is rejected.
     * It must be signed, either by its placeholder in the content or as part of the body.
     *
     * @param location such as {@code ValueSelector.header("X-Timestamp")}
     * @return this builder
     */
    public SignatureBuilder timestamp(ValueSelector location) {
        this.timestamp = location;
        return this;
    }

    /**
     * Sets the format of the timestamp.
     *
     * @param unit {@code seconds} since 1970 (the default), {@code millis} since 1970, or {@code iso} (ISO 8601 with offset)
     * @return this builder
     */
    public SignatureBuilder timestampUnit(String unit) {
        this.timeUnit = unit;
        return this;
    }

    /**
     * Sets the maximum difference between the timestamp and the time of arrival, in both directions.
     *
     * @param tolerance 1 second to 7 days; 5 minutes by default
     * @return this builder
     */
    public SignatureBuilder tolerance(Duration tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /**
     * Sets the location of the id that is signed as well.
     *
     * @param location such as {@code ValueSelector.header("webhook-id")}
     * @return this builder
     */
    public SignatureBuilder id(ValueSelector location) {
        this.id = location;
        return this;
    }

    /**
     * Sets the location of the SHA-256 of the body in hexadecimal, for services that sign this hash instead of the body. If the
     * content includes the fields of a form, the body is a form if the hash is missing.
     *
     * @param location such as {@code ValueSelector.query("bodySHA256")}, which must be signed
     * @return this builder
     */
    public SignatureBuilder bodyHash(ValueSelector location) {
        this.bodyHash = location;
        return this;
    }

    /**
     * Declares that the service may send the same body for different events, such as "something has changed". Without an id, each
     * request then counts as a new event, even if it is a repetition.
     *
     * @return this builder
     */
    public SignatureBuilder bodiesRepeat() {
        this.bodiesRepeat = true;
        return this;
    }

    /**
     * Sets the location of the event id, unless the receiver sets one. It is used only if it is signed.
     *
     * @param location such as {@code ValueSelector.body("/id")}
     * @return this builder
     */
    public SignatureBuilder eventId(ValueSelector location) {
        this.eventId = location;
        return this;
    }

    /**
     * Sets the location of the event type, unless the receiver sets one. It is used only if it is signed.
     *
     * @param location such as {@code ValueSelector.body("/type")}
     * @return this builder
     */
    public SignatureBuilder eventType(ValueSelector location) {
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
        return buildWithWarnings();
    }

    /** Builds the verifier and logs warnings about weak signature schemes. */
    SignatureVerifier buildWithWarnings() {
        SignatureVerifier verifier = buildVerifier();
        if (DIGESTS.contains(algorithm)) {
            LOG.warn(
                    "A plain {} of secret and content can be forged: an attacker who has seen a request can append to its content (length extension)."
                            + " Bodies are parsed as JSON only. Use an HMAC as soon as the service supports it",
                    algorithm);
        }
        if (!verifier.covers(ValueSelector.bodyOrRoot(""))) {
            LOG.warn(
                    "The signature in {} does not cover the body: an attacker who has seen a request can send its signature with another body"
                            + " before the genuine request arrives",
                    signatures);
        }
        return verifier;
    }

    SignatureVerifier buildVerifier() {
        List<String> problems = new ArrayList<>();
        boolean shared = HMACS.contains(algorithm) || DIGESTS.contains(algorithm);
        if (publicKeys == null ? !shared : !SIGNATURES.contains(algorithm)) {
            problems.add("algorithm: " + algorithm + " is unknown, use one of "
                    + new TreeSet<>(publicKeys == null ? HMACS : SIGNATURES));
        }
        if (publicKeys == null && (secrets.isEmpty() || secrets.stream().anyMatch(Objects::isNull))) {
            problems.add("secrets: one is missing or null");
        }
        if (signatures.isEmpty()) {
            problems.add("signature: its location is missing, use signature(...)");
        }
        if (tolerance == null
                || tolerance.compareTo(Duration.ofSeconds(1)) < 0
                || tolerance.compareTo(MAX_TOLERANCE) > 0) {
            problems.add("tolerance: " + tolerance + " is out of range, use 1 second to 7 days");
        }
        BinaryEncoding written = choice(BinaryEncoding.class, "encoding", encoding, problems);
        TimeUnit unit = choice(TimeUnit.class, "timestampUnit", timeUnit, problems);
        boolean plain = "utf8".equals(secretEncoding);
        BinaryEncoding secretWritten =
                plain ? null : choice(BinaryEncoding.class, "secretEncoding", secretEncoding, problems);
        if (content == null) {
            problems.add("content: it is null");
        }
        SignedContent signed = SignedContent.of(content == null ? "{{body}}" : content, problems);
        check(signed, problems);
        if (!problems.isEmpty() || written == null || unit == null) {
            throw invalid(problems);
        }
        return new SignatureVerifier(
                new Scheme(
                        keys(secretWritten),
                        List.copyOf(signatures),
                        written,
                        signed,
                        timestamp,
                        unit,
                        tolerance,
                        id,
                        bodyHash,
                        bodiesRepeat,
                        eventId,
                        eventType),
                // The content of a plain hash can be extended, but the result is not valid JSON.
                new Service(DIGESTS.contains(algorithm) ? List.of(MediaType.JSON) : List.of(), false, null),
                toJson(),
                publicKeys == null ? List.copyOf(secrets) : List.of());
    }

    private void check(SignedContent signed, List<String> problems) {
        if (signed.uses("timestamp") && timestamp == null) {
            problems.add("content: {{timestamp}} is signed, but its location is missing: use timestamp(...)");
        }
        if (signed.uses("id") && id == null) {
            problems.add("content: {{id}} is signed, but its location is missing: use id(...)");
        }
        if (timestamp != null && !signed.uses("timestamp") && !signed.covers(timestamp, timestamp, id)) {
            problems.add(
                    "timestamp: it is not signed, so an attacker could change it; add {{timestamp}} to the content");
        }
        if (bodyHash != null && !signed.covers(bodyHash, timestamp, id)) {
            problems.add("bodyHash: it is not signed, so an attacker could change it");
        }
        if (signed.uses("secret") != DIGESTS.contains(algorithm)) {
            problems.add("content: {{secret}} is required for plain hashes, and not allowed otherwise; " + algorithm
                    + " uses the secret as its key");
        }
    }

    private SignatureChecker keys(@Nullable BinaryEncoding secretWritten) {
        if (publicKeys != null) {
            return new PublicKeyChecker(algorithm, publicKeys);
        }
        return DIGESTS.contains(algorithm)
                ? new DigestChecker(algorithm, List.copyOf(secrets))
                : new HmacChecker(algorithm, secrets, secret -> bytes(secret, secretWritten));
    }

    private static <E extends Enum<E>> @Nullable E choice(
            Class<E> type, String what, String name, List<String> problems) {
        for (E value : type.getEnumConstants()) {
            if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
                return value;
            }
        }
        List<String> names = new ArrayList<>();
        for (E value : type.getEnumConstants()) {
            names.add(value.name().toLowerCase(Locale.ROOT));
        }
        problems.add(what + ": " + name + " is unknown, use one of " + names);
        return null;
    }

    /** Decodes a secret into its key bytes. */
    byte[] keyBytes(Secret secret) {
        return bytes(
                secret,
                "utf8".equals(secretEncoding) ? null : BinaryEncoding.valueOf(secretEncoding.toUpperCase(Locale.ROOT)));
    }

    private byte[] bytes(Secret secret, @Nullable BinaryEncoding written) {
        String text = secret.reveal();
        String own = text.startsWith(secretPrefix) ? text.substring(secretPrefix.length()) : text;
        byte[] bytes = written == null ? own.getBytes(StandardCharsets.UTF_8) : written.decode(own);
        if (bytes == null || bytes.length == 0) {
            throw invalid(List.of("secrets: one is empty, or not encoded as " + written));
        }
        return bytes;
    }

    private static InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException("signature", problems);
    }
}
