package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A position from which a service is queried, so that it returns only records that have changed.
 *
 * <pre>{@code
 * Cursor.timestamp("/updated_at").sentAs("since")                                    // ?since=2026-01-31T12:00:00Z
 * Cursor.timestamp("/fields/updated").format("yyyy-MM-dd HH:mm").zone(berlin)     // the template contains {{cursor}}
 * Cursor.number("/id").sentAs("min_id").order(RecordOrder.ASCENDING)
 * Cursor.opaque("/sync_token").sentAs("token")
 * Cursor.nextUrl("/@odata.deltaLink")                                            // the complete URL of the next poll
 * Cursor.timestamp("/created").clientSide().order(RecordOrder.DESCENDING)         // the service cannot filter
 * }</pre>
 *
 * <p>Each query starts one unit of resolution before the last record that was seen, and earlier by the lookback; repeated
 * records are recognized by key and version. Nothing is lost, whether the service treats the boundary as inclusive or
 * exclusive, and however many records have the same time. The cursor never passes the time of the service (its {@code Date}
 * header) minus the settling time: a record with a time in the future hides no other record.
 *
 * <p>Immutable and thread-safe.
 */
public abstract sealed class Cursor permits PositionCursor, TokenCursor {

    private final Common common;

    /**
     * The settings of every cursor.
     *
     * @param location where the cursor is sent; null when it is not sent, or as windows
     */
    record Common(@Nullable ParameterLocation location, RecordOrder order, SettingsDocument document) {

        private static Common of(@Nullable ParameterLocation location, SettingsDocument document) {
            return new Common(location, RecordOrder.NONE, document);
        }

        /** Sets a member of the document and removes those that it replaces. */
        Common set(String name, Object value, String... replaced) {
            return new Common(location, order, document.with(name, value, replaced));
        }

        /** Adds an element to a member of the document that is a list. */
        Common add(String name, Object value) {
            return new Common(location, order, document.plus(name, value));
        }

        /** Sets a member of the document that determines the location. */
        Common sentAt(@Nullable ParameterLocation other, String name, Object value, String... replaced) {
            return new Common(other, order, document.with(name, value, replaced));
        }
    }

    Cursor(Common common) {
        this.common = common;
    }

    /**
     * Creates a cursor for records that have the time of their last change. All common formats are recognized: ISO 8601, HTTP
     * dates, and seconds, milliseconds, microseconds or nanoseconds since 1970.
     *
     * @param field a JSON pointer (RFC 6901) from the record to the time, or an expression, such as {@code
     *     {{record.date}}T{{record.time}}}
     * @return the cursor, with a resolution of one second, a settling time of 5 seconds and no lookback
     */
    public static Cursor timestamp(String field) {
        ValueSource pointer = ValueSource.ofRecord("cursor", field);
        if (pointer.isRoot()) {
            throw invalid(
                    "timestamp: a whole record is not a time: use a JSON pointer to a field, such as \"/updated\"");
        }
        return new TimeCursor(pointer, sentInTemplate("timestamp", field));
    }

    /**
     * Creates a cursor for records that have an increasing number.
     *
     * @param field a JSON pointer (RFC 6901) from the record to the number, or an expression over {@code record}
     * @return the cursor, with a resolution of 1
     */
    public static Cursor number(String field) {
        return new NumberCursor(ValueSource.ofRecord("cursor", field), sentInTemplate("number", field));
    }

    /**
     * Creates a cursor for records whose time is extracted by your code, for what no expression can state.
     *
     * @param time returns the time of a record, in any format of {@link #timestamp(String)}; null or a missing node for none
     * @return the cursor
     */
    public static Cursor timestamp(Function<JsonNode, JsonNode> time) {
        if (time == null) {
            throw invalid("timestamp: the function is null");
        }
        return new TimeCursor(ValueSource.byCode(time), byCode());
    }

