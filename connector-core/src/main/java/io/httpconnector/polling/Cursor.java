package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.StatusException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import io.httpconnector.template.RequestTemplate;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
 * Cursor.timestamp("/created").clientSide().order(RecordOrder.DESCENDING)                  // the service cannot filter;
 * reading ends at known records
 * }</pre>
 *
 * <p>Each query starts one unit of resolution before the last record that was seen, and earlier by the lookback; repeated
 * records are recognized by key and version. Nothing is lost, whether the service treats the boundary as inclusive or
 * exclusive, and however many records have the same time. The cursor never passes the time of the service (its {@code Date}
 * header) minus the settling time: a record with a time in the future hides no other record.
 *
 * <p>Immutable and thread-safe.
 */
public final class Cursor {

    enum CursorType {
        TIME,
        NUMBER,
        OPAQUE,
        URL
    }

    /** A position before every record. */
    static final long BEFORE_ALL_RECORDS = Long.MIN_VALUE / 2;

    private static final long NANOS = 1_000_000_000L;

    private final CursorType type;
    private final JsonPaths field;
    private final @Nullable Function<Page, Optional<String>> token;
    private final TimestampFormat format;
    private final Range range;
    private final RecordOrder order;
    private final @Nullable ParameterLocation location;
    private final @Nullable Windows windows;
    private final List<Expiry> expiries;
    private final TriggerDefinitionReader document;

    /** In the unit of the cursor: nanoseconds for timestamps, the number itself otherwise. */
    private record Range(long resolution, long lookback, long settle) {}

    /** Queries that each cover a limited time range. */
    record Windows(long step, ParameterLocation from, ParameterLocation to) {}

    /** A response that means that a token has expired: a status and a text in the body. */
    private record Expiry(int status, String text) {
        static @Nullable Expiry read(JsonObjectReader reader) {
            Integer status = reader.integer("status");
            String text = reader.text("text");
            reader.require("status");
            return status == null ? null : new Expiry(status, text == null ? "" : text);
        }
    }

    private Cursor(
            CursorType kind,
            JsonPaths field,
            @Nullable Function<Page, Optional<String>> token,
            TimestampFormat text,
            Range range,
            RecordOrder order,
            @Nullable ParameterLocation place,
            @Nullable Windows windows,
            List<Expiry> expiries,
            TriggerDefinitionReader spec) {
        this.type = kind;
        this.field = field;
        this.token = token;
        this.format = text;
        this.range = range;
        this.order = order;
        this.location = place;
        this.windows = windows;
        this.expiries = expiries;
        this.document = spec;
    }

    /**
     * Creates a cursor for records that have the time of their last change. All common formats are recognized: ISO 8601, HTTP
     * dates, and seconds, milliseconds, microseconds or nanoseconds since 1970.
     *
     * @param field a JSON pointer (RFC 6901) from the record to the time
     * @return the cursor, with a resolution of one second, a settling time of 5 seconds and no lookback
     */
    public static Cursor timestamp(String field) {
        JsonPaths pointer = JsonPaths.of("cursor", field);
        Range range = new Range(NANOS, 0, 5 * NANOS);
        TriggerDefinitionReader changed = TriggerDefinitionReader.NONE.with("timestamp", field);
        return new Cursor(
                CursorType.TIME,
                pointer,
                null,
                TimestampFormat.AUTO,
                range,
                RecordOrder.NONE,
                ParameterLocation.template(),
                null,
                List.of(),
                changed);
    }

    /**
     * Creates a cursor for records that have an increasing number.
     *
     * @param field a JSON pointer (RFC 6901) from the record to the number
     * @return the cursor, with a resolution of 1
     */
    public static Cursor number(String field) {
        JsonPaths pointer = JsonPaths.of("cursor", field);
        Range range = new Range(1, 0, 0);
        TriggerDefinitionReader changed = TriggerDefinitionReader.NONE.with("number", field);
        return new Cursor(
                CursorType.NUMBER,
                pointer,
                null,
                TimestampFormat.AUTO,
                range,
                RecordOrder.NONE,
                ParameterLocation.template(),
                null,
                List.of(),
                changed);
    }

