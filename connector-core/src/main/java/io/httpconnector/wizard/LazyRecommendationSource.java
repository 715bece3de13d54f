package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A source with so many requests that only the matching ones are loaded. */
record LazyRecommendationSource(List<LazyRecommendation> entries, List<String> notes) implements RecommendationSource {

    /**
     * A request that is loaded on demand.
     *
     * @param method its method
     * @param url its URL, with pills
     * @param title a title that describes the request
     * @param loader loads the recommendation
     */
    record LazyRecommendation(String method, String url, String title, Supplier<Recommendation> loader) {

        static LazyRecommendation of(Recommendation one) {
            return new LazyRecommendation(
                    one.definition().path("method").asText(),
                    one.definition().path("url").asText(),
                    one.title(),
                    () -> one);
        }
    }

    /**
     * Creates a source from what could be read. Problems become notes.
     *
     * @throws InvalidDefinitionException if there are problems and no requests
     */
    static LazyRecommendationSource of(
            String format, List<Recommendation> all, List<String> notes, List<String> problems) {
        if (all.isEmpty() && !problems.isEmpty()) {
            throw new InvalidDefinitionException(format, problems);
        }
        List<String> missing = new ArrayList<>(notes);
        problems.forEach(problem -> missing.add("not imported: " + problem));
        return new LazyRecommendationSource(
                all.stream().map(LazyRecommendation::of).toList(), List.copyOf(missing));
    }

    static List<LazyRecommendation> entries(RecommendationSource source) {
        return source instanceof LazyRecommendationSource many
                ? many.entries()
                : source.all().stream().map(LazyRecommendation::of).toList();
    }

    @Override
    public List<Recommendation> all() {
        return entries.stream().map(entry -> entry.loader().get()).toList();
    }
}
