package io.httpconnector.trigger;

/** What has happened to a record. */
public enum ChangeType {
    /** It was not there before. */
    NEW,
    /** It was there before, in another version. */
    UPDATED,
    /** It is one or the other: a service that is asked only for what changed does not say. */
    NEW_OR_UPDATED,
    /** It is there no more. */
    DELETED,
    /** A service has told it, and the event itself says what it is. */
    RECEIVED
}
