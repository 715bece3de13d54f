package io.httpconnector.polling;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.RequestSource.FixedSource;
import io.httpconnector.polling.RequestSource.TemplateSource;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A request for a list of records that a service may split into pages. It reads all pages on demand, by the same rules as a
 * {@link PollingTrigger}.
 *
 * <pre>{@code
 * PagedRequest orders = PagedRequest.of(
 *         Request.get("/orders"),
 *         RecordSelector.at("/orders"),
 *         Pagination.pages("page").size("per_page", 100));
 * try (Stream<JsonNode> all = orders.records(connection)) {
 *     all.limit(1000).forEach(order -> System.out.println(order.path("id")));
 * }
 * }</pre>
 *
 * <p>With a {@link RequestTemplate} instead of the request, each call may have other values.
 *
 * <p>A stream returns each record of the service once and in order, or ends in an exception. It is neither truncated nor
 * endless without one: repeated pages, a service that ignores the parameters of the pagination, and loops are detected. Where
 * the records move from one page to another while they are read by number or offset, because others are created or deleted,
 * only the service can prevent that a record is skipped or returned twice: prefer a cursor there.
 *
 * <p>Immutable and thread-safe; a stream is not.
 */
public final class PagedRequest {

    private final RequestSource given;
    private final RequestSource source;
    private final RecordSelector records;
    private final Pagination pagination;

    /**
     * Creates a request.
     *
     * @param given the request of the caller
     * @param source the request with the parameters of the pagination
     */
    private PagedRequest(RequestSource given, RequestSource source, RecordSelector records, Pagination pagination) {
        this.given = given;
        this.source = source;
        this.records = records;
        this.pagination = pagination;
    }

    /**
     * Creates a request for a list.
     *
     * @param request the request of the first page
     * @param records the location of the records in a response
     * @param pagination the rule by which the next page is found
     * @return the request
     * @throws InvalidDefinitionException if the pagination is incomplete, or its parameters have no place in the request
     */
    public static PagedRequest of(Request request, RecordSelector records, Pagination pagination) {
        return of(new FixedSource(Arguments.notNull(request, "request")), records, pagination);
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
        return of(new TemplateSource(Arguments.notNull(template, "request template")), records, pagination);
    }

    private static PagedRequest of(RequestSource given, RecordSelector records, Pagination pagination) {
        Arguments.notNull(records, "record selector");
        List<String> problems = new ArrayList<>();
        RequestSource placed = given.with(Arguments.notNull(pagination, "pagination"), problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("request \"" + given.name() + "\"", problems);
        }
        return new PagedRequest(given, placed, records, pagination);
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
        return of(new TemplateSource(Arguments.notNull(template, "request template")), definition);
    }

    /**
     * Creates a request for a list from the members {@code records} and {@code pagination} of a definition; see {@link
     * #of(RequestTemplate, JsonNode)}.
     *
     * @param request the request of the first page
     * @param definition an object with {@code records}, {@code pagination}, both or none
     * @return the request
     * @throws InvalidDefinitionException if the definition is invalid; reports all problems with their JSON Pointers
     */
    public static PagedRequest of(Request request, JsonNode definition) {
        return of(new FixedSource(Arguments.notNull(request, "request")), definition);
    }

    private static PagedRequest of(RequestSource given, JsonNode definition) {
        return JsonObjectReader.read("paged request", definition, reader -> {
            RecordSelector records = reader.object("records", RecordSelector::read);
            Pagination pagination = reader.object("pagination", PaginationReader::read);
            Pagination pages = pagination == null ? Pagination.none() : pagination;
            List<String> problems = new ArrayList<>();
            RequestSource placed = given.with(pages, problems);
            problems.forEach(problem -> reader.problem("pagination", problem.replaceFirst("^pagination: ", "")));
            return new PagedRequest(given, placed, records == null ? RecordSelector.atRoot() : records, pages);
        });
    }