    /**
     * Creates a cursor for records whose increasing number is extracted by your code.
     *
     * @param number returns the number of a record; null or a missing node for none
     * @return the cursor
     */
    public static Cursor number(Function<JsonNode, JsonNode> number) {
        if (number == null) {
            throw invalid("number: the function is null");
        }
        return new NumberCursor(ValueSource.byCode(number), byCode());
    }

    private static Common byCode() {
        return Common.of(ParameterLocation.template(), SettingsDocument.NONE.withCode());
    }

    private static Common sentInTemplate(String member, String value) {
        return Common.of(ParameterLocation.template(), SettingsDocument.NONE.with(member, value));
    }

    /**
     * Creates a cursor for services that return a token for the next poll on the last page. Status 410 means that the token
     * has expired: the next poll then reads everything, and repeated events have the same ids. Declare other statuses that
     * mean this by {@link #expiredWhen(int)}.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the token, or an expression, as for {@link
     *     Pagination#token(String)}
     * @return the cursor
     */
    public static Cursor opaque(String pointer) {
        return new TokenCursor(inBody(pointer), sentInTemplate("opaque", pointer));
    }

    /**
     * Creates a cursor for services that return a token for the next poll on the last page.
     *
     * @param token extracts the token from a page
     * @return the cursor
     */
    public static Cursor opaque(Function<Page, Optional<String>> token) {
        if (token == null) {
            throw invalid("the token is null");
        }
        return new TokenCursor(token, byCode());
    }

    /**
     * Creates a cursor for services that return the URL of the next poll on the last page, such as the {@code
     * @odata.deltaLink} of Microsoft Graph. The URL may be relative and must be on the same host. The first poll uses the
     * template; further pages, if any, are found by {@link Pagination#nextUrl(String)} or {@link Pagination#linkHeader()}.
     * After status 410 the next poll uses the template again: it reads everything, and repeated events have the same ids.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the URL, or an expression, as for {@link
     *     Pagination#token(String)}
     * @return the cursor
     */
    public static Cursor nextUrl(String pointer) {
        return new UrlCursor(inBody(pointer), Common.of(null, SettingsDocument.NONE.with("nextUrl", pointer)));
    }

    /**
     * Creates a cursor for services that return the URL of the next poll on the last page.
     *
     * @param url extracts the URL from a page
     * @return the cursor
     * @see #nextUrl(String)
     */
    public static Cursor nextUrl(Function<Page, Optional<String>> url) {
        if (url == null) {
            throw invalid("the URL is null");
        }
        return new UrlCursor(url, Common.of(null, SettingsDocument.NONE.withCode()));
    }

    private static Function<Page, Optional<String>> inBody(String pointer) {
        ValueSource source = ValueSource.ofPage("cursor", pointer);
        return page -> Page.token(source.in(page));
    }

    /**
     * Sends the cursor as a query parameter.
     *
     * @param parameter the parameter name
     * @return another cursor
     */
    public Cursor sentAs(String parameter) {
        return sentAs(ParameterLocation.query(parameter));
    }

    /**
     * Sends the cursor in another location. Default: where the template contains {@code {{cursor}}}.
     *
     * @param location the location
     * @return another cursor
     */
    public Cursor sentAs(ParameterLocation location) {
        if (location == null) {
            throw invalid("sentAs: the location is null");
        }
        checkOwnLocation("sentAs");
        return with(common.sentAt(location, "sentAs", location.toJson(), "clientSide"));
    }

    /**
     * Does not send the cursor, because the service cannot filter by it: known records are filtered out by the library.
     *
     * @return another cursor
     */
    public Cursor clientSide() {
        checkOwnLocation("clientSide");
        return with(common.sentAt(null, "clientSide", true, "sentAs"));
    }

    /**
     * Sets the format of times, in records and in the query. Records may also have one of the common formats. Default: all common formats in records, and ISO 8601 in UTC in
     * the query, such as {@code 2026-01-31T12:00:00Z}.
     *
     * @param pattern a pattern of {@link java.time.format.DateTimeFormatter}, such as {@code yyyy-MM-dd HH:mm:ss}
     * @return another cursor
     */
    public Cursor format(String pattern) {
        if (pattern == null) {
            throw invalid("format: the pattern is null");
        }
        return time().withFormat(pattern);
    }

