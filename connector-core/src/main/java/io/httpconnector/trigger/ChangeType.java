package io.httpconnector.trigger;

/** The type of change of a record. */
public enum ChangeType {
    /** The record is new. */
    NEW,
    /** An earlier version of the record was known. */
    UPDATED,
    /** New or updated: a service that is queried only for changes does not distinguish them. */
    NEW_OR_UPDATED,
    /** The record was deleted. */
    DELETED,
    /** The event was received from the service; its payload states the type. */
    RECEIVED
}
