package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.polling.Paginator.PageParameter;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a service splits records into pages, and by which the next page is found.
 *
 * <pre>{@code
 * Pagination.pages("page").size("per_page", 100)                       // ?page=1&per_page=100
 * Pagination.offset("startAt").size("maxResults", 100)                 // ?startAt=0&maxResults=100
 * Pagination.cursor("after").token("/paging/next/after")               // ?after=<the value in the last response>
 * Pagination.cursor("starting_after").tokenOfLastRecord("/id").moreWhile("/has_more")
 * Pagination.nextUrl("/links/next")
 * Pagination.linkHeader()                                              // Link: <...>; rel="next" (RFC 8288)
 * Pagination.relay("/data/repository/issues")                          // GraphQL: pageInfo { hasNextPage endCursor }
 * }</pre>
 *
 * <p>Pagination by number or offset ends with a page without records. This costs one more request than the other end
 * conditions, and is safe where a service returns fewer records on a page than requested. Pagination by cursor or URL ends
 * where the response has none. The methods may be called in any order; a later call replaces an earlier call of the same
 * method. Immutable and thread-safe.
 */
public final class Pagination {

    /** The types of pagination: the names and messages of definitions, and the detection, derive from this list. */
    static final List<PaginatorType> TYPES = List.of(
            PageNumberPaginator.TYPE,
            OffsetPaginator.TYPE,
            TokenPaginator.TYPE,
            NextUrlPaginator.TYPE,
            LinkHeaderPaginator.TYPE,
            RelayPaginator.TYPE);

    private final Paginator paginator;
    private final @Nullable PageParameter parameter;
    private final EndConditions ends;
    private final PageLimits limits;
    private final @Nullable PageSize size;
    private final boolean stable;

    /** The location and value of the page size. */
    private record PageSize(ParameterLocation location, int records) {}

    private Pagination(
            Paginator paginator, EndConditions ends, PageLimits limits, @Nullable PageSize size, boolean stable) {
        this.paginator = paginator;
        this.parameter = paginator.parameter();
        this.ends = ends;
        this.limits = limits;
        this.size = size;
        this.stable = stable;
    }

    static Pagination of(Paginator paginator) {
        PageLimits limits = new PageLimits(null, paginator.firstNumber(), 0, 0, null);
        return new Pagination(paginator, EndConditions.NONE, limits, null, false);
    }

    /** The pagination of a candidate. */
    static Pagination of(PaginationCandidate candidate) {
        Pagination pagination = of(candidate.paginator()).with(candidate.ends());
        return candidate.first() == null ? pagination : pagination.first(candidate.first());
    }

    /**
     * All records are on one page.
     *
     * @return no pagination
     */
    public static Pagination none() {
        return of(new SinglePage());
    }

    /**
     * Requests pages by page number.
     *
     * @param parameter the query parameter for the page number
     * @return the pagination; the first page is 1
     */
    public static Pagination pages(String parameter) {
        return pages(ParameterLocation.query(parameter));
    }

    /**
     * Requests pages by page number.
     *
     * @param location the location of the page number; the pill is {@code {{page.number}}}
     * @return the pagination; the first page is 1
     */
    public static Pagination pages(ParameterLocation location) {
        requireNonNull(location, "location");
        return of(new PageNumberPaginator(location));
    }

    /**
     * Requests pages by offset: the number of records to skip.
     *
     * @param parameter the query parameter for the offset
     * @return the pagination; the first offset is 0
     */
    public static Pagination offset(String parameter) {
        return offset(ParameterLocation.query(parameter));
    }

    /**
     * Requests pages by offset: the number of records to skip.
     *
     * @param location the location of the offset; the pill is {@code {{page.offset}}}
     * @return the pagination; the first offset is 0
     */
    public static Pagination offset(ParameterLocation location) {
        requireNonNull(location, "location");
        return of(new OffsetPaginator(location));
    }

    /**
     * Requests pages by a token that the previous page returns. Also set where the token is found.
     *
     * @param parameter the query parameter for the token; omitted for the first page
     * @return the pagination
     */
    public static Pagination cursor(String parameter) {
        return cursor(ParameterLocation.query(parameter));
    }

    /**
     * Requests pages by a token that the previous page returns. Also set where the token is found.
     *
     * @param location the location of the token; the pill is {@code {{page.cursor}}} and has no value for the first page
     * @return the pagination
     */
    public static Pagination cursor(ParameterLocation location) {
        requireNonNull(location, "location");
        return of(new TokenPaginator(location));
    }

    /**
     * Reads the URL of the next page from the body.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response, or an expression, as for {@link #token(String)}
     * @return the pagination
     */
    public static Pagination nextUrl(String pointer) {
        return of(NextUrlPaginator.inBody(pointer));
    }

