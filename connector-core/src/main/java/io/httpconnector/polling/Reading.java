package io.httpconnector.polling;

import org.jspecify.annotations.Nullable;

/**
 * One read of all pages of a query, and what it proves. A read of one page, or of pages declared stable, has seen everything.
 * During any other read, records may have moved between pages, so that some were on no page. This can happen only if a record
 * that was read leaves its position before the last page is read; so a read is proven by a later one that finds all of its
 * records again, at the same positions.
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
    private boolean resumed;
    private End end = End.COMPLETE;

    /** The reason why a read ended. */
    enum End {
        /** With its last page. */
        COMPLETE,
        /** With a page equal to the previous one: the last page was repeated, or was shifted by other records. */
        REPEATED,
        /** At the page limit: there may be more pages. */
        LIMITED,
        /** With a response that is ignored and proves nothing. */
        IGNORED
    }

    Reading(boolean stable) {
        this.stable = stable;
    }

    /**
     * Compares this read with an earlier one.
     *
     * @param time changes with a later mark cannot have moved anything in that read; null where marks are not times
     */
    void compareWith(@Nullable Long time) {
        late = time == null ? Long.MAX_VALUE : time;
    }

    /** Continues the read that consists of one page so far. */
    void continueFrom(Reading before) {
        moved |= before.moved;
    }

    /** Continues the read of an earlier poll, of which only the number of pages is known: it takes part in no proof. */
    void resume() {
        resumed = true;
        pages++;
    }

    /** Whether an earlier poll read its first pages. */
    boolean isResumed() {
        return resumed;
    }

    void countPage() {
        pages++;
    }

    int pages() {
        return pages;
    }

    /** Called when a page did not contain its list: no record is known to be missing. */
    void markListMissing() {
        lacksList = true;
    }

    /** Whether each page contained its list, so that a record on none of them is missing. */
    boolean showsLists() {
        return !lacksList;
    }

    /** Whether all records that existed during the whole read were seen. */
    boolean isComplete() {
        return stable || pages <= 1;
    }

    /** Called when other records were changed in between: this read proves nothing about moved records, and cannot be proven. */
    void disturb() {
        changed = true;
        moved = true;
    }

    /** Adds a record that is not remembered; it is part of the read nevertheless. */
    void recordOther(long fingerprint) {
        others += fingerprint;
    }

    /** Adds a record that is remembered, before it is marked as seen in this read. */
    void record(Fingerprint key, DeduplicationIndex.@Nullable KeyEntry known, long version, long mark) {
        boolean differs = known != null && (known.version() != version || known.mark() != mark);
        if (known != null && known.inCurrentRead()) {
            changed |= differs;
            return;
        }
        sequence = sequence * 31 + key.low();
        if (known != null && known.inPreviousRead()) {
            sequenceOfBefore = sequenceOfBefore * 31 + key.low();
            moved |= differs && mark <= late;
            pushed |= hasNew;
        } else {
            hasNew = true;
        }
    }

    /** Called after the last page. */
    void end(End how) {
        end = how;
    }

    /** Whether a later read can prove this one: no record was seen twice, before and after a change, and the end is known. */
    boolean isProvable() {
        return !changed && !resumed && end == End.COMPLETE;
    }

    /** Whether no record of the earlier read was found in another version or at another mark, unless it changed after that read. */
    boolean foundTheSame() {
        return !moved;
    }

    /**
     * Whether the records of the earlier read were found in the same order, with others only after them; with no others, where
     * both reads ended with a repeated page. A record that was moved to the front during the earlier read, after the front had
     * been read, is then found there: no other records have shifted it to be moved again before its page is read.
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
