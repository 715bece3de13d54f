package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.text.Placeholders;
import io.httpconnector.webhook.SignatureVerifier.Scheme;
import io.httpconnector.webhook.SignatureVerifier.Service;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks the settings of a {@link SignatureBuilder} and compiles them to a verifier. */
final class SignatureCompiler {

    private static final Logger LOG = LoggerFactory.getLogger(SignatureBuilder.class);
    private static final Duration MAX_TOLERANCE = Duration.ofDays(7);

    /** The encoding of secrets that are either base64 or plain text. */
    private static final String EITHER = "base64-or-utf8";

    /** The warning for signatures that do not cover the body, with their location. */
    static final String UNSIGNED_BODY =
            "The signature in {} does not cover the body: an attacker who has seen a request can send"
                    + " its signature with another body before the genuine request arrives";

    private static final String UNSEPARATED =
            "The signed values {} are not separated: an attacker who has seen a request can move text from one to the other and send it"
                    + " before the genuine request arrives. Use a separator as soon as the service supports it";

    private static final String CONVERTED =
            "The content is signed after the filters {}: an attacker who has seen a request can change the case of its letters and send"
                    + " it before the genuine request arrives";

    private final SignatureBuilder builder;
    private final boolean isMac;
    private final boolean isDigest;

    /** Whether an attacker can append to the content of a plain hash. */
    private final boolean isExtendable;

    SignatureCompiler(SignatureBuilder builder) {
        this.builder = builder;
        this.isMac = builder.publicKeys == null && SignatureAlgorithms.isMac(builder.algorithm);
        this.isDigest = builder.publicKeys == null && !isMac && SignatureAlgorithms.isDigest(builder.algorithm);
        this.isExtendable = isDigest && !endsWithSecret() && SignatureAlgorithms.isExtendable(builder.algorithm);
    }

    private boolean endsWithSecret() {
        if (builder.content == null || !builder.sortedContent.isEmpty()) {
            return false;
        }
        List<Placeholders.Segment> segments = Placeholders.split(builder.content);
        String last =
                segments.isEmpty() ? null : segments.get(segments.size() - 1).name();
        return last != null && last.strip().startsWith("secret");
    }

    /** The verifier, which also decrypts the body if the service encrypts it. */
    SigningVerifier build() {
        SignatureVerifier verifier = verifierWithWarnings();
        BodyEncryption encryption = builder.encryption;
        return encryption == null
                ? verifier
                : new DecryptingVerifier(
                        verifier,
                        encryption,
                        secret -> encryption.keyBytes(name -> name.equals("secret")
                                ? decoded(secret)
                                : NamedSecrets.bytes(name, builder.namedSecrets)),
                        builder.bodiesAreUnique);
    }

    private SignatureVerifier verifierWithWarnings() {
        SignatureVerifier verifier = verifier();
        if (isExtendable) {
            LOG.warn(
                    "A plain {} of secret and content can be forged: an attacker who has seen a request can append to its content (length extension)."
                            + " Bodies are parsed as JSON only. Use an HMAC as soon as the service supports it",
                    builder.algorithm);
        }
        if (!verifier.covers(SignedData.BODY) && !verifier.signsFields() && !verifier.signsOnlyParameters()) {
            LOG.warn(UNSIGNED_BODY, builder.signatures);
        }
        if (verifier.content().isConverted()) {
            LOG.warn(CONVERTED, builder.contentFilters);
        }
        List<String> unseparated = new ArrayList<>(UnseparatedValues.find(builder.content, builder.timestamp));
        if (builder.fields != null && !builder.fields.isSeparated()) {
            unseparated.add("{{fields}}");
        }
        if (!unseparated.isEmpty()) {
            LOG.warn(UNSEPARATED, unseparated);
        }
        return verifier;
    }

