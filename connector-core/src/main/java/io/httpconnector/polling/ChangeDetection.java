package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A strategy by which one poll detects new and changed records: which queries it sends, where a read ends, and what may be
 * concluded from it.
 */
interface ChangeDetection {

    /** Delivers the events of deleted records. */
    interface DeletionHandler {
        void deliverDeleted(List<Fingerprint> keys);
    }

    /** Starts the next query and returns its pills by step; null when there is none. */
    @Nullable Map<String, Object> nextQuery();

    /** Whether the current query repeats a read of this poll to verify it. */
    default boolean isProof() {
        return false;
    }

    /** Whether there is another query that is not a verification of the current one. */
    default boolean hasNextQuery() {
        return false;
    }

    /** After the page limit was reached: whether the next poll starts where this one ended instead of where it started. */
    default boolean continuesInNextPoll() {
        return false;
    }

    /** Whether the next poll can continue the current read, if it ends before its last page. */
    default boolean isResumable() {
        return true;
    }

    /** What the pages read so far have shown, for the poll that continues the read. */
    default ObjectNode save() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Continues a read of an earlier poll with what its pages have shown. */
    default void resume(JsonNode state) {
        reading().resume();
    }

    /** The URL of the first page, instead of the URL of the template; null when there is none. */
    default @Nullable String firstPageUrl() {
        return null;
    }

    /** The read of the current query. */
    Reading reading();

    /** Called before a page is requested. */
    default void startPage() {}

    /** Called when the head of a response was received: the time of the service is known. */
    default void onResponse() {}

    /**
     * The mark of a record (its position or time), to be remembered with its key.
     *
     * @throws RuntimeException when the value of the cursor field is invalid
     */
    long mark(JsonNode item);

    /** Whether an unknown record lies outside the query. */
    default boolean isOutsideQuery(long mark) {
        return false;
    }

    /** Whether a key counts as forgotten. */
    default boolean isForgotten(DeduplicationIndex.KeyEntry known) {
        return false;
    }

    /** The key entry of a record that is seen in another version. */
    default DeduplicationIndex.KeyEntry updated(DeduplicationIndex.KeyEntry known, long version, long mark) {
        return known.next(version, markToStore(mark));
    }

    /** The key entry of a record that is seen again in the same version. */
    default DeduplicationIndex.KeyEntry seenAgain(DeduplicationIndex.KeyEntry known, long mark) {
        return known.seenAt(markToStore(mark));
    }

    /** Whether the marks of a record grow with each of its changes. */
    default boolean isOrdered() {
        return false;
    }

    /** The value of the cursor in a record, as {@link #mark} has it; empty if the record has no usable one. Has no effect on the read. */
    default OptionalLong positionOf(JsonNode item) {
        return OptionalLong.empty();
    }

    /** Whether the records that are being read may have been read before a time, in milliseconds since 1970. */
    default boolean isReadSince(long millis) {
        return false;
    }

    /** The key entry to remember for a pushed record: it was in no read. */
    default DeduplicationIndex.KeyEntry pushed(
            DeduplicationIndex.KeyEntry next, DeduplicationIndex.@Nullable KeyEntry known) {
        return next;
    }

    /** Called when records were pushed between two pages. */
    default void onPush() {
        reading().disturb();
    }

    /** Whether records outside the query are part of the read nevertheless. */
    default boolean recordsOutsideQuery() {
        return true;
    }

    /** Whether a record of a first poll existed before the trigger started. */
    default boolean existedAtStart(long mark) {
        return true;
    }

    /** The mark to remember. */
    default long markToStore(long mark) {
        return mark;
    }

    /**
     * The value that, together with the count, distinguishes an event from that of the same version of the record at another
     * time.
     */
    long occurrence(long mark, DeduplicationIndex.KeyEntry entry);

    /** Whether marks are stored. */
    boolean persistsMarks();

    /** Whether a read is compared with a read of another poll. */
    default boolean comparesPolls() {
        return false;
    }

    /** Called when the events of a page are finished: whether to read the next page of this query. */
    boolean continuesAfter(Page page, int number, boolean hasNext);

    /** Called after the last page of a query. */
    void endQuery(Reading.End end);

    /** Forgets the keys of records that cannot be returned again. */
    default void forgetOldKeys() {}

    /** Returns what to do if more keys would have to be remembered than the maximum. */
    default String adviceOnKeys() {
        return "raise maxRememberedKeys(...), shorten the lookback, or declare that the service lists the oldest records"
                + " first";
    }

    /** Called when the service rejected a query or sent an unexpected response; returns a warning for the status, or null. */
    default @Nullable String onRejection(ConnectorException e) {
        return null;
    }

    /** Called after the last query, unless a response was ignored. */
    void finish(DeletionHandler deletions);

    /** Whether all records of the last query have the same position, so that a limit of the service could hide further ones. */
    default boolean isAtOnePosition() {
        return false;
    }

    /** A warning for the status; null when there is none. */
    default @Nullable String warning() {
        return null;
    }

    /** What makes the poll fail although its events are handled; null when there is nothing. */
    default @Nullable String failure() {
        return null;
    }
}
