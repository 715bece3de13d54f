package io.httpconnector.wizard;

import java.util.List;

/**
 * A source of recommendations. Implement it to offer the knowledge of your application. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface RecommendationSource {

    /**
     * Returns all requests that this source knows; the wizard ranks them.
     *
     * @return the requests; their scores are ignored
     */
    List<Recommendation> all();

    /**
     * Returns what this source could not offer as a request, and why: a path of an OpenAPI document that is a reference to
     * another document, or the images of an HTTP Archive. What is missing in a single request is in its own notes.
     *
     * @return sentences for a user; empty by default
     */
    default List<String> notes() {
        return List.of();
    }
}