    SignatureVerifier verifier() {
        List<String> problems = new ArrayList<>();
        checkAlgorithm(problems);
        if (builder.publicKeys == null
                && (builder.secrets.isEmpty() || builder.secrets.stream().anyMatch(Objects::isNull))) {
            problems.add("secrets: one is missing or null");
        }
        if (builder.signatures.isEmpty()) {
            problems.add("signature: its location is missing, use signature(...)");
        }
        Duration tolerance = builder.tolerance;
        if (tolerance == null
                || tolerance.compareTo(Duration.ofSeconds(1)) < 0
                || tolerance.compareTo(MAX_TOLERANCE) > 0) {
            problems.add("tolerance: " + tolerance + " is out of range, use 1 second to 7 days");
        }
        BinaryEncoding written = choice(BinaryEncoding.class, "encoding", builder.encoding, problems);
        BinaryEncoding hashWritten =
                choice(BinaryEncoding.class, "bodyHashEncoding", builder.bodyHashEncoding, problems);
        TimestampUnit unit = choice(TimestampUnit.class, "timestampUnit", builder.timeUnit, problems);
        checkSecretEncoding(problems);
        if (!SignatureAlgorithms.isDigest(builder.bodyHashAlgorithm)) {
            problems.add("bodyHashAlgorithm: " + SignatureAlgorithms.unknown(builder.bodyHashAlgorithm, true));
        }
        if (builder.content == null) {
            problems.add("content: it is null");
        }
        checkNamedSecrets(problems);
        SignedContent signed =
                builder.content == null ? SignedContent.of("{{body}}", problems) : content(builder, problems);
        if (!builder.sortedContent.isEmpty() && !"{{body}}".equals(builder.content)) {
            problems.add("sortedContent: it replaces content, use one of them");
        }
        check(signed, problems);
        if (!problems.isEmpty() || written == null || unit == null || hashWritten == null) {
            throw invalid(problems);
        }
        return new SignatureVerifier(
                new Scheme(
                        checker(),
                        List.copyOf(builder.signatures),
                        written,
                        signed,
                        builder.signedHeaders,
                        builder.urlVariants,
                        builder.decompressed,
                        builder.timestamp,
                        unit,
                        tolerance,
                        builder.id,
                        builder.bodyHash,
                        builder.bodyHashAlgorithm,
                        hashWritten,
                        builder.bodiesRepeat,
                        builder.bodiesAreUnique,
                        builder.eventId,
                        builder.eventType),
                // The content of a plain hash can be extended, but the result is not valid JSON, nor an encrypted text.
                new Service(
                        isExtendable && (builder.encryption == null || signed.signsRawBody())
                                ? List.of(MediaType.JSON)
                                : List.of(),
                        null),
                builder.toJson(),
                builder.publicKeys == null ? List.copyOf(builder.secrets) : List.of(),
                Map.copyOf(builder.namedSecrets));
    }

    private void checkAlgorithm(List<String> problems) {
        boolean isKey = builder.publicKeys != null;
        boolean isKnown = isKey ? PublicKeyChecker.isKnown(builder.algorithm) : isMac || isDigest;
        if (!isKnown) {
            problems.add("algorithm: "
                    + (isKey
                            ? builder.algorithm + " is unknown, use one of "
                                    + new TreeSet<>(PublicKeyChecker.ALGORITHMS)
                            : SignatureAlgorithms.unknown(builder.algorithm, false)));
        }
        for (String alternative : builder.alternativeAlgorithms) {
            if (!isMac || !SignatureAlgorithms.isMac(alternative)) {
                problems.add("alternativeAlgorithms: " + alternative + " is not an HMAC like the algorithm"
                        + (isMac ? ": " + SignatureAlgorithms.unknown(alternative, false) : ""));
            }
        }
    }

    private void checkNamedSecrets(List<String> problems) {
        String templates = builder.content
                + builder.sortedContent
                + (builder.encryption == null
                        ? ""
                        : builder.encryption.toJson().path("key").asText());
        if (builder.publicKeys != null && !builder.namedSecrets.isEmpty()) {
            problems.add("namedSecrets: " + builder.algorithm + " uses public keys, omit them");
        }
        builder.namedSecrets.keySet().forEach(name -> {
            NamedSecrets.checkName(name, problems);
            if (!templates.contains(NamedSecrets.PREFIX + name)) {
                problems.add("namedSecrets: " + Texts.visible(name) + " is not used, omit it, or add {{secret."
                        + Texts.visible(name) + "}} to a template");
            }
        });
    }

    private void checkSecretEncoding(List<String> problems) {
        String encoding = builder.secretEncoding;
        if (!"utf8".equals(encoding) && !EITHER.equals(encoding)) {
            BinaryEncoding unused = choice(BinaryEncoding.class, "secretEncoding", encoding, problems);
        }
        boolean isCustomKey = !builder.key.equals("{{secret}}");
        if (isCustomKey && !isMac) {
            problems.add("key: " + builder.algorithm + " uses no key made of a secret, omit it");
        } else if (isCustomKey) {
            KeyTemplate.check(builder.key, "key", Set.of(), problems);
        }
    }

    private void check(SignedContent signed, List<String> problems) {
        ValueSelector timestamp = builder.timestamp;
        ValueSelector bodyHash = builder.bodyHash;
        if (signed.uses("timestamp") && timestamp == null) {
            problems.add("content: {{timestamp}} is signed, but its location is missing: use timestamp(...)");
        }
        if (signed.uses("id") && builder.id == null) {
            problems.add("content: {{id}} is signed, but its location is missing: use id(...)");
        }
        if ((signed.uses("signedHeaders") || signed.uses("signedHeaderNames")) != (builder.signedHeaders != null)) {
            problems.add("signedHeaders: use both signedHeaders(...) and {{signedHeaders}} in the content, or neither");
        }
        if (timestamp != null && !signed.uses("timestamp") && !isCovered(signed, timestamp)) {
            problems.add(
                    "timestamp: it is not signed, so an attacker could change it; add {{timestamp}} to the content");
        }
        if (bodyHash != null && !isCovered(signed, bodyHash)) {
            problems.add("bodyHash: it is not signed, so an attacker could change it");
        }
        if (isDigest ? !signed.uses("secret") : signed.uses("secret") && !isMac) {
            problems.add("content: {{secret}} is required for plain hashes, and not allowed otherwise; "
                    + builder.algorithm + " uses the secret as its key");
        }
        checkEncryption(signed, problems);
        if (builder.bodiesRepeat && builder.bodiesAreUnique) {
            problems.add("bodiesAreUnique: it contradicts bodiesRepeat()");
        }
        boolean inBody = Stream.concat(builder.signatures.stream(), Stream.of(timestamp, builder.id))
                .anyMatch(selector -> selector != null && selector.type == ValueSelector.SelectorType.BODY);
        if (builder.bodiesAreUnique && !inBody && bodyHash == null && !signed.distinguishesEvents()) {
            problems.add("bodiesAreUnique: nothing that is signed distinguishes events, apart from the time");
        }
    }

