package io.httpconnector.polling;

import org.jspecify.annotations.Nullable;

/**
 * One read of all pages of a query, and what it proves. A read of one page, or of pages that are declared stable, has seen
 * everything. Between the pages of another one records may have moved, so that some were on no page. That can happen only when a
 * record that was read leaves its place before the last page is read; so a read is proven by a later one that finds all of its
 * records again, where they were.
 */
final class Reading {

    private final boolean stable;
    private int pages;
    private long others;
    private long sequence;
    private long sequenceOfBefore;
    private boolean changed;
    private boolean moved;
    private boolean hasNew;
    private boolean pushed;
    private long late = Long.MAX_VALUE;
    private boolean lacksList;
    private End end = End.COMPLETE;

    /** How a read ended. */
    enum End {
        /** By its last page. */
        COMPLETE,
        /** By a page like the one before: the last one again, or one that others have pushed on. */
        REPEATED,
        /** By the limit of pages: there may be more. */
        LIMITED,
        /** By a response that is to be ignored, and proves nothing. */
        IGNORED
    }

    Reading(boolean stable) {
        this.stable = stable;
    }

    /**
     * Compares with a read before this one.
     *
     * @param time what has changed later, by its mark, can't have moved anything in that read; null where marks are no times
     */
    void compareWith(@Nullable Long time) {
        late = time == null ? Long.MAX_VALUE : time;
    }

    /** Belongs to the same read as the one page before it. */
    void goOnFrom(Reading before) {
        moved |= before.moved;
    }

    void page() {
        pages++;
    }

    int pages() {
        return pages;
    }

    /** A page did not show its list: no record is known to be missing. */
    void lacksList() {
        lacksList = true;
    }

    /** Whether each page showed its list, so that a record that was on none of them is missing. */
    boolean showsLists() {
        return !lacksList;
    }

    /** Whether all records were seen that were there all the time. */
    boolean isSteady() {
        return stable || pages <= 1;
    }

    /** A record that is not remembered; it takes a place all the same. */
    void other(long fingerprint) {
        others += fingerprint;
    }

    /** A record that is remembered, before it is noted that it is here. */
    void record(Fingerprint key, SeenKeyIndex.@Nullable KeyEntry known, long version, long mark) {
        boolean differs = known != null && (known.version() != version || known.mark() != mark);
        if (known != null && known.here()) {
            changed |= differs;
            return;
        }
        sequence = sequence * 31 + key.low();
        if (known != null && known.before()) {
            sequenceOfBefore = sequenceOfBefore * 31 + key.low();
            moved |= differs && mark <= late;
            pushed |= hasNew;
        } else {
            hasNew = true;
        }
    }

    /** After the last page. */
    void end(End how) {
        end = how;
    }

    /** Whether a later read can prove it: no record was seen twice, before and after it changed, and the end is known. */
    boolean isProvable() {
        return !changed && end == End.COMPLETE;
    }

    /** Whether no record of the read before was found in another version or at another mark, unless later than that read. */
    boolean foundTheSame() {
        return !moved;
    }

    /**
     * Whether the records of the read before were found in the order in which that read had them, and others behind them only; none, where
     * both ended by a page that was repeated. One that was moved to the front during the read before, when the front had been read, is then found there: no
     * others have pushed it on, to be moved again before its page is read.
     */
    boolean foundTheOrderOf(Reading before) {
        boolean bothKnown = before.end == End.COMPLETE && end == End.COMPLETE;
        boolean bothRepeated = before.end == End.REPEATED && end == End.REPEATED && sequence == before.sequence;
        return (bothKnown || bothRepeated)
                && !pushed
                && sequenceOfBefore == before.sequence
                && others == before.others
                && !before.changed;
    }

    long others() {
        return others;
    }
}
