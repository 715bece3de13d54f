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
 * How a service spreads records over pages, and how one gets from page to page.
 *
 * <pre>{@code
 * Pagination.pages("page").size("per_page", 100)                       // ?page=1&per_page=100
 * Pagination.offset("startAt").size("maxResults", 100)                 // ?startAt=0&maxResults=100
 * Pagination.cursor("after").token("/paging/next/after")               // ?after=<what the last answer says there>
 * Pagination.cursor("starting_after").tokenOfLastRecord("/id").moreWhile("/has_more")
 * Pagination.nextUrl("/links/next")
 * Pagination.linkHeader()                                              // Link: <...>; rel="next" (RFC 8288)
 * }</pre>
 *
 * <p>Pages by number or offset end with a page without records; that costs a request more than the other ways to know the end,
 * and is safe where a service gives fewer records on a page than it was asked for. Cursors and URLs end where the answer has
 * none. The methods may be called in any order; of two that say the same thing, the last one counts. Immutable and safe for many
 * threads.
 */
public final class Pagination {

    /** The ways, each with its pill. */
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

    private static final List<String> KINDS = List.of("pages", "offset", "cursor", "nextUrl", "linkHeader");
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

    private final PaginationType kind;
    private final ParameterLocation place;
    private final @Nullable ParameterLocation sizePlace;
    private final PageLimits settings;
    private final @Nullable Function<Page, Optional<String>> next;
    private final Map<String, End> ends;
    private final boolean stable;
    private final TriggerDefinitionReader spec;

    /** What a page says about whether it is the last one. */
    enum Say {
        LAST,
        MORE,
        NOTHING
    }

    /** A way to know the last page. */
    interface End {
        Say of(Progressing seen);
    }

    /** What a value means as a flag, whatever type the service writes it in. */
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

    /** The numbers. */
    record PageLimits(int first, int size, int maxPages, int maxEmptyPages) {}

    /** A page, how many records there were with it, and how many a page was asked for. */
    record Progressing(Page page, long total, int size) {}

    private Pagination(
            PaginationType kind,
            ParameterLocation place,
            @Nullable ParameterLocation sizePlace,
            PageLimits settings,
            @Nullable Function<Page, Optional<String>> next,
            Map<String, End> ends,
            boolean stable,
            TriggerDefinitionReader spec) {
        this.kind = kind;
        this.place = place;
        this.sizePlace = sizePlace;
        this.settings = settings;
        this.next = next;
        this.ends = ends;
        this.stable = stable;
        this.spec = spec;
    }

    private static Pagination of(
            PaginationType kind,
            ParameterLocation place,
            @Nullable Function<Page, Optional<String>> next,
            TriggerDefinitionReader spec) {
        return new Pagination(
                kind, place, null, new PageLimits(1, 0, 0, DEFAULT_EMPTY_PAGES), next, Map.of(), false, spec);
    }

    /**
     * One page has all records.
     *
     * @return no pagination
     */
    public static Pagination none() {
        return of(PaginationType.NONE, ParameterLocation.template(), null, TriggerDefinitionReader.NONE);
    }

    /**
     * Pages have numbers.
     *
     * @param parameter the query parameter for the number
     * @return the pagination, which begins at 1
     */
    public static Pagination pages(String parameter) {
        return pages(ParameterLocation.query(parameter));
    }

    /**
     * Pages have numbers.
     *
     * @param place where the number goes; the pill is {@code {{page.number}}}
     * @return the pagination, which begins at 1
     */
    public static Pagination pages(ParameterLocation place) {
        given(place, "place");
        return of(PaginationType.PAGES, place, null, TriggerDefinitionReader.NONE.with("pages", place.toJson()));
    }

    /**
     * Pages begin at the record with a number.
     *
     * @param parameter the query parameter for the number of records to leave out
     * @return the pagination, which begins at 0
     */
    public static Pagination offset(String parameter) {
        return offset(ParameterLocation.query(parameter));
    }

    /**
     * Pages begin at the record with a number.
     *
     * @param place where the number of records to leave out goes; the pill is {@code {{page.offset}}}
     * @return the pagination, which begins at 0
     */
    public static Pagination offset(ParameterLocation place) {
        given(place, "place");
        return of(PaginationType.OFFSET, place, null, TriggerDefinitionReader.NONE.with("offset", place.toJson()))
                .first(0);
    }

    /**
     * Each page says by a token where the next one begins. Say where the token is, too.
     *
     * @param parameter the query parameter for the token; the first page has none
     * @return the pagination
     */
    public static Pagination cursor(String parameter) {
        return cursor(ParameterLocation.query(parameter));
    }

