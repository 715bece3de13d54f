package io.httpconnector.webhook;

import io.httpconnector.webhook.SignedData.Places;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a {@link Verifier} says of a request. Immutable. */
public final class VerificationResult {

    /** Why a request is refused. The sender never learns it. */
    public enum Reason {
        /** What should prove it genuine is missing. */
        MISSING,
        /** It can't be read. */
        MALFORMED,
        /** It was signed too long ago, or will be: by the timestamp that it says. */
        TIMESTAMP_EXPIRED,
        /** It does not match. */
        MISMATCH,
        /** The key by which it says to be signed can't be had. */
        NO_KEY
    }

    private static final VerificationResult ACCEPTED = new VerificationResult(null, "", null);

    private final @Nullable Reason reason;
    private final String detail;

    /** Null when everything counts. */
    private final @Nullable View view;

    /** Shows what is covered of a request. */
    @FunctionalInterface
    private interface View {
        SignedData of(WebhookRequest request, Verifier verifier);
    }

    private VerificationResult(@Nullable Reason reason, String detail, @Nullable View view) {
        this.reason = reason;
        this.detail = detail;
        this.view = view;
    }

    /**
     * The request comes from somebody who may send anything: who knows a password, or has a certificate.
     *
     * @return the verdict
     */
    public static VerificationResult accepted() {
        return ACCEPTED;
    }

    /**
     * Some of the request is signed. Only that tells one event from another: whoever has seen a request could send it again with
     * anything else changed.
     *
     * @param fingerprint the same for the same signed content only, such as its hash; asked for when it is needed
     * @param covered whether a part of the request is signed
     * @return the verdict
     */
    public static VerificationResult signed(Supplier<String> fingerprint, Predicate<ValueSelector> covered) {
        Arguments.notNull(fingerprint, "fingerprint of a verdict");
        Arguments.notNull(covered, "parts that a verdict covers");
        return new VerificationResult(
                null,
                "",
                (request, verifier) -> SignedData.of(request, covered, fingerprint, null, null, places(verifier)));
    }

    /** Some of the request is signed, and this shows it. */
    static VerificationResult signed(SignedData data) {
        return new VerificationResult(null, "", (request, verifier) -> data);
    }

    /**
     * The request is refused.
     *
     * @param reason why
     * @param detail one sentence for the log, without anything secret
     * @return the verdict
     */
    public static VerificationResult refused(Reason reason, String detail) {
        return new VerificationResult(reason, detail, null);
    }

    /**
     * Whether the request is genuine.
     *
     * @return whether it may be handled
     */
    public boolean isAccepted() {
        return reason == null;
    }

    /**
     * Why it is refused.
     *
     * @return the reason; null when it is not
     */
    public @Nullable Reason reason() {
        return reason;
    }

    /**
     * Why it is refused, in a sentence.
     *
     * @return for the log; empty when it is not
     */
    public String detail() {
        return detail;
    }

    /** What a verifier that has accepted a request has covered of it. */
    SignedData data(WebhookRequest request, Verifier verifier) {
        return view == null ? SignedData.everything(request, places(verifier)) : view.of(request, verifier);
    }

    private static Places places(Verifier verifier) {
        return new Places(
                MediaType.of(verifier),
                verifier.eventId().orElse(null),
                verifier.eventType().orElse(null),
                null);
    }

    /**
     * Says the verdict.
     *
     * @return accepted, or the reason and the detail
     */
    @Override
    public String toString() {
        return reason == null ? "accepted" : reason + ": " + detail;
    }
}
