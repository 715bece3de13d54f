package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.webhook.CertificateChecker.NoKeyException;
import io.httpconnector.webhook.SignedData.Places;
import io.httpconnector.webhook.VerificationResult.Reason;
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

/** Checks signatures, as a {@link SignatureBuilder} has described them. */
final class SignatureVerifier implements Verifier {

    /** More than any service sends; each costs a comparison. */
    private static final int MAX_SIGNATURES = 20;

    /** How a timestamp is written. */
    enum TimeUnit {
        SECONDS,
        MILLIS,
        ISO
    }

    /** What a builder has collected. */
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
     * What is known of the service beyond how it signs.
     *
     * @param mediaTypes the media types of its bodies; none when it sends any
     * @param bodiesAreUnique whether two events never have the same body, so that a retry is known that was signed at another time
     * @param typeOf finds the type of an event in its payload, when no single place has it
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
    private final Places places;
    private final ObjectNode definition;
    private final List<Secret> secrets;

    SignatureVerifier(Scheme scheme, Service service, ObjectNode definition, List<Secret> secrets) {
        this.scheme = scheme;
        this.service = service;
        this.signsTime = scheme.content.uses("timestamp");
        this.signsUrl = scheme.content.uses("url");
        this.signsForm = scheme.content.uses("form");
        this.covered = part -> scheme.content.covers(part, scheme.timestamp, scheme.id);
        this.coveredByHash = part -> part.kind == ValueSelector.SelectorType.BODY || covered.test(part);
        this.places = new Places(service.mediaTypes, scheme.eventId, scheme.eventType, service.typeOf);
        this.definition = definition;
        this.secrets = secrets;
    }

    /** The same for a service of which more is known. */
    SignatureVerifier of(Service known) {
        return new SignatureVerifier(scheme, known, definition, secrets);
    }

    /** Whether a part of a request is signed. */
    boolean covers(ValueSelector part) {
        return (scheme.bodyHash == null ? covered : coveredByHash).test(part);
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

    /** Whether there is any signature where one should be. */
    boolean isPresent(WebhookRequest request) {
        return scheme.signatures.stream()
                .anyMatch(place -> !BodyParser.untrusted(place, request).isEmpty());
    }

    /** Whether it checks what a preset describes. */
    boolean isOf(JsonNode preset) {
        return SignatureBuilder.fromJson(preset, secrets, null).toJson().equals(definition);
    }

    /** The same with other secrets, which may be written in another way; this one when it has none. */
    SignatureVerifier with(List<Secret> others, @Nullable String encoding) {
        if (secrets.isEmpty()) {
            return this;
        }
        ObjectNode changed = definition.deepCopy();
        if (encoding != null) {
            changed.put("secretEncoding", encoding);
        }
        return SignatureBuilder.fromJson(changed, others, null).verifier().of(service);
    }

    /** Whether the signature is right, at whatever time it was made. */
    boolean holds(WebhookRequest request) {
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
            return VerificationResult.refused(e.reason, e.detail);
        }
    }

    private SignedData match(WebhookRequest request, @Nullable Instant now) throws Refusal {
        List<byte[]> signatures = signatures(request);
        String timestamp = scheme.timestamp != null && signsTime ? one(scheme.timestamp, "timestamp", request) : "";
        if (signsTime) {
            checkTime(timestamp, now);
        }
        String id = scheme.id == null ? "" : one(scheme.id, "id", request);
        if (signsUrl && request.url().isEmpty()) {
            throw new Refusal(Reason.NO_KEY, "the URL is signed, but the receiver does not know its publicUrl");
        }
        // Only what is signed decides which it is: the media type is not.
        boolean hashed = scheme.bodyHash != null
                && (!signsForm
                        || !BodyParser.untrusted(scheme.bodyHash, request).isEmpty());
        SortedMap<String, SortedSet<String>> form = signsForm && !hashed ? form(request) : NO_FORM;
        SignedContent.Known known = new SignedContent.Known(request, timestamp, id, form);
        Supplier<String> match = verified(known, signatures);
        if (match == null) {
            throw new Refusal(Reason.MISMATCH, "the signature does not match");
        }
        if (hashed) {
            checkBody(one(Objects.requireNonNull(scheme.bodyHash), "hash of the body", request), request);
        }
        if (scheme.timestamp != null && !signsTime) {
            // It stands in what is signed.
            checkTime(one(scheme.timestamp, "timestamp", request), now);
        }
        return SignedData.of(
                request,
                hashed ? coveredByHash : covered,
                scheme.bodiesRepeat ? null : match,
                identity(known),
                signsForm && !hashed ? tree(form) : null,
                places);
    }

    private @Nullable Supplier<String> verified(SignedContent.Known known, List<byte[]> signatures) throws Refusal {
        try {
            return scheme.keys.verify(scheme.content, known, signatures);
        } catch (NoKeyException e) {
            throw new Refusal(Reason.NO_KEY, e.detail());
        }
    }

