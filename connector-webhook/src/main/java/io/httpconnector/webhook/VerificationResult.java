package io.httpconnector.webhook;

import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The result of a {@link Verifier}. Immutable. */
public final class VerificationResult {

    /** The reason for rejecting a request. It is never revealed to the sender. */
    public enum RejectionReason {
        /** The signature or token is missing. */
        MISSING,
        /** The signature or token is malformed. */
        MALFORMED,
        /** The timestamp of the signature is too old, or in the future. */
        TIMESTAMP_EXPIRED,
        /** The signature or token does not match. */
        MISMATCH,
        /** The key that the request refers to is unavailable. */
        NO_KEY
    }

    private static final VerificationResult ACCEPTED = new VerificationResult(null, "", null, null);

    private final @Nullable RejectionReason reason;
    private final String detail;

    /** The signed data, if one of our verifiers provides it. */
    private final @Nullable SignedData data;

    /** What another verifier accepted; null if the whole request counts. */
    private final @Nullable Signed signed;

    /** The fingerprint and the covered values of a request. */
    private record Signed(Supplier<String> fingerprint, Predicate<ValueSelector> covered) {}

    private VerificationResult(
            @Nullable RejectionReason reason, String detail, @Nullable SignedData data, @Nullable Signed signed) {
        this.reason = reason;
        this.detail = detail;
        this.data = data;
        this.signed = signed;
    }

    /**
     * Creates a result that accepts a request of a trusted sender, identified for example by a password or a certificate. The
     * whole request counts.
     *
     * @return the result
     */
    public static VerificationResult accepted() {
        return ACCEPTED;
    }

    /**
     * Creates a result that accepts a request of which some data is signed. Only signed data distinguishes events: an attacker
     * who has seen a request could send it again with anything else changed.
     *
     * @param fingerprint the same for the same signed content only, such as its hash; evaluated on demand
     * @param covered whether a value of the request is signed
     * @return the result
     */
    public static VerificationResult signed(Supplier<String> fingerprint, Predicate<ValueSelector> covered) {
        Arguments.notNull(fingerprint, "fingerprint of a result");
        Arguments.notNull(covered, "predicate of the covered values");
        return new VerificationResult(null, "", null, new Signed(fingerprint, covered));
    }

    /**
     * Creates a result that accepts a request of a trusted sender, of whose events more is known.
     *
     * @param bodiesAreUnique whether equal bodies are the same event, if it has no id
     */
    static VerificationResult trusted(WebhookRequest request, DefaultSelectors selectors, boolean bodiesAreUnique) {
        return signed(SignedData.wholeRequest(
                request, bodiesAreUnique ? () -> Hashing.fingerprint(request.body()) : null, selectors));
    }

    /** Creates a result that accepts a request and exposes its signed data. */
    static VerificationResult signed(SignedData data) {
        return new VerificationResult(null, "", data, null);
    }

    /**
     * Creates a result that rejects a request.
     *
     * @param reason the reason
     * @param detail one sentence for the log, without secrets
     * @return the result
     */
    public static VerificationResult rejected(RejectionReason reason, String detail) {
        return new VerificationResult(reason, detail, null, null);
    }

    /**
     * Whether the request is genuine.
     *
     * @return true if the request may be handled
     */
    public boolean isAccepted() {
        return reason == null;
    }

    /**
     * Returns the reason for the rejection.
     *
     * @return the reason; null if the request is accepted
     */
    public @Nullable RejectionReason reason() {
        return reason;
    }

    /**
     * Returns the details of the rejection.
     *
     * @return a sentence for the log; empty if the request is accepted
     */
    public String detail() {
        return detail;
    }

    /** The data covered by the verifier that accepted the request. */
    SignedData data(WebhookRequest request, Verifier verifier) {
        if (data != null) {
            return data;
        }
        return signed == null
                ? SignedData.wholeRequest(request, defaultSelectors(verifier))
                : SignedData.of(request, signed.covered, signed.fingerprint, null, null, defaultSelectors(verifier));
    }

    /**
     * Returns the media types that a verifier declares.
     *
     * @throws io.httpconnector.InvalidDefinitionException if it declares something else
     */
    static List<MediaType> mediaTypes(Verifier verifier) {
        return verifier.mediaType()
                .map(declared -> List.of(MediaType.defined(declared)))
                .orElse(List.of());
    }

    private static DefaultSelectors defaultSelectors(Verifier verifier) {
        return new DefaultSelectors(
                mediaTypes(verifier),
                verifier.eventId().orElse(null),
                verifier.eventType().orElse(null),
                null);
    }

    /**
     * Returns the result as text.
     *
     * @return {@code accepted}, or the reason and the detail
     */
    @Override
    public String toString() {
        return reason == null ? "accepted" : reason + ": " + detail;
    }
}