    /**
     * Each page says by a token where the next one begins. Say where the token is, too.
     *
     * @param place where the token goes; the pill is {@code {{page.cursor}}}, and has no value on the first page
     * @return the pagination
     */
    public static Pagination cursor(ParameterLocation place) {
        given(place, "place");
        return of(PaginationType.CURSOR, place, null, TriggerDefinitionReader.NONE.with("cursor", place.toJson()));
    }

    /**
     * Each page has the URL of the next one in its body.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the answer
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
     * Each page has the URL of the next one somewhere. It may be relative. It must lead to the same host: credentials never go
     * to another.
     *
     * @param url finds it; empty at the end
     * @return the pagination
     */
    public static Pagination nextUrl(Function<Page, Optional<String>> url) {
        given(url, "function");
        return of(PaginationType.URL, ParameterLocation.template(), url, TriggerDefinitionReader.NONE.withCode());
    }

    /**
     * Each page has the URL of the next one in a header {@code Link} with {@code rel="next"} (RFC 8288).
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
     * Looks how a service spreads records over pages: sends a request, looks for signs in its answer, and proves what it finds by
     * fetching the second page, and by its number the first one. It sends 16 requests at most, usually two or three.
     *
     * @param connection the service
     * @param template a request that lists records, and has more than one page of them
     * @param pills its values
     * @return what was found; empty when the answer has no list of objects, or no sign of a second page
     * @throws ConnectorException when the first request fails, or is not answered by JSON
     */
    public static Optional<DetectedPagination> detect(
            HttpConnection connection, RequestTemplate template, Pills pills) {
        return PaginationDetector.detect(connection, template, pills);
    }

    /**
     * The token of the next page is in the body.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the answer
     * @return another pagination
     */
    public Pagination token(String pointer) {
        return token(inBody(pointer), saidBy("token", pointer));
    }

    /**
     * The token of the next page is in a header.
     *
     * @param header the field name
     * @return another pagination
     */
    public Pagination tokenHeader(String header) {
        given(header, "header");
        return token(page -> page.header(header), saidBy("tokenHeader", header));
    }

    /**
     * The token of the next page is a field of the last record.
     *
     * @param pointer a JSON pointer (RFC 6901) from the record
     * @return another pagination
     */
    public Pagination tokenOfLastRecord(String pointer) {
        JsonPaths field = JsonPaths.of("pagination", pointer);
        return token(page -> text(field.in(page.lastRecord())), saidBy("tokenOfLastRecord", pointer));
    }

    /**
     * The token of the next page is found by your own code.
     *
     * @param token finds it; empty at the end
     * @return another pagination
     */
    public Pagination token(Function<Page, Optional<String>> token) {
        given(token, "function");
        return token(token, spec.withCode());
    }

    /** A token is in one place: another one replaces it. */
    private TriggerDefinitionReader saidBy(String place, String value) {
        return spec.with(place, value, TOKENS.toArray(String[]::new));
    }

    private Pagination token(Function<Page, Optional<String>> token, TriggerDefinitionReader said) {
        if (kind != PaginationType.CURSOR) {
            throw invalid("only Pagination.cursor(...) has tokens");
        }
        return new Pagination(kind, place, sizePlace, settings, token, ends, stable, said);
    }

    private static Function<Page, Optional<String>> inBody(String pointer) {
        JsonPaths field = JsonPaths.of("pagination", pointer);
        return page -> text(page.at(field));
    }

    /**
     * A token or URL; empty for what some services write at the end instead of nothing: null, false, blank text, an empty object or
     * list. A link object, as JSON:API and HAL have it, counts by its {@code href}.
     */
    static Optional<String> text(JsonNode node) {
        JsonNode value = JsonPaths.value(node);
        if (value.isContainerNode() && !value.isEmpty()) {
            JsonNode link = value.path("href");
            if (!link.isTextual()) {
                throw new PollingException(
                        Reason.UNEXPECTED_RESPONSE,
                        "Where a token or URL should be is an object or a list: give the JSON pointer of the value in it");
            }
            value = link;
        }
        boolean none = value.isMissingNode() || value.isNull() || value.isContainerNode() || value.isBoolean();
        return none || value.asText().isBlank() ? Optional.empty() : Optional.of(value.asText());
    }

    /**
     * Sets the number of the first page, or the first offset.
     *
     * @param number such as 0 or 1
     * @return another pagination
     */
    public Pagination first(int number) {
        return with(
                new PageLimits(number, settings.size, settings.maxPages, settings.maxEmptyPages),
                spec.with("first", number));
    }

