package io.httpconnector.polling;

/** The order in which a service lists records, by the cursor field. */
public enum RecordOrder {
    /** Oldest first. A long read can be continued where it was interrupted. */
    ASCENDING,
    /** Newest first. Reading can end at the first page of known records. */
    DESCENDING,
    /** Unknown order. */
    NONE
}
