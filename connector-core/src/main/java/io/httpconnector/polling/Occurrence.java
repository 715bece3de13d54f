package io.httpconnector.polling;

/**
 * A version of a record, or its deletion, for which an event was delivered recently or is about to be delivered.
 *
 * @param key the fingerprint of the key
 * @param version the version, or {@link #DELETION}
 * @param event the id of the event
 * @param order the order among the versions of the record, or {@link #UNORDERED}
 * @param time when it was first seen, in milliseconds since 1970
 * @param flags how it was seen
 */
record Occurrence(Fingerprint key, long version, Fingerprint event, long order, long time, int flags) {

    /** In place of the version of a deleted record; versions have zeros in their lower bits. */
    static final long DELETION = -1;

    /** The order of a version that cannot be compared with others. */
    static final long UNORDERED = Long.MIN_VALUE;

    /** The event was handled or is a dead letter; otherwise its id is reserved. */
    static final int DELIVERED = 1;
    /** A push has brought it. */
    static final int PUSHED = 2;
    /** A poll has delivered it. */
    static final int POLLED = 4;
    /** No push has brought it within the grace time. */
    static final int MISSED = 8;
    /** It is older than the trigger: no push is expected. */
    static final int BASELINE = 16;

    /** Its record was deleted, or seen again, afterwards: it is kept to recognize late and repeated pushes. */
    static final int ENDED = 32;

    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    boolean isDelivered() {
        return is(DELIVERED);
    }

    boolean isDeletion() {
        return version == DELETION;
    }

    /** Whether a push is expected that has not arrived yet, and is not overdue. */
    boolean isAwaited() {
        return isPushExpected() && !is(MISSED);
    }

    /** Whether a push is expected that has not arrived yet. */
    boolean isPushExpected() {
        return (flags & (DELIVERED | POLLED | PUSHED | BASELINE)) == (DELIVERED | POLLED);
    }

    Occurrence with(int flag) {
        return new Occurrence(key, version, event, order, time, flags | flag);
    }
}
