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
        byte[] only = onlySignature(request);
        return only == null ? allSignatures(request) : List.of(only);
    }

    /** The usual case, without lists in between; null when it is another one. */
    private byte @Nullable [] onlySignature(WebhookRequest request) {
        Part place = scheme.signatures.get(0);
        if (scheme.signatures.size() > 1 || place.kind != Part.Kind.HEADER || !place.separator.isEmpty()) {
            return null;
        }
        String value = request.fields().only(place.name);
        return value != null && value.startsWith(place.prefix)
                ? scheme.encoding.decode(value, place.prefix.length())
                : null;
    }

    private List<byte[]> allSignatures(WebhookRequest request) throws Refusal {
        List<String> given = new ArrayList<>(2);
        for (Part place : scheme.signatures) {
            given.addAll(Payloads.untrusted(place, request));
        }
        if (given.isEmpty()) {
            throw new Refusal(Reason.MISSING, "there is no signature in " + scheme.signatures);
        }
        if (given.size() > MOST_SIGNATURES) {
            throw new Refusal(Reason.MALFORMED, "there are " + given.size() + " signatures in " + scheme.signatures);
        }
        List<byte[]> signatures = new ArrayList<>(given.size());
        for (String text : given) {
            byte[] bytes = scheme.encoding.decode(text);
            if (bytes != null) {
                signatures.add(bytes);
            }
        }
        if (signatures.isEmpty()) {
            throw new Refusal(Reason.MALFORMED, "the signature is not written as " + scheme.encoding);
        }
        return signatures;
    }

    private static String one(Part part, String what, WebhookRequest request) throws Refusal {
        List<String> values = Payloads.untrusted(part, request);
        if (values.size() != 1) {
            throw new Refusal(
                    values.isEmpty() ? Reason.MISSING : Reason.MALFORMED,
                    "there are " + values.size() + " times a " + what + " in " + part);
        }
        return values.get(0);
    }

    private static void checkBody(String hash, WebhookRequest request) throws Refusal {
        byte[] bytes = Encoding.HEX.decode(hash);
        if (bytes == null || !MessageDigest.isEqual(bytes, Digests.of("SHA-256").digest(request.body()))) {
            throw new Refusal(Reason.MISMATCH, "the body is not what its hash says");
        }
    }

    private void checkTime(String text, @Nullable Instant now) throws Refusal {
        Instant time = time(text);
        if (time == null) {
            throw new Refusal(Reason.MALFORMED, "the timestamp is not written in " + scheme.unit);
        }
        Duration age = now == null ? Duration.ZERO : Duration.between(time, now);
        if (age.abs().compareTo(scheme.tolerance) > 0) {
            throw new Refusal(
                    Reason.NOT_NOW,
                    "the timestamp is " + age.abs() + (age.isNegative() ? " in the future" : " old") + ", more than "
                            + scheme.tolerance);
        }
    }

    private @Nullable Instant time(String text) {
        try {
            return switch (scheme.unit) {
                case SECONDS -> Instant.ofEpochSecond(Long.parseLong(text));
                case MILLIS -> Instant.ofEpochMilli(Long.parseLong(text));
                case ISO -> OffsetDateTime.parse(text).toInstant();
            };
        } catch (NumberFormatException | DateTimeException e) {
            return null;
        }
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
