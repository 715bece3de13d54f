package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.StatusException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one poll finds what is new: what it asks for, which records count, and what it leaves behind. */
interface Mode {

    /** The pills of the next query, by their steps; null when there is none. */
    @Nullable Map<String, Object> nextQuery();

    /** The URL of the first page, in place of that of the template; null when there is none. */
    default @Nullable String url() {
        return null;
    }

    default void beginPage() {}

    /**
     * Where a record stands, to be remembered with its key; null when it does not count.
     *
     * @throws RuntimeException when there is something else at its field than there should be
     */
    @Nullable Long mark(JsonNode item);

    /** Whether a version may be older than the known one, by their marks. */
    default boolean isOlder(long mark, long known) {
        return false;
    }

    /** Whether what the mark says outlasts the process. */
    boolean keepsMarks();

    /** After the events of a page are finished: whether to read the next one of this query. */
    boolean readsOn(Page page, int number, boolean hasNext);

    /** Forgets the keys that can't come again. */
    default void forget() {}

    /** The service did not accept a query. */
    default void refused(StatusException e) {}

    /** After the last page of the last query. */
    void finish(Intake intake);
}
