package io.httpconnector.webhook;

import io.httpconnector.webhook.Verdict.Reason;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
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
            Part signature,
            Encoding encoding,
            SignedContent content,
            @Nullable Part timestamp,
            TimeUnit unit,
            Duration tolerance,
            @Nullable Part id) {}

    private final Scheme scheme;

    SignatureVerifier(Scheme scheme) {
        this.scheme = scheme;
    }

    @Override
    public Verdict verify(WebhookRequest request, Instant now) {
        List<String> given = values(scheme.signature, request);
        if (given.isEmpty()) {
            return Verdict.refused(Reason.MISSING, "there is no signature in " + scheme.signature);
        }
        if (given.size() > MOST_SIGNATURES) {
            return Verdict.refused(Reason.MALFORMED, "there are " + given.size() + " signatures");
        }
        String timestamp = "";
        if (scheme.timestamp != null) {
            List<String> times = values(scheme.timestamp, request);
            if (times.size() != 1) {
                return Verdict.refused(
                        Reason.MISSING, "there are " + times.size() + " timestamps in " + scheme.timestamp);
            }
            timestamp = times.get(0);
            Verdict bad = checkTime(timestamp, now);
            if (bad != null) {
                return bad;
            }
        }
        String id = "";
        if (scheme.id != null) {
            List<String> ids = values(scheme.id, request);
            if (ids.size() != 1) {
                return Verdict.refused(Reason.MISSING, "there are " + ids.size() + " ids in " + scheme.id);
            }
            id = ids.get(0);
        }
        if (scheme.content.uses("url") && request.url().isEmpty()) {
            return Verdict.refused(Reason.NO_KEY, "the URL is signed, but the receiver does not know its publicUrl");
        }
        List<byte[]> signatures = new ArrayList<>(given.size());
        for (String text : given) {
            byte[] bytes = scheme.encoding.decode(text);
            if (bytes != null) {
                signatures.add(bytes);
            }
        }
        if (signatures.isEmpty()) {
            return Verdict.refused(Reason.MALFORMED, "the signature is not written as " + scheme.encoding);
        }
        Supplier<String> match =
                scheme.keys.verify(scheme.content, new SignedContent.Known(request, timestamp, id), signatures);
        return match == null
                ? Verdict.refused(Reason.MISMATCH, "the signature does not match")
                : Verdict.signed(match, part -> scheme.content.covers(part, scheme.timestamp, scheme.id));
    }

    private static List<String> values(Part part, WebhookRequest request) {
        return switch (part.kind) {
            case HEADER -> part.values(request.headers(part.name));
            case QUERY -> part.values(Forms.parse(request.query()).getOrDefault(part.name, List.of()));
            case BODY -> part.values(Payloads.peek(request, part));
        };
    }

    private @Nullable Verdict checkTime(String text, Instant now) {
        Instant time = time(text);
        if (time == null) {
            return Verdict.refused(Reason.MALFORMED, "the timestamp is not written as " + scheme.unit);
        }
        Duration age = Duration.between(time, now);
        return age.abs().compareTo(scheme.tolerance) <= 0
                ? null
                : Verdict.refused(
                        Reason.NOT_NOW,
                        "the timestamp is " + age.abs() + (age.isNegative() ? " in the future" : " old")
                                + ", more than " + scheme.tolerance);
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
}
