package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.webhook.Verdict.Reason;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks signatures, as a {@link SignatureBuilder} has described them. */
final class SignatureVerifier implements Verifier {

    /** More than any service sends; each costs a comparison. */
    private static final int MOST_SIGNATURES = 20;

    /** How a timestamp is written. */
    enum TimeUnit {
        SECONDS,
        MILLIS,
        ISO
    }

    /** What a builder has collected. */
    record Scheme(
            Keys keys,
            List<Part> signatures,
            Encoding encoding,
            SignedContent content,
            @Nullable Part timestamp,
            TimeUnit unit,
            Duration tolerance,
            @Nullable Part id,
            @Nullable Part bodyHash,
            boolean bodiesRepeat,
            @Nullable Part eventId,
            @Nullable Part eventType) {}

    private final Scheme scheme;

    private final boolean signsTime;
    private final boolean signsUrl;
    private final Predicate<Part> covered;
    private final ObjectNode definition;
    private final List<Secret> secrets;

    SignatureVerifier(Scheme scheme, ObjectNode definition, List<Secret> secrets) {
        this.scheme = scheme;
        this.signsTime = scheme.content.uses("timestamp");
        this.signsUrl = scheme.content.uses("url");
        this.covered = part -> scheme.content.covers(part, scheme.timestamp, scheme.id);
        this.definition = definition;
        this.secrets = secrets;
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
                .anyMatch(place -> !Payloads.untrusted(place, request).isEmpty());
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
        return SignatureBuilder.fromJson(changed, others, null).verifier();
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
    public Optional<Part> eventId() {
        return Optional.ofNullable(scheme.eventId);
    }

    @Override
    public Optional<Part> eventType() {
        return Optional.ofNullable(scheme.eventType);
    }

    @Override
    public Verdict verify(WebhookRequest request, Instant now) {
        try {
            return Verdict.signed(match(request, now), covered);
        } catch (Refusal e) {
            return Verdict.refused(e.reason, e.detail);
        }
    }

    private Supplier<String> match(WebhookRequest request, @Nullable Instant now) throws Refusal {
        List<byte[]> signatures = signatures(request);
        boolean timeIsSigned = signsTime;
        String timestamp = scheme.timestamp != null && timeIsSigned ? one(scheme.timestamp, "timestamp", request) : "";
        if (timeIsSigned) {
            checkTime(timestamp, now);
        }
        String id = scheme.id == null ? "" : one(scheme.id, "id", request);
        if (signsUrl && request.url().isEmpty()) {
            throw new Refusal(Reason.NO_KEY, "the URL is signed, but the receiver does not know its publicUrl");
        }
        Supplier<String> match =
                scheme.keys.verify(scheme.content, new SignedContent.Known(request, timestamp, id), signatures);
        if (match == null) {
            throw new Refusal(Reason.MISMATCH, "the signature does not match");
        }
        if (scheme.bodyHash != null && scheme.content.isFormless(request)) {
            checkBody(one(scheme.bodyHash, "hash of the body", request), request);
        }
        if (scheme.timestamp != null && !timeIsSigned) {
            // It stands in what is signed.
            checkTime(one(scheme.timestamp, "timestamp", request), now);
        }
        return scheme.bodiesRepeat ? () -> UUID.randomUUID().toString() : match;
    }

    private List<byte[]> signatures(WebhookRequest request) throws Refusal {
        Signatures signatures = new Signatures(scheme.encoding);
        for (Part place : scheme.signatures) {
            Payloads.findUntrusted(place, request, signatures);
        }
        if (signatures.given == 0) {
            throw new Refusal(Reason.MISSING, "there is no signature in " + scheme.signatures);
        }
        if (signatures.given > MOST_SIGNATURES) {
            throw new Refusal(
                    Reason.MALFORMED, "there are " + signatures.given + " signatures in " + scheme.signatures);
        }
        if (signatures.read.isEmpty()) {
            throw new Refusal(Reason.MALFORMED, "the signature is not written as " + scheme.encoding);
        }
        return signatures.read;
    }

    /** Those that are found, and those of them that can be read. */
    private static final class Signatures implements Part.Found {

        private final Encoding encoding;
        private int given;
        private List<byte[]> read = List.of();

        Signatures(Encoding encoding) {
            this.encoding = encoding;
        }

        @Override
        public void at(String text, int from, int to) {
            given++;
            byte[] bytes = given > MOST_SIGNATURES ? null : encoding.decode(text, from, to);
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

    private static String one(Part part, String what, WebhookRequest request) throws Refusal {
        One one = new One();
        Payloads.findUntrusted(part, request, one);
        if (one.given != 1) {
            throw new Refusal(
                    one.given == 0 ? Reason.MISSING : Reason.MALFORMED,
                    "there are " + one.given + " times a " + what + " in " + part);
        }
        return one.text;
    }

    /** What is found once. */
    private static final class One implements Part.Found {

        private int given;
        private String text = "";

        @Override
        public void at(String where, int from, int to) {
            given++;
            text = given == 1 ? where.substring(from, to) : "";
        }
    }

    private static void checkBody(String hash, WebhookRequest request) throws Refusal {
        byte[] bytes = Encoding.HEX.decode(hash);
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
                    Reason.NOT_NOW,
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
