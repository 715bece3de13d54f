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
}
