package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.CertificateChecker.NoKeyException;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Verifies signatures as configured by a {@link SignatureBuilder}. */
final class SignatureVerifier implements SigningVerifier {

    private static final int MAX_DECOMPRESSED = 16 * 1024 * 1024;

    /** More than any service sends; each signature costs a comparison. */
    private static final int MAX_SIGNATURES = 20;

    /** The settings of the builder. */
    record Scheme(
            SignatureChecker keys,
            List<ValueSelector> signatures,
            BinaryEncoding encoding,
            SignedContent content,
            @Nullable SignedHeaders signedHeaders,
            boolean urlVariants,
            boolean decompressed,
            @Nullable ValueSelector timestamp,
            TimestampUnit unit,
            Duration tolerance,
            @Nullable ValueSelector id,
            @Nullable ValueSelector bodyHash,
            String bodyHashAlgorithm,
            BinaryEncoding bodyHashEncoding,
            boolean bodiesRepeat,
            boolean bodiesAreUnique,
            @Nullable ValueSelector eventId,
            @Nullable ValueSelector eventType) {}

    /**
     * Facts about a service beyond its signature scheme.
     *
     * @param mediaTypes the media types of its bodies; empty if it sends any
     * @param typeOf derives the event type from the payload, if no single location contains it
     */
    record Service(List<MediaType> mediaTypes, @Nullable Function<JsonNode, String> typeOf) {}

    private static final SortedMap<String, SortedSet<String>> NO_FORM = Collections.emptySortedMap();

    private final Scheme scheme;
    private final Service service;

    private final boolean signsTime;
    private final boolean signsUrl;
    private final boolean signsForm;
    private final Predicate<ValueSelector> covered;
    private final Predicate<ValueSelector> coveredByHash;

    /** The selectors whose header fields each request must list as signed. */
    private final List<ValueSelector> listedSelectors;

    private final DefaultSelectors defaultSelectors;
    private final ObjectNode definition;
    private final List<Secret> secrets;
    private final Map<String, Secret> namedSecrets;

    SignatureVerifier(
            Scheme scheme,
            Service service,
            ObjectNode definition,
            List<Secret> secrets,
            Map<String, Secret> namedSecrets) {
        this.scheme = scheme;
        this.service = service;
        this.signsTime = scheme.content.uses("timestamp");
        this.signsUrl = scheme.content.uses("url");
        this.signsForm = scheme.content.uses("form");
        this.covered = Coverage.of(selector -> scheme.content.covers(selector, scheme.timestamp, scheme.id));
        this.coveredByHash =
                Coverage.of(selector -> selector.type == ValueSelector.SelectorType.BODY || covered.test(selector));
        this.listedSelectors = scheme.signedHeaders == null
                ? List.of()
                : Stream.of(scheme.timestamp, scheme.id, scheme.bodyHash)
                        .filter(selector -> selector != null
                                && selector.type == ValueSelector.SelectorType.HEADER
                                && !covered.test(selector))
                        .map(Objects::requireNonNull)
                        .toList();
        this.defaultSelectors =
                new DefaultSelectors(service.mediaTypes, scheme.eventId, scheme.eventType, service.typeOf);
        this.definition = definition;
        this.secrets = secrets;
        this.namedSecrets = namedSecrets;
    }

    /** A copy with the facts about a service. */
    SignatureVerifier withService(Service known) {
        return new SignatureVerifier(scheme, known, definition, secrets, namedSecrets);
    }

    @Override
    public boolean covers(ValueSelector selector) {
        return (scheme.bodyHash == null ? covered : coveredByHash).test(selector);
    }

    List<Secret> sharedSecrets() {
        return secrets;
    }

    SignedContent content() {
        return scheme.content;
    }

    /** Whether the bodies are JSON, unless the receiver sets another media type. */
    boolean sendsOnlyJson() {
        return !service.mediaTypes.isEmpty() && service.mediaTypes.stream().allMatch(MediaType::isJson);
    }

    String secretEncoding() {
        return definition.path("secretEncoding").asText();
    }

    boolean signsUrl() {
        return signsUrl;
    }