    /**
     * Creates a cursor for services that return a token for the next poll on the last page. Status 410 means that the token
     * has expired: the next poll then reads everything, and repeated events have the same ids. Declare other statuses that
     * mean this by {@link #expiredWhen(int)}.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the token
     * @return the cursor
     */
    public static Cursor opaque(String pointer) {
        return opaque(inBody(JsonPaths.of("cursor", pointer)), TriggerDefinitionReader.NONE.with("opaque", pointer));
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
        return opaque(token, TriggerDefinitionReader.NONE.withCode());
    }

    private static Cursor opaque(Function<Page, Optional<String>> token, TriggerDefinitionReader changed) {
        return givenByService(CursorType.OPAQUE, token, ParameterLocation.template(), changed);
    }

    /**
     * Creates a cursor for services that return the URL of the next poll on the last page, such as the {@code
     * @odata.deltaLink} of Microsoft Graph. The URL may be relative and must be on the same host. The first poll uses the
     * template; further pages, if any, are found by {@link Pagination#nextUrl(String)} or {@link Pagination#linkHeader()}.
     * After status 410 the next poll uses the template again: it reads everything, and repeated events have the same ids.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response to the URL
     * @return the cursor
     */
    public static Cursor nextUrl(String pointer) {
        return givenByService(
                CursorType.URL,
                inBody(JsonPaths.of("cursor", pointer)),
                null,
                TriggerDefinitionReader.NONE.with("nextUrl", pointer));
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
        return givenByService(CursorType.URL, url, null, TriggerDefinitionReader.NONE.withCode());
    }

    private static Cursor givenByService(
            CursorType kind,
            Function<Page, Optional<String>> token,
            @Nullable ParameterLocation place,
            TriggerDefinitionReader changed) {
        Range none = new Range(0, 0, 0);
        JsonPaths root = JsonPaths.of("cursor", "");
        return new Cursor(
                kind, root, token, TimestampFormat.AUTO, none, RecordOrder.NONE, place, null, List.of(), changed);
    }