    /**
     * Says how many records a page is to have.
     *
     * @param parameter the query parameter for it
     * @param size how many, at least 1
     * @return another pagination
     */
    public Pagination size(String parameter, int size) {
        return size(ParameterLocation.query(parameter), size);
    }

    /**
     * Says how many records a page is to have.
     *
     * @param where where it goes; the pill is {@code {{page.size}}}
     * @param size how many, at least 1
     * @return another pagination
     */
    public Pagination size(ParameterLocation where, int size) {
        given(where, "place");
        if (size < 1) {
            throw invalid("pages of " + size + " records: use at least 1");
        }
        PageLimits sized = new PageLimits(settings.first, size, settings.maxPages, settings.maxEmptyPages);
        TriggerDefinitionReader said = spec.with("size", Map.of("place", where.toJson(), "records", size));
        return new Pagination(kind, place, where, sized, next, ends, stable, said);
    }

    /**
     * Ends with a page that has fewer records than it was asked for by {@code size}, which saves the request that finds nothing.
     * Only for services that always fill their pages: one that gives at most 50 when asked for 100 would seem to have one page.
     *
     * @return another pagination
     */
    public Pagination endsWithShortPage() {
        return endsWhen(
                "endsWithShortPage", seen -> seen.page.count() < seen.size, spec.with("endsWithShortPage", true));
    }

    /**
     * Goes on as long as a flag in the body says that there is more, through pages without records as well, and ends when it says that
     * there is none. That is more: {@code true}, a number other than 0, a text other than the ones below (such as a token), an object or
     * list with anything in it. That is none: {@code false}, 0, {@code null}, an empty text, object or list, and in any case the texts "false",
     * "no", "n", "off", "none", "null" and "0". A flag that is not there says nothing: other ends count.
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
                            ? Say.NOTHING
                            : value == Flag.FALSE || value == Flag.NULL ? Say.LAST : Say.MORE;
                },
                spec.with("moreWhile", pointer));
    }

    /**
     * Ends when a flag in the body says that this was the last page: {@code true}, a number other than 0, or in any case the texts "true",
     * "yes", "y", "on" and numbers other than "0". There are more pages when it is {@code false}, 0, an empty text, or the texts "false", "no",
     * "n", "off", "none", "null" and "0". {@code null}, and a flag that is not there, say nothing: other ends count. Anything else is a failure.
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
                        case TRUE -> Say.LAST;
                        case FALSE -> Say.MORE;
                        case NULL, MISSING -> Say.NOTHING;
                        case OTHER ->
                            throw new PollingException(
                                    Reason.UNEXPECTED_RESPONSE,
                                    "lastWhen(\"" + flag + "\"): page " + seen.page.number()
                                            + " has something there that is neither true nor false");
                    };
                },
                spec.with("lastWhen", pointer));
    }

    /**
     * Ends when there were as many records as the body says that there are. A number that can't be right, such as -1, or 0 beside
     * records, is not looked at.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the answer
     * @return another pagination
     */
    public Pagination total(String pointer) {
        JsonPaths total = JsonPaths.of("pagination", pointer);
        return endsWhen("total", seen -> seen.total >= atLeast(seen.page, total), spec.with("total", pointer));
    }

    /**
     * Ends when there were as many pages as the body says that there are, and not before, even if one of them has no records. A number
     * that can't be right, such as -1, or 0 beside records, is not looked at.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the answer
     * @return another pagination
     */
    public Pagination totalPages(String pointer) {
        JsonPaths total = JsonPaths.of("pagination", pointer);
        return ends(
                "totalPages",
                seen -> {
                    long pages = atLeast(seen.page, total);
                    if (pages == Long.MAX_VALUE) {
                        return Say.NOTHING;
                    }
                    return seen.page.number() >= pages ? Say.LAST : Say.MORE;
                },
                spec.with("totalPages", pointer));
    }

    /** How many there are: without end when the service does not know it. */
    private static long atLeast(Page page, JsonPaths total) {
        long said = page.at(total).asLong(Long.MAX_VALUE);
        return said < 0 || (said == 0 && page.count() > 0) ? Long.MAX_VALUE : said;
    }

    /**
     * Ends when your own code says so.
     *
     * @param last whether there is no page after this one
     * @return another pagination
     */
    public Pagination until(Predicate<Page> last) {
        given(last, "predicate");
        return endsWhen("until " + ends.size(), seen -> last.test(seen.page), spec.withCode());
    }

    private Pagination endsWhen(String name, Predicate<Progressing> end, TriggerDefinitionReader said) {
        return ends(name, seen -> end.test(seen) ? Say.LAST : Say.NOTHING, said);
    }