    /**
     * Reads the URL of the next page by your code. The URL may be relative. It must be on the same host: credentials are never
     * sent to another.
     *
     * @param url extracts the URL; empty on the last page
     * @return the pagination
     */
    public static Pagination nextUrl(Function<Page, Optional<String>> url) {
        requireNonNull(url, "function");
        return of(NextUrlPaginator.by(url));
    }

    /**
     * Creates the request of the next page by your code, for services that no other pagination fits.
     *
     * @param next returns the next request, usually derived from the one given; empty after the last page
     * @return the pagination
     */
    public static Pagination requests(BiFunction<Page, Request, Optional<Request>> next) {
        requireNonNull(next, "function");
        return of(new RequestPaginator(next));
    }

    /**
     * Reads the URL of the next page from the {@code Link} header with {@code rel="next"} (RFC 8288).
     *
     * @return the pagination
     */
    public static Pagination linkHeader() {
        return of(new LinkHeaderPaginator());
    }

    /**
     * Reads the pages of a Relay connection in GraphQL. The query must declare the variable {@code after}, pass it to the
     * connection, and select {@code pageInfo { hasNextPage endCursor }}.
     *
     * @param connection a JSON pointer (RFC 6901) to the connection, such as {@code /data/repository/issues}; the records are at
     *     its {@code nodes}, or at <code>edges/&#42;/node</code>
     * @return the pagination
     */
    public static Pagination relay(String connection) {
        return relay(connection, RelayPaginator.DEFAULT_VARIABLE);
    }

    /**
     * Reads the pages of a Relay connection in GraphQL, as {@link #relay(String)} does.
     *
     * @param connection a JSON pointer (RFC 6901) to the connection
     * @param variable the variable of the query for the cursor
     * @return the pagination
     */
    public static Pagination relay(String connection, String variable) {
        requireNonNull(variable, "variable");
        return of(RelayPaginator.of(connection, variable));
    }

    /**
     * Detects the pagination of a service: sends a request, evaluates its response, and verifies the result by fetching the
     * second page and the first one again. Sends at most 16 requests, usually three or four.
     *
     * @param connection the service
     * @param template a request that lists records, of which there must be more than one page
     * @param pills the values of the template
     * @return the result, proven by a second page whose records are not those of the first one, by their key such as {@code
     *     id}; not proven only where the list has no second page; empty when the response has no list of objects, no request
     *     returned other records, or the first request returned other ones when it was repeated
     * @throws InvalidDefinitionException when the template has the parameter for the page already
     * @throws ConnectorException when the first request fails, or its response has no format that a {@link RecordSelector}
     *     reads
     */
    public static Optional<DetectedPagination> detect(
            HttpConnection connection, RequestTemplate template, Pills pills) {
        return PaginationDetector.detect(connection, template, pills, TYPES);
    }

    /**
     * Reads the token of the next page from the body, or calculates it from the page. Where the token is sent in a JSON body or
     * by the template ({@code {{page.cursor.id}}}), it may be an object or a list.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response, or an expression of the template language over
     *     {@code response} (without the records), {@code headers} (with names in lower case), {@code status}, {@code
     *     lastRecord}, and {@code page} with the values of its request ({@code number}, {@code offset}, {@code size}, {@code
     *     cursor}), its number of records ({@code count}) and that of all pages so far ({@code total}): {@code {{response.page
     *     | plus(1)}}}
     * @return another pagination
     */
    public Pagination token(String pointer) {
        return with(tokens().inBody(pointer));
    }

    /**
     * Reads the token of the next page from a header.
     *
     * @param header the field name
     * @return another pagination
     */
    public Pagination tokenHeader(String header) {
        requireNonNull(header, "header");
        return with(tokens().inHeader(header));
    }

    /**
     * Reads the token of the next page from a field of the last record. A page with records, but without the field in the last
     * one, is an error, unless an end condition states that it is the last page.
     *
     * @param pointer a JSON pointer (RFC 6901) from the record
     * @return another pagination
     */
    public Pagination tokenOfLastRecord(String pointer) {
        return with(tokens().inLastRecord(pointer));
    }

    /**
     * Reads the token of the next page by your code.
     *
     * @param token extracts the token; empty on the last page
     * @return another pagination
     */
    public Pagination token(Function<Page, Optional<String>> token) {
        requireNonNull(token, "function");
        return with(tokens().by(token));
    }

    private TokenPaginator tokens() {
        if (paginator instanceof TokenPaginator tokens) {
            return tokens;
        }
        throw invalid("only Pagination.cursor(...) has tokens");
    }

