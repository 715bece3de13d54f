package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Request;
import org.jspecify.annotations.Nullable;

/** The state of a {@link Paginator} within one query, from the first page to the last one. */
interface PageSequence {

    /**
     * Moves to the page after this one.
     *
     * @param page the current page, which is not the last one by any end condition
     * @param more whether an end condition states that there are more pages
     * @return false when there is no further page
     * @throws PollingException when the pages do not end
     */
    boolean next(Page page, boolean more);

    /**
     * Checks a page that is the last one by an end condition.
     *
     * @throws PollingException when the service ignores the parameters of the pagination
     */
    default void last(Page page) {}

    /** Whether a page has the same records as the last one. */
    default boolean isEqualToLast(Page page) {
        return false;
    }

    /** Adds the values of the current page to the step {@code page}, which already has its number and offset. */
    default void addPills(ObjectNode pills) {}

    /** The URL of the current page, if the previous page returned it. */
    default @Nullable String url() {
        return null;
    }

    /** The request of the current page, where the template has rendered that of the first one. */
    default Request request(Request rendered) {
        String url = url();
        return url == null ? rendered : rendered.withUrl(url);
    }

    /** The token of the current page; null on the first one. */
    default @Nullable String token() {
        return null;
    }

    /** Requests the first page by a token: the cursor, in the location that they share. */
    default void startAt(String token) {
        throw new IllegalStateException("This pagination has no tokens");
    }

    /** Whether another poll can continue with the current page, by what {@link #save} adds. */
    default boolean isResumable() {
        return false;
    }

    /** Adds the state that another poll needs to continue with the current page. */
    default void save(ObjectNode state) {}

    /** Continues with the page at which {@link #save} was called. */
    default void resume(JsonNode state) {}

    /** Whether the last page was equal to the one before. */
    default boolean isRepeated() {
        return false;
    }

    /** The failure of a query that would never end. */
    static PollingException endless(String reason) {
        return new PollingException(PollingException.Reason.PAGES_REPEAT, "The pages do not end: " + reason);
    }
}
