package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.polling.Pagination.LastPageSignal;
import io.httpconnector.polling.Pagination.PaginationType;
import io.httpconnector.polling.PollingException.Reason;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Iterates over the pages of one query and detects loops. */
final class Pager {

    private final Pagination pagination;
    private final Set<Fingerprint> used = new HashSet<>();
    private final Set<Fingerprint> contents = new HashSet<>();
    private boolean repeated;
    private int empty;
    private int number = 1;
    private long total;
    private @Nullable String token;
    private @Nullable Page previous;

    Pager(Pagination pagination) {
        this.pagination = pagination;
    }

    /** Requests the first page by a cursor in the location of the token. */
    void startAt(String cursor) {
        token = cursor;
        used.add(Fingerprint.of(cursor));
    }

    /** The token of the current page; null on the first one. */
    @Nullable String token() {
        return token;
    }

    /** The number of the current page, counted from 1. */
    int number() {
        return number;
    }

    /** The URL of the current page, if the previous page returned it. */
    @Nullable String url() {
        return pagination.type() == PaginationType.URL ? token : null;
    }

    /** The pills of the step {@code page}. */
    ObjectNode pills() {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.put("number", pagination.limits().first() + number - 1);
        page.put("offset", pagination.limits().first() + total);
        if (pagination.limits().size() > 0) {
            page.put("size", pagination.limits().size());
        }
        if (pagination.type() == PaginationType.CURSOR && token != null) {
            page.put("cursor", token);
        }
        return page;
    }

    /** The number of records on the pages read so far. */
    long total() {
        return total;
    }

    /** Whether the iteration ended because a page was equal to the previous one. */
    boolean isRepeated() {
        return repeated;
    }

    /** Advances to the page after this one; false when there is none. */
    boolean next(Page page) {
        total += page.count();
        empty = page.count() == 0 ? empty + 1 : 0;
        Page before = previous;
        previous = page;
        LastPageSignal signal = pagination.lastPageSignal(page, total);
        if (pagination.type() == PaginationType.NONE || signal == LastPageSignal.LAST) {
            return false;
        }
        return pagination.isPositional() ? nextPosition(page, before, signal == LastPageSignal.MORE) : nextToken(page);
    }

    private boolean nextPosition(Page page, @Nullable Page before, boolean more) {
        if (page.count() == 0) {
            // A stated number of pages is trusted; an offset does not advance over an empty page.
            return more && pagination.type() == PaginationType.PAGES && advance();
        }
        if (before != null && page.content().equals(before.content())) {
            if (number == 2) {
                throw repeats("page 2 has the same records as page 1: the service does not support this pagination,"
                        + " or there is one page and the service repeats the last page; in that case"
                        + " use another end condition");
            }
            // Some services return the last page for every higher number.
            repeated = true;
            return false;
        }
        return advance();
    }

    private boolean nextToken(Page page) {
        boolean isNew = page.count() > 0 && contents.add(page.content());
        Optional<String> found = pagination.next(page);
        if (found.isEmpty()) {
            return false;
        }
        String next = pagination.type() == PaginationType.URL ? page.resolved(found.get()) : found.get();
        // A scroll token is the same on each page: the iteration continues while there are records that were on no
        // page before.
        if (!used.add(Fingerprint.of(next)) && !isNew) {
            if (next.equals(token) && page.count() == 0) {
                return false;
            }
            throw repeats(
                    next.equals(token)
                            ? "page " + number
                                    + " has the same records and token as an earlier page: the service ignores"
                                    + " the token, or repeats that of the last page; in that case use"
                                    + " another end condition"
                            : "page " + number + " leads back to an earlier page");
        }
        token = next;
        return advance();
    }

    private boolean advance() {
        if (number >= Pagination.MAX_PAGES) {
            throw new PollingException(
                    Reason.LIMIT_REACHED, "There are more than " + Pagination.MAX_PAGES + " pages: narrow the query");
        }
        if (empty >= pagination.limits().maxEmptyPages()) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "Page " + number + " is the " + empty
                            + "th consecutive page without records, although the service states that there are"
                            + " more: check the end condition (a token, moreWhile, lastWhen,"
                            + " totalPages), or raise Pagination.maxEmptyPages(...)");
        }
        number++;
        return true;
    }

    private static PollingException repeats(String what) {
        return new PollingException(Reason.PAGES_REPEAT, "The pages do not end: " + what);
    }
}
