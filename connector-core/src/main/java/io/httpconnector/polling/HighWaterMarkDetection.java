package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.polling.Checkpoint.Unproven;
import io.httpconnector.polling.Reading.End;
import io.httpconnector.polling.SeenKeyIndex.KeyEntry;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records have a time or a number by which they can be asked for. The position of the checkpoint says up to where all of them
 * have provably been seen; a query begins before it, and the keys from there on are remembered.
 */
final class HighWaterMarkDetection implements ChangeDetection {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);
    private static final int QUERIES_UNTIL_FORGETTING = 50;
    /** How often in a poll the same is read to be proven. */
    private static final int MAX_READS = 5;
    /** Before every record. */
    private static final long BEGINNING = Cursor.BEGINNING;

    private final TriggerDefinition definition;
    private final Cursor cursor;
    private final PollTransaction transaction;
    private final ServerClock clock;
    private final Beginning beginning;
    private final boolean silent;
    private final boolean stable;
    private final @Nullable Long positionBefore;
    private boolean startsAnew;

    /** The query: where it begins, what is left out of it, and up to where its window goes. */
    private long from;

    private long lower;
    private long upper;
    private boolean asked;
    private boolean goesOn;
    private boolean repeats;
    private int reads;
    /** What the last query has provably reached. */
    private long at = BEGINNING;

    private Reading reading;
    private @Nullable Unproven part;

    /** By the answer to the first page of a query: what is later may not be all there yet. */
    private long settled;

    /**
     * The time up to which the position may move. A query that goes on where another one ended does not look back: what appears
     * late in between is found by the next poll, which looks back from when the last query began that did so.
     */
    private long horizon = Long.MAX_VALUE;

    private long furthest = BEGINNING;
    private long last = BEGINNING;
    private boolean ascending;
    private boolean pageIsKnown;
    private boolean pageHasSome;
    private boolean hasSome;
    private boolean hasOthers;
    private boolean unprovenAtEnd;
    private int queries;

    /**
     * When the trigger began.
     *
     * @param time by our own clock, in nanoseconds since 1970
     * @param isNow whether that was just now, so that all that is there was there already
     */
    record Beginning(long time, boolean isNow) {}

    HighWaterMarkDetection(
            TriggerDefinition definition,
            Cursor cursor,
            PollTransaction transaction,
            ServerClock clock,
            Beginning beginning) {
        this.definition = definition;
        this.cursor = cursor;
        this.transaction = transaction;
        this.clock = clock;
        this.beginning = beginning;
        this.silent = !transaction.checkpoint().started() && definition.first().isSilent();
        this.stable = definition.pagination().isStable();
        this.positionBefore = transaction.checkpoint().position();
        this.ascending = cursor.order() == RecordOrder.ASCENDING;
        this.reading = new Reading(stable);
        this.from = start();
        this.lower = from;
    }

    /** Where the first query of a poll begins. */
    private long start() {
        Long position = transaction.checkpoint().position();
        Long given = definition.first().position();
        if (position == null) {
            // From now on: the answer shows the time of the service, and the records of the last moments.
            return given != null
                    ? given
                    : (isFromNow() ? cursor.queryFrom(cursor.settled(beginning.time())) : BEGINNING);
        }
        long early = cursor.queryFrom(position);
        return given != null && given <= position ? Math.max(early, given) : early;
    }

    private boolean isFromNow() {
        return silent && definition.first().last() == 0 && cursor.isTime();
    }

    /** When the trigger began, by the clock of the service. */
    private long begun() {
        return clock.serviceTime(beginning.time());
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if ((asked && !goesOn) || isBeforeFirstWindow()) {
            return null;
        }
        Reading before = reading;
        reading = new Reading(stable);
        if (!asked || repeats || before.pages() > 1) {
            transaction.startRead();
        } else {
            // What the first page of a query has shown is proven, and needs no comparison: it is one read with what
            // follows.
            reading.goOnFrom(before);
        }
        reads = repeats ? reads + 1 : 1;
        queries++;
        if (!repeats) {
            part = null;
        }
        Unproven base = part == null ? base(false) : part;
        reading.compareWith(base != null && cursor.isTime() ? Long.valueOf(cursor.unsettled(base.ended())) : null);
        lower = from;
        last = BEGINNING;
        furthest = BEGINNING;
        if (cursor.windows() != null) {
            if (!repeats) {
                upper = Math.max(from, Math.min(from + cursor.windows().step() - cursor.resolution(), settledNow()));
            }
            begin();
            return Map.of("window", Map.of("from", cursor.ask(from), "to", cursor.write(upper)));
        }
        begin();
        if (!cursor.isSent()) {
            return Map.of();
        }
        String text = from == BEGINNING ? cursor.beginning() : cursor.ask(from);
        return text == null ? Map.of() : Map.of("cursor", text);
    }

    @Override
    public boolean isProof() {
        return reads > 1;
    }

    @Override
    public boolean asksOn() {
        return goesOn && !repeats;
    }

    /** When the position has moved; or will, when what is newer than the time to settle is not new any more. */
    @Override
    public boolean goesOnInNextPoll() {
        Long position = transaction.checkpoint().position();
        boolean isMoved = position != null && (positionBefore == null || position > positionBefore);
        return isMoved || startsAnew || (isResumable() && cursor.isTime() && furthest > settled);
    }

    /**
     * A read from the start of the trigger on that the limit of pages has cut off behind all that was there before: the next poll asks from
     * there as any other.
     */
    private void startBehindTheLimit() {
        if (ascending && cursor.isSent() && cursor.windows() == null && furthest >= begun()) {
            startsAnew = true;
            transaction.setCheckpoint(transaction.checkpoint().withStarted());
        }
    }

    /** Whether a query that was cut off by the limit of pages has seen all up to its last record, and the next one begins there. */
    private boolean isResumable() {
        return ascending
                && cursor.isSent()
                && cursor.windows() == null
                && definition.first().last() == 0
                && (reading.isSteady() || silent);
    }

    /** Windows that are to begin at a time to come: there is nothing to ask for yet. */
    private boolean isBeforeFirstWindow() {
        Long given = definition.first().position();
        return cursor.windows() != null
                && given != null
                && transaction.checkpoint().position() == null
                && given > cursor.unsettled(settledNow());
    }

    /** The read to compare with: of a part of the records the one just before it, of all the one of an earlier poll. */
    private @Nullable Unproven base(boolean isPart) {
        return isPart ? part : transaction.checkpoint().unproven();
    }

    private void begin() {
        asked = true;
        goesOn = false;
        repeats = false;
    }

    private long settledNow() {
        return cursor.settled(TimestampFormat.nanos(clock.now()));
    }

    @Override
    public Reading reading() {
        return reading;
    }

    @Override
    public void beginPage() {
        pageIsKnown = true;
        pageHasSome = false;
    }

    @Override
    public void answered() {
        if (reading.pages() == 0) {
            settled = cursor.settled(TimestampFormat.nanos(clock.date()));
            boolean looksBack = queries == 1 || from <= cursor.queryFrom(horizon);
            horizon = cursor.isTime() && looksBack ? settled : horizon;
        }
    }

    @Override
    public long mark(JsonNode item) {
        TimeRange at = cursor.position(item);
        if (at == null) {
            // Never forgotten, because it may come with every query.
            pageIsKnown = false;
            hasOthers = true;
            return Long.MAX_VALUE;
        }
        hasSome = true;
        pageHasSome = true;
        ascending &= last <= at.latest();
        last = at.earliest();
        furthest = Math.max(furthest, at.earliest());
        pageIsKnown &= at.latest() < lower;
        return at.latest();
    }

    @Override
    public boolean isOutside(long mark) {
        return mark < lower;
    }

    /**
     * Whether neither the position nor the current query looks back so far. Where a version may be counted, its key is not forgotten yet: so
     * the count, and with it the id of an event, is the same after a crash, however far other records have moved the position
     * meanwhile.
     */
    @Override
    public boolean isForgotten(KeyEntry known) {
        return known.reach() < Math.min(lower, forgottenBefore());
    }

    private long forgottenBefore() {
        Long proven = transaction.checkpoint().position();
        return proven == null ? Long.MIN_VALUE : cursor.queryFrom(proven);
    }

    @Override
    public KeyEntry updated(KeyEntry known, long version, long mark) {
        boolean isNew = mark > known.reach();
        KeyEntry next = isNew ? known.nextAtNewMark(version, kept(mark)) : known.next(version, kept(mark));
        return next.reaching(known.reach());
    }

    @Override
    public KeyEntry again(KeyEntry known, long mark) {
        return known.seenAt(kept(mark)).reaching(known.reach());
    }

    /** Where the newest come first, the others come after all that count. */
    @Override
    public boolean countsOutside() {
        return cursor.order() != RecordOrder.DESCENDING;
    }

    @Override
    public boolean wasThere(long mark) {
        if (!isFromNow()) {
            return true;
        }
        if (mark > cursor.latestNow(TimestampFormat.nanos(clock.date()))) {
            // A time to come says nothing of when the record came.
            return true;
        }
        // Where the trigger begins with this page all was there, but what comes while others are read.
        boolean isFirstPage = queries == 1 && reading.pages() == 0;
        return beginning.isNow() ? isFirstPage || mark <= begun() : mark < cursor.floor(begun());
    }

    @Override
    public long kept(long mark) {
        return Math.max(mark, lower);
    }

    /**
     * The mark from which on versions are counted: that of this one, where none had it or a later one before; else the latest of them. While it
     * is the same the count grows, and it never goes back.
     */
    @Override
    public long occurrence(long mark, KeyEntry entry) {
        long since = entry.count() == 0 ? mark : entry.reach();
        // Without a time, one that was forgotten and comes again is known by the forgetting.
        return since < Long.MAX_VALUE
                ? since
                : BEGINNING + transaction.checkpoint().generation();
    }

    @Override
    public boolean keepsMarks() {
        return true;
    }

    @Override
    public boolean comparesPolls() {
        return true;
    }

    @Override
    public boolean readsOn(Page page, int number, boolean hasNext) {
        if (isSorted() && stable) {
            prove(reached());
        }
        if (hasNext && isSorted() && isPast(number)) {
            goesOn = true;
            return false;
        }
        return hasNext && !isKnown() && !isEnoughToBegin();
    }

    /** Whether the oldest come first, so that each page shows all up to its last record. */
    private boolean isSorted() {
        return ascending && !silent && (cursor.isSent() || stable) && cursor.windows() == null;
    }

    /**
     * Whether the next page can be asked for by the cursor, which does not shift, instead of as a page; where it takes several
     * pages to get so far, these are to be proven.
     */
    private boolean isPast(int number) {
        if (stable || cursor.nextFrom(reached()) <= lower) {
            return false;
        }
        Unproven base = part;
        if (number > 1 && cursor.looksBackEachTime()) {
            // The lookback takes more than a page: to read it again and again would take long, and the next poll proves
            // the pages.
            return false;
        }
        return number == 1 || (reads <= MAX_READS && (base == null || furthest > base.reached()));
    }

    /** The newest come first, and this page had nothing but what was not asked for. */
    private boolean isKnown() {
        return cursor.order() == RecordOrder.DESCENDING && pageIsKnown && pageHasSome;
    }

    /** A silent beginning needs no more than to know where it is: by the time of the service, or by the newest record. */
    private boolean isEnoughToBegin() {
        boolean newestFirst = cursor.order() == RecordOrder.DESCENDING;
        return silent
                && beginning.isNow()
                && definition.first().last() == 0
                && (newestFirst || (isFromNow() && !cursor.isSent()));
    }

    /** Up to where the current query has seen all, unless records have moved. */
    private long reached() {
        return cursor.isTime() ? Math.min(furthest, settled) : furthest;
    }

    @Override
    public void endQuery(End end) {
        boolean windowed = cursor.windows() != null;
        if (end == End.IGNORED) {
            // Nothing is proven; the other windows may be read all the same.
            unprovenAtEnd = true;
            goesOn = windowed && nextWindow();
            transaction.abandonRead();
            return;
        }
        reading.end(goesOn ? End.COMPLETE : end);
        transaction.endRead();
        at = BEGINNING;
        long reached = givenOr(windowed ? Math.min(upper, settled) : reached());
        if (isFromNow()) {
            prove(cursor.settled(begun()));
            if (end == End.LIMITED) {
                startBehindTheLimit();
            }
        } else if (end == End.LIMITED && !isResumable()) {
            unprovenAtEnd = true;
            transaction.setCheckpoint(transaction.checkpoint().withUnproven(null));
        } else if (reading.isSteady() || silent) {
            proveUnlessStuck(reached);
            at = reached;
            unprovenAtEnd &= windowed;
            if (!goesOn) {
                transaction.setCheckpoint(transaction.checkpoint().withUnproven(null));
            }
        } else {
            compare(goesOn, reached);
        }
        if (windowed) {
            goesOn = repeats || nextWindow();
        } else if (goesOn) {
            // By what this query has reached: with the lookback that may be less than the position.
            long next = cursor.nextFrom(at);
            repeats = next <= from;
            from = Math.max(from, next);
        }
    }

    /** When no record was found, the time from which on to look for some is the position all the same. */
    private long givenOr(long reached) {
        Long given = definition.first().position();
        return given != null && reached < given ? given : reached;
    }

    private boolean nextWindow() {
        boolean more = upper < settledNow();
        from = Math.max(cursor.nextFrom(upper), from + cursor.resolution());
        return more;
    }

    private void compare(boolean early, long reached) {
        boolean isPart = early || cursor.windows() != null;
        Unproven base = base(isPart);
        boolean confirmed = false;
        if (base != null
                && reading.foundTheSame()
                && base.others() == reading.others()
                && isAllHere(early ? base.reached() : Long.MAX_VALUE)) {
            confirmed = true;
            proveUnlessStuck(base.reached());
            at = base.reached();
        }
        Unproven next = reading.isProvable() && reached > BEGINNING
                ? new Unproven(reached, TimestampFormat.nanos(clock.date()), reading.others())
                : null;
        if (isPart) {
            part = next;
            // What was kept to be compared with a read of all belongs to another read than the last.
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

    /** Whether what the read before has found is there still; notes what is not. */
    private boolean isAllHere(long limit) {
        boolean[] all = {true};
        transaction.seen().forEach((key, known) -> {
            if (known.before() && !known.here() && known.mark() >= lower && known.mark() <= limit) {
                all[0] = false;
                transaction.addSeen(key, known.gone());
            }
        });
        return all[0];
    }

    /** What follows a window that is not proven is not proven either. */
    private void proveUnlessStuck(long reached) {
        if (cursor.windows() == null || !unprovenAtEnd) {
            prove(reached);
        }
    }

    private void prove(long reached) {
        if (reached > BEGINNING) {
            long provable = Math.min(reached, givenOr(horizon));
            transaction.setCheckpoint(transaction.checkpoint().withPosition(provable));
            if (queries % QUERIES_UNTIL_FORGETTING == 0) {
                forgetPassed();
            }
        }
    }

    @Override
    public void finish(DeletionHandler deletions) {
        if (cursor.order() == RecordOrder.ASCENDING && !ascending) {
            LOG.warn(
                    "{}: the service does not list the oldest first, as the cursor says: a crash while pages are read could"
                            + " lose records; use Order.NONE",
                    definition.id());
        }
        forgetPassed();
        if (transaction.seen().hasReaches()) {
            // Those that had no time before they had one would never be passed.
            long passed = forgottenBefore();
            transaction.forgetIf((key, mark, reach) -> reach == Long.MAX_VALUE && mark < passed);
        }
    }

    /** No query asks for them any more. */
    private void forgetPassed() {
        long passed = forgottenBefore();
        transaction.seen().removeIf((key, mark, reach) -> reach < passed);
    }

    /** Too many are remembered: versions that come back do not count any more. */
    @Override
    public void forget() {
        forgetPassed();
        long passed = forgottenBefore();
        transaction.forgetIf((key, mark, reach) -> mark < passed);
    }

    @Override
    public @Nullable String warning() {
        if (!hasSome && hasOthers) {
            return "no record of the last poll has anything at the field of the cursor: the position does not move";
        }
        return unprovenAtEnd
                ? "records may have moved between the pages of the last poll: what it may have skipped is read again"
                        + " (Pagination.stable() or Order.ASCENDING, where they hold, save that)"
                : null;
    }
}