    /**
     * Sets the number of the first page, or the first offset.
     *
     * @param number the number or offset, such as 0 or 1
     * @return another pagination
     */
    public Pagination first(int number) {
        return with(limits.withFirst(number));
    }

    /**
     * Sets the page size.
     *
     * @param parameter the query parameter for the page size
     * @param size the number of records, at least 1
     * @return another pagination
     */
    public Pagination size(String parameter, int size) {
        return size(ParameterLocation.query(parameter), size);
    }

    /**
     * Sets the page size.
     *
     * @param location the location of the page size; the pill is {@code {{page.size}}}
     * @param size the number of records, at least 1
     * @return another pagination
     */
    public Pagination size(ParameterLocation location, int size) {
        requireNonNull(location, "location");
        PageLimits sized = limits.withSize(size);
        return new Pagination(paginator, ends, sized, new PageSize(location, size), stable);
    }

    /**
     * Ends with a page that has fewer records than {@code size}, which saves the request for the empty page. Only for services
     * that always fill their pages: a service that returns at most 50 records when 100 are requested would seem to have one page.
     *
     * @return another pagination
     */
    public Pagination endsWithShortPage() {
        return with(ends.withShortPage());
    }

    /**
     * Ends with a page that has fewer records than this, for services that determine the page size themselves. Only for services
     * that always fill their pages.
     *
     * @param records the number of records on a full page, at least 1
     * @return another pagination
     */
    public Pagination endsWithShortPage(int records) {
        return with(ends.withShortPage(records));
    }

    /**
     * Ends with a response of this status instead of a further page, such as 404 for a page after the last one. It has no
     * effect on the first page. The response counts as a page without records.
     *
     * @param status 300 to 599
     * @return another pagination; several calls are alternatives
     */
    public Pagination endsWithStatus(int status) {
        return with(ends.withStatus(status));
    }

    /**
     * Continues while a flag in the body states that there are more pages, also after pages without records, and ends when it
     * states that there are none. True: {@code true}, a number other than 0, a text other than the ones below (such as a
     * token), a non-empty object or list. False: {@code false}, 0, {@code null}, an empty text, object or list, and the texts
     * "false", "no", "n", "off", "none", "null" and "0", case-insensitively. A missing flag has no effect: other end
     * conditions apply.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the flag, or an expression, as for {@link
     *     #token(String)}, such as {@code {{page.count | lessThan(100)}}}
     * @return another pagination
     */
    public Pagination moreWhile(String pointer) {
        return with(ends.with("moreWhile", pointer));
    }

    /**
     * Ends when a flag in the body states that this is the last page: {@code true}, a number other than 0, or,
     * case-insensitively, the texts "true", "yes", "y", "on" and numbers other than "0". There are more pages when it is
     * {@code false}, 0, an empty text, or the texts "false", "no", "n", "off", "none", "null" and "0". {@code null} and a
     * missing flag have no effect: other end conditions apply. Any other value is an error.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the flag, or an expression, as for {@link
     *     #token(String)}, such as {@code {{page.count | lessThan(100)}}}
     * @return another pagination
     */
    public Pagination lastWhen(String pointer) {
        return with(ends.with("lastWhen", pointer));
    }

    /**
     * Ends when the number of records read reaches the total in the body. An implausible total, such as -1, or 0 on a page
     * with records, is ignored; one that is lower than the number of records of page 1 is an error.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response, or an expression, as for {@link #token(String)}
     * @return another pagination
     */
    public Pagination total(String pointer) {
        return with(ends.with("total", pointer));
    }

    /**
     * Ends when the number of pages read reaches the total in the body, and not before, even if a page has no records. An
     * implausible total, such as -1, or 0 on a page with records, is ignored.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response, or an expression, as for {@link #token(String)}
     * @return another pagination
     */
    public Pagination totalPages(String pointer) {
        return with(ends.with("totalPages", pointer));
    }

    /**
     * Ends when your code decides so.
     *
     * @param last whether a page is the last one
     * @return another pagination
     */
    public Pagination until(Predicate<Page> last) {
        requireNonNull(last, "predicate");
        return with(ends.until(last));
    }

    /**
     * Declares that the pages of one read are stable: no record is skipped when others are created, updated or deleted while
     * the pages are read, because the service reads from a snapshot, or because the token is the position of the last record
     * in an order that no update changes (a keyset, such as {@code WHERE id > ? ORDER BY id}). Default: records may move from
     * one page to another, so that records that a read of several pages may have skipped are read again.
     *
     * @return another pagination
     */
    public Pagination stable() {
        return new Pagination(paginator, ends, limits, size, true);
    }

