package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The numeric settings of a pagination. Immutable.
 *
 * @param givenFirst the number of the first page, or the first offset; null when it is not set
 * @param defaultFirst the default of the paginator
 * @param size the requested page size; 0 when it is not set
 * @param maxPages the maximum number of pages; 0 when it is not set
 * @param givenEmptyPages the maximum number of consecutive pages without records; null when it is not set
 */
record PageLimits(
        @Nullable Integer givenFirst,
        int defaultFirst,
        int size,
        int maxPages,
        @Nullable Integer givenEmptyPages) {

    /** The maximum number of pages without a setting. */
    static final int MAX_PAGES = 100_000;

    private static final int DEFAULT_EMPTY_PAGES = 100;

    PageLimits withFirst(int number) {
        return new PageLimits(number, defaultFirst, size, maxPages, givenEmptyPages);
    }

    PageLimits withSize(int records) {
        if (records < 1) {
            throw invalid("pages of " + records + " records: use at least 1");
        }
        return new PageLimits(givenFirst, defaultFirst, records, maxPages, givenEmptyPages);
    }

    PageLimits withMaxPages(int max) {
        if (max < 1 || max > MAX_PAGES) {
            throw invalid(max + " pages: use 1 to " + MAX_PAGES);
        }
        return new PageLimits(givenFirst, defaultFirst, size, max, givenEmptyPages);
    }

    PageLimits withMaxEmptyPages(int max) {
        if (max < 1 || max > MAX_PAGES) {
            throw invalid(max + " pages without records: use 1 to " + MAX_PAGES);
        }
        return new PageLimits(givenFirst, defaultFirst, size, maxPages, max);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("pagination", List.of(problem));
    }

    int first() {
        return givenFirst == null ? defaultFirst : givenFirst;
    }

    int maxEmptyPages() {
        return givenEmptyPages == null ? DEFAULT_EMPTY_PAGES : givenEmptyPages;
    }

    /** Adds the members that were set to a definition, except for the page size, which has a location. */
    void writeTo(ObjectNode json) {
        if (givenFirst != null) {
            json.put("first", givenFirst);
        }
        if (maxPages > 0) {
            json.put("maxPages", maxPages);
        }
        if (givenEmptyPages != null) {
            json.put("maxEmptyPages", givenEmptyPages);
        }
    }
}
