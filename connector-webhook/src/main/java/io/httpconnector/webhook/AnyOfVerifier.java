package io.httpconnector.webhook;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of several ways to verify is enough. */
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
        // What counts as id, type and media type is what the first one says that has accepted it.
        SignedData data = last.data(request, all.get(i));
        while (++i < all.size()) {
            data = data.orKnownBy(fingerprints(all.get(i), request, now));
        }
        return VerificationResult.signed(data);
    }

    /** What the request is known by to another one that accepts it too: anybody can take away the signature that counts. */
    private static List<Supplier<String>> fingerprints(Verifier other, WebhookRequest request, Instant now) {
        try {
            VerificationResult verdict = other.verify(request, now);
            return verdict.isAccepted() ? verdict.data(request, other).alternatives() : List.of();
        } catch (RuntimeException e) {
            LOG.warn("One of several verifiers failed, after another one has accepted {}", request, e);
            return List.of();
        }
    }

    @Override
    public List<ValueSelector> secrets() {
        return all.stream().flatMap(verifier -> verifier.secrets().stream()).toList();
    }
}
