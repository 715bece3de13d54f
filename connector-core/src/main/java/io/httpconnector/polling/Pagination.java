package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
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
 * }</pre>
 *
 * <p>Pagination by number or offset ends with a page without records. This costs one more request than the other end
 * conditions, and is safe where a service returns fewer records on a page than requested. Pagination by cursor or URL ends
 * where the response has none. The methods may be called in any order; a later call replaces an earlier call of the same
 * method. Immutable and thread-safe.
 */
public final class Pagination {

    /** The types of pagination, each with its pill. */
    enum PaginationType {
        NONE(""),
        PAGES("page.number"),
        OFFSET("page.offset"),
        CURSOR("page.cursor"),
        URL("");

        private final String pill;

        PaginationType(String pill) {
            this.pill = pill;
        }
    }

    static final int MAX_PAGES = 100_000;
    private static final int DEFAULT_EMPTY_PAGES = 100;

    private static final List<String> TYPES = List.of("pages", "offset", "cursor", "nextUrl", "linkHeader");
    private static final List<String> NEED_PAGES = List.of(
            "token",
            "tokenHeader",
            "tokenOfLastRecord",
            "first",
            "endsWithShortPage",
            "moreWhile",
            "lastWhen",
            "total",
            "totalPages",
            "maxPages",
            "maxEmptyPages");
    private static final List<String> TOKENS = List.of("token", "tokenHeader", "tokenOfLastRecord");

    private final PaginationType type;
    private final ParameterLocation location;
    private final @Nullable ParameterLocation sizeLocation;
    private final PageLimits limits;
    private final @Nullable Function<Page, Optional<String>> next;
    private final Map<String, EndCondition> ends;
    private final boolean stable;
    private final TriggerDefinitionReader document;

    /** The statement of a page about its successor. */
    enum LastPageSignal {
        LAST,
        MORE,
        NOTHING
    }

    /** A condition that detects the last page. */
    interface EndCondition {
        LastPageSignal evaluate(PageProgress seen);
    }

    /** The meaning of a value as a flag, independent of its JSON type. */
    private enum Flag {
        TRUE,
        FALSE,
        NULL,
        MISSING,
        /** Neither true nor false, such as a token. */
        OTHER;

        private static final Set<String> YES = Set.of("true", "yes", "y", "on");
        private static final Set<String> NO = Set.of("", "false", "no", "n", "off", "none", "null");

        static Flag of(JsonNode found) {
            JsonNode value = JsonPaths.value(found);
            return switch (value.getNodeType()) {
                case MISSING -> MISSING;
                case NULL -> NULL;
                case BOOLEAN -> value.booleanValue() ? TRUE : FALSE;
                case NUMBER -> value.decimalValue().signum() != 0 ? TRUE : FALSE;
                case STRING -> of(value.textValue().strip().toLowerCase(Locale.ROOT));
                default -> value.isEmpty() ? FALSE : OTHER;
            };
        }

        private static Flag of(String text) {
            if (NO.contains(text) || text.matches("[+-]?0{1,20}([.]0{0,20})?")) {
                return FALSE;
            }
            return YES.contains(text) || text.matches("[+-]?\\d{1,20}([.]\\d{0,20})?") ? TRUE : OTHER;
        }
    }

    /** Numeric settings. */
    record PageLimits(int first, int size, int maxPages, int maxEmptyPages) {}

    /** A page, the number of records read so far including this page, and the requested page size. */
    record PageProgress(Page page, long total, int size) {}

    private Pagination(
            PaginationType kind,
            ParameterLocation location,
            @Nullable ParameterLocation sizePlace,
            PageLimits settings,
            @Nullable Function<Page, Optional<String>> next,
            Map<String, EndCondition> ends,
            boolean stable,
            TriggerDefinitionReader spec) {
        this.type = kind;
        this.location = location;
        this.sizeLocation = sizePlace;
        this.limits = settings;
        this.next = next;
        this.ends = ends;
        this.stable = stable;
        this.document = spec;
    }

