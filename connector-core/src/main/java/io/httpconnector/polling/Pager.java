package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Request;
import io.httpconnector.polling.EndConditions.LastPageSignal;
import io.httpconnector.polling.PollingException.Reason;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Iterates over the pages of one query: counts pages and records, and applies the end conditions and limits. */
final class Pager {

    private final PageLimits limits;
    private final EndConditions ends;
    private final PageSequence sequence;
    private int empty;
    private int number = 1;
    private long total;
    private long records;
    private LastPageSignal signal = LastPageSignal.NOTHING;
    private OptionalLong statedTotal = OptionalLong.empty();

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
        if (records != total) {
            state.put("records", records);
        }
        sequence.save(state);
        return state;
    }

    /** Continues with the page at which {@link #save} was called. */
    void resume(JsonNode state) {
        number = state.path("number").asInt();
        total = state.path("total").asLong();
        records = state.path("records").asLong(total);
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

    /**
     * Advances to the page after this one; false when there is none.
     *
     * @throws PollingException when the pages do not end, or end although the service states that there are more
     */
    boolean next(Page read) {
        ObjectNode requested = pills();
        total += read.count();
        records += read.records();
        Page page = read.with(requested, total);
        empty = page.count() == 0 ? empty + 1 : 0;
        signal = ends.evaluate(page, total, limits.size());
        OptionalLong stated = ends.statedTotal(page);
        statedTotal = stated.isPresent() ? stated : statedTotal;
        if (page.isListAbsent() && ends.isTotalMissing(page)) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "Page " + number
                            + " has neither records nor the total of the pagination: it may be an error; if the"
                            + " service responds like this to mean an empty list, use"
                            + " RecordSelector.at(...).optional()");
        }
        if (number == 1 && stated.isPresent() && stated.getAsLong() < page.count()) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "The total of the pagination states " + stated.getAsLong() + " records, but page 1 has "
                            + page.count()
                            + ": it is not the number of all records; use another member, or another end condition");
        }
        if (signal == LastPageSignal.LAST) {
            if (!ends.isLastByFlag(page, total, limits.size())) {
                sequence.last(page);
            }
            return false;
        }
        if (!sequence.next(page, signal == LastPageSignal.MORE)) {
            if (!sequence.isRepeated()) {
                checkEnd("page " + number
                        + (page.count() == 0 ? " has no records" : " has no token or URL of a further page"));
            }
            return false;
        }
        checkLimits();
        number++;
        return true;
    }

    /** Advances as {@link #next} does, also to the page after a repeated one: it shows whether the service repeats its last page. */
    boolean nextOrVerify(Page read) {
        boolean hasNext = next(read);
        if (sequence.isRepeated()) {
            number++;
        }
        return hasNext;
    }

    /** Ends the pages by a response that is no page: its status means that there are none, or is ignored. */
    void endBy(Page after) {
        checkEnd(
                "page " + after.number() + " has the status " + after.response().status());
    }

    private void checkEnd(String problem) {
        boolean isTotalMissed = isTotalMissed(total, records);
        if (isTotalMissed || signal == LastPageSignal.MORE) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "The service states that there are more records"
                            + (isTotalMissed ? " (" + statedTotal.orElseThrow() + " in total, " + total + " read)" : "")
                            + ", but " + problem
                            + ": check the pagination and its end conditions (total, totalPages, moreWhile, lastWhen)");
        }
    }

    /** Whether the total states more than were read: neither as many elements nor as many records within them. */
    private boolean isTotalMissed(long readElements, long readRecords) {
        return statedTotal.isPresent() && Math.max(readElements, readRecords) < statedTotal.getAsLong();
    }

    /**
     * Whether a page has the same records as the repeated one before it, so that the service has no other page.
     *
     * @throws PollingException when the service states that there are more records, or that the repeated page is one of them
     */
    boolean isRepeatedAgain(Page page) {
        boolean isRepeated = sequence.isEqualToLast(page);
        if (isRepeated
                && (signal != LastPageSignal.NOTHING
                        || isTotalMissed(total - page.count(), records - page.records()))) {
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
