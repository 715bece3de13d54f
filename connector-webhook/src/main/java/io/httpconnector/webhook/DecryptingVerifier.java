package io.httpconnector.webhook;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.SignatureVerifier.Service;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A verifier of signatures that exposes the decrypted body of a request: the signature covers the encrypted body, and thus what
 * it contains. Immutable.
 */
final class DecryptingVerifier implements SigningVerifier {

    private static final VerificationResult UNDECRYPTED = VerificationResult.rejected(
            RejectionReason.MALFORMED, "the signature is valid, but the body cannot be decrypted");

    private final SignatureVerifier signature;
    private final BodyEncryption encryption;
    private final Function<Secret, byte[]> keyOf;
    private final boolean bodiesAreUnique;
    private final List<Variant> variants;

    /** The verifier of the signatures by one secret, and the key of this secret. */
    private record Variant(SignatureVerifier verifier, Secret secret) {}

    /** A copy for a service with these facts. */
    DecryptingVerifier withService(Service known) {
        return new DecryptingVerifier(signature.withService(known), encryption, keyOf, bodiesAreUnique);
    }

    /**
     * Creates a verifier.
     *
     * @param signature verifies the signatures, by any of its secrets
     * @param keyOf creates the key of the encryption from a secret
     * @param bodiesAreUnique whether equal bodies are the same event
     */
    DecryptingVerifier(
            SignatureVerifier signature,
            BodyEncryption encryption,
            Function<Secret, byte[]> keyOf,
            boolean bodiesAreUnique) {
        this.signature = signature;
        this.encryption = encryption;
        this.keyOf = keyOf;
        this.bodiesAreUnique = bodiesAreUnique;
        // Reports a key of an invalid length.
        for (Secret secret : signature.sharedSecrets()) {
            byte[] unused = keyOf.apply(secret);
        }
        this.variants = signature.sharedSecrets().stream()
                .map(secret -> new Variant(signature.with(List.of(secret), null), secret))
                .toList();
    }

    /** The factory of encrypted responses; null if they are not encrypted. */
    @Nullable ResponseFactory responses(TimeSource time) {
        String text = encryption.response();
        Secret token = signature.sharedSecrets().get(0);
        return text == null ? null : event -> EncryptedResponse.of(text, encryption, keyOf.apply(token), token, time);
    }

    SignatureVerifier signature() {
        return signature;
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        VerificationResult result = signature.verify(request, now);
        if (!result.isAccepted()) {
            return result;
        }
        if (!encryption.isEncrypted(request)) {
            // What the body contains is signed only with the whole body.
            return signature.covers(SignedData.BODY)
                    ? VerificationResult.signed(decrypted(result.data(request, signature), request))
                    : UNDECRYPTED;
        }
        Variant used = variants.size() == 1
                ? variants.get(0)
                : variants.stream()
                        .filter(variant -> variant.verifier.isValid(request))
                        .findFirst()
                        .orElse(variants.get(0));
        WebhookRequest plain = encryption.decrypted(request, keyOf.apply(used.secret));
        return plain == null
                ? UNDECRYPTED
                : VerificationResult.signed(decrypted(result.data(request, signature), plain));
    }

    private SignedData decrypted(SignedData data, WebhookRequest plain) {
        List<Supplier<String>> fingerprints = new ArrayList<>(data.alternatives());
        Supplier<String> identity = bodiesAreUnique ? () -> Hashing.fingerprint(plain.body()) : data::identityOfContent;
        return SignedData.of(
                plain,
                selector -> selector.type == ValueSelector.SelectorType.BODY || data.covers(selector),
                fingerprints.isEmpty() ? null : fingerprints.get(0),
                identity,
                null,
                data.defaultSelectors());
    }

    @Override
    public boolean covers(ValueSelector selector) {
        return selector.type == ValueSelector.SelectorType.BODY || signature.covers(selector);
    }

    @Override
    public Optional<ValueSelector> eventId() {
        return signature.eventId();
    }

    @Override
    public Optional<ValueSelector> eventType() {
        return signature.eventType();
    }
}
