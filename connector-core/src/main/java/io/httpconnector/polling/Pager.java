package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Request;
import io.httpconnector.polling.EndConditions.LastPageSignal;
import io.httpconnector.polling.PollingException.Reason;
import org.jspecify.annotations.Nullable;

/** Iterates over the pages of one query: counts pages and records, and applies the end conditions and limits. */
final class Pager {

    private final PageLimits limits;
    private final EndConditions ends;
    private final PageSequence sequence;
    private int empty;
    private int number = 1;
    private long total;
    private LastPageSignal signal = LastPageSignal.NOTHING;

    Pager(Pagination pagination) {
        this.limits = pagination.limits();
        this.ends = pagination.ends();
        this.sequence = pagination.paginator().start();
    }

    /** Requests the first page by a cursor in the location of the token. */
    void startAt(String cursor) {
        sequence.startAt(cursor);
    }

    /** Whether another poll can continue with the current page. */
    boolean isResumable() {
        return sequence.isResumable();
    }

    /** The state by which another poll continues with the current page. */
    ObjectNode save() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("number", number).put("total", total).put("empty", empty);
        sequence.save(state);
        return state;
    }

    /** Continues with the page at which {@link #save} was called. */
    void resume(JsonNode state) {
        number = state.path("number").asInt();
        total = state.path("total").asLong();
        empty = state.path("empty").asInt();
        sequence.resume(state);
    }

    /** The token of the current page; null on the first one. */
    @Nullable String token() {
        return sequence.token();
    }

    /** The number of the current page, counted from 1. */
    int number() {
        return number;
    }

    /** The request of the current page, where the template has rendered that of the first one. */
    Request request(Request rendered) {
        return sequence.request(rendered);
    }

    /** The pills of the step {@code page}. */
    ObjectNode pills() {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.put("number", limits.first() + number - 1);
        page.put("offset", limits.first() + total);
        if (limits.size() > 0) {
            page.put("size", limits.size());
        }
        sequence.addPills(page);
        return page;
    }

    /** The number of records on the pages read so far. */
    long total() {
        return total;
    }

    /** Whether the iteration ended because a page was equal to the previous one. */
    boolean isRepeated() {
        return sequence.isRepeated();
    }

    /** Advances to the page after this one; false when there is none. */
    boolean next(Page read) {
        ObjectNode requested = pills();
        total += read.count();
        Page page = read.with(requested, total);
        empty = page.count() == 0 ? empty + 1 : 0;
        signal = ends.evaluate(page, total, limits.size());
        if (signal == LastPageSignal.LAST) {
            if (!ends.isLastByFlag(page, total, limits.size())) {
                sequence.last(page);
            }
            return false;
        }
        if (!sequence.next(page, signal == LastPageSignal.MORE)) {
            return false;
        }
        checkLimits();
        number++;
        return true;
    }

    /**
     * Advances to the page after this one, as {@link #next} does, but fails where the pages would end although the service
     * states that there are more.
     */
    boolean nextOrFail(Page read) {
        boolean hasNext = next(read);
        if (sequence.isRepeated()) {
            // The page after it shows whether the service repeats its last page.
            number++;
        } else if (!hasNext && signal == LastPageSignal.MORE && read.count() == 0) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "Page " + read.number() + " has no records, although the service states that there are more: the"
                            + " pagination does not lead past it");
        }
        return hasNext;
    }

    /**
     * Whether a page has the same records as the repeated one before it, so that the service has no other page.
     *
     * @throws PollingException when the service states that there are more records, or that the repeated page is one of them
     */
    boolean isRepeatedAgain(Page page) {
        boolean isRepeated = sequence.isEqualToLast(page);
        if (isRepeated && (signal != LastPageSignal.NOTHING || ends.isTotalMissed(page, total - page.count()))) {
            throw PageSequence.endless("pages " + (page.number() - 2) + " to " + page.number()
                    + " have the same records, although the service states that there are others");
        }
        return isRepeated;
    }

    private void checkLimits() {
        if (number >= PageLimits.MAX_PAGES) {
            throw new PollingException(
                    Reason.LIMIT_REACHED, "There are more than " + PageLimits.MAX_PAGES + " pages: narrow the query");
        }
        if (empty >= limits.maxEmptyPages()) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "Page " + number + " is the " + empty
                            + "th consecutive page without records, although the service states that there are"
                            + " more: check the end condition (a token, moreWhile, lastWhen,"
                            + " totalPages), or raise Pagination.maxEmptyPages(...)");
        }
    }
}