    private static Pagination of(
            PaginationType kind,
            ParameterLocation location,
            @Nullable Function<Page, Optional<String>> next,
            TriggerDefinitionReader spec) {
        return new Pagination(
                kind, location, null, new PageLimits(1, 0, 0, DEFAULT_EMPTY_PAGES), next, Map.of(), false, spec);
    }

    /**
     * All records are on one page.
     *
     * @return no pagination
     */
    public static Pagination none() {
        return of(PaginationType.NONE, ParameterLocation.template(), null, TriggerDefinitionReader.NONE);
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
        return of(PaginationType.PAGES, location, null, TriggerDefinitionReader.NONE.with("pages", location.toJson()));
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
        return of(PaginationType.OFFSET, location, null, TriggerDefinitionReader.NONE.with("offset", location.toJson()))
                .first(0);
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
        return of(
                PaginationType.CURSOR, location, null, TriggerDefinitionReader.NONE.with("cursor", location.toJson()));
    }

    /**
     * Reads the URL of the next page from the body.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response
     * @return the pagination
     */
    public static Pagination nextUrl(String pointer) {
        return of(
                PaginationType.URL,
                ParameterLocation.template(),
                inBody(pointer),
                TriggerDefinitionReader.NONE.with("nextUrl", pointer));
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
        return of(PaginationType.URL, ParameterLocation.template(), url, TriggerDefinitionReader.NONE.withCode());
    }

    /**
     * Reads the URL of the next page from the {@code Link} header with {@code rel="next"} (RFC 8288).
     *
     * @return the pagination
     */
    public static Pagination linkHeader() {
        Function<Page, Optional<String>> link = page -> LinkHeader.next(page.headers());
        return of(
                PaginationType.URL,
                ParameterLocation.template(),
                link,
                TriggerDefinitionReader.NONE.with("linkHeader", true));
    }

    /**
     * Detects the pagination of a service: sends a request, evaluates its response, and verifies the result by fetching the
     * second page and, by its number, the first one. Sends at most 16 requests, usually two or three.
     *
     * @param connection the service
     * @param template a request that lists records, of which there must be more than one page
     * @param pills the values of the template
     * @return the result; empty when the response has no list of objects, or no indication of a second page
     * @throws ConnectorException when the first request fails, or its response is not JSON
     */
    public static Optional<DetectedPagination> detect(
            HttpConnection connection, RequestTemplate template, Pills pills) {
        return PaginationDetector.detect(connection, template, pills);
    }

    /**
     * Reads the token of the next page from the body.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response
     * @return another pagination
     */
    public Pagination token(String pointer) {
        return token(inBody(pointer), withTokenMember("token", pointer));
    }

    /**
     * Reads the token of the next page from a header.
     *
     * @param header the field name
     * @return another pagination
     */
    public Pagination tokenHeader(String header) {
        requireNonNull(header, "header");
        return token(page -> page.header(header), withTokenMember("tokenHeader", header));
    }

    /**
     * Reads the token of the next page from a field of the last record.
     *
     * @param pointer a JSON pointer (RFC 6901) from the record
     * @return another pagination
     */
    public Pagination tokenOfLastRecord(String pointer) {
        JsonPaths field = JsonPaths.of("pagination", pointer);
        return token(page -> text(field.resolve(page.lastRecord())), withTokenMember("tokenOfLastRecord", pointer));
    }

    /**
     * Reads the token of the next page by your code.
     *
     * @param token extracts the token; empty on the last page
     * @return another pagination
     */
    public Pagination token(Function<Page, Optional<String>> token) {
        requireNonNull(token, "function");
        return token(token, document.withCode());
    }

    /** There is one token selector: a later one replaces it. */
    private TriggerDefinitionReader withTokenMember(String location, String value) {
        return document.with(location, value, TOKENS.toArray(String[]::new));
    }

