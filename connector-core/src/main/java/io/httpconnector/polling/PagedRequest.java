package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A request for a list of records that a service may split into pages. It reads all pages on demand, by the same rules as a
 * {@link PollingTrigger}.
 *
 * <pre>{@code
 * PagedRequest orders = PagedRequest.of(
 *         RequestTemplate.named("orders").get("/orders").build(),
 *         RecordSelector.at("/orders"),
 *         Pagination.pages("page").size("per_page", 100));
 * try (Stream<JsonNode> all = orders.records(connection, Pills.none())) {
 *     all.limit(1000).forEach(order -> System.out.println(order.path("id")));
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe; a stream is not.
 */
public final class PagedRequest {

    private final RequestTemplate given;
    private final RequestTemplate template;
    private final RecordSelector records;
    private final Pagination pagination;

    /**
     * Creates a request.
     *
     * @param given the template of the caller
     * @param template the template with the parameters of the pagination
     */
    private PagedRequest(
            RequestTemplate given, RequestTemplate template, RecordSelector records, Pagination pagination) {
        this.given = given;
        this.template = template;
        this.records = records;
        this.pagination = pagination;
    }

    /**
     * Creates a request for a list.
     *
     * @param template the request of the first page
     * @param records the location of the records in a response
     * @param pagination the rule by which the next page is found
     * @return the request
     * @throws InvalidDefinitionException if the pagination is incomplete, or its parameters have no place in the template
     */
    public static PagedRequest of(RequestTemplate template, RecordSelector records, Pagination pagination) {
        Arguments.notNull(template, "request template");
        Arguments.notNull(records, "record selector");
        List<String> problems = new ArrayList<>();
        RequestTemplate placed = Arguments.notNull(pagination, "pagination").applyTo(template, null, problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("request \"" + template.name() + "\"", problems);
        }
        return new PagedRequest(template, placed, records, pagination);
    }

    /**
     * Creates a request for a list from the members {@code records} and {@code pagination} of a definition, which are those of a
     * {@linkplain PollingTriggerBuilder#definition polling trigger}.
     *
     * @param template the request of the first page
     * @param definition an object with {@code records}, {@code pagination}, both or none
     * @return the request
     * @throws InvalidDefinitionException if the definition is invalid; reports all problems with their JSON Pointers
     */
    public static PagedRequest of(RequestTemplate template, JsonNode definition) {
        return JsonObjectReader.read("paged request", definition, reader -> {
            RecordSelector records = reader.object("records", RecordSelector::read);
            Pagination pagination = reader.object("pagination", PaginationReader::read);
            Pagination pages = pagination == null ? Pagination.none() : pagination;
            List<String> problems = new ArrayList<>();
            RequestTemplate placed = pages.applyTo(template, null, problems);
            problems.forEach(problem -> reader.problem("pagination", problem.replaceFirst("^pagination: ", "")));
            return new PagedRequest(template, placed, records == null ? RecordSelector.atRoot() : records, pages);
        });
    }

    /**
     * Returns the definition.
     *
     * @return an object with {@code records} and {@code pagination}, readable by {@link #of(RequestTemplate, JsonNode)}
     * @throws InvalidDefinitionException if a part of it is code
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("records", records.toJson());
        json.set("pagination", pagination.toJson());
        return json;
    }

    /**
     * Replaces the location of the records.
     *
     * @param selector the location
     * @return another request
     */
    public PagedRequest withRecords(RecordSelector selector) {
        return of(given, selector, pagination);
    }

    /**
     * Replaces the pagination.
     *
     * @param rule the rule by which the next page is found
     * @return another request
     * @throws InvalidDefinitionException as for {@link #of(RequestTemplate, RecordSelector, Pagination)}
     */
    public PagedRequest withPagination(Pagination rule) {
        return of(given, records, rule);
    }

    /**
     * Returns the records of all pages. A page is requested when the records before it have been consumed; its records are in
     * memory, up to {@code maxResponseBytes} of the connection, also where the page is larger around them. Retries, rate limits
     * and rules of the connection apply to each page.
     *
     * <p>The stream throws what {@link HttpConnection#send} throws, and a {@link PollingException} if a response is not a list,
     * if pages repeat or do not end, or if there are more pages than {@code maxPages} of the pagination: use {@link
     * Stream#limit} to read only the first records. Nothing remains open when a stream is not consumed to its end.
     *
     * @param connection the connection
     * @param pills the values of the request
     * @return a sequential, ordered stream, which reads nothing before its terminal operation
     */
    public Stream<JsonNode> records(HttpConnection connection, Pills pills) {
        Arguments.notNull(connection, "connection");
        return StreamSupport.stream(new PageIteration(connection, Arguments.notNull(pills, "pills")), false);
    }

    /** Iterates over the records of all pages, one page in memory at a time. */
    private final class PageIteration extends AbstractSpliterator<JsonNode> {

        private final HttpConnection connection;
        private final Pills pills;
        private final RecordSelector selector;
        private final Pager pager = new Pager(pagination);
        private final Queue<JsonNode> read = new ArrayDeque<>();
        private boolean more = true;

        PageIteration(HttpConnection connection, Pills pills) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.connection = connection;
            this.pills = pills;
            this.selector = records.with(pills);
        }

        @Override
        public boolean tryAdvance(Consumer<? super JsonNode> action) {
            while (read.isEmpty() && more) {
                readPage();
            }
            JsonNode next = read.poll();
            if (next != null) {
                action.accept(next);
            }
            return next != null;
        }

        private void readPage() {
            int number = pager.number();
            checkLimit(number);
            // A failure ends the iteration.
            more = false;
            Buffer buffer = new Buffer();
            Page page = PageReader.read(
                    connection,
                    pagination.request(pager.request(template.render(pills.and("page", pager.pills()))), number),
                    number,
                    selector,
                    buffer,
                    PollDeadline.DEFAULT);
            more = !page.isIgnored() && !pagination.isAfterLast(page) && pager.next(page);
            if (!pager.isRepeated()) {
                // Otherwise the service returned the last page again for a higher number.
                read.addAll(buffer.items);
            }
        }

        private void checkLimit(int page) {
            int max = pagination.limits().maxPages();
            if (max > 0 && page > max) {
                throw new PollingException(
                        Reason.LIMIT_REACHED,
                        "There are more pages than maxPages(" + max
                                + "): raise it, or read fewer records from the stream by limit(...)");
            }
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
                return Fingerprint.of(item);
            }
        }
    }
}
