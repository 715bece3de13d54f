package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.internal.json.RecordLists;
import io.httpconnector.polling.PollingException.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Iterates over the pages of one query. Holds one page in memory; two while it verifies that a page is repeated. */
final class PageIteration extends AbstractSpliterator<RecordPage> {

    private final HttpConnection connection;
    private final Function<ObjectNode, Request> requests;
    private final RecordSelector selector;
    private final Pagination pagination;
    private final Pager pager;
    private final Queue<RecordPage> read = new ArrayDeque<>();
    private boolean more = true;

    /** @param requests creates the request of a page from the values of the step {@code page} */
    PageIteration(
            HttpConnection connection,
            Function<ObjectNode, Request> requests,
            RecordSelector selector,
            Pagination pagination) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.connection = connection;
        this.requests = requests;
        this.selector = selector;
        this.pagination = pagination;
        this.pager = new Pager(pagination);
    }

    @Override
    public boolean tryAdvance(Consumer<? super RecordPage> action) {
        while (read.isEmpty() && more) {
            advance();
        }
        RecordPage next = read.poll();
        if (next != null) {
            action.accept(next);
        }
        return next != null;
    }

    private void advance() {
        checkLimit(pager.number());
        RecordPage page = readPage();
        more = hasNext(page);
        if (!pagination.isAfterLast(page.page())) {
            read.add(page);
        }
        if (pager.isRepeated()) {
            verifyRepetition();
        }
    }

    /**
     * Distinguishes a service that returns its last page for every higher number from two pages that are equal by chance: the
     * former returns it once more.
     */
    private void verifyRepetition() {
        RecordPage after = readPage();
        if (isRepeatedAgain(after)) {
            read.clear();
        } else if (after.isEnd(pagination) || after.page().count() == 0) {
            hasNext(after);
        } else {
            checkLimit(after.number());
            read.add(after);
            more = hasNext(after);
        }
    }

    private boolean isRepeatedAgain(RecordPage after) {
        try {
            return pager.isRepeatedAgain(after.page());
        } catch (PollingException e) {
            throw e.onPage(after.number(), after.response().exchange().url());
        }
    }

    private boolean hasNext(RecordPage read) {
        try {
            if (read.isEnd(pagination)) {
                pager.endBy(read.page());
                return false;
            }
            return pager.nextOrVerify(read.page());
        } catch (PollingException e) {
            throw e.onPage(read.number(), read.response().exchange().url());
        }
    }

    private RecordPage readPage() {
        int number = pager.number();
        // A failure ends the iteration.
        more = false;
        Request request = request(number);
        Buffer buffer = new Buffer();
        try {
            Page page = PageReader.read(connection, request, number, selector, buffer, PollDeadline.DEFAULT);
            return new RecordPage(page, buffer.items, connection.jsonMapping());
        } catch (PollingException e) {
            throw e.onPage(number, request.preview().url());
        }
    }

    private void checkLimit(int page) {
        int max = pagination.limits().maxPages();
        if (max > 0 && page > max) {
            more = false;
            throw new PollingException(
                            Reason.LIMIT_REACHED,
                            "There are more pages than maxPages(" + max
                                    + "): raise it, or read fewer records from the stream by limit(...)")
                    .onPage(page, request(page).preview().url());
        }
    }

    private Request request(int number) {
        return pagination.request(pager.request(requests.apply(pager.pills())), number);
    }

    /** Collects the records of a page. */
    private final class Buffer implements PageReader.RecordConsumer {

        private final List<JsonNode> items = new ArrayList<>();
        private long size;

        @Override
        public Fingerprint accept(JsonNode item, long bytes) {
            size += bytes;
            if (size > connection.maxResponseBytes()) {
                throw new PollingException(
                        Reason.LIMIT_REACHED,
                        "The records of one page have more than " + connection.maxResponseBytes()
                                + " bytes: request smaller pages, or raise maxResponseBytes of the connection");
            }
            items.add(item);
            return ContentHash.of(item);
        }

        @Override
        public boolean permitsEmptyBody(int number) {
            return false;
        }

        @Override
        public boolean isIdentified() {
            return RecordLists.idOf(items) != null;
        }

        @Override
        public @Nullable Fingerprint ids() {
            String id = RecordLists.idOf(items);
            return id == null
                    ? null
                    : new Fingerprint(
                            items.stream()
                                    .mapToLong(item ->
                                            Fingerprint.of(item.path(id)).low())
                                    .sum(),
                            items.size());
        }
    }
}