    /**
     * Limits the number of pages per poll and parent. A second read that verifies the first one is not counted, and one more
     * page is read where nothing was new, to detect the end. The next poll continues where this one ended, and {@link
     * PollingStatus#warnings()} reports it: by the cursor where the service lists the oldest records first ({@link
     * RecordOrder#ASCENDING}), with the incomplete window, or with the next page. Where it could not continue (with {@link
     * PollingTriggerBuilder#detectDeletions()}, code that creates the requests, a first poll for the last records, or too many
     * records in one window or at one time), the poll fails with {@link PollingException.Reason#LIMIT_REACHED} after the
     * events of the pages that were read, and the position does not move. Without this limit, more than 100,000 pages are an
     * error.
     *
     * @param max the maximum, 1 to 100,000
     * @return another pagination
     */
    public Pagination maxPages(int max) {
        return with(limits.withMaxPages(max));
    }

    /**
     * Limits the number of consecutive pages without records where each states that there are more. Exceeding it is an error,
     * and the position does not move. Default: 100.
     *
     * @param max the maximum, 1 to 100,000
     * @return another pagination
     */
    public Pagination maxEmptyPages(int max) {
        return with(limits.withMaxEmptyPages(max));
    }

    private Pagination with(Paginator changed) {
        return new Pagination(changed, ends, limits, size, stable);
    }

    Pagination with(EndConditions changed) {
        return new Pagination(paginator, changed, limits, size, stable);
    }

    private Pagination with(PageLimits changed) {
        return new Pagination(paginator, ends, changed, size, stable);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        paginator.writeTo(json);
        ends.writeTo(json);
        if (size != null) {
            json.putObject("size").put("records", size.records).set("location", size.location.toJson());
        }
        limits.writeTo(json);
        return stable ? json.put("stable", true) : json;
    }

    /**
     * Whether the token of the next page is sent in the location of the cursor, as in the changes feed of CouchDB: the first
     * page is requested by the cursor, each further page by the token.
     */
    boolean sharesLocationWith(@Nullable Cursor cursor) {
        ParameterLocation other = cursor == null ? null : cursor.location();
        return paginator.continuesCursor()
                && other != null
                && parameter != null
                && parameter.location().conflictsWith(other);
    }

    /** The locations of the values, by the name of the value. */
    Map<String, ParameterLocation> locations() {
        Map<String, ParameterLocation> locations = new LinkedHashMap<>();
        parameters().forEach((pill, location) -> locations.put("pagination (" + pill + ")", location));
        return locations;
    }

    /**
     * The template with the pills of this pagination at their locations, except for a token that shares the location of the
     * cursor.
     */
    RequestTemplate applyTo(RequestTemplate template, @Nullable Cursor cursor, List<String> problems) {
        check(problems);
        RequestTemplate placed = parameter == null || sharesLocationWith(cursor)
                ? template
                : parameter.location().apply(template, parameter.pill(), problems);
        return size == null ? placed : size.location.apply(placed, "page.size", problems);
    }

    /** The locations of the pills. */
    Map<String, ParameterLocation> parameters() {
        Map<String, ParameterLocation> parameters = new LinkedHashMap<>();
        if (parameter != null) {
            parameters.put(parameter.pill(), parameter.location());
        }
        if (size != null) {
            parameters.put("page.size", size.location);
        }
        return parameters;
    }

    /** Adds the problems that do not depend on the request. */
    void check(List<String> problems) {
        paginator.check(problems);
        if (paginator instanceof SinglePage && (!ends.isEmpty() || limits.maxPages() > 0)) {
            problems.add("pagination: it has an end condition but only one page: use a type such as"
                    + " Pagination.pages(...)");
        }
        if (ends.needsPageSize() && size == null) {
            problems.add("pagination: endsWithShortPage needs the page size: use size(...), or endsWithShortPage(100)");
        }
    }

    /** The request of a page; from the second one on, the statuses that mean that there is none are accepted. */
    Request request(Request request, int number) {
        int[] statuses = ends.statuses();
        return number == 1 || statuses.length == 0 ? request : request.acceptStatus(statuses);
    }

    /** Whether a response means that there is no further page. */
    boolean isAfterLast(Page page) {
        return page.number() > 1
                && IntStream.of(ends.statuses())
                        .anyMatch(status -> status == page.response().status());
    }

    Paginator paginator() {
        return paginator;
    }

    EndConditions ends() {
        return ends;
    }

    PageLimits limits() {
        return limits;
    }

    /** Whether no record is skipped when others are created or deleted while the pages are read. */
    boolean isStable() {
        return stable || paginator instanceof SinglePage;
    }

    private static void requireNonNull(@Nullable Object value, String what) {
        if (value == null) {
            throw invalid("the " + what + " is null");
        }
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("pagination", List.of(problem));
    }
}