    private Pagination token(Function<Page, Optional<String>> token, TriggerDefinitionReader changed) {
        if (type != PaginationType.CURSOR) {
            throw invalid("only Pagination.cursor(...) has tokens");
        }
        return new Pagination(type, location, sizeLocation, limits, token, ends, stable, changed);
    }

    private static Function<Page, Optional<String>> inBody(String pointer) {
        JsonPaths field = JsonPaths.of("pagination", pointer);
        return page -> text(page.at(field));
    }

    /**
     * Reads a token or URL. The result is empty for the values that some services return on the last page: null, false, blank
     * text, an empty object or list. Of a link object, as in JSON:API and HAL, the {@code href} is used.
     */
    static Optional<String> text(JsonNode node) {
        JsonNode value = JsonPaths.value(node);
        if (value.isContainerNode() && !value.isEmpty()) {
            JsonNode link = value.path("href");
            if (!link.isTextual()) {
                throw new PollingException(
                        Reason.UNEXPECTED_RESPONSE,
                        "Expected a token or URL, found an object or a list: use the JSON pointer of the value"
                                + " in it");
            }
            value = link;
        }
        boolean none = value.isMissingNode() || value.isNull() || value.isContainerNode() || value.isBoolean();
        return none || value.asText().isBlank() ? Optional.empty() : Optional.of(value.asText());
    }

