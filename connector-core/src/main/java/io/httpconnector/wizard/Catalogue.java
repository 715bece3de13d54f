package io.httpconnector.wizard;

import java.util.List;
import java.util.function.Supplier;

/** A source with so many requests that only those which fit are made. */
record Catalogue(List<Entry> entries) implements RecommendationSource {

    /**
     * A request that can be made.
     *
     * @param method its method
     * @param url its URL, with pills
     * @param title what it does
     * @param made makes it
     */
    record Entry(String method, String url, String title, Supplier<Recommendation> made) {

        static Entry of(Recommendation one) {
            return new Entry(
                    one.definition().path("method").asText(),
                    one.definition().path("url").asText(),
                    one.title(),
                    () -> one);
        }
    }

    static List<Entry> entries(RecommendationSource source) {
        return source instanceof Catalogue many
                ? many.entries()
                : source.all().stream().map(Entry::of).toList();
    }

    @Override
    public List<Recommendation> all() {
        return entries.stream().map(entry -> entry.made().get()).toList();
    }
}