    /**
     * Returns the definition.
     *
     * @return an object with {@code records} and {@code pagination}, readable by {@link #of(RequestTemplate, JsonNode)}
     * @throws InvalidDefinitionException if a part of it is code
     */
    public ObjectNode toJson() {
        return DetectedPagination.definition(records, pagination);
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
     * Returns whether there are more pages than one that was received before.
     *
     * @param connection the connection
     * @param response the response to the request of the first page
     * @param body the body of the response, which is read to its end
     * @return whether the pagination finds a page after it
     * @throws PollingException if the response is not a list
     * @throws IOException if the body cannot be read
     */
    public boolean hasFurtherPages(HttpConnection connection, Response response, InputStream body) throws IOException {
        Page first = PageReader.read(
                response, body, records, (record, bytes) -> ContentHash.of(record), connection.maxResponseBytes());
        return new Pager(pagination).next(first);
    }

    /**
     * Returns the records of all pages of a request without pills, as {@link #records(HttpConnection, Pills)} does.
     *
     * @param connection the connection
     * @return a sequential, ordered stream, which reads nothing before its terminal operation
     */
    public Stream<JsonNode> records(HttpConnection connection) {
        return records(connection, Pills.none());
    }

    /**
     * Returns the records of all pages. A page is requested when the records before it have been consumed; its records are in
     * memory, up to {@code maxResponseBytes} of the connection, also where the page is larger around them. Retries, rate limits
     * and rules of the connection apply to each page.
     *
     * <p>The stream throws what {@link HttpConnection#send} throws, and a {@link PollingException} with the page if a response
     * is not a list, if pages repeat or do not end, or if there are more pages than {@code maxPages} of the pagination: use
     * {@link Stream#limit} to read only the first records. Nothing remains open when a stream is not consumed to its end.
     *
     * @param connection the connection
     * @param pills the values of the request
     * @return a sequential, ordered stream, which reads nothing before its terminal operation
     */
    public Stream<JsonNode> records(HttpConnection connection, Pills pills) {
        return StreamSupport.stream(
                new RecordIteration<>(
                        pagesOf(connection, pills), page -> page.records().iterator()),
                false);
    }

    /**
     * Returns the records of all pages as objects of a class, as {@link #records(HttpConnection, Pills)} does. They are
     * deserialized by the {@link io.httpconnector.Response.JsonMapping} of the connection.
     *
     * @param connection the connection
     * @param pills the values of the request
     * @param type the class, such as a record
     * @param <T> the type of the objects
     * @return a sequential, ordered stream, which also throws a {@link PollingException} if a record does not match the class
     */
    public <T> Stream<T> records(HttpConnection connection, Pills pills, Class<T> type) {
        Arguments.notNull(type, "type");
        return records(connection, pills, page -> page.records(type));
    }

    /**
     * Returns the records of all pages as objects of a generic type, as {@link #records(HttpConnection, Pills, Class)} does.
     *
     * @param connection the connection
     * @param pills the values of the request
     * @param type the type
     * @param <T> the type of the objects
     * @return a sequential, ordered stream, which also throws a {@link PollingException} if a record does not match the type
     */
    public <T> Stream<T> records(HttpConnection connection, Pills pills, TypeReference<T> type) {
        Arguments.notNull(type, "type");
        return records(connection, pills, page -> page.records(type));
    }

    private <T> Stream<T> records(HttpConnection connection, Pills pills, Function<RecordPage, Stream<T>> typed) {
        return StreamSupport.stream(
                new RecordIteration<>(
                        pagesOf(connection, pills), page -> typed.apply(page).iterator()),
                false);
    }

    /**
     * Returns all pages of a request without pills, as {@link #pages(HttpConnection, Pills)} does.
     *
     * @param connection the connection
     * @return a sequential, ordered stream, which reads nothing before its terminal operation
     */
    public Stream<RecordPage> pages(HttpConnection connection) {
        return pages(connection, Pills.none());
    }

    /**
     * Returns all pages: for the values outside the records, such as a total, and for the status and header fields of each
     * response. A page is requested when the page before has been consumed. Pages without records are returned, too. Otherwise
     * as {@link #records(HttpConnection, Pills)}.
     *
     * @param connection the connection
     * @param pills the values of the request
     * @return a sequential, ordered stream, which reads nothing before its terminal operation
     */
    public Stream<RecordPage> pages(HttpConnection connection, Pills pills) {
        return StreamSupport.stream(pagesOf(connection, pills), false);
    }

    private PageIteration pagesOf(HttpConnection connection, Pills pills) {
        Arguments.notNull(connection, "connection");
        Arguments.notNull(pills, "pills");
        return new PageIteration(connection, page -> source.render(pills, page), records.with(pills), pagination);
    }
}