    /** Adds an end; one of the same kind is replaced, as a document has one of each kind. */
    private Pagination ends(String name, End end, TriggerDefinitionReader said) {
        Map<String, End> more = new LinkedHashMap<>(ends);
        more.put(name, end);
        return new Pagination(kind, place, sizePlace, settings, next, Map.copyOf(more), stable, said);
    }

    /**
     * Declares that the pages of one read are stable: that no record is skipped when others are created, updated or deleted while the
     * pages are read, because the service reads from a snapshot, or because the token is the place of the last record in an order that
     * no update changes (a keyset, such as {@code WHERE id > ? ORDER BY id}). Default: records may move from one page to another, so that
     * what a read of several pages may have skipped is read again.
     *
     * @return another pagination
     */
    public Pagination stable() {
        return new Pagination(kind, place, sizePlace, settings, next, ends, true, spec.with("stable", true));
    }

    /**
     * Reads no more than so many pages in one poll, below each parent; a second read that proves the first one is not counted, and one page
     * more is read where nothing was new, to know whether that was the end. Where the
     * service lists the oldest first ({@link RecordOrder#ASCENDING}) and is asked by the cursor, the next poll goes on where this one ended, and
     * {@link PollingStatus#warnings()} says so; windows go on with the window that was not read to its end. Where the next poll would end at
     * the same page again, the poll fails with {@link PollingException.Reason#LIMIT_REACHED} after the events of the pages that were read,
     * and the position does not move. Without it more than 100,000 pages are a failure.
     *
     * @param max how many, 1 to 100,000
     * @return another pagination
     */
    public Pagination maxPages(int max) {
        if (max < 1 || max > MAX_PAGES) {
            throw invalid(max + " pages: use 1 to " + MAX_PAGES);
        }
        return with(
                new PageLimits(settings.first, settings.size, max, settings.maxEmptyPages), spec.with("maxPages", max));
    }

    /**
     * Limits the pages without records in a row, where the service says on each of them that there are more. More are a failure, and the
     * position does not move. Default: 100.
     *
     * @param max how many, 1 to 100,000
     * @return another pagination
     */
    public Pagination maxEmptyPages(int max) {
        if (max < 1 || max > MAX_PAGES) {
            throw invalid(max + " pages without records: use 1 to " + MAX_PAGES);
        }
        return with(
                new PageLimits(settings.first, settings.size, settings.maxPages, max), spec.with("maxEmptyPages", max));
    }

    private Pagination with(PageLimits changed, TriggerDefinitionReader said) {
        return new Pagination(kind, place, sizePlace, changed, next, ends, stable, said);
    }

    ObjectNode toJson() {
        return spec.toJson("pagination");
    }

    /** Reads what {@link #toJson} wrote: the kind first, and then all that depends on it, in a fixed order. */
    static Pagination read(JsonObjectReader reader) {
        Pagination kind = kindOf(reader);
        Sized size = reader.object("size", Sized::read);
        Pagination read = new MemberSteps<>(reader, kind == null ? placeholder(reader) : kind)
                .text("token", Pagination::token)
                .text("tokenHeader", Pagination::tokenHeader)
                .text("tokenOfLastRecord", Pagination::tokenOfLastRecord)
                .integer("first", Pagination::first)
                .with("size", size, (pages, sized) -> pages.size(sized.place, sized.records))
                .flag("endsWithShortPage", Pagination::endsWithShortPage)
                .text("moreWhile", Pagination::moreWhile)
                .text("lastWhen", Pagination::lastWhen)
                .text("total", Pagination::total)
                .text("totalPages", Pagination::totalPages)
                .flag("stable", Pagination::stable)
                .integer("maxPages", Pagination::maxPages)
                .integer("maxEmptyPages", Pagination::maxEmptyPages)
                .value();
        boolean isGuess = KINDS.stream().anyMatch(reader::has) || KINDS.stream().anyMatch(reader::isDoubtful);
        if (kind == null && !isGuess) {
            NEED_PAGES.stream()
                    .filter(reader::has)
                    .forEach(name -> reader.problem(name, "needs one of " + String.join(", ", KINDS) + " beside it"));
        }
        return read;
    }

    /** Where a size goes, and the size. */
    private record Sized(ParameterLocation place, int records) {
        static @Nullable Sized read(JsonObjectReader reader) {
            ParameterLocation place = reader.requiredObject("place", ParameterLocation::read);
            int records = reader.requiredInteger("records");
            return place == null ? null : new Sized(place, records);
        }
    }