    /** Whether the request contains a signature at any of the expected locations. */
    boolean isPresent(WebhookRequest request) {
        return scheme.signatures.stream()
                .anyMatch(selector ->
                        !BodyParser.unverifiedValues(selector, request).isEmpty());
    }

    /** Whether this verifier implements the scheme of a preset. */
    boolean isOf(JsonNode preset) {
        return SignatureDefinitionCodec.read(preset, secrets, null).toJson().equals(definition);
    }

    /** A copy with other secrets and optionally another encoding of them; this instance if it has no secrets. */
    SignatureVerifier with(List<Secret> others, @Nullable String encoding) {
        if (secrets.isEmpty()) {
            return this;
        }
        ObjectNode changed = definition.deepCopy();
        if (encoding != null) {
            changed.put("secretEncoding", encoding);
        }
        SignatureBuilder builder = SignatureDefinitionCodec.read(changed, others, null);
        builder.namedSecrets.putAll(namedSecrets);
        return builder.buildVerifier().withService(service);
    }

    /** Whether the signature is valid, at any time. */
    boolean isValid(WebhookRequest request) {
        try {
            var unused = match(request, null);
            return true;
        } catch (Refusal e) {
            return false;
        }
    }

    @Override
    public Optional<ValueSelector> eventId() {
        return Optional.ofNullable(scheme.eventId);
    }

    @Override
    public Optional<ValueSelector> eventType() {
        return Optional.ofNullable(scheme.eventType);
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        try {
            return VerificationResult.signed(match(request, now));
        } catch (Refusal e) {
            return VerificationResult.rejected(e.reason, e.detail);
        }
    }

    private SignedData match(WebhookRequest given, @Nullable Instant now) throws Refusal {
        WebhookRequest request = scheme.decompressed ? decompressed(given) : given;
        List<byte[]> signatures = signatures(request);
        String timestamp =
                scheme.timestamp != null && signsTime ? exactlyOne(scheme.timestamp, "timestamp", request) : "";
        if (signsTime) {
            checkTime(timestamp, now);
        }
        String id = scheme.id == null ? "" : exactlyOne(scheme.id, "id", request);
        if (signsUrl && request.url().isEmpty()) {
            throw new Refusal(RejectionReason.NO_KEY, "the URL is signed, but publicUrl is not set on the receiver");
        }
        // Only signed data decides whether the body is a form: the media type is not signed.
        boolean hashed = scheme.bodyHash != null
                && (!signsForm
                        || !BodyParser.unverifiedValues(scheme.bodyHash, request)
                                .isEmpty());
        SortedMap<String, SortedSet<String>> form = signsForm && !hashed ? form(request) : NO_FORM;
        if (signsForm && !hashed && form.isEmpty() && request.method().equals("POST")) {
            // The signed text does not separate the URL from the fields, which could have been moved into the query.
            throw new Refusal(RejectionReason.MALFORMED, "the form has no fields");
        }
        SignedValues named = named(request);
        SignedContent.RequestValues known = new SignedContent.RequestValues(request, timestamp, id, form, named);
        Supplier<String> match = verified(known, signatures);
        if (match == null) {
            throw new Refusal(RejectionReason.MISMATCH, "the signature does not match");
        }
        if (hashed) {
            checkBody(exactlyOne(Objects.requireNonNull(scheme.bodyHash), "hash of the body", request), request);
        }
        if (scheme.timestamp != null && !signsTime) {
            // The timestamp is part of the signed content.
            checkTime(exactlyOne(scheme.timestamp, "timestamp", request), now);
        }
        return SignedData.of(
                request,
                covered(hashed, named),
                scheme.bodiesRepeat ? null : match,
                identity(known),
                tree(request, hashed, form, named),
                defaultSelectors);
    }

    /** The values that are signed one by one. */
    private SignedValues named(WebhookRequest request) throws Refusal {
        try {
            SignedValues named = SignedValues.of(scheme.content, scheme.signedHeaders, request);
            for (ValueSelector needed : listedSelectors) {
                if (!named.coversHeader(needed.name)) {
                    throw new Refusal(
                            RejectionReason.MALFORMED,
                            "the header field " + needed.name + " is not in the list of signed header fields");
                }
            }
            return named;
        } catch (IOException e) {
            throw new Refusal(RejectionReason.MALFORMED, "the signed values cannot be read: " + e.getMessage());
        }
    }

