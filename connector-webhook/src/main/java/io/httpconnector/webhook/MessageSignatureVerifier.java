package io.httpconnector.webhook;

import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.CertificateChecker.NoKeyException;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import io.httpconnector.webhook.StructuredFields.InnerList;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Verifies HTTP message signatures (RFC 9421) as configured by a {@link MessageSignatureBuilder}. */
final class MessageSignatureVerifier implements SigningVerifier {

    private static final int MAX_SIGNATURES = 20;

    /** The settings of the builder. */
    record MessageScheme(
            String algorithm,
            SignatureChecker keys,
            List<String> components,
            Duration tolerance,
            boolean bodiesAreUnique,
            @Nullable ValueSelector eventId,
            @Nullable ValueSelector eventType) {}

    private final MessageScheme scheme;

    MessageSignatureVerifier(MessageScheme scheme) {
        this.scheme = scheme;
    }

    /** Whether a value of each request is signed. */
    @Override
    public boolean covers(ValueSelector selector) {
        return SignedMessage.covers(name -> scheme.components.contains(name), selector);
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        List<String> input = request.headers("Signature-Input");
        List<String> signature = request.headers("Signature");
        if (input.isEmpty() || signature.isEmpty()) {
            return VerificationResult.rejected(
                    RejectionReason.MISSING, "there is no header field Signature or Signature-Input");
        }
        try {
            Map<String, byte[]> signatures = StructuredFields.byteSequences(String.join(", ", signature));
            Map<String, InnerList> inputs = StructuredFields.innerLists(String.join(", ", input));
            if (inputs.size() > MAX_SIGNATURES) {
                return VerificationResult.rejected(RejectionReason.MALFORMED, "there are too many signatures");
            }
            VerificationResult result =
                    VerificationResult.rejected(RejectionReason.MISSING, "no signature has the label of its input");
            for (Map.Entry<String, InnerList> one : inputs.entrySet()) {
                byte[] bytes = signatures.get(one.getKey());
                if (bytes != null && !result.isAccepted()) {
                    result = verify(request, SignedMessage.of(one.getValue(), request), bytes, now);
                }
            }
            return result;
        } catch (IOException e) {
            return VerificationResult.rejected(RejectionReason.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    private VerificationResult verify(WebhookRequest request, SignedMessage message, byte[] signature, Instant now)
            throws IOException {
        for (String component : scheme.components) {
            if (!message.has(component)) {
                return VerificationResult.rejected(RejectionReason.MISMATCH, component + " is not signed");
            }
        }
        String algorithm = message.text("alg");
        for (String name : List.of("keyid", "nonce", "tag")) {
            String unused = message.text(name);
        }
        if (algorithm != null && !algorithm.equals(scheme.algorithm)) {
            return VerificationResult.rejected(RejectionReason.MISMATCH, "it is signed by another algorithm");
        }
        SignedContent content = SignedContent.fixed(message.base());
        SignedContent.RequestValues known =
                new SignedContent.RequestValues(request, "", "", Collections.emptySortedMap(), SignedValues.NONE);
        try {
            if (scheme.keys.verify(content, known, List.of(signature)) == null) {
                return VerificationResult.rejected(RejectionReason.MISMATCH, "the signature does not match");
            }
        } catch (NoKeyException e) {
            return VerificationResult.rejected(RejectionReason.NO_KEY, e.detail());
        }
        if (!message.matchesDigest(request.body())) {
            return VerificationResult.rejected(RejectionReason.MISMATCH, "the body does not match its digest");
        }
        String late = expired(message, now);
        if (late != null) {
            return VerificationResult.rejected(RejectionReason.TIMESTAMP_EXPIRED, late);
        }
        return VerificationResult.signed(SignedData.of(
                request,
                message::covers,
                message::fingerprint,
                scheme.bodiesAreUnique
                        ? () -> Hashing.fingerprint(message.lines().getBytes(StandardCharsets.UTF_8))
                        : null,
                message.covers(SignedData.BODY) ? null : Payload.parameters(request, message::covers),
                new DefaultSelectors(List.of(), scheme.eventId, scheme.eventType, null)));
    }

    /** The reason why the signature is too old; null if it is not. */
    private @Nullable String expired(SignedMessage message, Instant now) throws IOException {
        Instant created = instant(message.integer("created"));
        Instant expires = instant(message.integer("expires"));
        if (created == null) {
            throw new IOException("the signature does not say when it was created");
        }
        if (Duration.between(created, now).abs().compareTo(scheme.tolerance) > 0) {
            return "the signature was created at " + created + ", more than " + scheme.tolerance + " from now";
        }
        return expires != null && now.isAfter(expires) ? "the signature has expired" : null;
    }

    private static @Nullable Instant instant(@Nullable Long seconds) {
        return seconds == null ? null : Instant.ofEpochSecond(seconds);
    }

    @Override
    public Optional<ValueSelector> eventId() {
        return Optional.ofNullable(scheme.eventId);
    }

    @Override
    public Optional<ValueSelector> eventType() {
        return Optional.ofNullable(scheme.eventType);
    }
}
