package io.httpconnector.wizard;

import java.util.List;

/** Where recommendations come from: implement it for what your application knows. Safe for many threads. */
@FunctionalInterface
public interface RecommendationSource {

    /**
     * All requests that this source knows; the wizard ranks them.
     *
     * @return the requests, with any score
     */
    List<Recommendation> all();
}
