package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records have a time or a number by which they can be asked for. The position of the checkpoint says up to where all of them
 * have been seen; a query begins before it, and the keys from there on are remembered.
 */
final class CountedMode implements Mode {

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);
    private static final int PAGES_UNTIL_FORGETTING = 50;
    /** Before every record. */
    private static final long BEGINNING = Long.MIN_VALUE / 2;

    private final Definition definition;
    private final Cursor cursor;
    private final TriggerState state;
    private final Scope scope;
    private final ServerClock clock;
    private final boolean silent;

    /** The position before which the current query begins, and what is left out of it. */
    private long position;

    private long lower = BEGINNING;
    private long upper;
    private boolean asked;
    private boolean goesOn;

    /** By the answer to the first page: what is later may not be all there yet. */
    private long settled;

    /** From where on records may have moved from page to page while we read. */
    private long unsteady = Long.MAX_VALUE;

    private long furthest = BEGINNING;
    private @Nullable Long last;
    private boolean ascending;
    private boolean pageIsKnown;
    private int pages;

    CountedMode(Definition definition, Cursor cursor, TriggerState state, Scope scope, ServerClock clock) {
        this.definition = definition;
        this.cursor = cursor;
        this.state = state;
        this.scope = scope;
        this.clock = clock;
        this.silent = !scope.checkpoint().started() && definition.first().isSilent();
        this.ascending = cursor.order() == Order.ASCENDING;
        this.position = start();
    }

    private long start() {
        Checkpoint checkpoint = scope.checkpoint();
        if (checkpoint.position() != null) {
            return checkpoint.query() == null
                    ? checkpoint.position()
                    : Math.min(checkpoint.position(), checkpoint.query());
        }
        Long given = definition.first().position();
        if (given != null) {
            return given;
        }
        // From now on: the answer shows the time of the service, and the records of the last moments.
        return isFromNow() ? cursor.settled(TimeText.nanos(clock.now())) : BEGINNING;
    }

    private boolean isFromNow() {
        return silent && definition.first().last() == 0 && cursor.isTime();
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if (asked && !goesOn) {
            return null;
        }
        Long reached = scope.checkpoint().position();
        long from;
        if (asked && reached != null) {
            position = reached;
            from = cursor.nextFrom(reached);
        } else {
            from = position == BEGINNING ? BEGINNING : cursor.queryFrom(position);
        }
        asked = true;
        goesOn = false;
        lower = from;
        last = null;
        if (cursor.windows() != null) {
            upper = Math.min(position + cursor.windows().step(), cursor.settled(TimeText.nanos(clock.now())));
            return Map.of("window", Map.of("from", cursor.write(from), "to", cursor.write(Math.max(upper, from))));
        }
        if (!cursor.isSent()) {
            return Map.of();
        }
        String text = from == BEGINNING ? cursor.beginning() : cursor.write(from);
        return text == null ? Map.of() : Map.of("cursor", text);
    }

    @Override
    public void beginPage() {
        pageIsKnown = true;
    }

    @Override
    public @Nullable Long mark(JsonNode item) {
        Long at = cursor.position(item);
        if (at == null) {
            // Never forgotten, because it may come with every query.
            pageIsKnown = false;
            return Long.MAX_VALUE;
        }
        ascending &= last == null || last <= at;
        last = at;
        furthest = Math.max(furthest, at);
        pageIsKnown &= at < lower;
        return at < lower ? null : at;
    }

    @Override
    public boolean isOlder(long mark, long known) {
        return mark < known;
    }

    @Override
    public boolean keepsMarks() {
        return true;
    }

    @Override
    public boolean readsOn(Page page, int number, boolean hasNext) {
        if (number == 1 || ascending) {
            settled = cursor.settled(TimeText.nanos(clock.date()));
        }
        boolean moves = definition.pagination().isPositional() || !(cursor.isTime() || ascending);
        if (number > 1 && moves) {
            unsteady = Math.min(unsteady, position);
        }
        // Where pages are positions and can't be asked for by the cursor, a record may have moved to a page that was
        // read.
        boolean isSafe = cursor.isSent() || !definition.pagination().isPositional();
        if (ascending && !silent && isSafe) {
            moveTo(furthest);
            if (hasNext && goesOnFromCursor()) {
                goesOn = true;
                return false;
            }
        }
        boolean more = hasNext && !isKnown() && !isEnoughToBegin();
        if (!more && cursor.windows() != null) {
            moveTo(Math.max(upper, position));
            goesOn = upper > position && upper < cursor.settled(TimeText.nanos(clock.now()));
        }
        return more;
    }

    /** Where pages are positions it is safer to begin anew after the last record than to count on. */
    private boolean goesOnFromCursor() {
        Long reached = scope.checkpoint().position();
        return reached != null
                && cursor.isSent()
                && definition.pagination().isPositional()
                && cursor.nextFrom(reached) > lower;
    }

    /** The newest come first, and this page had nothing but what was not asked for. */
    private boolean isKnown() {
        return cursor.order() == Order.DESCENDING && pageIsKnown && last != null;
    }

    /** A silent beginning needs no more than to know where it is: by the time of the service, or by the newest record. */
    private boolean isEnoughToBegin() {
        boolean newestFirst = cursor.order() == Order.DESCENDING;
        return silent && definition.first().last() == 0 && (newestFirst || (isFromNow() && !cursor.isSent()));
    }

    private void moveTo(long reached) {
        if (reached > BEGINNING) {
            long limited = cursor.isTime() ? Math.min(reached, settled) : reached;
            state.checkpoint(scope, scope.checkpoint().withPosition(limited));
            if (++pages % PAGES_UNTIL_FORGETTING == 0) {
                forget();
            }
        }
    }

    @Override
    public void finish(Intake intake) {
        if (cursor.order() == Order.ASCENDING && !ascending) {
            LOG.warn(
                    "{}: the service does not list the oldest first, as the cursor says: a crash while pages are read could"
                            + " lose records; use Order.NONE",
                    definition.id());
        }
        Long given = definition.first().position();
        if (isFromNow()) {
            moveTo(settled);
        } else if (furthest > BEGINNING) {
            moveTo(furthest);
        } else if (given != null && scope.checkpoint().position() == null) {
            moveTo(given);
        }
        Long reached = scope.checkpoint().position();
        boolean again = reached != null && unsteady < reached;
        state.checkpoint(scope, scope.checkpoint().withQuery(again ? Long.valueOf(unsteady) : null));
        forget();
    }

    /** No query asks for them any more. */
    @Override
    public void forget() {
        Long reached = scope.checkpoint().position();
        if (reached != null) {
            Long query = scope.checkpoint().query();
            long again = Math.min(query == null ? reached : query, unsteady);
            long oldest = again <= BEGINNING ? BEGINNING : cursor.queryFrom(Math.min(reached, again));
            scope.seen().removeIf((key, mark) -> mark < oldest);
        }
    }
}