    private Predicate<ValueSelector> covered(boolean hashed, SignedValues named) {
        Predicate<ValueSelector> fixed = hashed ? coveredByHash : covered;
        return named.headers().isEmpty()
                ? fixed
                : selector -> fixed.test(selector)
                        || (selector.type == ValueSelector.SelectorType.HEADER
                                && selector.alternative == null
                                && named.coversHeader(selector.name));
    }

    /** The payload, if the signature covers only parts of the body, or none; null if the payload is the body. */
    private @Nullable JsonNode tree(
            WebhookRequest request, boolean hashed, SortedMap<String, SortedSet<String>> form, SignedValues named)
            throws Refusal {
        boolean isBodyless = request.body().length == 0 && SignedData.isBodyless(request.method());
        if (isBodyless
                && scheme.content.coversParameters()
                && scheme.content.fields().isEmpty()) {
            return parameters(request);
        }
        if (hashed) {
            return null;
        }
        if (signsForm && scheme.content.coversBody()) {
            return form.isEmpty() ? null : tree(form);
        }
        if (scheme.content.coversFieldList()) {
            return BodyParser.form(named.all());
        }
        if (signsFields()) {
            return named.tree(scheme.content.coveredFields());
        }
        if (signsOnlyParameters()) {
            return parameters(request);
        }
        return scheme.content.convertsBody() ? MissingNode.getInstance() : null;
    }

    /** The signed query parameters. */
    private JsonNode parameters(WebhookRequest request) throws Refusal {
        try {
            return Payload.parameters(request, covered);
        } catch (IOException e) {
            throw new Refusal(RejectionReason.MALFORMED, "the query cannot be parsed: " + e.getMessage());
        }
    }

    /** Whether parameters, but no part of the body are signed: the payload then consists of the parameters. */
    boolean signsOnlyParameters() {
        return scheme.content.coversParameters()
                && scheme.content.fields().isEmpty()
                && !scheme.content.coversBody()
                && scheme.bodyHash == null;
    }

    /** Whether only some fields of the body are signed, of which the payload then consists. */
    boolean signsFields() {
        boolean hasFields = !scheme.content.fields().isEmpty() || scheme.content.coversFieldList();
        return hasFields && !scheme.content.coversBody() && scheme.bodyHash == null;
    }

    private static WebhookRequest decompressed(WebhookRequest request) throws Refusal {
        try {
            return request.body(BodyParser.decompressIfGzip(request.body(), MAX_DECOMPRESSED));
        } catch (IOException e) {
            throw new Refusal(RejectionReason.MALFORMED, "the body cannot be decompressed: " + e.getMessage());
        }
    }

    private @Nullable Supplier<String> verified(SignedContent.RequestValues known, List<byte[]> signatures)
            throws Refusal {
        try {
            Supplier<String> match = scheme.keys.verify(scheme.content, known, signatures);
            for (WebhookRequest variant :
                    match == null && scheme.urlVariants ? known.request().urlVariants() : List.<WebhookRequest>of()) {
                match = match == null ? scheme.keys.verify(scheme.content, known.with(variant), signatures) : match;
            }
            return match;
        } catch (NoKeyException e) {
            throw new Refusal(RejectionReason.NO_KEY, e.detail());
        }
    }

    /** Parses the form. A form that cannot be parsed has no fields that could be signed. */
    private static SortedMap<String, SortedSet<String>> form(WebhookRequest request) throws Refusal {
        try {
            return ContentValues.form(request.body());
        } catch (IOException e) {
            throw new Refusal(
                    RejectionReason.MALFORMED,
                    "the form cannot be parsed, so its fields cannot be verified: " + e.getMessage());
        }
    }

