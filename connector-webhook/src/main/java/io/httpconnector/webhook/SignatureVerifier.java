package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
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
import java.time.OffsetDateTime;
import java.util.ArrayList;
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
final class SignatureVerifier implements Verifier {

    /** More than any service sends; each signature costs a comparison. */
    private static final int MAX_SIGNATURES = 20;

    /** Formats of a timestamp. */
    enum TimeUnit {
        SECONDS,
        MILLIS,
        ISO
    }

    /** The settings of the builder. */
    record Scheme(
            SignatureChecker keys,
            List<ValueSelector> signatures,
            BinaryEncoding encoding,
            SignedContent content,
            @Nullable ValueSelector timestamp,
            TimeUnit unit,
            Duration tolerance,
            @Nullable ValueSelector id,
            @Nullable ValueSelector bodyHash,
            boolean bodiesRepeat,
            @Nullable ValueSelector eventId,
            @Nullable ValueSelector eventType) {}

    /**
     * Facts about a service beyond its signature scheme.
     *
     * @param mediaTypes the media types of its bodies; empty if it sends any
     * @param bodiesAreUnique whether two events never have the same body, so that a retry is recognised even if it was signed at
     *     another time
     * @param typeOf derives the event type from the payload, if no single location contains it
     */
    record Service(
            List<MediaType> mediaTypes,
            boolean bodiesAreUnique,
            @Nullable Function<JsonNode, String> typeOf) {

        static final Service UNKNOWN = new Service(List.of(), false, null);
    }

    private static final SortedMap<String, SortedSet<String>> NO_FORM = Collections.emptySortedMap();

    private final Scheme scheme;
    private final Service service;

    private final boolean signsTime;
    private final boolean signsUrl;
    private final boolean signsForm;
    private final Predicate<ValueSelector> covered;
    private final Predicate<ValueSelector> coveredByHash;
    private final DefaultSelectors defaultSelectors;
    private final ObjectNode definition;
    private final List<Secret> secrets;

    SignatureVerifier(Scheme scheme, Service service, ObjectNode definition, List<Secret> secrets) {
        this.scheme = scheme;
        this.service = service;
        this.signsTime = scheme.content.uses("timestamp");
        this.signsUrl = scheme.content.uses("url");
        this.signsForm = scheme.content.uses("form");
        this.covered = selector -> scheme.content.covers(selector, scheme.timestamp, scheme.id);
        this.coveredByHash = selector -> selector.type == ValueSelector.SelectorType.BODY || covered.test(selector);
        this.defaultSelectors =
                new DefaultSelectors(service.mediaTypes, scheme.eventId, scheme.eventType, service.typeOf);
        this.definition = definition;
        this.secrets = secrets;
    }

    /** A copy with the facts about a service. */
    SignatureVerifier withService(Service known) {
        return new SignatureVerifier(scheme, known, definition, secrets);
    }

    /** Whether a value of a request is signed. */
    boolean covers(ValueSelector selector) {
        return (scheme.bodyHash == null ? covered : coveredByHash).test(selector);
    }

    List<Secret> sharedSecrets() {
        return secrets;
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
        return SignatureBuilder.fromJson(preset, secrets, null).toJson().equals(definition);
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
        return SignatureBuilder.fromJson(changed, others, null).buildVerifier().withService(service);
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

    private SignedData match(WebhookRequest request, @Nullable Instant now) throws Refusal {
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
        SignedContent.RequestValues known = new SignedContent.RequestValues(request, timestamp, id, form);
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
                hashed ? coveredByHash : covered,
                scheme.bodiesRepeat ? null : match,
                identity(known),
                signsForm && !hashed ? tree(form) : null,
                defaultSelectors);
    }

    private @Nullable Supplier<String> verified(SignedContent.RequestValues known, List<byte[]> signatures)
            throws Refusal {
        try {
            return scheme.keys.verify(scheme.content, known, signatures);
        } catch (NoKeyException e) {
            throw new Refusal(RejectionReason.NO_KEY, e.detail());
        }
    }

    /** Parses the form. A form that cannot be parsed has no fields that could be signed. */
    private static SortedMap<String, SortedSet<String>> form(WebhookRequest request) throws Refusal {
        try {
            return SignedContent.form(request.body());
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
        if (!service.bodiesAreUnique) {
            return null;
        }
        List<ValueSelector> signing = changingSelectors();
        return signing.isEmpty()
                ? () -> scheme.content.fingerprint(known.withoutTime())
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
            JsonNode tree = BodyParser.json(request.body());
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
        SignatureCollector signatures = new SignatureCollector(scheme.encoding);
        for (ValueSelector selector : scheme.signatures) {
            BodyParser.findUnverified(selector, request, signatures);
        }
        if (signatures.given == 0) {
            throw new Refusal(RejectionReason.MISSING, "there is no signature in " + scheme.signatures);
        }
        if (signatures.given > MAX_SIGNATURES) {
            throw new Refusal(
                    RejectionReason.MALFORMED, "there are " + signatures.given + " signatures in " + scheme.signatures);
        }
        if (signatures.read.isEmpty()) {
            throw new Refusal(RejectionReason.MALFORMED, "the signature is not encoded as " + scheme.encoding);
        }
        return signatures.read;
    }

    /** Collects the signatures that are found, and those of them that can be decoded. */
    private static final class SignatureCollector implements ValueSelector.MatchConsumer {

        private final BinaryEncoding encoding;
        private int given;
        private List<byte[]> read = List.of();

        SignatureCollector(BinaryEncoding encoding) {
            this.encoding = encoding;
        }

        @Override
        public void accept(String text, int from, int to) {
            given++;
            byte[] bytes = given > MAX_SIGNATURES ? null : encoding.decode(text, from, to);
            if (bytes == null) {
                return;
            }
            if (read.isEmpty()) {
                // The common case.
                read = List.of(bytes);
            } else {
                read = new ArrayList<>(read);
                read.add(bytes);
            }
        }
    }

    private static String exactlyOne(ValueSelector selector, String what, WebhookRequest request) throws Refusal {
        SingleMatch one = new SingleMatch();
        BodyParser.findUnverified(selector, request, one);
        if (one.given != 1) {
            throw new Refusal(
                    one.given == 0 ? RejectionReason.MISSING : RejectionReason.MALFORMED,
                    "expected exactly one " + what + " in " + selector + ", but found " + one.given);
        }
        return one.text;
    }

    /** Collects a value that must occur exactly once. */
    private static final class SingleMatch implements ValueSelector.MatchConsumer {

        private int given;
        private String text = "";

        @Override
        public void accept(String where, int from, int to) {
            given++;
            text = given == 1 ? where.substring(from, to) : "";
        }
    }

    private static void checkBody(String hash, WebhookRequest request) throws Refusal {
        byte[] bytes = BinaryEncoding.HEX.decode(hash);
        if (bytes == null || !MessageDigest.isEqual(bytes, Hashing.sha256(request.body()))) {
            throw new Refusal(RejectionReason.MISMATCH, "the body does not match its hash");
        }
    }

    private void checkTime(String text, @Nullable Instant now) throws Refusal {
        long age = 0;
        try {
            long millis = millis(text);
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

    private long millis(String text) {
        return switch (scheme.unit) {
            case SECONDS -> Math.multiplyExact(Long.parseLong(text), 1000);
            case MILLIS -> Long.parseLong(text);
            case ISO -> OffsetDateTime.parse(text).toInstant().toEpochMilli();
        };
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
