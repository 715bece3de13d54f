package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.StatusException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberSteps;
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
 * How a service is asked only for what has changed.
 *
 * <pre>{@code
 * Cursor.timestamp("/updated_at").sentAs("since")                                    // ?since=2026-01-31T12:00:00Z
 * Cursor.timestamp("/fields/updated").format("yyyy-MM-dd HH:mm").zone(berlin)     // {{cursor}} stands in the template
 * Cursor.number("/id").sentAs("min_id").order(RecordOrder.ASCENDING)
 * Cursor.opaque("/sync_token").sentAs("token")
 * Cursor.nextUrl("/@odata.deltaLink")                                            // the whole URL to ask the next time
 * Cursor.timestamp("/created").clientSide().order(RecordOrder.DESCENDING)                  // nothing to ask by; ends at what is known
 * }</pre>
 *
 * <p>The query begins a grain before the last record that was seen, and earlier by the lookback; what comes again is known by its
 * key and version. So nothing is lost, whether the service counts the boundary in or out, and however many records have the same
 * time. The cursor never passes the time of the service, by its {@code Date} header, less the time to settle: a record that
 * claims to be from the future hides no other.
 *
 * <p>Immutable and safe for many threads.
 */
public final class Cursor {

    enum CursorType {
        TIME,
        NUMBER,
        OPAQUE,
        URL
    }

    /** Before every record. */
    static final long BEGINNING = Long.MIN_VALUE / 2;

    private static final long NANOS = 1_000_000_000L;

    private final CursorType kind;
    private final JsonPaths field;
    private final @Nullable Function<Page, Optional<String>> token;
    private final TimestampFormat text;
    private final Range range;
    private final RecordOrder order;
    private final @Nullable ParameterLocation place;
    private final @Nullable Windows windows;
    private final List<Expiry> expiries;
    private final TriggerDefinitionReader spec;

    /** In the unit of the cursor: nanoseconds, or whatever is counted. */
    private record Range(long grain, long lookback, long settle) {}

    /**
     * Where a record stands. A local time that occurs twice, or never, when the clocks are set may be one of two: the earlier one
     * counts for where to ask, the later one for whether the record is one of those that were asked for.
     */
    record Span(long earliest, long latest) {}

    /** Queries over a limited time each. */
    record Windows(long step, ParameterLocation from, ParameterLocation to) {}

