package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one poll finds what is new: what it asks for, where a read ends, and what may be concluded from it. */
interface ChangeDetection {

    /** Delivers the events of deleted records. */
    interface DeletionHandler {
        void deliverDeleted(List<Fingerprint> keys);
    }

    /** The pills of the next query, by their steps; null when there is none. */
    @Nullable Map<String, Object> nextQuery();

    /** Whether the current query reads again what was read in this poll, to prove it. */
    default boolean isProof() {
        return false;
    }

    /** Whether there is another query that is no proof of this one. */
    default boolean asksOn() {
        return false;
    }

    /** After the limit of pages: whether the next poll begins where this one ended, and not where it began. */
    default boolean goesOnInNextPoll() {
        return false;
    }

    /** The URL of the first page, in place of that of the template; null when there is none. */
    default @Nullable String url() {
        return null;
    }

    /** The read that the current query makes. */
    Reading reading();

    /** A page is about to be asked for. */
    default void beginPage() {}

    /** A page has begun to come: the clock of the service is known. */
    default void answered() {}

    /**
     * Where a record stands, to be remembered with its key.
     *
     * @throws RuntimeException when there is something else at its field than there should be
     */
    long mark(JsonNode item);

    /** Whether a record that is not known was not asked for. */
    default boolean isOutside(long mark) {
        return false;
    }

    /** Whether a key is not remembered any more. */
    default boolean isForgotten(SeenKeyIndex.KeyEntry known) {
        return false;
    }

    /** What is known of a record that is seen in another version. */
    default SeenKeyIndex.KeyEntry updated(SeenKeyIndex.KeyEntry known, long version, long mark) {
        return known.next(version, kept(mark));
    }

    /** What is known of a record that is seen again in the same version. */
    default SeenKeyIndex.KeyEntry again(SeenKeyIndex.KeyEntry known, long mark) {
        return known.seenAt(kept(mark));
    }

    /** Whether a record that was not asked for takes a place among the others all the same. */
    default boolean countsOutside() {
        return true;
    }

    /** Whether a record of a first poll was there already. */
    default boolean wasThere(long mark) {
        return true;
    }

    /** The mark to be remembered. */
    default long kept(long mark) {
        return mark;
    }

    /** By which an event differs, beside the count, from that of the same version of a record at another time. */
    long occurrence(long mark, SeenKeyIndex.KeyEntry entry);

    /** Whether what the mark says outlasts the process. */
    boolean keepsMarks();

    /** Whether a read is compared with that of another poll. */
    default boolean comparesPolls() {
        return false;
    }

    /** After the events of a page are finished: whether to read the next one of this query. */
    boolean readsOn(Page page, int number, boolean hasNext);

    /** After the last page of a query. */
    void endQuery(Reading.End end);

    /** Forgets the keys that can't come again. */
    default void forget() {}

    /** The service did not accept a query, or not as it should; what the owner of the trigger should know, null for nothing. */
    default @Nullable String refused(ConnectorException e) {
        return null;
    }

    /** After the last query, when no response was ignored. */
    void finish(DeletionHandler deletions);

    /** What the owner of the trigger should know; null when there is nothing. */
    default @Nullable String warning() {
        return null;
    }
}