    /**
     * Sets the number of the first page, or the first offset.
     *
     * @param number the number or offset, such as 0 or 1
     * @return another pagination
     */
    public Pagination first(int number) {
        return with(
                new PageLimits(number, limits.size, limits.maxPages, limits.maxEmptyPages),
                document.with("first", number));
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
     * @param where the location of the page size; the pill is {@code {{page.size}}}
     * @param size the number of records, at least 1
     * @return another pagination
     */
    public Pagination size(ParameterLocation where, int size) {
        requireNonNull(where, "location");
        if (size < 1) {
            throw invalid("pages of " + size + " records: use at least 1");
        }
        PageLimits sized = new PageLimits(limits.first, size, limits.maxPages, limits.maxEmptyPages);
        TriggerDefinitionReader changed = document.with("size", Map.of("location", where.toJson(), "records", size));
        return new Pagination(type, location, where, sized, next, ends, stable, changed);
    }

    /**
     * Ends with a page that has fewer records than {@code size}, which saves the request for the empty page. Only for services
     * that always fill their pages: a service that returns at most 50 records when 100 are requested would seem to have one page.
     *
     * @return another pagination
     */
    public Pagination endsWithShortPage() {
        return endsWhen(
                "endsWithShortPage", seen -> seen.page.count() < seen.size, document.with("endsWithShortPage", true));
    }

    /**
     * Continues while a flag in the body states that there are more pages, also after pages without records, and ends when it
     * states that there are none. True: {@code true}, a number other than 0, a text other than the ones below (such as a
     * token), a non-empty object or list. False: {@code false}, 0, {@code null}, an empty text, object or list, and the texts
     * "false", "no", "n", "off", "none", "null" and "0", case-insensitively. A missing flag has no effect: other end
     * conditions apply.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the flag
     * @return another pagination
     */
    public Pagination moreWhile(String pointer) {
        JsonPaths flag = JsonPaths.of("pagination", pointer);
        return ends(
                "moreWhile",
                seen -> {
                    Flag value = Flag.of(seen.page.at(flag));
                    return value == Flag.MISSING
                            ? LastPageSignal.NOTHING
                            : value == Flag.FALSE || value == Flag.NULL ? LastPageSignal.LAST : LastPageSignal.MORE;
                },
                document.with("moreWhile", pointer));
    }

    /**
     * Ends when a flag in the body states that this is the last page: {@code true}, a number other than 0, or,
     * case-insensitively, the texts "true", "yes", "y", "on" and numbers other than "0". There are more pages when it is
     * {@code false}, 0, an empty text, or the texts "false", "no", "n", "off", "none", "null" and "0". {@code null} and a
     * missing flag have no effect: other end conditions apply. Any other value is an error.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the flag
     * @return another pagination
     */
    public Pagination lastWhen(String pointer) {
        JsonPaths flag = JsonPaths.of("pagination", pointer);
        return ends(
                "lastWhen",
                seen -> {
                    return switch (Flag.of(seen.page.at(flag))) {
                        case TRUE -> LastPageSignal.LAST;
                        case FALSE -> LastPageSignal.MORE;
                        case NULL, MISSING -> LastPageSignal.NOTHING;
                        case OTHER ->
                            throw new PollingException(
                                    Reason.UNEXPECTED_RESPONSE,
                                    "lastWhen(\"" + flag + "\"): page " + seen.page.number()
                                            + " has a value there that is neither true nor false");
                    };
                },
                document.with("lastWhen", pointer));
    }

    /**
     * Ends when the number of records read reaches the total in the body. An implausible total, such as -1, or 0 on a page
     * with records, is ignored.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response
     * @return another pagination
     */
    public Pagination total(String pointer) {
        JsonPaths total = JsonPaths.of("pagination", pointer);
        return endsWhen("total", seen -> seen.total >= statedCount(seen.page, total), document.with("total", pointer));
    }

    /**
     * Ends when the number of pages read reaches the total in the body, and not before, even if a page has no records. An
     * implausible total, such as -1, or 0 on a page with records, is ignored.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response
     * @return another pagination
     */
    public Pagination totalPages(String pointer) {
        JsonPaths total = JsonPaths.of("pagination", pointer);
        return ends(
                "totalPages",
                seen -> {
                    long pages = statedCount(seen.page, total);
                    if (pages == Long.MAX_VALUE) {
                        return LastPageSignal.NOTHING;
                    }
                    return seen.page.number() >= pages ? LastPageSignal.LAST : LastPageSignal.MORE;
                },
                document.with("totalPages", pointer));
    }

    /** The stated total; {@code Long.MAX_VALUE} when it is unknown or implausible. */
    private static long statedCount(Page page, JsonPaths total) {
        long stated = page.at(total).asLong(Long.MAX_VALUE);
        return stated < 0 || (stated == 0 && page.count() > 0) ? Long.MAX_VALUE : stated;
    }

    /**
     * Ends when your code decides so.
     *
     * @param last whether a page is the last one
     * @return another pagination
     */
    public Pagination until(Predicate<Page> last) {
        requireNonNull(last, "predicate");
        return endsWhen("until " + ends.size(), seen -> last.test(seen.page), document.withCode());
    }

    private Pagination endsWhen(String name, Predicate<PageProgress> end, TriggerDefinitionReader changed) {
        return ends(name, seen -> end.test(seen) ? LastPageSignal.LAST : LastPageSignal.NOTHING, changed);
    }

    /** Adds an end condition; one of the same kind is replaced, because a document has one of each kind. */
    private Pagination ends(String name, EndCondition end, TriggerDefinitionReader changed) {
        Map<String, EndCondition> more = new LinkedHashMap<>(ends);
        more.put(name, end);
        return new Pagination(type, location, sizeLocation, limits, next, Map.copyOf(more), stable, changed);
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
        return new Pagination(type, location, sizeLocation, limits, next, ends, true, document.with("stable", true));
    }

    /**
     * Limits the number of pages per poll and parent. A second read that verifies the first one is not counted, and one more
     * page is read where nothing was new, to detect the end. Where the service lists the oldest records first ({@link
     * RecordOrder#ASCENDING}) and the cursor is sent, the next poll continues where this one ended, and {@link
     * PollingStatus#warnings()} reports it; windows continue with the incomplete window. Where the next poll would end at the
     * same page again, the poll fails with {@link PollingException.Reason#LIMIT_REACHED} after the events of the pages that
     * were read, and the position does not move. Without this limit, more than 100,000 pages are an error.
     *
     * @param max the maximum, 1 to 100,000
     * @return another pagination
     */
    public Pagination maxPages(int max) {
        if (max < 1 || max > MAX_PAGES) {
            throw invalid(max + " pages: use 1 to " + MAX_PAGES);
        }
        return with(
                new PageLimits(limits.first, limits.size, max, limits.maxEmptyPages), document.with("maxPages", max));
    }

    /**
     * Limits the number of consecutive pages without records where each states that there are more. Exceeding it is an error,
     * and the position does not move. Default: 100.
     *
     * @param max the maximum, 1 to 100,000
     * @return another pagination
     */
    public Pagination maxEmptyPages(int max) {
        if (max < 1 || max > MAX_PAGES) {
            throw invalid(max + " pages without records: use 1 to " + MAX_PAGES);
        }
        return with(
                new PageLimits(limits.first, limits.size, limits.maxPages, max), document.with("maxEmptyPages", max));
    }

    private Pagination with(PageLimits pageLimits, TriggerDefinitionReader changed) {
        return new Pagination(type, location, sizeLocation, pageLimits, next, ends, stable, changed);
    }

    ObjectNode toJson() {
        return document.toJson("pagination");
    }

    /** Reads the output of {@link #toJson}: first the type, then all members that depend on it, in a fixed order. */
    static Pagination read(JsonObjectReader reader) {
        Pagination kind = readType(reader);
        PageSize size = reader.object("size", PageSize::read);
        Pagination read = new MemberSteps<>(reader, kind == null ? placeholder(reader) : kind)
                .text("token", Pagination::token)
                .text("tokenHeader", Pagination::tokenHeader)
                .text("tokenOfLastRecord", Pagination::tokenOfLastRecord)
                .integer("first", Pagination::first)
                .with("size", size, (pages, sized) -> pages.size(sized.location, sized.records))
                .flag("endsWithShortPage", Pagination::endsWithShortPage)
                .text("moreWhile", Pagination::moreWhile)
                .text("lastWhen", Pagination::lastWhen)
                .text("total", Pagination::total)
                .text("totalPages", Pagination::totalPages)
                .flag("stable", Pagination::stable)
                .integer("maxPages", Pagination::maxPages)
                .integer("maxEmptyPages", Pagination::maxEmptyPages)
                .value();
        boolean isGuess = TYPES.stream().anyMatch(reader::has) || TYPES.stream().anyMatch(reader::isUnreliable);
        if (kind == null && !isGuess) {
            NEED_PAGES.stream()
                    .filter(reader::has)
                    .forEach(name -> reader.problem(name, "needs one of " + String.join(", ", TYPES) + " beside it"));
        }
        return read;
    }

    /** The location and value of the page size. */
    private record PageSize(ParameterLocation location, int records) {
        static @Nullable PageSize read(JsonObjectReader reader) {
            ParameterLocation location = reader.requiredObject("location", ParameterLocation::read);
            int records = reader.requiredInteger("records");
            return location == null ? null : new PageSize(location, records);
        }
    }

    /** The pagination to which the other members are applied; null if there is none or it is invalid. */
    private static @Nullable Pagination readType(JsonObjectReader reader) {
        Map<String, Pagination> found = new LinkedHashMap<>();
        reader.object("pages", ParameterLocation::read, location -> found.put("pages", pages(location)));
        reader.object("offset", ParameterLocation::read, location -> found.put("offset", offset(location)));
        reader.object("cursor", ParameterLocation::read, location -> found.put("cursor", cursor(location)));
        reader.text("nextUrl", pointer -> found.put("nextUrl", nextUrl(pointer)));
        if (reader.isMarked("linkHeader")) {
            found.put("linkHeader", linkHeader());
        }
        String kind = reader.atMostOneOf(TYPES.toArray(String[]::new));
        String token = reader.atMostOneOf(TOKENS.toArray(String[]::new));
        if (token != null && kind != null && !kind.equals("cursor")) {
            reader.problem(token, "needs a cursor, and not " + kind);
            return null;
        }
        return kind == null ? null : found.get(kind);
    }

    /** Accepts the other members where the type is missing or invalid, so that their problems are reported too. */
    private static Pagination placeholder(JsonObjectReader reader) {
        return TOKENS.stream().anyMatch(reader::has) ? cursor("token") : none();
    }

    /**
     * Whether the token of the next page is sent in the location of the cursor, as in the changes feed of CouchDB: the first
     * page is requested by the cursor, each further page by the token.
     */
    boolean sharesLocationWith(@Nullable Cursor cursor) {
        ParameterLocation other = cursor == null ? null : cursor.location();
        return type == PaginationType.CURSOR && other != null && location.conflictsWith(other);
    }

    /** The locations of the values, by the name of the value. */
    Map<String, ParameterLocation> locations() {
        Map<String, ParameterLocation> locations = new LinkedHashMap<>();
        if (!type.pill.isEmpty()) {
            locations.put("pagination (" + type.pill + ")", location);
        }
        if (sizeLocation != null) {
            locations.put("pagination (page.size)", sizeLocation);
        }
        return locations;
    }

    /**
     * The template with the pills of this pagination at their locations, except for a token that shares the location of the
     * cursor.
     */
    RequestTemplate applyTo(RequestTemplate template, @Nullable Cursor cursor, List<String> problems) {
        if (type == PaginationType.CURSOR && next == null) {
            problems.add("pagination: the token is not defined: set it by token(...)");
        }
        if (type == PaginationType.NONE && (!ends.isEmpty() || limits.maxPages > 0)) {
            problems.add("pagination: it has an end condition but only one page: use a type such as"
                    + " Pagination.pages(...)");
        }
        if (ends.containsKey("endsWithShortPage") && limits.size == 0) {
            problems.add("pagination: endsWithShortPage needs the page size: use size(...)");
        }
        RequestTemplate placed = type.pill.isEmpty() || sharesLocationWith(cursor)
                ? template
                : location.apply(template, type.pill, problems);
        return sizeLocation == null ? placed : sizeLocation.apply(placed, "page.size", problems);
    }

    PaginationType type() {
        return type;
    }

    /** Whether pages are positional, so that records move between pages when others are created or deleted. */
    boolean isPositional() {
        return type == PaginationType.PAGES || type == PaginationType.OFFSET;
    }

    /** Whether a page returns the complete URL of the next one, if there is one. */
    boolean isByUrl() {
        return type == PaginationType.URL || type == PaginationType.NONE;
    }

    PageLimits limits() {
        return limits;
    }

    Optional<String> next(Page page) {
        return next == null ? Optional.empty() : next.apply(page).filter(text -> !text.isBlank());
    }

    /** Whether a page states that it is the last one. Of several conditions, one that detects the last page is sufficient. */
    LastPageSignal lastPageSignal(Page page, long total) {
        PageProgress seen = new PageProgress(page, total, limits.size);
        LastPageSignal signal = LastPageSignal.NOTHING;
        for (EndCondition end : ends.values()) {
            LastPageSignal one = end.evaluate(seen);
            if (one == LastPageSignal.LAST) {
                return one;
            }
            signal = one == LastPageSignal.MORE ? one : signal;
        }
        return signal;
    }

    /** Whether the total on a page states that there are no more records than were read; also where the page omits the list. */
    boolean isTotalReached(Page page, long total) {
        EndCondition count = ends.get("total");
        return count != null && count.evaluate(new PageProgress(page, total, limits.size)) == LastPageSignal.LAST;
    }

    /** Whether no record is skipped when others are created or deleted while the pages are read. */
    boolean isStable() {
        return stable || type == PaginationType.NONE;
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
