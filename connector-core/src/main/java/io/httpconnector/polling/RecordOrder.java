package io.httpconnector.polling;

/** In which order a service lists records, by the field that is the cursor. */
public enum RecordOrder {
    /** The oldest first. A long read can then go on where it was interrupted. */
    ASCENDING,
    /** The newest first. Reading can then end at the first page of what is known. */
    DESCENDING,
    /** In no order that is known. */
    NONE
}
