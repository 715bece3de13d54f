package io.httpconnector.webhook;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A verifier that accepts a request if at least one of its verifiers does. */
final class AnyOfVerifier implements Verifier {

    private static final Logger LOG = LoggerFactory.getLogger(AnyOfVerifier.class);

    private final List<Verifier> all;

    AnyOfVerifier(List<Verifier> all) {
        this.all = all;
    }

    List<Verifier> all() {
        return all;
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        VerificationResult last = all.get(0).verify(request, now);
        int i = 0;
        while (!last.isAccepted() && ++i < all.size()) {
            last = all.get(i).verify(request, now);
        }
        if (!last.isAccepted()) {
            return last;
        }
        // The first verifier that accepts determines which data counts as id, type and media type.
        SignedData data = last.data(request, all.get(i));
        while (++i < all.size()) {
            data = data.withFingerprintsOf(fingerprints(all.get(i), request, now));
        }
        return VerificationResult.signed(data);
    }

    /**
     * The fingerprints by which another verifier knows the request: an attacker could remove the signature that was verified
     * first.
     */
    private static List<Supplier<String>> fingerprints(Verifier other, WebhookRequest request, Instant now) {
        try {
            VerificationResult verdict = other.verify(request, now);
            return verdict.isAccepted() ? verdict.data(request, other).alternatives() : List.of();
        } catch (RuntimeException e) {
            LOG.warn("A verifier of anyOf failed after another one had accepted {}", request, e);
            return List.of();
        }
    }

    @Override
    public List<ValueSelector> secrets() {
        return all.stream().flatMap(verifier -> verifier.secrets().stream()).toList();
    }
}
