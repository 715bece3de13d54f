package io.httpconnector.webhook;

import java.time.Instant;
import java.util.List;

/** One of several ways to verify is enough. */
final class AnyOf implements Verifier {

    private final List<Verifier> all;

    AnyOf(List<Verifier> all) {
        this.all = all;
    }

    List<Verifier> all() {
        return all;
    }

    @Override
    public Verdict verify(WebhookRequest request, Instant now) {
        Verdict verdict = all.get(0).verify(request, now);
        int i = 0;
        while (!verdict.isAccepted() && ++i < all.size()) {
            verdict = all.get(i).verify(request, now);
        }
        // What counts as id, type and media type is what the one says that has accepted it.
        return verdict.isAccepted() ? Verdict.signed(verdict.data(request, all.get(i))) : verdict;
    }

    @Override
    public List<Part> secrets() {
        return all.stream().flatMap(verifier -> verifier.secrets().stream()).toList();
    }
}