    private static Function<Page, Optional<String>> inBody(JsonPaths field) {
        return page -> Pagination.text(page.at(field));
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
     * @param where the location
     * @return another cursor
     */
    public Cursor sentAs(ParameterLocation where) {
        if (where == null) {
            throw invalid("sentAs: the location is null");
        }
        if (type == CursorType.URL) {
            throw invalid("sentAs: a URL is the complete request and cannot be sent in a parameter");
        }
        withoutWindows("sentAs");
        return new Cursor(
                type,
                field,
                token,
                format,
                range,
                order,
                where,
                windows,
                expiries,
                document.with("sentAs", where.toJson(), "clientSide"));
    }

    /**
     * Does not send the cursor, because the service cannot filter by it: known records are filtered out by the library.
     *
     * @return another cursor
     */
    public Cursor clientSide() {
        withoutWindows("clientSide");
        return new Cursor(
                type,
                field,
                token,
                format,
                range,
                order,
                null,
                windows,
                expiries,
                document.with("clientSide", true, "sentAs"));
    }

    private void withoutWindows(String what) {
        if (windows != null) {
            throw invalid(what + ": windows have their own two locations: set them by windows(step, from, to)");
        }
    }

    /**
     * Sets the format of times, in records and in the query. Default: all common formats in records, and ISO 8601 in UTC in
     * the query, such as {@code 2026-01-31T12:00:00Z}.
     *
     * @param pattern a pattern of {@link java.time.format.DateTimeFormatter}, such as {@code yyyy-MM-dd HH:mm:ss}
     * @return another cursor
     */
    public Cursor format(String pattern) {
        if (pattern == null) {
            throw invalid("format: the pattern is null");
        }
        try {
            return with(
                    new TimestampFormat(TimestampFormat.pattern(pattern), -1, format.zone()),
                    document.with("format", pattern, "epochSeconds", "epochMillis"));
        } catch (DateTimeException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Uses seconds since 1970, in records and in the query.
     *
     * @return another cursor
     */
    public Cursor epochSeconds() {
        return with(
                new TimestampFormat(null, 0, format.zone()),
                document.with("epochSeconds", true, "format", "epochMillis"));
    }

    /**
     * Uses milliseconds since 1970, in records and in the query.
     *
     * @return another cursor
     */
    public Cursor epochMillis() {
        return with(
                new TimestampFormat(null, 3, format.zone()),
                document.with("epochMillis", true, "format", "epochSeconds"));
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
        return with(new TimestampFormat(format.format(), format.unit(), zone), document.with("zone", zone.getId()));
    }

    private Cursor with(TimestampFormat other, TriggerDefinitionReader changed) {
        if (type != CursorType.TIME) {
            throw invalid("only timestamps have a format and a zone");
        }
        return new Cursor(type, field, token, other, range, order, location, windows, expiries, changed);
    }

    /**
     * Sets the resolution of times, in records or in the query, whichever is coarser. Each query starts earlier by this much.
     * Default: one second. Use a minute for {@code HH:mm}, a day for a date.
     *
     * @param resolution 1 ns to 31 days
     * @return another cursor
     */
    public Cursor resolution(Duration resolution) {
        requireTime("resolution", resolution, Duration.ofDays(31));
        if (resolution.isZero()) {
            throw invalid("the resolution is zero: use at least 1 ns");
        }
        return with(
                new Range(resolution.toNanos(), range.lookback, range.settle), document.with("resolution", resolution));
    }

    /**
     * Sets how late a record may appear after its own time. Each query starts earlier by this much, and the keys of that time
     * range are remembered. Default: zero.
     *
     * @param lookback up to 366 days
     * @return another cursor
     */
    public Cursor lookback(Duration lookback) {
        requireTime("lookback", lookback, Duration.ofDays(366));
        return with(new Range(range.resolution, lookback.toNanos(), range.settle), document.with("lookback", lookback));
    }

    /**
     * Sets how far below the highest number a record may appear. Each query starts earlier by this much. Where the service
     * lists the lowest number first, use less than the number of records on a page; otherwise several pages have to be read twice.
     *
     * @param lookback at least 0
     * @return another cursor
     */
    public Cursor lookback(long lookback) {
        if (type != CursorType.NUMBER || lookback < 0) {
            throw invalid("a lookback of " + lookback + ": use at least 0, for a number");
        }
        return with(
                new Range(range.resolution, lookback, range.settle),
                document.with("lookback", JsonSupport.parse(Long.toString(lookback))));
    }

    /**
     * Sets how long the service may take until a stored record can be found by a query. Default: 5 seconds.
     *
     * @param settle up to 1 day
     * @return another cursor
     */
    public Cursor settlingTime(Duration settle) {
        requireTime("settlingTime", settle, Duration.ofDays(1));
        return with(
                new Range(range.resolution, range.lookback, settle.toNanos()), document.with("settlingTime", settle));
    }

    private void requireTime(String what, Duration time, Duration max) {
        if (type != CursorType.TIME || time == null || time.isNegative() || time.compareTo(max) > 0) {
            throw invalid("a " + what + " of " + time + ": use 0 to " + max + ", for a timestamp");
        }
    }

    private Cursor with(Range other, TriggerDefinitionReader changed) {
        return new Cursor(type, field, token, format, other, order, location, windows, expiries, changed);
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
        if (!isGivenByService()) {
            throw invalid("expiredWhen: only a token or URL returned by the service can expire");
        }
        if (status < 200 || status > 599 || part == null) {
            throw invalid(
                    "expiredWhen: the status " + status + " and the text " + part + ": use 200 to 599, and a text");
        }
        List<Expiry> more = new ArrayList<>(expiries);
        more.add(new Expiry(status, part));
        Map<String, Object> each = part.isEmpty() ? Map.of("status", status) : Map.of("status", status, "text", part);
        TriggerDefinitionReader changed = document.plus("expiredWhen", each);
        return new Cursor(type, field, token, format, range, order, location, windows, List.copyOf(more), changed);
    }

    /** Whether a response means that the token has expired. */
    boolean isExpiredBy(StatusException e) {
        String body = e.body().toLowerCase(Locale.ROOT);
        return e.status() == 410
                || expiries.stream()
                        .anyMatch(one -> one.status == e.status() && body.contains(one.text.toLowerCase(Locale.ROOT)));
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
        return new Cursor(
                type, field, token, format, range, order, location, windows, expiries, document.with("order", order));
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
        requireTime("window", step, Duration.ofDays(3660));
        if (from == null || to == null) {
            throw invalid("windows: a location is null");
        }
        if (step.toNanos() < range.resolution) {
            throw invalid("windows of " + step + ": use at least the resolution");
        }
        Map<String, Object> each = Map.of("step", step, "from", from.toJson(), "to", to.toJson());
        TriggerDefinitionReader changed = document.with("windows", each, "sentAs", "clientSide");
        Windows places = new Windows(step.toNanos(), from, to);
        return new Cursor(type, field, token, format, range, order, null, places, expiries, changed);
    }

    ObjectNode toJson() {
        return document.toJson("cursor");
    }

    /** Reads the output of {@link #toJson}: first the type, then all members that depend on it, in a fixed order. */
    static Cursor read(JsonObjectReader reader) {
        ParameterLocation in = reader.object("sentAs", ParameterLocation::read);
        WindowsJson windows = reader.object("windows", WindowsJson::read);
        reader.atMostOneOf("sentAs", "windows");
        reader.atMostOneOf("epochSeconds", "epochMillis", "format");
        boolean notSent = reader.isSet("clientSide");
        if (notSent && reader.has("sentAs")) {
            reader.problem("clientSide", "contradicts sentAs: give one of them");
        } else if (notSent && reader.has("windows")) {
            reader.problem("clientSide", "contradicts windows: give one of them");
        }
        RecordOrder order = reader.constant("order", RecordOrder.class);
        ZoneId zone = reader.zone("zone");
        Cursor kind = readType(reader);
        boolean isNumber = kind == null ? reader.has("number") : kind.type == CursorType.NUMBER;
        Long numbers = isNumber ? reader.longInteger("lookback") : null;
        Duration time = isNumber ? null : reader.duration("lookback");
        // A number has none of the options of a timestamp. A placeholder accepts as many members as possible,
        // because it is not used.
        Cursor start = kind != null ? kind : isNumber ? number("") : timestamp("");
        boolean hasPlace = reader.has("sentAs") || reader.has("windows");
        MemberSteps<Cursor> steps = new MemberSteps<>(reader, notSent && !hasPlace ? start.clientSide() : start)
                .with("sentAs", in, Cursor::sentAs)
                .text("format", Cursor::format)
                .flag("epochSeconds", Cursor::epochSeconds)
                .flag("epochMillis", Cursor::epochMillis)
                .with("zone", zone, Cursor::zone)
                .duration("resolution", Cursor::resolution)
                .with("lookback", numbers, (cursor, lookback) -> cursor.lookback(lookback))
                .with("lookback", time, (cursor, lookback) -> cursor.lookback(lookback))
                .duration("settlingTime", Cursor::settlingTime)
                .with("order", order, Cursor::order);
        for (Expiry expiry : reader.objects("expiredWhen", Expiry::read)) {
            steps.with("expiredWhen", expiry, (cursor, one) -> cursor.expiredWhen(one.status, one.text));
        }
        if (in == null && !reader.has("sentAs")) {
            steps.with("windows", windows, (cursor, each) -> cursor.windows(each.step, each.from, each.to));
        }
        return steps.value();
    }

    /** The member {@code windows}. */
    private record WindowsJson(Duration step, ParameterLocation from, ParameterLocation to) {
        static @Nullable WindowsJson read(JsonObjectReader reader) {
            Duration step = reader.requiredDuration("step");
            ParameterLocation from = reader.requiredObject("from", ParameterLocation::read);
            ParameterLocation to = reader.requiredObject("to", ParameterLocation::read);
            return step == null || from == null || to == null ? null : new WindowsJson(step, from, to);
        }
    }

    /** The cursor to which the other members are applied; null if its member is missing or invalid. */
    private static @Nullable Cursor readType(JsonObjectReader reader) {
        Map<String, Cursor> found = new LinkedHashMap<>();
        reader.text("timestamp", pointer -> found.put("timestamp", timestamp(pointer)));
        reader.text("number", pointer -> found.put("number", number(pointer)));
        reader.text("opaque", pointer -> found.put("opaque", opaque(pointer)));
        reader.text("nextUrl", pointer -> found.put("nextUrl", nextUrl(pointer)));
        String kind = reader.exactlyOneOf("timestamp", "number", "opaque", "nextUrl");
        return kind == null ? null : found.get(kind);
    }

    @Nullable ParameterLocation location() {
        return location;
    }

    /** The locations of the values, by the name of the value. */
    Map<String, ParameterLocation> locations() {
        if (windows != null) {
            return Map.of("cursor (window.from)", windows.from, "cursor (window.to)", windows.to);
        }
        return location == null ? Map.of() : Map.of("cursor", location);
    }

    /** The template with the pills of this cursor at their locations. */
    RequestTemplate applyTo(RequestTemplate template, List<String> problems) {
        if (windows != null) {
            List<String> found = new ArrayList<>();
            RequestTemplate from = windows.from.apply(template, "window.from", found);
            RequestTemplate both = windows.to.apply(from, "window.to", found);
            problems.addAll(found);
            return both;
        }
        if (location == null) {
            if (type == CursorType.OPAQUE) {
                problems.add("cursor: a token must be sent: remove clientSide()");
            }
            return template;
        }
        return location.apply(template, "cursor", problems);
    }

    /** Whether the position is returned by the service instead of read from records. */
    boolean isGivenByService() {
        return type == CursorType.OPAQUE || type == CursorType.URL;
    }

    boolean isUrl() {
        return type == CursorType.URL;
    }

    RecordOrder order() {
        return order;
    }

    boolean isSent() {
        return location != null || windows != null;
    }

    @Nullable Windows windows() {
        return windows;
    }

    /** The position of the record; null when the field has no value. */
    @Nullable TimeRange position(JsonNode item) {
        JsonNode value = field.resolveValue(item);
        if (type == CursorType.TIME) {
            return format.read(value);
        }
        if (value.isMissingNode() || value.isNull() || value.asText().isBlank()) {
            return null;
        }
        String text = value.asText().strip();
        if (!text.matches("[+-]?[\\d.]{1,100}([eE][+-]?\\d{1,2})?")) {
            // A longer number, or one with an exponent of nine digits, would take minutes to expand.
            throw new NumberFormatException("not a number");
        }
        long number = new BigDecimal(text).setScale(0, RoundingMode.FLOOR).longValueExact();
        return new TimeRange(number, number);
    }

    Optional<String> token(Page page) {
        return token == null ? Optional.empty() : token.apply(page).filter(text -> !text.isBlank());
    }

    /** The position at which a query must start to find all records from a position on. */
    long queryStart(long position) {
        return floor(minus(minus(position, range.lookback), range.resolution));
    }

    /** Never less than the minimum position, however long the lookback is. */
    private static long minus(long position, long distance) {
        long difference = position - distance;
        boolean isBelow = difference > position || difference < BEFORE_ALL_RECORDS;
        return isBelow ? BEFORE_ALL_RECORDS : difference;
    }

    /** The position rounded down to the resolution. */
    long floor(long position) {
        return type == CursorType.TIME && position > BEFORE_ALL_RECORDS
                ? Math.floorDiv(position, range.resolution) * range.resolution
                : position;
    }

    long resolution() {
        return range.resolution;
    }

    /** The start of the next query of the same poll. For timestamps, the first query has covered the lookback already. */
    long nextQueryFrom(long position) {
        return queryStart(type == CursorType.TIME ? position + range.lookback : position);
    }

    /** Whether each query looks back, because a number does not show when the record was created. */
    boolean looksBackEachTime() {
        return type == CursorType.NUMBER && range.lookback > 0;
    }

    boolean isTime() {
        return type == CursorType.TIME;
    }

    /** The value that requests all records; null where the parameter can be omitted. */
    @Nullable String startValue() {
        return location != null && location.isTemplate() ? format(0) : null;
    }

    long settled(long now) {
        return now - range.settle;
    }

    /**
     * The latest instant that the time of a record stored by now can be read as: a local time may belong to the hour that is
     * about to be repeated.
     */
    long latestNow(long now) {
        boolean isLocal = type == CursorType.TIME && !format.zone().getRules().isFixedOffset();
        return unsettled(now) + (isLocal ? 2 * 3600 * NANOS : 0);
    }

    /** The latest time that a record stored at the given time can have. */
    long unsettled(long time) {
        return time + range.settle;
    }

    /** Formats the start of a query for the service: early enough where the local time occurs a second time. */
    String formatQueryStart(long position) {
        return type == CursorType.TIME
                ? format.write(format.unambiguous(position, range.resolution))
                : Long.toString(position);
    }

    /** Formats a position for the service. */
    String format(long position) {
        return type == CursorType.TIME ? format.write(position) : Long.toString(position);
    }

    /** Two definitions with the same text have comparable positions. */
    String identityText() {
        return type + " " + field;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("cursor", List.of(problem));
    }
}