    /** How the service says that a token has expired: by a status, and a text in the body. */
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
        this.kind = kind;
        this.field = field;
        this.token = token;
        this.text = text;
        this.range = range;
        this.order = order;
        this.place = place;
        this.windows = windows;
        this.expiries = expiries;
        this.spec = spec;
    }

    /**
     * Records have the time of their last change. It is read in any usual form: ISO 8601, the date of HTTP, or seconds,
     * milliseconds, microseconds or nanoseconds since 1970.
     *
     * @param field a JSON pointer (RFC 6901) from the record to the time
     * @return the cursor, with a grain of a second, 5 seconds to settle and no lookback
     */
    public static Cursor timestamp(String field) {
        JsonPaths pointer = JsonPaths.of("cursor", field);
        Range range = new Range(NANOS, 0, 5 * NANOS);
        TriggerDefinitionReader said = TriggerDefinitionReader.NONE.with("timestamp", field);
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
                said);
    }

    /**
     * Records have a number that grows.
     *
     * @param field a JSON pointer (RFC 6901) from the record to the number
     * @return the cursor, with a grain of 1
     */
    public static Cursor number(String field) {
        JsonPaths pointer = JsonPaths.of("cursor", field);
        Range range = new Range(1, 0, 0);
        TriggerDefinitionReader said = TriggerDefinitionReader.NONE.with("number", field);
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
                said);
    }

    /**
     * The service gives a token on the last page, for the next time. When it answers 410 the token has expired: the next poll reads
     * everything, and what comes again has the same event ids. Other statuses that mean so are said by {@link #expiredWhen(int)}.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the answer to the token
     * @return the cursor
     */
    public static Cursor opaque(String pointer) {
        return opaque(inBody(JsonPaths.of("cursor", pointer)), TriggerDefinitionReader.NONE.with("opaque", pointer));
    }

    /**
     * The service gives a token on the last page, for the next time.
     *
     * @param token finds it on a page
     * @return the cursor
     */
    public static Cursor opaque(Function<Page, Optional<String>> token) {
        if (token == null) {
            throw invalid("the token is null");
        }
        return opaque(token, TriggerDefinitionReader.NONE.withCode());
    }

    private static Cursor opaque(Function<Page, Optional<String>> token, TriggerDefinitionReader said) {
        return given(CursorType.OPAQUE, token, ParameterLocation.template(), said);
    }

    /**
     * The service gives the URL to ask the next time on the last page, such as the {@code @odata.deltaLink} of Microsoft Graph. It
     * may be relative, and must lead to the same host. The first poll asks by the template; further pages are found by
     * {@link Pagination#nextUrl(String)} or {@link Pagination#linkHeader()}, if there are any. When the service answers 410 the
     * next poll does so, too: it reads everything, and what comes again has the same event ids.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the answer to the URL
     * @return the cursor
     */
    public static Cursor nextUrl(String pointer) {
        return given(
                CursorType.URL,
                inBody(JsonPaths.of("cursor", pointer)),
                null,
                TriggerDefinitionReader.NONE.with("nextUrl", pointer));
    }

    /**
     * The service gives the URL to ask the next time on the last page.
     *
     * @param url finds it on a page
     * @return the cursor
     * @see #nextUrl(String)
     */
    public static Cursor nextUrl(Function<Page, Optional<String>> url) {
        if (url == null) {
            throw invalid("the URL is null");
        }
        return given(CursorType.URL, url, null, TriggerDefinitionReader.NONE.withCode());
    }

    private static Cursor given(
            CursorType kind,
            Function<Page, Optional<String>> token,
            @Nullable ParameterLocation place,
            TriggerDefinitionReader said) {
        Range none = new Range(0, 0, 0);
        JsonPaths root = JsonPaths.of("cursor", "");
        return new Cursor(
                kind, root, token, TimestampFormat.AUTO, none, RecordOrder.NONE, place, null, List.of(), said);
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
     * Sends the cursor in another place. Default: where the template has {@code {{cursor}}}.
     *
     * @param where where it goes
     * @return another cursor
     */
    public Cursor sentAs(ParameterLocation where) {
        if (where == null) {
            throw invalid("in: the place is null");
        }
        if (kind == CursorType.URL) {
            throw invalid("in: a URL is the whole request, and goes nowhere else");
        }
        withoutWindows("in");
        return new Cursor(
                kind,
                field,
                token,
                text,
                range,
                order,
                where,
                windows,
                expiries,
                spec.with("in", where.toJson(), "clientSide"));
    }

    /**
     * Does not send the cursor, because the service can't filter by it: what is known already is left out here.
     *
     * @return another cursor
     */
    public Cursor clientSide() {
        withoutWindows("clientSide");
        return new Cursor(
                kind, field, token, text, range, order, null, windows, expiries, spec.with("clientSide", true, "in"));
    }

    private void withoutWindows(String what) {
        if (windows != null) {
            throw invalid(what + ": windows have two places of their own: say them by windows(step, from, to)");
        }
    }

    /**
     * Sets how the service writes times, in records and in the query. Default: any usual form in records, and ISO 8601 in UTC in
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
                    new TimestampFormat(TimestampFormat.pattern(pattern), -1, text.zone()),
                    spec.with("format", pattern, "epochSeconds", "epochMillis"));
        } catch (DateTimeException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Times are seconds since 1970, in records and in the query.
     *
     * @return another cursor
     */
    public Cursor epochSeconds() {
        return with(
                new TimestampFormat(null, 0, text.zone()), spec.with("epochSeconds", true, "format", "epochMillis"));
    }

    /**
     * Times are milliseconds since 1970, in records and in the query.
     *
     * @return another cursor
     */
    public Cursor epochMillis() {
        return with(
                new TimestampFormat(null, 3, text.zone()), spec.with("epochMillis", true, "format", "epochSeconds"));
    }

    /**
     * Sets where times without an offset count. Default: UTC. When the clocks are set back, the times of an hour occur twice: such
     * a time counts as the earlier one for what is asked for, so that the records of both hours are read; they are known by their keys.
     *
     * @param zone the zone
     * @return another cursor
     */
    public Cursor zone(ZoneId zone) {
        if (zone == null) {
            throw invalid("zone: it is null");
        }
        return with(new TimestampFormat(text.format(), text.unit(), zone), spec.with("zone", zone.getId()));
    }

    private Cursor with(TimestampFormat other, TriggerDefinitionReader said) {
        if (kind != CursorType.TIME) {
            throw invalid("only timestamps have a format and a zone");
        }
        return new Cursor(kind, field, token, other, range, order, place, windows, expiries, said);
    }

    /**
     * Sets how exact times are, in records or in the query, whichever is coarser. The query begins that much earlier. Default: a
     * second. Use a minute for {@code HH:mm}, a day for a date.
     *
     * @param grain 1 ns to 31 days
     * @return another cursor
     */
    public Cursor resolution(Duration grain) {
        requireTime("resolution", grain, Duration.ofDays(31));
        if (grain.isZero()) {
            throw invalid("a grain of nothing: use at least 1 ns");
        }
        return with(new Range(grain.toNanos(), range.lookback, range.settle), spec.with("resolution", grain));
    }

    /**
     * Sets how late a record may appear after the time that it has. The query begins that much earlier each time, and the keys of
     * that time are remembered. Default: nothing.
     *
     * @param lookback up to 366 days
     * @return another cursor
     */
    public Cursor lookback(Duration lookback) {
        requireTime("lookback", lookback, Duration.ofDays(366));
        return with(new Range(range.grain, lookback.toNanos(), range.settle), spec.with("lookback", lookback));
    }

    /**
     * Sets how far below the highest number a record may appear. Each query begins that much earlier; choose less than there are records on
     * a page, where the service lists the lowest first, as several pages are to be read twice otherwise.
     *
     * @param lookback at least 0
     * @return another cursor
     */
    public Cursor lookback(long lookback) {
        if (kind != CursorType.NUMBER || lookback < 0) {
            throw invalid("a lookback of " + lookback + ": use at least 0, for a number");
        }
        return with(
                new Range(range.grain, lookback, range.settle),
                spec.with("lookback", JsonSupport.parse(Long.toString(lookback))));
    }

    /**
     * Sets how long a service may take until what it has stored can be found. Default: 5 seconds.
     *
     * @param settle up to 1 day
     * @return another cursor
     */
    public Cursor settlingTime(Duration settle) {
        requireTime("settlingTime", settle, Duration.ofDays(1));
        return with(new Range(range.grain, range.lookback, settle.toNanos()), spec.with("settlingTime", settle));
    }

    private void requireTime(String what, Duration time, Duration max) {
        if (kind != CursorType.TIME || time == null || time.isNegative() || time.compareTo(max) > 0) {
            throw invalid("a " + what + " of " + time + ": use 0 to " + max + ", for a timestamp");
        }
    }

    private Cursor with(Range other, TriggerDefinitionReader said) {
        return new Cursor(kind, field, token, text, other, order, place, windows, expiries, said);
    }

    /**
     * Adds a status by which the service says that the token or URL of the last poll has expired, besides 410: the token is given up, and
     * the next poll reads everything.
     *
     * @param status 200 to 599, such as 400 or 404; one below 400 counts where a rule of the connection makes it a failure
     * @return another cursor
     */
    public Cursor expiredWhen(int status) {
        return expiredWhen(status, "");
    }

    /**
     * Adds a response by which the service says that the token or URL of the last poll has expired, besides 410: the token is given up,
     * and the next poll reads everything. For an error with the status 200 the connection needs an {@link io.httpconnector.ResponseRule},
     * too, that makes it a failure.
     *
     * @param status 200 to 599
     * @param part a text that is in the body, in any case, such as {@code invalid sync token}
     * @return another cursor
     */
    public Cursor expiredWhen(int status, String part) {
        if (!isGiven()) {
            throw invalid("expiredWhen: only a token or URL that the service gives expires");
        }
        if (status < 200 || status > 599 || part == null) {
            throw invalid(
                    "expiredWhen: the status " + status + " and the text " + part + ": use 200 to 599, and a text");
        }
        List<Expiry> more = new ArrayList<>(expiries);
        more.add(new Expiry(status, part));
        Map<String, Object> each = part.isEmpty() ? Map.of("status", status) : Map.of("status", status, "text", part);
        TriggerDefinitionReader said = spec.plus("expiredWhen", each);
        return new Cursor(kind, field, token, text, range, order, place, windows, List.copyOf(more), said);
    }

    /** Whether a response says that the token has expired. */
    boolean isExpiredBy(StatusException e) {
        String body = e.body().toLowerCase(Locale.ROOT);
        return e.status() == 410
                || expiries.stream()
                        .anyMatch(one -> one.status == e.status() && body.contains(one.text.toLowerCase(Locale.ROOT)));
    }

    /**
     * Says in which order the service lists the records. Default: none that is known.
     *
     * @param order the order by the field of the cursor
     * @return another cursor
     */
    public Cursor order(RecordOrder order) {
        if (order == null) {
            throw invalid("order: it is null: use Order.NONE");
        }
        return new Cursor(kind, field, token, text, range, order, place, windows, expiries, spec.with("order", order));
    }

    /**
     * Asks for one window of time after the other, for services that limit it. The template has {@code {{window.from}}} and
     * {@code {{window.to}}}. The first window begins at the time of {@link StartPosition#from}; each ends a grain before its step is over, so
     * that it is never longer than the step, whether the service counts its ends in or out; the next one begins a grain before that.
     *
     * @param step how long a window is at most, at least a grain
     * @return another cursor
     */
    public Cursor windows(Duration step) {
        return windows(step, ParameterLocation.template(), ParameterLocation.template());
    }

    /**
     * Asks for one window of time after the other, for services that limit it.
     *
     * @param step how long a window is, at least a grain
     * @param from where its beginning goes
     * @param to where its end goes
     * @return another cursor
     */
    public Cursor windows(Duration step, ParameterLocation from, ParameterLocation to) {
        requireTime("window", step, Duration.ofDays(3660));
        if (from == null || to == null) {
            throw invalid("windows: a place is null");
        }
        if (step.toNanos() < range.grain) {
            throw invalid("windows of " + step + ": use at least a grain");
        }
        Map<String, Object> each = Map.of("step", step, "from", from.toJson(), "to", to.toJson());
        TriggerDefinitionReader said = spec.with("windows", each, "in", "clientSide");
        Windows places = new Windows(step.toNanos(), from, to);
        return new Cursor(kind, field, token, text, range, order, null, places, expiries, said);
    }

    ObjectNode toJson() {
        return spec.toJson("cursor");
    }

    /** Reads what {@link #toJson} wrote: the kind first, and then all that depends on it, in a fixed order. */
    static Cursor read(JsonObjectReader reader) {
        ParameterLocation in = reader.object("in", ParameterLocation::read);
        WindowsJson windows = reader.object("windows", WindowsJson::read);
        reader.atMostOneOf("in", "windows");
        reader.atMostOneOf("epochSeconds", "epochMillis", "format");
        boolean notSent = reader.isSet("clientSide");
        if (notSent && reader.has("in")) {
            reader.problem("clientSide", "contradicts in: give one of them");
        } else if (notSent && reader.has("windows")) {
            reader.problem("clientSide", "contradicts windows: give one of them");
        }
        RecordOrder order = reader.constant("order", RecordOrder.class);
        ZoneId zone = reader.zone("zone");
        Cursor kind = kindOf(reader);
        boolean isNumber = kind == null ? reader.has("number") : kind.kind == CursorType.NUMBER;
        Long numbers = isNumber ? reader.longInteger("lookback") : null;
        Duration time = isNumber ? null : reader.duration("lookback");
        // A number has none of the options of a timestamp; a placeholder accepts what it can, as nothing is made of it.
        Cursor start = kind != null ? kind : isNumber ? number("") : timestamp("");
        boolean hasPlace = reader.has("in") || reader.has("windows");
        MemberSteps<Cursor> steps = new MemberSteps<>(reader, notSent && !hasPlace ? start.clientSide() : start)
                .with("in", in, Cursor::sentAs)
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
        if (in == null && !reader.has("in")) {
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

    /** The cursor that the other members are added to; null if its member is missing or refused. */
    private static @Nullable Cursor kindOf(JsonObjectReader reader) {
        Map<String, Cursor> found = new LinkedHashMap<>();
        reader.text("timestamp", pointer -> found.put("timestamp", timestamp(pointer)));
        reader.text("number", pointer -> found.put("number", number(pointer)));
        reader.text("opaque", pointer -> found.put("opaque", opaque(pointer)));
        reader.text("nextUrl", pointer -> found.put("nextUrl", nextUrl(pointer)));
        String kind = reader.exactlyOneOf("timestamp", "number", "opaque", "nextUrl");
        return kind == null ? null : found.get(kind);
    }

    @Nullable ParameterLocation place() {
        return place;
    }

    /** The places of the values, by what goes there. */
    Map<String, ParameterLocation> places() {
        if (windows != null) {
            return Map.of("cursor (window.from)", windows.from, "cursor (window.to)", windows.to);
        }
        return place == null ? Map.of() : Map.of("cursor", place);
    }

    /** The template with the pills of this cursor in their places. */
    RequestTemplate applyTo(RequestTemplate template, List<String> problems) {
        if (windows != null) {
            List<String> found = new ArrayList<>();
            RequestTemplate from = windows.from.apply(template, "window.from", found);
            RequestTemplate both = windows.to.apply(from, "window.to", found);
            problems.addAll(found);
            return both;
        }
        if (place == null) {
            if (kind == CursorType.OPAQUE) {
                problems.add("cursor: a token that is not sent is of no use");
            }
            return template;
        }
        return place.apply(template, "cursor", problems);
    }

    /** Whether the service says where it goes on, and no record does. */
    boolean isGiven() {
        return kind == CursorType.OPAQUE || kind == CursorType.URL;
    }

    boolean isUrl() {
        return kind == CursorType.URL;
    }

    RecordOrder order() {
        return order;
    }

    boolean isSent() {
        return place != null || windows != null;
    }

    @Nullable Windows windows() {
        return windows;
    }

    /** Where the record stands; null when it has no value there. */
    @Nullable Span position(JsonNode item) {
        JsonNode value = field.valueIn(item);
        if (kind == CursorType.TIME) {
            return text.read(value);
        }
        if (value.isMissingNode() || value.isNull() || value.asText().isBlank()) {
            return null;
        }
        String text = value.asText().strip();
        if (!text.matches("[+-]?[\\d.]{1,100}([eE][+-]?\\d{1,2})?")) {
            // What is longer, or has an exponent of nine digits, would take minutes to write out.
            throw new NumberFormatException("no number for a cursor");
        }
        long number = new BigDecimal(text).setScale(0, RoundingMode.FLOOR).longValueExact();
        return new Span(number, number);
    }

    Optional<String> token(Page page) {
        return token == null ? Optional.empty() : token.apply(page).filter(text -> !text.isBlank());
    }

    /** Where a query must begin to find everything from a position on. */
    long queryFrom(long position) {
        return floor(minus(minus(position, range.lookback), range.grain));
    }

    /** Not before the beginning, however long the lookback is. */
    private static long minus(long position, long distance) {
        long difference = position - distance;
        boolean isBelow = difference > position || difference < BEGINNING;
        return isBelow ? BEGINNING : difference;
    }

    /** The beginning of a grain. */
    long floor(long position) {
        return kind == CursorType.TIME && position > BEGINNING
                ? Math.floorDiv(position, range.grain) * range.grain
                : position;
    }

    long resolution() {
        return range.grain;
    }

    /** Where the next query of the same poll begins: with a time, the lookback was done by the first one. */
    long nextFrom(long position) {
        return queryFrom(kind == CursorType.TIME ? position + range.lookback : position);
    }

    /** Whether each query looks back, because a number does not say when the record came. */
    boolean looksBackEachTime() {
        return kind == CursorType.NUMBER && range.lookback > 0;
    }

    boolean isTime() {
        return kind == CursorType.TIME;
    }

    /** What is sent for everything: nothing, where it can be left out. */
    @Nullable String beginning() {
        return place != null && place.isTemplate() ? write(0) : null;
    }

    long settled(long now) {
        return now - range.settle;
    }

    /** The latest time that what is stored by now can be read as: a local time may be that of the hour that is to be repeated. */
    long latestNow(long now) {
        boolean isLocal = kind == CursorType.TIME && !text.zone().getRules().isFixedOffset();
        return unsettled(now) + (isLocal ? 2 * 3600 * NANOS : 0);
    }

    /** The latest time that what is stored at a time can have. */
    long unsettled(long time) {
        return time + range.settle;
    }

    /** As the service wants to see where a query begins: early enough, where the local time comes a second time. */
    String ask(long position) {
        return kind == CursorType.TIME ? text.write(text.unambiguous(position, range.grain)) : Long.toString(position);
    }

    /** As the service wants to see it. */
    String write(long position) {
        return kind == CursorType.TIME ? text.write(position) : Long.toString(position);
    }

    /** What makes positions comparable with those of another definition. */
    String definition() {
        return kind + " " + field;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("cursor", List.of(problem));
    }
}
