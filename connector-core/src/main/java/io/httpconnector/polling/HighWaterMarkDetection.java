package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.polling.Checkpoint.Unproven;
import io.httpconnector.polling.DeduplicationIndex.KeyEntry;
import io.httpconnector.polling.Reading.End;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detection by a time or number of the records (high-water mark). The position of the checkpoint is the mark up to which all
 * records have provably been seen; a query starts before it, and the keys from there on are remembered.
 */
final class HighWaterMarkDetection implements ChangeDetection {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);
    private static final int QUERIES_UNTIL_FORGETTING = 50;
    /** The maximum number of reads of the same records in one poll. */
    private static final int MAX_READS = 5;

    private static final long NANOS_PER_DAY = Duration.ofDays(1).toNanos();
    /** A position before every record. */
    private static final long BEFORE_ALL_RECORDS = PositionCursor.BEFORE_ALL_RECORDS;

    private final TriggerDefinition definition;
    private final PositionCursor cursor;
    private final PollTransaction transaction;
    private final ServerClock clock;
    private final TriggerStart startTime;
    private final boolean silent;
    private final boolean stable;
    private final @Nullable Long positionBefore;
    private boolean startedBehindLimit;

    /** The query: its start, the lower limit of its records, and the end of its window. */
    private long from;

    private long lower;
    private long upper;
    private boolean started;
    private boolean continues;
    private boolean repeats;
    private int reads;
    /** The position that the last query has provably reached. */
    private long provenByLastQuery = BEFORE_ALL_RECORDS;

    private Reading reading;
    private @Nullable Unproven unprovenPart;

    /** By the response to the first page of a query: records after this time may still be incomplete. */
    private long settled;

    /**
     * The time up to which the position may move. A query that continues where another ended does not look back: records that
     * appear late in between are found by the next poll, which looks back from the start of the last query that did so.
     */
    private long horizon = Long.MAX_VALUE;

    private final CursorField field;
    private long furthest = BEFORE_ALL_RECORDS;
    private long last = BEFORE_ALL_RECORDS;
    private long lowest = Long.MAX_VALUE;
    private boolean ascending;
    private boolean pageIsKnown;
    private boolean pageHasPositions;

    private boolean unprovenAtEnd;
    private int queries;
    /** The time of the first query, at which the last window of reports ends. */
    private long firstQueryTime = Long.MAX_VALUE;

    /**
     * The time at which the trigger started.
     *
     * @param time by the local clock, in nanoseconds since 1970
     * @param isNow whether it started just now, so that all records found existed before
     */
    record TriggerStart(long time, boolean isNow) {}

    HighWaterMarkDetection(
            TriggerDefinition definition,
            PositionCursor cursor,
            PollTransaction transaction,
            ServerClock clock,
            TriggerStart startTime) {
        this.definition = definition;
        this.cursor = cursor;
        this.transaction = transaction;
        this.clock = clock;
        this.startTime = startTime;
        this.silent = !transaction.checkpoint().started() && definition.first().isSilent();
        this.stable = definition.pagination().isStable();
        this.positionBefore = transaction.checkpoint().position();
        this.field = new CursorField(cursor.field, positionBefore != null);
        this.ascending = cursor.order() == RecordOrder.ASCENDING;
        this.reading = new Reading(stable);
        this.from = startOfFirstQuery();
        this.lower = from;
    }

    /** The start of the first query of a poll. */
    private long startOfFirstQuery() {
        Long position = transaction.checkpoint().position();
        Long given = definition.first().position();
        if (position == null) {
            // Starting now: the response shows the time of the service and the most recent records.
            return given != null
                    ? given
                    : (isFromNow() ? cursor.queryStart(cursor.settled(startTime.time())) : BEFORE_ALL_RECORDS);
        }
        long early = hasWindowTimes() ? position - cursor.lookback() : cursor.queryStart(position);
        return given != null && given <= position ? Math.max(early, given) : early;
    }

    private boolean isFromNow() {
        return silent && definition.first().last() == 0 && cursor.isTime();
    }

    /** The start time of the trigger, by the clock of the service. */
    private long serviceStartTime() {
        return clock.serviceTime(startTime.time());
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if ((started && !continues) || isBeforeFirstWindow()) {
            return null;
        }
        Reading before = reading;
        reading = new Reading(stable);
        if (!started || repeats || before.pages() > 1) {
            transaction.startRead();
        } else {
            // The first page of a query is proven and needs no comparison: it is one read together with what follows.
            reading.continueFrom(before);
        }
        reads = repeats ? reads + 1 : 1;
        queries++;
        if (!repeats) {
            unprovenPart = null;
        }
        Unproven base = unprovenPart == null ? baseRead(false) : unprovenPart;
        reading.compareWith(base != null && cursor.isTime() ? Long.valueOf(cursor.unsettled(base.ended())) : null);
        lower = from;
        last = BEFORE_ALL_RECORDS;
        lowest = Long.MAX_VALUE;
        furthest = BEFORE_ALL_RECORDS;
        if (cursor.windows() != null) {
            if (!repeats) {
                upper = Math.max(from, Math.min(from + cursor.windows().step() - cursor.resolution(), lastEnd()));
            }
            startQuery();
            return Map.of(
                    "window",
                    Map.of("from", cursor.formatQueryStart(from), "to", cursor.format(upper), "days", daysOfWindow()));
        }
        startQuery();
        if (!cursor.isSent()) {
            return Map.of();
        }
        String text = from == BEFORE_ALL_RECORDS ? cursor.startValue() : cursor.formatQueryStart(from);
        return text == null ? Map.of() : Map.of("cursor", text);
    }

    /** The length of the window in days, of which the last one may be incomplete. */
    private long daysOfWindow() {
        long length = upper - from + cursor.resolution();
        return Math.max(1, (length + NANOS_PER_DAY - 1) / NANOS_PER_DAY);
    }

    @Override
    public boolean isProof() {
        return reads > 1;
    }

    @Override
    public boolean hasNextQuery() {
        return continues && !repeats;
    }

    /** When the position has moved, or will move as soon as the newest records are older than the settling time. */
    @Override
    public boolean continuesInNextPoll() {
        Long position = transaction.checkpoint().position();
        boolean isMoved = position != null && (positionBefore == null || position > positionBefore);
        return isMoved || startedBehindLimit || (hasSeenAllUpToLast() && cursor.isTime() && furthest > settled);
    }

    /** Where the position does not say how far a read came, and a window has no end that changes. */
    @Override
    public boolean isResumable() {
        return cursor.windows() == null && (stable || !cursor.isSent() || cursor.order() != RecordOrder.ASCENDING);
    }

    @Override
    public ObjectNode save() {
        return ChangeDetection.super
                .save()
                .put("furthest", furthest)
                .put("settled", settled)
                .put("horizon", horizon);
    }

    @Override
    public void resume(JsonNode state) {
        reading.resume();
        furthest = Math.max(furthest, state.path("furthest").asLong());
        settled = state.path("settled").asLong();
        horizon = state.path("horizon").asLong();
    }

    /**
     * Handles a read from the start of the trigger that the page limit ended after all records that existed before: the next
     * poll continues from there as usual.
     */
    private void startBehindTheLimit() {
        if (ascending && cursor.isSent() && cursor.windows() == null && furthest >= serviceStartTime()) {
            startedBehindLimit = true;
            transaction.setCheckpoint(transaction.checkpoint().withStarted());
        }
    }

    /**
     * Whether a query that was ended by the page limit has seen all records up to its last one, so that the next query can
     * start there.
     */
    private boolean hasSeenAllUpToLast() {
        return ascending
                && cursor.isSent()
                && cursor.windows() == null
                && definition.first().last() == 0
                && (reading.isComplete() || silent);
    }

    /** Whether the first window starts in the future: there is nothing to query yet. */
    private boolean isBeforeFirstWindow() {
        Long given = definition.first().position();
        return cursor.windows() != null
                && given != null
                && transaction.checkpoint().position() == null
                && given > cursor.unsettled(settledNow());
    }

    /** The read to compare with: for a part of the records the previous read, for all records that of an earlier poll. */
    private @Nullable Unproven baseRead(boolean isPart) {
        return isPart ? unprovenPart : transaction.checkpoint().unproven();
    }

    private void startQuery() {
        started = true;
        continues = false;
        repeats = false;
    }

    private boolean hasWindowTimes() {
        return cursor instanceof TimeCursor time && !time.windowTimes().isEmpty();
    }

    /** The end of the last window. Reports would never end if each of them were followed by one for the time it has taken. */
    private long lastEnd() {
        if (definition.source() == null && !hasWindowTimes()) {
            return settledNow();
        }
        firstQueryTime = firstQueryTime == Long.MAX_VALUE ? settledNow() : firstQueryTime;
        return firstQueryTime;
    }

    private long settledNow() {
        return cursor.settled(TimestampFormat.nanos(clock.now()));
    }

    @Override
    public Reading reading() {
        return reading;
    }

    @Override
    public void startPage() {
        pageIsKnown = true;
        pageHasPositions = false;
    }

    @Override
    public void onResponse() {
        if (reading.pages() == 0) {
            settled = cursor.settled(TimestampFormat.nanos(clock.date()));
            boolean looksBack = queries == 1 || from <= cursor.queryStart(horizon);
            horizon = cursor.isTime() && looksBack ? settled : horizon;
        }
    }

    @Override
    public long mark(JsonNode item) {
        TimeRange at = cursor.position(item);
        if (at == null) {
            // Never forgotten, because every query may return it.
            pageIsKnown = false;
            field.missingIn(item);
            return Long.MAX_VALUE;
        }
        field.found();
        pageHasPositions = true;
        ascending &= last <= at.latest();
        last = at.earliest();
        lowest = Math.min(lowest, last);
        furthest = Math.max(furthest, at.earliest());
        pageIsKnown &= at.latest() < lower;
        return at.latest();
    }

    @Override
    public boolean isOutsideQuery(long mark) {
        return mark < lower;
    }

    /**
     * Whether neither the position nor the current query looks back this far. While a version may still be counted, its key is
     * not forgotten; so the count, and with it the id of an event, is the same after a crash, however far other records have
     * moved the position in the meantime.
     */
    @Override
    public boolean isForgotten(KeyEntry known) {
        return known.reach() < Math.min(lower, forgottenBefore());
    }

    private long forgottenBefore() {
        Long proven = transaction.checkpoint().position();
        return proven == null ? Long.MIN_VALUE : cursor.queryStart(proven);
    }

    @Override
    public KeyEntry updated(KeyEntry known, long version, long mark) {
        boolean isNew = mark > known.reach();
        KeyEntry next =
                isNew ? known.nextAtNewMark(version, markToStore(mark)) : known.next(version, markToStore(mark));
        return next.withReach(known.reach());
    }

    @Override
    public KeyEntry seenAgain(KeyEntry known, long mark) {
        return known.seenAt(markToStore(mark)).withReach(known.reach());
    }

    @Override
    public OptionalLong positionOf(JsonNode item) {
        try {
            TimeRange at = cursor.position(item);
            return at == null ? OptionalLong.empty() : OptionalLong.of(at.latest());
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public boolean isOrdered() {
        return true;
    }

    /** A push is no read: the reads in which the record was found before stay the same. */
    @Override
    public KeyEntry pushed(KeyEntry next, @Nullable KeyEntry known) {
        Unproven base = transaction.checkpoint().unproven();
        if (base != null && known != null && (known.inCurrentRead() || known.inPreviousRead())) {
            boolean isUnnoticed = !cursor.isTime() || next.mark() <= cursor.unsettled(base.ended());
            // The next read would not notice that the record has moved.
            transaction.setCheckpoint(transaction.checkpoint().withUnproven(isUnnoticed ? null : base));
        }
        return known == null
                ? next.withReads(false, false)
                : next.withReads(known.inCurrentRead(), known.inPreviousRead());
    }

    /** In descending order, records outside the query come after all others. */
    @Override
    public boolean recordsOutsideQuery() {
        return cursor.order() != RecordOrder.DESCENDING;
    }

    @Override
    public boolean existedAtStart(long mark) {
        if (!isFromNow()) {
            return true;
        }
        if (mark > cursor.latestNow(TimestampFormat.nanos(clock.date()))) {
            // A time in the future does not show when the record was created.
            return true;
        }
        // If the trigger starts with this page, all records existed before, except those created while further pages
        // are read.
        boolean isFirstPage = queries == 1 && reading.pages() == 0;
        return startTime.isNow() ? isFirstPage || mark <= serviceStartTime() : mark < cursor.floor(serviceStartTime());
    }

    @Override
    public long markToStore(long mark) {
        return Math.max(mark, lower);
    }

    /**
     * The mark from which versions are counted: the mark of this version if none had it or a later one before, otherwise the
     * latest of them. While it stays the same the count grows; it never moves back.
     */
    @Override
    public long occurrence(long mark, KeyEntry entry) {
        long since = entry.count() == 0 ? mark : entry.reach();
        // Without a time, a record that was forgotten and is returned again is distinguished by the generation.
        return since < Long.MAX_VALUE
                ? since
                : BEFORE_ALL_RECORDS + transaction.checkpoint().generation();
    }

    @Override
    public boolean persistsMarks() {
        return true;
    }

    @Override
    public boolean comparesPolls() {
        return true;
    }

    @Override
    public boolean continuesAfter(Page page, int number, boolean hasNext) {
        if (isSorted() && stable) {
            advancePosition(reached());
        }
        if (hasNext && isSorted() && canContinueByCursor(number)) {
            continues = true;
            return false;
        }
        return hasNext && !isKnown() && !isStartPositionKnown();
    }

    /** Whether the oldest records come first, so that each page is complete up to its last record. */
    private boolean isSorted() {
        return ascending && !silent && (cursor.isSent() || stable) && cursor.windows() == null;
    }

    /**
     * Whether the next page can be requested by the cursor, which does not shift, instead of by page; if several pages were
     * needed to get this far, they have to be proven.
     */
    private boolean canContinueByCursor(int number) {
        if (stable || cursor.nextQueryFrom(reached()) <= lower) {
            return false;
        }
        Unproven base = unprovenPart;
        if (number > 1 && cursor.looksBackEachTime()) {
            // The lookback covers more than one page: repeating it would take long, and the next poll proves the pages.
            return false;
        }
        return number == 1 || (reads <= MAX_READS && (base == null || furthest > base.reached()));
    }

    /** Whether, in descending order, this page had only records outside the query. */
    private boolean isKnown() {
        return cursor.order() == RecordOrder.DESCENDING && pageIsKnown && pageHasPositions;
    }

    /** A silent start needs only the start position: from the time of the service, or from the newest record. */
    private boolean isStartPositionKnown() {
        boolean newestFirst = cursor.order() == RecordOrder.DESCENDING;
        return silent
                && startTime.isNow()
                && definition.first().last() == 0
                && (newestFirst || (isFromNow() && !cursor.isSent()));
    }

    /** The position up to which the current query has seen all records, unless records have moved. */
    private long reached() {
        return cursor.isTime() ? Math.min(furthest, settled) : furthest;
    }

    @Override
    public void endQuery(End end) {
        boolean windowed = cursor.windows() != null;
        if (end == End.IGNORED) {
            // Nothing is proven; the other windows may be read nevertheless.
            unprovenAtEnd = true;
            continues = windowed && nextWindow();
            transaction.abandonRead();
            return;
        }
        reading.end(continues ? End.COMPLETE : end);
        transaction.endRead();
        provenByLastQuery = BEFORE_ALL_RECORDS;
        long reached = atLeastStartPosition(windowed ? Math.min(upper, settled) : reached());
        if (isFromNow()) {
            advancePosition(cursor.settled(serviceStartTime()));
            if (end == End.LIMITED) {
                startBehindTheLimit();
            }
        } else if (end == End.LIMITED && !hasSeenAllUpToLast()) {
            unprovenAtEnd = true;
            transaction.setCheckpoint(transaction.checkpoint().withUnproven(null));
        } else if (reading.isComplete() || silent) {
            advancePositionUnlessUnproven(reached);
            provenByLastQuery = reached;
            unprovenAtEnd &= windowed;
            if (!continues) {
                transaction.setCheckpoint(transaction.checkpoint().withUnproven(null));
            }
        } else {
            compare(continues, reached);
        }
        if (windowed) {
            continues = repeats || nextWindow();
        } else if (continues) {
            // From what this query has reached: because of the lookback this may be less than the position.
            long next = cursor.nextQueryFrom(provenByLastQuery);
            repeats = next <= from;
            from = Math.max(from, next);
        }
        if (queries % QUERIES_UNTIL_FORGETTING == 0) {
            // Only between queries: until its end, a query may return again what the position has passed.
            forgetPassed();
        }
    }

    /** When no record was found, the configured start time is the position nevertheless. */
    private long atLeastStartPosition(long reached) {
        Long given = definition.first().position();
        return given != null && reached < given ? given : reached;
    }

    private boolean nextWindow() {
        boolean more = upper < lastEnd();
        // Rows without a time of their own belong to one window.
        from = hasWindowTimes()
                ? upper + cursor.resolution()
                : Math.max(cursor.nextQueryFrom(upper), from + cursor.resolution());
        return more;
    }

    private void compare(boolean early, long reached) {
        boolean isPart = early || cursor.windows() != null;
        Unproven base = baseRead(isPart);
        boolean confirmed = false;
        if (base != null
                && !reading.isResumed()
                && reading.foundTheSame()
                && base.others() == reading.others()
                && foundAllOfPreviousRead(early ? base.reached() : Long.MAX_VALUE)) {
            confirmed = true;
            advancePositionUnlessUnproven(base.reached());
            provenByLastQuery = base.reached();
        }
        Unproven next = reading.isProvable() && reached > BEFORE_ALL_RECORDS
                ? new Unproven(reached, TimestampFormat.nanos(clock.date()), reading.others())
                : null;
        if (isPart) {
            unprovenPart = next;
            // The stored read of all records does not belong to the previous read.
            transaction.setCheckpoint(transaction.checkpoint().withUnproven(null));
        } else {
            Long proven = transaction.checkpoint().position();
            boolean isFurther = next != null && (proven == null || next.reached() > proven);
            transaction.setCheckpoint(transaction.checkpoint().withUnproven(isFurther ? next : null));
            unprovenAtEnd = !confirmed && (isFurther || next == null);
        }
        if (cursor.windows() != null) {
            repeats = !confirmed && reads < MAX_READS;
            unprovenAtEnd |= !confirmed && !repeats;
        }
    }

    /** Whether all records of the previous read were found again; marks those that were not. */
    private boolean foundAllOfPreviousRead(long limit) {
        boolean[] all = {true};
        transaction.seen().forEach((key, known) -> {
            if (known.inPreviousRead() && !known.inCurrentRead() && known.mark() >= lower && known.mark() <= limit) {
                all[0] = false;
                transaction.addSeen(key, known.missing());
            }
        });
        return all[0];
    }

    /** Windows after an unproven window are unproven too. */
    private void advancePositionUnlessUnproven(long reached) {
        if (cursor.windows() == null || !unprovenAtEnd) {
            advancePosition(reached);
        }
    }

    private void advancePosition(long reached) {
        if (reached > BEFORE_ALL_RECORDS) {
            long provable = Math.min(reached, atLeastStartPosition(horizon));
            transaction.setCheckpoint(transaction.checkpoint().withPosition(provable));
        }
    }

    @Override
    public void finish(DeletionHandler deletions) {
        if (cursor.order() == RecordOrder.ASCENDING && !ascending) {
            LOG.warn(
                    "{}: the service does not list the oldest records first, as the cursor declares: a crash"
                            + " while pages are read could lose records; use RecordOrder.NONE",
                    definition.id());
        }
        forgetPassed();
        if (transaction.seen().hasReaches()) {
            // Keys of records that had no time at first would never be passed.
            long passed = forgottenBefore();
            transaction.forgetIf((key, mark, reach) -> reach == Long.MAX_VALUE && mark < passed);
        }
    }

    /** Forgets the keys that no query covers any more. */
    private void forgetPassed() {
        long passed = forgottenBefore();
        transaction.seen().removeIf((key, mark, reach) -> reach < passed);
    }

    /** Too many keys: recurring versions are no longer recognized. */
    @Override
    public void forgetOldKeys() {
        forgetPassed();
        long passed = forgottenBefore();
        transaction.forgetIf((key, mark, reach) -> mark < passed);
    }

    @Override
    public boolean isAtOnePosition() {
        return cursor.isSent()
                && cursor.windows() == null
                && lowest <= furthest
                && cursor.floor(lowest) == cursor.floor(furthest);
    }

    @Override
    public @Nullable String failure() {
        return field.failure();
    }

    @Override
    public @Nullable String warning() {
        String missing = field.warning();
        if (missing != null) {
            return missing;
        }
        return unprovenAtEnd
                ? "records may have moved between the pages of the last poll: skipped records are read again"
                        + " (Pagination.stable() or RecordOrder.ASCENDING, where applicable, avoids this)"
                : null;
    }
}
