package io.httpconnector.wizard;

import java.util.List;
import java.util.function.Supplier;

/** A source with so many requests that only those which fit are made. */
record LazySource(List<LazyRecommendation> entries) implements RecommendationSource {

    /**
     * A request that can be made.
     *
     * @param method its method
     * @param url its URL, with pills
     * @param title what it does
     * @param made makes it
     */
    record LazyRecommendation(String method, String url, String title, Supplier<Recommendation> made) {

        static LazyRecommendation of(Recommendation one) {
            return new LazyRecommendation(
                    one.definition().path("method").asText(),
                    one.definition().path("url").asText(),
                    one.title(),
                    () -> one);
        }
    }

    static List<LazyRecommendation> entries(RecommendationSource source) {
        return source instanceof LazySource many
                ? many.entries()
                : source.all().stream().map(LazyRecommendation::of).toList();
    }

    @Override
    public List<Recommendation> all() {
        return entries.stream().map(entry -> entry.made().get()).toList();
    }
}
