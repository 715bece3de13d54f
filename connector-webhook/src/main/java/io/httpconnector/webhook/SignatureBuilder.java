package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
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
 * Describes how a service signs its webhooks.
 *
 * <pre>{@code
 * Signatures.hmac("HmacSHA256", secret)
 *         .signature(ValueSelector.header("X-Acme-Signature").items(",").after("v1="))
 *         .timestamp(ValueSelector.header("X-Acme-Signature").items(",").after("t="))
 *         .content("{{timestamp}}.{{body}}")
 *         .build()
 * }</pre>
 *
 * <p>For one thread; what it builds is for many.
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

    /** With what {@link #toJson} wrote. */
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
     * The description as JSON, to be stored: everything but the secrets and keys.
     *
     * @return what {@link Signatures#definition} reads
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("algorithm", algorithm);
        signatures.forEach(place -> json.withArray("/signature").add(place.toJson()));
        json.put("encoding", encoding).put("secretEncoding", secretEncoding).put("secretPrefix", secretPrefix);
        json.put("content", content);
        json.put("timestampUnit", timeUnit).put("tolerance", tolerance.toString());
        json.put("bodiesRepeat", bodiesRepeat);
        Map<String, @Nullable ValueSelector> parts = new LinkedHashMap<>();
        parts.put("timestamp", timestamp);
        parts.put("id", id);
        parts.put("bodyHash", bodyHash);
        parts.put("eventId", eventId);
        parts.put("eventType", eventType);
        parts.forEach((name, part) -> {
            if (part != null) {
                json.set(name, part.toJson());
            }
        });
        return json;
    }

    /**
     * Sets where the signature stands. When there are several, one that holds is enough.
     *
     * @param places such as {@code ValueSelector.header("X-Signature")}; of several, each is looked at
     * @return this builder
     */
    public SignatureBuilder signature(ValueSelector... places) {
        this.signatures = Arguments.all(places, "places of a signature");
        return this;
    }

    /**
     * Sets how the signature is written.
     *
     * @param encoding {@code hex} (the default), {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder encoding(String encoding) {
        this.encoding = encoding;
        return this;
    }

    /**
     * Sets how the text of the secrets stands for their bytes.
     *
     * @param encoding {@code utf8} (the default), {@code hex}, {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder secretEncoding(String encoding) {
        this.secretEncoding = encoding;
        return this;
    }

    /**
     * Sets what the text of the secrets begins with that is none of theirs; one that does not begin with it counts as a whole.
     *
     * @param prefix such as {@code whsec_}; nothing by default
     * @return this builder
     */
    public SignatureBuilder secretPrefix(String prefix) {
        this.secretPrefix = Arguments.notNull(prefix, "prefix of secrets");
        return this;
    }

    /**
     * Sets what is signed. The pills are {@code body}, as it came; {@code timestamp} and {@code id}, as they came;
     * {@code method}; {@code url}, the public URL with its query; {@code path} and {@code query}; {@code header.NAME}; {@code form},
     * the fields of a form sorted by their names, each name followed by its value; {@code bodyCrc32}, a decimal number; and, for
     * plain hashes, {@code secret}.
     *
     * @param template {@code {{body}}} by default
     * @return this builder
     */
    public SignatureBuilder content(String template) {
        this.content = template;
        return this;
    }

    /**
     * Sets where the time stands at which it was signed: what is too old, or from the future, is refused. It must be signed, be it by
     * its pill in the content or as part of the body.
     *
     * @param place such as {@code ValueSelector.header("X-Timestamp")}
     * @return this builder
     */
    public SignatureBuilder timestamp(ValueSelector place) {
        this.timestamp = place;
        return this;
    }

    /**
     * Sets how the timestamp is written.
     *
     * @param unit {@code seconds} since 1970 (the default), {@code millis} since 1970 or {@code iso} (ISO 8601, with its offset)
     * @return this builder
     */
    public SignatureBuilder timestampUnit(String unit) {
        this.timeUnit = unit;
        return this;
    }

    /**
     * Sets how far the timestamp may be from the time at which the request comes, in both directions.
     *
     * @param tolerance 1 second to 7 days; 5 minutes by default
     * @return this builder
     */
    public SignatureBuilder tolerance(Duration tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /**
     * Sets where the id stands that is signed too.
     *
     * @param place such as {@code ValueSelector.header("webhook-id")}
     * @return this builder
     */
    public SignatureBuilder id(ValueSelector place) {
        this.id = place;
        return this;
    }

    /**
     * Sets where the SHA-256 of the body stands in hexadecimal, for services that sign that instead of the body. Where the content
     * has the fields of a form, the body is a form when there is no hash.
     *
     * @param place such as {@code ValueSelector.query("bodySHA256")}, which must be signed
     * @return this builder
     */
    public SignatureBuilder bodyHash(ValueSelector place) {
        this.bodyHash = place;
        return this;
    }

    /**
     * Says that the service may send the same body for different events, such as "something has changed": where there is no id, each
     * request is an event of its own then, also when it is a repetition.
     *
     * @return this builder
     */
    public SignatureBuilder bodiesRepeat() {
        this.bodiesRepeat = true;
        return this;
    }

    /**
     * Sets where the id of an event stands, unless the receiver says it. It counts only when it is signed.
     *
     * @param place such as {@code ValueSelector.body("/id")}
     * @return this builder
     */
    public SignatureBuilder eventId(ValueSelector place) {
        this.eventId = place;
        return this;
    }

    /**
     * Sets where it stands what kind of event it is, unless the receiver says it. It counts only when it is signed.
     *
     * @param place such as {@code ValueSelector.body("/type")}
     * @return this builder
     */
    public SignatureBuilder eventType(ValueSelector place) {
        this.eventType = place;
        return this;
    }

    /**
     * Builds it.
     *
     * @return checks the signatures
     * @throws InvalidDefinitionException when something is missing or wrong: lists every problem
     */
    public Verifier build() {
        return warned();
    }

    /** Builds it, and tells the log what its scheme is worth. */
    SignatureVerifier warned() {
        SignatureVerifier verifier = verifier();
        if (DIGESTS.contains(algorithm)) {
            LOG.warn(
                    "A plain {} of secret and content can be forged: whoever has seen a request can append to its content (length extension)."
                            + " Bodies are read as JSON only. Use an HMAC as soon as the service has one",
                    algorithm);
        }
        if (!verifier.covers(ValueSelector.list(""))) {
            LOG.warn(
                    "The signature of {} does not cover the body: whoever has seen a request can send its signature with another body,"
                            + " until the genuine one has come",
                    signatures);
        }
        return verifier;
    }

    SignatureVerifier verifier() {
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
            problems.add("signature: it is not said where it stands");
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
                // A hash can be extended: what is added is no JSON.
                new Service(DIGESTS.contains(algorithm) ? List.of(MediaType.JSON) : List.of(), false, null),
                toJson(),
                publicKeys == null ? List.copyOf(secrets) : List.of());
    }

    private void check(SignedContent signed, List<String> problems) {
        if (signed.uses("timestamp") && timestamp == null) {
            problems.add("content: {{timestamp}} is signed, but timestamp(...) does not say where it stands");
        }
        if (signed.uses("id") && id == null) {
            problems.add("content: {{id}} is signed, but id(...) does not say where it stands");
        }
        if (timestamp != null && !signed.uses("timestamp") && !signed.covers(timestamp, timestamp, id)) {
            problems.add("timestamp: it is not signed, so anybody could change it; put {{timestamp}} into the content");
        }
        if (bodyHash != null && !signed.covers(bodyHash, timestamp, id)) {
            problems.add("bodyHash: it is not signed, so anybody could change it");
        }
        if (signed.uses("secret") != DIGESTS.contains(algorithm)) {
            problems.add("content: {{secret}} is for plain hashes, which need it; " + algorithm
                    + " has the secret as its key");
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

    /** The bytes that a secret stands for. */
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
            throw invalid(List.of("secrets: one is empty, or not written as " + written));
        }
        return bytes;
    }

    private static InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException("signature", problems);
    }
}