    /** The signed fields only: a value that a form repeats is signed once. */
    private static JsonNode tree(SortedMap<String, SortedSet<String>> form) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        form.forEach((name, values) -> fields.put(name, List.copyOf(values)));
        return BodyParser.form(fields);
    }

    /**
     * The identity that a retry shares with the first attempt, even if it was signed at another time; null to use the
     * fingerprint.
     */
    private @Nullable Supplier<String> identity(SignedContent.RequestValues known) {
        if (scheme.bodiesRepeat) {
            return () -> UUID.randomUUID().toString();
        }
        if (!scheme.bodiesAreUnique) {
            return null;
        }
        List<ValueSelector> signing = changingSelectors();
        return signing.isEmpty()
                ? () -> scheme.content.fingerprint(known.withoutTime(scheme.timestamp, scheme.signedHeaders))
                : () -> fingerprintWithout(signing, known.request());
    }

    /** The selectors in the body whose values change with each signature. */
    private List<ValueSelector> changingSelectors() {
        return Stream.concat(scheme.signatures.stream(), Stream.of(scheme.timestamp, scheme.id))
                .filter(selector -> selector != null && selector.type == ValueSelector.SelectorType.BODY)
                .toList();
    }

    private static String fingerprintWithout(List<ValueSelector> selectors, WebhookRequest request) {
        try {
            JsonNode tree = BodyParser.tree(request.body());
            for (ValueSelector selector : selectors) {
                JsonPointer pointer = Objects.requireNonNull(selector.pointer);
                if (tree.at(pointer.head()) instanceof ObjectNode holder) {
                    holder.remove(pointer.last().getMatchingProperty());
                }
            }
            return Hashing.fingerprint(tree.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Hashing.fingerprint(request.body());
        }
    }

    private List<byte[]> signatures(WebhookRequest request) throws Refusal {
        SignatureCollector signatures = new SignatureCollector(scheme.encoding, MAX_SIGNATURES);
        for (ValueSelector selector : scheme.signatures) {
            BodyParser.findUnverified(selector, request, signatures);
        }
        if (signatures.given() == 0) {
            throw new Refusal(RejectionReason.MISSING, "there is no signature in " + scheme.signatures);
        }
        if (signatures.given() > MAX_SIGNATURES) {
            throw new Refusal(
                    RejectionReason.MALFORMED,
                    "there are " + signatures.given() + " signatures in " + scheme.signatures);
        }
        if (signatures.decoded().isEmpty()) {
            throw new Refusal(RejectionReason.MALFORMED, "the signature is not encoded as " + scheme.encoding);
        }
        return signatures.decoded();
    }

    private static String exactlyOne(ValueSelector selector, String what, WebhookRequest request) throws Refusal {
        SingleMatch one = new SingleMatch();
        BodyParser.findUnverified(selector, request, one);
        if (one.given() != 1) {
            throw new Refusal(
                    one.given() == 0 ? RejectionReason.MISSING : RejectionReason.MALFORMED,
                    "expected exactly one " + what + " in " + selector + ", but found " + one.given());
        }
        return one.text();
    }

    private void checkBody(String hash, WebhookRequest request) throws Refusal {
        byte[] bytes = scheme.bodyHashEncoding.decode(hash);
        byte[] right = Hashing.digest(scheme.bodyHashAlgorithm).digest(request.body());
        if (bytes == null || !MessageDigest.isEqual(bytes, right)) {
            throw new Refusal(RejectionReason.MISMATCH, "the body does not match its hash");
        }
    }

    private void checkTime(String text, @Nullable Instant now) throws Refusal {
        long age = 0;
        try {
            long millis = scheme.unit.millis(text);
            age = now == null ? 0 : Math.subtractExact(now.toEpochMilli(), millis);
        } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
            throw new Refusal(RejectionReason.MALFORMED, "the timestamp is not in the format " + scheme.unit);
        }
        long tolerance = scheme.tolerance.toMillis();
        if (age > tolerance || age < -tolerance) {
            throw new Refusal(
                    RejectionReason.TIMESTAMP_EXPIRED,
                    "the timestamp is " + Duration.ofMillis(age).abs() + (age < 0 ? " in the future" : " old")
                            + ", more than " + scheme.tolerance);
        }
    }

    /** Ends a verification early. Has no stack trace, because attackers can cause any number of them. */
    private static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private final RejectionReason reason;
        private final String detail;

        Refusal(RejectionReason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
            this.detail = detail;
        }
    }
}