    /**
     * Uses seconds since 1970, in records and in the query.
     *
     * @return another cursor
     */
    public Cursor epochSeconds() {
        return time().withEpochSeconds();
    }

    /**
     * Uses milliseconds since 1970, in records and in the query.
     *
     * @return another cursor
     */
    public Cursor epochMillis() {
        return time().withEpochMillis();
    }

    /**
     * Sets the zone of times without an offset. Default: UTC. When the clocks are set back, the local times of one hour occur
     * twice: such a time counts as the earlier instant in queries, so that the records of both hours are read; repetitions are
     * recognized by their keys.
     *
     * @param zone the zone
     * @return another cursor
     */
    public Cursor zone(ZoneId zone) {
        if (zone == null) {
            throw invalid("zone: it is null");
        }
        return time().withZone(zone);
    }

    private TimeCursor time() {
        if (this instanceof TimeCursor cursor) {
            return cursor;
        }
        throw invalid("only timestamps have a format, a zone and an end");
    }

    /**
     * Sets the resolution of times, in records or in the query, whichever is coarser. Each query starts earlier by this much.
     * Default: one second. Use a minute for {@code HH:mm}, a day for a date.
     *
     * @param resolution 1 ns to 31 days
     * @return another cursor
     */
    public Cursor resolution(Duration resolution) {
        return time("resolution", resolution, Duration.ofDays(31)).withResolution(resolution);
    }

    /**
     * Sets how late a record may appear after its own time. Each query starts earlier by this much, and the keys of that time
     * range are remembered. Default: zero.
     *
     * @param lookback up to 366 days
     * @return another cursor
     */
    public Cursor lookback(Duration lookback) {
        return time("lookback", lookback, Duration.ofDays(366)).withLookback(lookback);
    }

    /**
     * Sets how far below the highest number a record may appear. Each query starts earlier by this much. Where the service
     * lists the lowest number first, use less than the number of records on a page; otherwise several pages have to be read twice.
     *
     * @param lookback at least 0
     * @return another cursor
     */
    public Cursor lookback(long lookback) {
        if (!(this instanceof NumberCursor cursor) || lookback < 0) {
            throw invalid("a lookback of " + lookback + ": use at least 0, for a number");
        }
        return cursor.withLookback(lookback);
    }

    /**
     * Sets how long the service may take until a stored record can be found by a query. Default: 5 seconds.
     *
     * @param settle up to 1 day
     * @return another cursor
     */
    public Cursor settlingTime(Duration settle) {
        return time("settlingTime", settle, Duration.ofDays(1)).withSettlingTime(settle);
    }

    private TimeCursor time(String what, @Nullable Duration time, Duration max) {
        if (this instanceof TimeCursor cursor && time != null && !time.isNegative() && time.compareTo(max) <= 0) {
            return cursor;
        }
        throw invalid("a " + what + " of " + time + ": use 0 to " + max + ", for a timestamp");
    }

    /**
     * Adds a status, besides 410, that means that the token or URL of the last poll has expired: the token is dropped, and the
     * next poll reads everything.
     *
     * @param status 200 to 599, such as 400 or 404; a status below 400 has an effect only if a rule of the connection makes it
     *     a failure
     * @return another cursor
     */
    public Cursor expiredWhen(int status) {
        return expiredWhen(status, "");
    }

    /**
     * Adds a response, besides status 410, that means that the token or URL of the last poll has expired: the token is
     * dropped, and the next poll reads everything. For an error with status 200, the connection also needs a {@link
     * io.httpconnector.ResponseRule} that makes it a failure.
     *
     * @param status 200 to 599
     * @param part a text in the body, compared case-insensitively, such as {@code invalid sync token}
     * @return another cursor
     */
    public Cursor expiredWhen(int status, String part) {
        if (this instanceof TokenCursor cursor) {
            return cursor.withExpiry(status, part);
        }
        throw invalid("expiredWhen: only a token or URL returned by the service can expire");
    }