    /** A form that can't be read has no fields that could be signed. */
    private static SortedMap<String, SortedSet<String>> form(WebhookRequest request) throws Refusal {
        try {
            return SignedContent.form(request.body());
        } catch (IOException e) {
            throw new Refusal(Reason.MALFORMED, "the form can't be read, so it can't be signed: " + e.getMessage());
        }
    }

    /** Exactly what was signed: a value that a form repeats is signed once. */
    private static JsonNode tree(SortedMap<String, SortedSet<String>> form) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        form.forEach((name, values) -> fields.put(name, List.copyOf(values)));
        return BodyParser.form(fields);
    }

    /** What a retry has in common with the first attempt, although it was signed at another time; null for the fingerprint. */
    private @Nullable Supplier<String> identity(SignedContent.Known known) {
        if (scheme.bodiesRepeat) {
            return () -> UUID.randomUUID().toString();
        }
        if (!service.bodiesAreUnique) {
            return null;
        }
        List<ValueSelector> signing = signingPlaces();
        return signing.isEmpty()
                ? () -> scheme.content.fingerprint(known.withoutTime())
                : () -> fingerprintWithout(signing, known.request());
    }

    /** The places in the body that change whenever it is signed. */
    private List<ValueSelector> signingPlaces() {
        return Stream.concat(scheme.signatures.stream(), Stream.of(scheme.timestamp, scheme.id))
                .filter(part -> part != null && part.kind == ValueSelector.SelectorType.BODY)
                .toList();
    }

    private static String fingerprintWithout(List<ValueSelector> places, WebhookRequest request) {
        try {
            JsonNode tree = BodyParser.json(request.body());
            for (ValueSelector place : places) {
                JsonPointer pointer = Objects.requireNonNull(place.pointer);
                if (tree.at(pointer.head()) instanceof ObjectNode holder) {
                    holder.remove(pointer.last().getMatchingProperty());
                }
            }
            return Digests.fingerprint(tree.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Digests.fingerprint(request.body());
        }
    }

    private List<byte[]> signatures(WebhookRequest request) throws Refusal {
        Signatures signatures = new Signatures(scheme.encoding);
        for (ValueSelector place : scheme.signatures) {
            BodyParser.findUntrusted(place, request, signatures);
        }
        if (signatures.given == 0) {
            throw new Refusal(Reason.MISSING, "there is no signature in " + scheme.signatures);
        }
        if (signatures.given > MAX_SIGNATURES) {
            throw new Refusal(
                    Reason.MALFORMED, "there are " + signatures.given + " signatures in " + scheme.signatures);
        }
        if (signatures.read.isEmpty()) {
            throw new Refusal(Reason.MALFORMED, "the signature is not written as " + scheme.encoding);
        }
        return signatures.read;
    }

    /** Those that are found, and those of them that can be read. */
    private static final class Signatures implements ValueSelector.MatchConsumer {

        private final BinaryEncoding encoding;
        private int given;
        private List<byte[]> read = List.of();

        Signatures(BinaryEncoding encoding) {
            this.encoding = encoding;
        }

        @Override
        public void at(String text, int from, int to) {
            given++;
            byte[] bytes = given > MAX_SIGNATURES ? null : encoding.decode(text, from, to);
            if (bytes == null) {
                return;
            }
            if (read.isEmpty()) {
                // The usual case.
                read = List.of(bytes);
            } else {
                read = new ArrayList<>(read);
                read.add(bytes);
            }
        }
    }

    private static String one(ValueSelector part, String what, WebhookRequest request) throws Refusal {
        One one = new One();
        BodyParser.findUntrusted(part, request, one);
        if (one.given != 1) {
            throw new Refusal(
                    one.given == 0 ? Reason.MISSING : Reason.MALFORMED,
                    "there are " + one.given + " times a " + what + " in " + part);
        }
        return one.text;
    }

    /** What is found once. */
    private static final class One implements ValueSelector.MatchConsumer {

        private int given;
        private String text = "";

        @Override
        public void at(String where, int from, int to) {
            given++;
            text = given == 1 ? where.substring(from, to) : "";
        }
    }

    private static void checkBody(String hash, WebhookRequest request) throws Refusal {
        byte[] bytes = BinaryEncoding.HEX.decode(hash);
        if (bytes == null || !MessageDigest.isEqual(bytes, Digests.of("SHA-256").digest(request.body()))) {
            throw new Refusal(Reason.MISMATCH, "the body is not what its hash says");
        }
    }

    private void checkTime(String text, @Nullable Instant now) throws Refusal {
        long age = 0;
        try {
            long millis = millis(text);
            age = now == null ? 0 : Math.subtractExact(now.toEpochMilli(), millis);
        } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
            throw new Refusal(Reason.MALFORMED, "the timestamp is not written in " + scheme.unit);
        }
        long tolerance = scheme.tolerance.toMillis();
        if (age > tolerance || age < -tolerance) {
            throw new Refusal(
                    Reason.TIMESTAMP_EXPIRED,
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

    /** Ends a check early; without a stack trace, as strangers can cause any number of them. */
    private static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private final Reason reason;
        private final String detail;

        Refusal(Reason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
            this.detail = detail;
        }
    }
}
