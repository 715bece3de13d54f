package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import io.httpconnector.template.RequestTemplate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A cursor by the time of the last change, in nanoseconds since 1970; optionally with queries for windows of time. */
final class TimeCursor extends PositionCursor {

    private static final long NANOS = 1_000_000_000L;

    private final TimestampFormat format;
    private final Precision precision;
    private final @Nullable Windows windows;
    /** The time after which nothing is requested. */
    private final long end;
    /** The members of records that receive the start and the end of their window, by the names of these. */
    private final Map<String, String> members;

    /**
     * The distances by which a query starts earlier, in nanoseconds.
     *
     * @param settle how long the service may take until a stored record can be found
     */
    private record Precision(long resolution, long lookback, long settle) {
        static final Precision DEFAULT = new Precision(NANOS, 0, 5 * NANOS);
    }

    /** Queries that each cover a limited time range, in nanoseconds. */
    record Windows(long step, ParameterLocation from, ParameterLocation to) {}

    TimeCursor(ValueSource field, Common common) {
        this(field, common, TimestampFormat.AUTO, Precision.DEFAULT, null, Long.MAX_VALUE, Map.of());
    }

    private TimeCursor(
            ValueSource field,
            Common common,
            TimestampFormat format,
            Precision precision,
            @Nullable Windows windows,
            long end,
            Map<String, String> members) {
        super(field, common);
        this.format = format;
        this.precision = precision;
        this.windows = windows;
        this.end = end;
        this.members = members;
    }

    @Override
    TimeCursor with(Common changed) {
        return new TimeCursor(field, changed, format, precision, windows, end, members);
    }

    private TimeCursor with(TimestampFormat changed, Common common) {
        return new TimeCursor(field, common, changed, precision, windows, end, members);
    }

    private TimeCursor with(Precision changed, Common common) {
        return new TimeCursor(field, common, format, changed, windows, end, members);
    }

    TimeCursor withFormat(String pattern) {
        try {
            return with(
                    new TimestampFormat(TimestampFormat.pattern(pattern), -1, format.zone()),
                    common().set("format", pattern, "epochSeconds", "epochMillis"));
        } catch (DateTimeException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    TimeCursor withEpochSeconds() {
        return with(
                new TimestampFormat(null, 0, format.zone()),
                common().set("epochSeconds", true, "format", "epochMillis"));
    }

    TimeCursor withEpochMillis() {
        return with(
                new TimestampFormat(null, 3, format.zone()),
                common().set("epochMillis", true, "format", "epochSeconds"));
    }

    TimeCursor withZone(ZoneId zone) {
        return with(new TimestampFormat(format.format(), format.unit(), zone), common().set("zone", zone.getId()));
    }

    TimeCursor withResolution(Duration resolution) {
        if (resolution.isZero()) {
            throw invalid("the resolution is zero: use at least 1 ns");
        }
        return with(
                new Precision(resolution.toNanos(), precision.lookback, precision.settle),
                common().set("resolution", resolution));
    }

    TimeCursor withLookback(Duration lookback) {
        return with(
                new Precision(precision.resolution, lookback.toNanos(), precision.settle),
                common().set("lookback", lookback));
    }

    TimeCursor withSettlingTime(Duration settle) {
        return with(
                new Precision(precision.resolution, precision.lookback, settle.toNanos()),
                common().set("settlingTime", settle));
    }

    TimeCursor withWindows(Duration step, ParameterLocation from, ParameterLocation to) {
        if (step.toNanos() < precision.resolution) {
            throw invalid("windows of " + step + ": use at least the resolution");
        }
        Map<String, Object> each = Map.of("step", step, "from", from.toJson(), "to", to.toJson());
        Common changed = common().sentAt(null, "windows", each, "sentAs", "clientSide");
        return new TimeCursor(field, changed, format, precision, new Windows(step.toNanos(), from, to), end, members);
    }

    TimeCursor withEnd(Instant last) {
        long nanos = TimestampFormat.nanos(last);
        if (!TimestampFormat.instant(nanos).equals(last)) {
            throw invalid("until: " + last + " is out of range: use 1678 to 2261");
        }
        return new TimeCursor(field, common().set("until", last), format, precision, windows, nanos, members);
    }

    TimeCursor withWindowTime(String method, String bound, String member) {
        List<String> names = JsonPaths.segments(method, member);
        if (names.size() != 1) {
            throw invalid(
                    method + ": \"" + member + "\" is not a member of the record: use a pointer such as \"/day\"");
        }
        Map<String, String> more = new TreeMap<>(members);
        more.put(bound, names.get(0));
        return new TimeCursor(field, common().set(method, member), format, precision, windows, end, Map.copyOf(more));
    }

    /** Returns the members of records that receive the start and the end of their window, by {@code from} and {@code to}. */
    Map<String, String> windowTimes() {
        return members;
    }

    boolean hasEnd() {
        return end < Long.MAX_VALUE;
    }

    @Override
    void checkOwnLocation(String method) {
        if (windows != null) {
            throw invalid(method + ": windows have their own two locations: set them by windows(step, from, to)");
        }
    }

    @Override
    @Nullable Windows windows() {
        return windows;
    }

    @Override
    String pillStep() {
        return windows == null ? "cursor" : "window";
    }

    @Override
    Map<String, ParameterLocation> locations() {
        return windows == null
                ? super.locations()
                : Map.of("cursor (window.from)", windows.from, "cursor (window.to)", windows.to);
    }

    @Override
    RequestTemplate applyTo(RequestTemplate template, List<String> problems) {
        return windows == null
                ? super.applyTo(template, problems)
                : windows.to.apply(windows.from.apply(template, "window.from", problems), "window.to", problems);
    }

    @Override
    @Nullable TimeRange position(JsonNode item) {
        return format.read(field.in(item));
    }

    @Override
    long resolution() {
        return precision.resolution;
    }

    @Override
    long lookback() {
        return precision.lookback;
    }

    @Override
    boolean isTime() {
        return true;
    }

    @Override
    long floor(long position) {
        return position > BEFORE_ALL_RECORDS
                ? Math.floorDiv(position, precision.resolution) * precision.resolution
                : position;
    }

    /** The first query of a poll has covered the lookback already. */
    @Override
    long nextQueryFrom(long position) {
        return queryStart(position + precision.lookback);
    }

    @Override
    long settled(long now) {
        return Math.min(now - precision.settle, end);
    }

    @Override
    long unsettled(long time) {
        return time + precision.settle;
    }

    /** A local time may belong to the hour that is about to be repeated. */
    @Override
    long latestNow(long now) {
        boolean isLocal = !format.zone().getRules().isFixedOffset();
        return unsettled(now) + (isLocal ? 2 * 3600 * NANOS : 0);
    }

    @Override
    String format(long position) {
        return format.write(position);
    }

    /** Early enough where the local time occurs a second time. */
    @Override
    String formatQueryStart(long position) {
        return format.write(format.unambiguous(position, precision.resolution));
    }

    @Override
    String identityText() {
        return "TIME " + field;
    }
}