    /**
     * Declares the order in which the service lists records. Default: unknown.
     *
     * @param order the order by the field of the cursor
     * @return another cursor
     */
    public Cursor order(RecordOrder order) {
        if (order == null) {
            throw invalid("order: it is null: use RecordOrder.NONE");
        }
        return with(new Common(common.location, order, common.document.with("order", order)));
    }

    /**
     * Queries consecutive time windows, for services that limit the time range of a query. The template contains {@code
     * {{window.from}}} and {@code {{window.to}}}. The first window starts at the time of {@link StartPosition#from}. Each
     * window ends one unit of resolution before its step is over, so that it is never longer than the step, whether the
     * service treats the ends as inclusive or exclusive; the next window starts one unit of resolution before that.
     *
     * @param step the maximum length of a window, at least the resolution
     * @return another cursor
     */
    public Cursor windows(Duration step) {
        return windows(step, ParameterLocation.template(), ParameterLocation.template());
    }

    /**
     * Queries consecutive time windows, for services that limit the time range of a query.
     *
     * @param step the maximum length of a window, at least the resolution
     * @param from the location of the start of the window
     * @param to the location of the end of the window
     * @return another cursor
     */
    public Cursor windows(Duration step, ParameterLocation from, ParameterLocation to) {
        TimeCursor cursor = time("window", step, Duration.ofDays(3660));
        if (from == null || to == null) {
            throw invalid("windows: a location is null");
        }
        return cursor.withWindows(step, from, to);
    }

    /**
     * Ends the windows at a fixed time: later records are not requested. Needs {@link #windows(Duration)}; without windows, write
     * the end into the request.
     *
     * @param end the end, inclusive
     * @return another cursor
     */
    public Cursor until(Instant end) {
        if (end == null) {
            throw invalid("until: the end is null");
        }
        return time().withEnd(end);
    }

    /**
     * Adds the start of its window to each record, for records without a time of their own, such as the rows of a report. Needs
     * {@link #windows(Duration)}.
     *
     * @param member a JSON pointer to a member of the record, such as {@code /day}, which can be the time of the cursor; it
     *     replaces one of the service
     * @return another cursor
     */
    public Cursor windowStartAs(String member) {
        return time().withWindowTime("windowStartAs", "from", member);
    }

    /**
     * Adds the end of its window to each record; see {@link #windowStartAs}.
     *
     * @param member a JSON pointer to a member of the record
     * @return another cursor
     */
    public Cursor windowEndAs(String member) {
        return time().withWindowTime("windowEndAs", "to", member);
    }

    ObjectNode toJson() {
        return common.document.toJson("cursor");
    }

    Common common() {
        return common;
    }

    /** Returns this cursor with other common settings. */
    abstract Cursor with(Common changed);

    /** Fails when a method would set a location although the cursor has locations of another kind. */
    void checkOwnLocation(String method) {}

    @Nullable ParameterLocation location() {
        return common.location;
    }

    RecordOrder order() {
        return common.order;
    }

    /** The windows of time that are queried; null when there are none. */
    TimeCursor.@Nullable Windows windows() {
        return null;
    }

    /** The step of the pills that this cursor provides; null when it provides none. */
    @Nullable String pillStep() {
        return "cursor";
    }

    /** The locations of the values, by the name of the value. */
    Map<String, ParameterLocation> locations() {
        return common.location == null ? Map.of() : Map.of("cursor", common.location);
    }

    /** The template with the pills of this cursor at their locations. */
    RequestTemplate applyTo(RequestTemplate template, List<String> problems) {
        return common.location == null ? template : common.location.apply(template, "cursor", problems);
    }

    /** The kind of the positions, as it is stored: two definitions with the same text have comparable positions. */
    abstract String identityText();

    static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("cursor", List.of(problem));
    }
}
