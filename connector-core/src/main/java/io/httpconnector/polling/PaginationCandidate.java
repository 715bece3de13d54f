package io.httpconnector.polling;

import org.jspecify.annotations.Nullable;

/**
 * A pagination that may apply to a service, by its first response.
 *
 * @param ends the end conditions that the response indicates
 * @param evidence the strength of the indication
 * @param reason a human-readable explanation
 * @param first the number of the first page, or the first offset; null for the default
 * @param isFirstUncertain whether to verify that the first number returns the first page
 */
record PaginationCandidate(
        Paginator paginator,
        EndConditions ends,
        Evidence evidence,
        String reason,
        @Nullable Integer first,
        boolean isFirstUncertain) {

    /** The indication of a second page in the first response, strongest first: candidates are tried in this order. */
    enum Evidence {
        /** The response contains a URL of the next page. */
        URL,
        /** The response contains a token of the next page. */
        TOKEN,
        /** The response contains its own position in the list. */
        POSITION,
        /** The response contains no indication: a common name of a parameter is tried. */
        GUESS
    }

    static PaginationCandidate of(Paginator paginator, EndConditions ends, Evidence evidence, String reason) {
        return new PaginationCandidate(paginator, ends, evidence, reason, null, false);
    }

    PaginationCandidate startingAt(int number) {
        return new PaginationCandidate(paginator, ends, evidence, reason, number, false);
    }

    /** Some services count from 0: with a wrong first number, the first page would be skipped. */
    PaginationCandidate startingAtUncertain(int number) {
        return new PaginationCandidate(paginator, ends, evidence, reason, number, true);
    }
}