    /** The pagination that the other members are added to; null if there is none, or it is refused. */
    private static @Nullable Pagination kindOf(JsonObjectReader reader) {
        Map<String, Pagination> found = new LinkedHashMap<>();
        reader.object("pages", ParameterLocation::read, place -> found.put("pages", pages(place)));
        reader.object("offset", ParameterLocation::read, place -> found.put("offset", offset(place)));
        reader.object("cursor", ParameterLocation::read, place -> found.put("cursor", cursor(place)));
        reader.text("nextUrl", pointer -> found.put("nextUrl", nextUrl(pointer)));
        if (reader.isMarked("linkHeader")) {
            found.put("linkHeader", linkHeader());
        }
        String kind = reader.atMostOneOf(KINDS.toArray(String[]::new));
        String token = reader.atMostOneOf(TOKENS.toArray(String[]::new));
        if (token != null && kind != null && !kind.equals("cursor")) {
            reader.problem(token, "needs a cursor, and not " + kind);
            return null;
        }
        return kind == null ? null : found.get(kind);
    }

    /** What takes the other members where the kind is missing or refused, so that what is wrong with them is found, too. */
    private static Pagination placeholder(JsonObjectReader reader) {
        return TOKENS.stream().anyMatch(reader::has) ? cursor("token") : none();
    }

    /**
     * Whether the token of the next page goes to the place of the cursor, as in the feed of changes of CouchDB: the first page has the
     * cursor there, and each further one the token.
     */
    boolean sharesPlaceOf(@Nullable Cursor cursor) {
        ParameterLocation other = cursor == null ? null : cursor.place();
        return kind == PaginationType.CURSOR && other != null && place.isSameAs(other);
    }

    /** The places of the values, by what goes there. */
    Map<String, ParameterLocation> places() {
        Map<String, ParameterLocation> places = new LinkedHashMap<>();
        if (!kind.pill.isEmpty()) {
            places.put("pagination (" + kind.pill + ")", place);
        }
        if (sizePlace != null) {
            places.put("pagination (page.size)", sizePlace);
        }
        return places;
    }

    /** The template with the pills of this pagination in their places, but for a token that has that of the cursor. */
    RequestTemplate applyTo(RequestTemplate template, @Nullable Cursor cursor, List<String> problems) {
        if (kind == PaginationType.CURSOR && next == null) {
            problems.add("pagination: it has no end: say by token(...) where the next token is");
        }
        if (kind == PaginationType.NONE && (!ends.isEmpty() || settings.maxPages > 0)) {
            problems.add("pagination: it has an end, but there is one page: use such as Pagination.pages(...)");
        }
        if (ends.containsKey("endsWithShortPage") && settings.size == 0) {
            problems.add("pagination: endsWithShortPage needs to know how many records a page has: use size(...)");
        }
        RequestTemplate placed =
                kind.pill.isEmpty() || sharesPlaceOf(cursor) ? template : place.apply(template, kind.pill, problems);
        return sizePlace == null ? placed : sizePlace.apply(placed, "page.size", problems);
    }

    PaginationType kind() {
        return kind;
    }

    /** Whether a page is found by counting, so that records move between pages when others come and go. */
    boolean isPositional() {
        return kind == PaginationType.PAGES || kind == PaginationType.OFFSET;
    }

    /** Whether a page says all of the request of the next one, if there are any. */
    boolean isByUrl() {
        return kind == PaginationType.URL || kind == PaginationType.NONE;
    }

    PageLimits settings() {
        return settings;
    }

    Optional<String> next(Page page) {
        return next == null ? Optional.empty() : next.apply(page).filter(text -> !text.isBlank());
    }

    /** Whether there is another page, as far as pages say so themselves: the last one is, when one way of several says so. */
    Say says(Page page, long total) {
        Progressing seen = new Progressing(page, total, settings.size);
        Say said = Say.NOTHING;
        for (End end : ends.values()) {
            Say one = end.of(seen);
            if (one == Say.LAST) {
                return one;
            }
            said = one == Say.MORE ? one : said;
        }
        return said;
    }

    /** Whether a page says itself, by the total, that there are no more records than were read: also where it leaves out the list. */
    boolean confirms(Page page, long total) {
        End count = ends.get("total");
        return count != null && count.of(new Progressing(page, total, settings.size)) == Say.LAST;
    }

    /** Whether no record is skipped when others come and go while the pages are read. */
    boolean isStable() {
        return stable || kind == PaginationType.NONE;
    }

    private static void given(@Nullable Object value, String what) {
        if (value == null) {
            throw invalid("the " + what + " is null");
        }
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("pagination", List.of(problem));
    }
}
