package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.polling.Pagination.PaginationType;
import io.httpconnector.polling.Pagination.Say;
import io.httpconnector.polling.PollingException.Reason;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The walk over the pages of one query. Knows when it goes in circles. */
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

    /** The first page is asked for by a cursor, in the place of the token. */
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

    /** The URL of the current page, when a page has said it. */
    @Nullable String url() {
        return pagination.kind() == PaginationType.URL ? token : null;
    }

    /** The step {@code page}. */
    ObjectNode pills() {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.put("number", pagination.settings().first() + number - 1);
        page.put("offset", pagination.settings().first() + total);
        if (pagination.settings().size() > 0) {
            page.put("size", pagination.settings().size());
        }
        if (pagination.kind() == PaginationType.CURSOR && token != null) {
            page.put("cursor", token);
        }
        return page;
    }

    /** How many records there were on the pages that were read. */
    long total() {
        return total;
    }

    /** Whether it ended because a page was like the one before it. */
    boolean isRepeated() {
        return repeated;
    }

    /** Goes to the page after this one; false when there is none. */
    boolean next(Page page) {
        total += page.count();
        empty = page.count() == 0 ? empty + 1 : 0;
        Page before = previous;
        previous = page;
        Say said = pagination.says(page, total);
        if (pagination.kind() == PaginationType.NONE || said == Say.LAST) {
            return false;
        }
        return pagination.isPositional() ? nextPosition(page, before, said == Say.MORE) : nextToken(page);
    }

    private boolean nextPosition(Page page, @Nullable Page before, boolean more) {
        if (page.count() == 0) {
            // Who says how many pages there are is believed; an offset does not move by nothing.
            return more && pagination.kind() == PaginationType.PAGES && advance();
        }
        if (before != null && page.content().equals(before.content())) {
            if (number == 2) {
                throw repeats(
                        "page 2 has the same records as page 1: the service does not know this way of paging, or there"
                                + " is one page and it gives the last one again; if so, say by another end that it is the last");
            }
            // Some services give the last page for every number after it.
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
        String next = pagination.kind() == PaginationType.URL ? page.resolved(found.get()) : found.get();
        // A token that stands for a scroll is the same on each page: it goes on while there are records that were on no
        // page before.
        if (!used.add(Fingerprint.of(next)) && !isNew) {
            if (next.equals(token) && page.count() == 0) {
                return false;
            }
            throw repeats(
                    next.equals(token)
                            ? "page " + number
                                    + " has the records of a page before it, and its token: the service ignores the"
                                    + " token, or gives that of the last page again; if so, say by another end that it is the last"
                            : "page " + number + " leads back to a page that was there already");
        }
        token = next;
        return advance();
    }

    private boolean advance() {
        if (number >= Pagination.MAX_PAGES) {
            throw new PollingException(
                    Reason.LIMIT_REACHED, "There are more than " + Pagination.MAX_PAGES + " pages: narrow the query");
        }
        if (empty >= pagination.settings().maxEmptyPages()) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "Page " + number + " is the " + empty
                            + "th in a row without records, and the service says that there are more:"
                            + " look at what says so (a token, moreWhile, lastWhen, totalPages), or raise Pagination.maxEmptyPages(...)");
        }
        number++;
        return true;
    }

    private static PollingException repeats(String what) {
        return new PollingException(Reason.PAGES_REPEAT, "The pages don't come to an end: " + what);
    }
}
