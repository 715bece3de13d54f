package io.httpconnector.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
        for (int i = 1; !verdict.isAccepted() && i < all.size(); i++) {
            verdict = all.get(i).verify(request, now);
        }
        return verdict;
    }

    @Override
    public Optional<Part> eventId() {
        return all.stream().flatMap(verifier -> verifier.eventId().stream()).findFirst();
    }

    @Override
    public Optional<Part> eventType() {
        return all.stream().flatMap(verifier -> verifier.eventType().stream()).findFirst();
    }

    @Override
    public Optional<String> mediaType() {
        return all.stream().flatMap(verifier -> verifier.mediaType().stream()).findFirst();
    }

    @Override
    public List<Part> secrets() {
        return all.stream().flatMap(verifier -> verifier.secrets().stream()).toList();
    }
}