    private void checkEncryption(SignedContent signed, List<String> problems) {
        BodyEncryption encryption = builder.encryption;
        if (encryption == null) {
            return;
        }
        encryption.check(builder.namedSecrets.keySet(), problems);
        if (builder.publicKeys != null) {
            problems.add("encrypted: it needs a shared secret, but " + builder.algorithm + " uses public keys");
        }
        if (builder.bodyHash == null && !signed.covers(encryption.location(), builder.timestamp, builder.id)) {
            problems.add("encrypted: the encrypted text is not signed, so an attacker could change it");
        }
    }

    /** Whether a value is signed; a header field may be in the list of each request, which is checked with the request. */
    private boolean isCovered(SignedContent signed, ValueSelector selector) {
        boolean maybeListed = builder.signedHeaders != null && selector.type == ValueSelector.SelectorType.HEADER;
        return maybeListed || signed.covers(selector, builder.timestamp, builder.id);
    }

    /** Creates the checker; reports a key that the algorithm does not accept. */
    private SignatureChecker checker() {
        if (builder.publicKeys != null) {
            return new PublicKeyChecker(builder.algorithm, builder.publicKeys);
        }
        if (isDigest) {
            return new DigestChecker(builder.algorithm, List.copyOf(builder.secrets));
        }
        List<String> algorithms = new ArrayList<>(List.of(builder.algorithm));
        algorithms.addAll(builder.alternativeAlgorithms);
        for (String algorithm : algorithms) {
            for (Secret secret : builder.secrets) {
                if (!SignatureAlgorithms.accepts(algorithm, keyBytes(secret))) {
                    throw invalid(List.of("secrets: " + algorithm
                            + " does not accept one as its key; check its length and secretEncoding"));
                }
            }
        }
        List<Function<Secret, byte[]>> decoders = new ArrayList<>(List.of(this::keyBytes));
        if (EITHER.equals(builder.secretEncoding)) {
            decoders.add(
                    secret -> KeyTemplate.apply(builder.key, secret.reveal().getBytes(StandardCharsets.UTF_8)));
        }
        return new HmacChecker(algorithms, builder.secrets, decoders);
    }

    private static <E extends Enum<E>> @Nullable E choice(
            Class<E> type, String what, String name, List<String> problems) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        int index = names.indexOf(name);
        if (index < 0) {
            problems.add(what + ": " + name + " is unknown, use one of " + names);
        }
        return index < 0 ? null : type.getEnumConstants()[index];
    }

    /** Decodes a secret and creates the key of its signatures. */
    byte[] keyBytes(Secret secret) {
        return KeyTemplate.apply(builder.key, decoded(secret));
    }

    /** The bytes of a secret. */
    byte[] decoded(Secret secret) {
        String text = secret.reveal();
        String own = text.startsWith(builder.secretPrefix) ? text.substring(builder.secretPrefix.length()) : text;
        byte[] bytes = switch (builder.secretEncoding) {
            case "utf8" -> own.getBytes(StandardCharsets.UTF_8);
            case "base64" -> BinaryEncoding.decodeBase64(own);
            case EITHER -> {
                byte[] decoded = BinaryEncoding.decodeBase64(own);
                yield decoded == null ? text.getBytes(StandardCharsets.UTF_8) : decoded;
            }
            default ->
                BinaryEncoding.valueOf(builder.secretEncoding.toUpperCase(Locale.ROOT))
                        .decode(own);
        };
        if (bytes == null || bytes.length == 0) {
            throw invalid(List.of(
                    "secrets: one is empty, or not encoded as " + builder.secretEncoding.toUpperCase(Locale.ROOT)));
        }
        return bytes;
    }

    private static InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException("signature", problems);
    }

    /** Returns the signed content of a scheme. */
    static SignedContent content(SignatureBuilder scheme, List<String> problems) {
        List<String> parts = scheme.sortedContent.isEmpty() ? List.of(scheme.content) : scheme.sortedContent;
        return new SignedContent(parts, scheme.fields, scheme.namedSecrets, scheme.contentFilters, problems);
    }
}
