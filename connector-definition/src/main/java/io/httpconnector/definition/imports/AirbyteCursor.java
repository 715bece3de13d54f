package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts the incremental synchronisation of a stream of Airbyte to a cursor. Not thread-safe. */
final class AirbyteCursor {

    /** The longest window: everything since the start is one query. */
    private static final Duration EVERYTHING = Duration.ofDays(3660);

    /** A filter that writes a time. */
    private static final Pattern FORMAT = Pattern.compile(
            "\\s*\\|\\s*(?:date\\((?:[^()'\"]|'[^']*'|\"[^\"]*\")*\\)|epochSeconds|number|iso\\('UTC'\\))");

    private static final String ANY_FORMAT =
            "(?:\\s*\\|\\s*(?:date\\((?:[^()'\"]|'[^']*'|\"[^\"]*\")*\\)|epochSeconds|number|iso\\('UTC'\\)))*";

    /** A time that is the same as that of the poll, or a period before it. */
    private static final Pattern MOVING =
            Pattern.compile("\\{\\{\\s*now(?:\\s*\\|\\s*minus\\('(P[^']*)'\\))?" + ANY_FORMAT + "\\s*}}");

    /** A time that is entered, whatever it is otherwise. */
    private static final Pattern ENTERED = Pattern.compile("\\{\\{\\s*auth\\.([\\w-]+)" + ANY_FORMAT
            + "(?:\\s*\\|\\s*default\\(\\(?(?:now\\b.*|''[^)]*)\\)?\\))?" + ANY_FORMAT + "\\s*}}");

    private static final String NUMBER = "auth\\.[\\w-]+(?: \\| default\\(\\w+(?:, empty)?\\))?";

    /** An entered number with a maximum or a minimum. */
    private static final String LIMITED =
            "(?: \\| (?:less|greater)Than\\(\\d+\\) \\| map\\(true, \\(" + NUMBER + "\\), \\d+\\))?";

    /** A duration of which the number is entered. */
    private static final Pattern ENTERED_PERIOD =
            Pattern.compile("(?:P\\{\\{" + NUMBER + LIMITED + "}}D|PT\\{\\{" + NUMBER + LIMITED + "}}[HMS])");

    private static final String OF_INTERVAL = "(?s).*(stream_interval|stream_slice|stream_partition)[^}]*";

    private static final String ISO = "%Y-%m-%dT%H:%M:%SZ";

    private final CatalogueItem item;
    private final AirbyteAddedFields added;
    private final AirbyteScope scope;
    private final String startName;
    private final String endName;
    private final AirbyteWindowTimes windowTimes;
    private final boolean usesStart;
    private final boolean usesEnd;
    private final boolean usesState;
    private AirbyteAddedFields.@Nullable Time time;
    private boolean isWritten;
    private @Nullable String newest;
    private final ObjectNode cursor = JsonNodeFactory.instance.objectNode();

    /**
     * Creates a converter.
     *
     * @param requester the requester as text, to see which values it has
     */
    AirbyteCursor(CatalogueItem item, AirbyteScope scope, String requester, AirbyteAddedFields added) {
        this.item = item;
        this.added = added;
        this.scope = scope.of(item);
        this.startName = name("partition_field_start", "start_time");
        this.endName = name("partition_field_end", "end_time");
        this.windowTimes = added.windowTimes(startName, endName);
        this.usesStart = requester.matches(OF_INTERVAL + Pattern.quote(startName) + ".*");
        this.usesState = requester.matches("(?s).*\\{\\{[^}]*stream_state.*");
        this.usesEnd = requester.matches(OF_INTERVAL + Pattern.quote(endName) + ".*");
    }

    private String name(String member, String usual) {
        String name = item.has(member) ? scope.constant(item.at(member)) : null;
        return name == null ? usual : name;
    }

    boolean isSupported() {
        return "DatetimeBasedCursor".equals(item.text("type", ""));
    }

    /** Returns whether the request itself has the time. */
    boolean isInTemplate() {
        return usesStart || usesEnd || usesState;
    }

    /** Returns whether records that are older than the position are left out, as no request has it. */
    boolean isClientSide() {
        return cursor.path("clientSide").asBoolean();
    }

    /** Returns the condition for records before the end that is entered; null if there is none. */
    @Nullable String newest() {
        return newest;
    }

    /** Returns the pills for the values of the interval. */
    Map<String, String> pills() {
        String format = format();
        String filter = isInTemplate() && format != null && !format.equals(ISO) ? StrftimePattern.filter(format) : null;
        String suffix = filter == null ? "" : " | " + filter;
        String field = item.text("cursor_field", "");
        if (usesState && !usesStart && !usesEnd && field.matches("\\w+")) {
            // The state has no value before the first synchronisation.
            return Map.of("state." + field, "cursor" + suffix + " | omit");
        }
        return usesEnd
                ? Map.of(startName, "window.from" + suffix, endName, "window.to" + suffix)
                : Map.of(startName, "cursor" + suffix);
    }

    private @Nullable String format() {
        return item.has("datetime_format") ? scope.constant(item.at("datetime_format")) : null;
    }

    /** Returns the JSON Pointer of the time of a record; null if it has none. */
    @Nullable String pointer() {
        return time == null || !time.location().startsWith("/") ? null : time.location();
    }

    /** Returns the time of a record; null if it is unknown. */
    private AirbyteAddedFields.@Nullable Time time() {
        String field = item.has("cursor_field") ? scope.constant(item.at("cursor_field")) : null;
        if (field != null && windowTimes.has(field)) {
            return new AirbyteAddedFields.Time(AirbyteWindowTimes.pointer(field), null);
        }
        AirbyteAddedFields.Time calculated = field == null ? null : added.time(field, scope);
        if (calculated != null && AirbyteAddedFields.OF_PARENT.equals(calculated.location())) {
            item.at("cursor_field").note("a time that the parent has is not imported");
            return null;
        }
        if (calculated != null || field == null) {
            return calculated;
        }
        return new AirbyteAddedFields.Time(
                added.place() + "/"
                        + field.replace("~", "~0").replace("/", "~1").replace(".", "/"),
                null);
    }

    /** Sets cursor, version and start position of a trigger. */
    void convert(ObjectNode trigger, ObjectNode request) {
        time = time();
        if (time == null) {
            return;
        }
        cursor.put("timestamp", time.location());
        location(request);
        if (cursor.has("windows")) {
            windowTimes.addTo(cursor);
            String format = format();
            String pattern = format == null ? null : StrftimePattern.pattern(format);
            if (windowTimes.has(time.location().substring(1)) && pattern != null) {
                cursor.put("format", pattern);
            }
        } else if (windowTimes.has(time.location().substring(1))) {
            item.at("cursor_field")
                    .note("a time of the interval is imported where the request has its start and its end");
        }
        if (!isInTemplate() && !isWritten && !cursor.path("clientSide").asBoolean()) {
            String format = format();
            if ("%s".equals(format)) {
                cursor.put("epochSeconds", true);
            } else if ("%ms".equals(format)) {
                cursor.put("epochMillis", true);
            } else if (format != null && !format.equals(ISO)) {
                String pattern = StrftimePattern.pattern(format);
                if (pattern == null) {
                    item.at("datetime_format").note("there is no counterpart of the format \"" + format + "\"");
                } else {
                    cursor.put("format", pattern);
                }
            }
        }
        lookback();
        resolution();
        end();
        item.ignore("the times of records are recognized in all formats", "cursor_datetime_formats");
        item.ignore("records are compared by their version", "is_data_feed", "is_compare_strictly");
        item.ignore("all records have the same field", "global_substream_cursor");
        trigger.set("cursor", cursor);
        if (pointer() != null) {
            trigger.putArray("version").add(pointer());
        }
        if (usesState) {
            trigger.putObject("startPosition").put("everything", true);
            item.ignore("the first request has no time", "start_datetime");
            return;
        }
        start(trigger);
    }

    private void lookback() {
        String lookback = item.has("lookback_window") ? scope.text(item.at("lookback_window")) : null;
        if (lookback == null || lookback.isEmpty()) {
            return;
        }
        Duration duration = AirbyteAuth.duration(lookback);
        if (ENTERED_PERIOD.matcher(lookback).matches()) {
            cursor.put("lookback", lookback);
        } else if (duration == null || duration.compareTo(Duration.ofDays(366)) > 0) {
            item.at("lookback_window").note("the lookback has to be at most a year, and constant or entered");
        } else if (!duration.isZero()) {
            cursor.put("lookback", duration.toString());
        }
    }

    private void resolution() {
        String format = format();
        if (format != null
                && !cursor.path("clientSide").asBoolean()
                && !format.contains("%H")
                && format.contains("%d")) {
            cursor.put("resolution", "PT24H");
            return;
        }
        String calculated = time == null ? null : time.format();
        if (calculated != null && calculated.contains("%d") && !calculated.contains("%S")) {
            cursor.put("resolution", calculated.contains("%M") ? "PT1M" : calculated.contains("%H") ? "PT1H" : "PT24H");
        }
    }

    /** Returns whether records have times in another format than requests. */
    private boolean hasOtherFormat() {
        String format = format();
        return format != null
                && !format.equals(ISO)
                && StrftimePattern.filter(format) != null
                && ((time != null && time.format() != null)
                        || item.texts("cursor_datetime_formats").stream().anyMatch(other -> !other.equals(format)));
    }

    /** Writes a time to the request in the format of requests; returns whether that is possible in its location. */
    private boolean write(@Nullable ObjectNode location, String pill, ObjectNode request) {
        String format = format();
        if (location == null || format == null) {
            return false;
        }
        for (String kind : List.of("query", "header")) {
            if (location.has(kind)) {
                request.withArray(kind.equals("query") ? "/query" : "/headers")
                        .addObject()
                        .put("name", location.path(kind).asText())
                        .put("value", "{{" + pill + " | " + StrftimePattern.filter(format) + " | omit}}");
                isWritten = true;
                return true;
            }
        }
        return false;
    }

    private void location(ObjectNode request) {
        CatalogueItem from = item.at("start_time_option");
        CatalogueItem to = item.at("end_time_option");
        ObjectNode start = from.exists() ? AirbytePagination.location(from, scope) : null;
        ObjectNode end = to.exists() ? AirbytePagination.location(to, scope) : null;
        String step = item.has("step") ? scope.text(item.at("step")) : null;
        boolean isWindow = usesEnd || (end != null && (start != null || usesStart));
        if (end != null && !isWindow) {
            to.note("an end without a start in the request is not imported");
        }
        if (hasOtherFormat() || (isWindow && ISO.equals(format()))) {
            start = write(start, isWindow ? "window.from" : "cursor", request) ? template() : start;
            end = isWindow && write(end, "window.to", request) ? template() : end;
        }
        if (isWindow) {
            ObjectNode windows = cursor.putObject("windows");
            windows.put("step", step(step));
            windows.set("from", start == null ? template() : start);
            windows.set("to", end == null ? template() : end);
        } else if (start != null && !start.has("template")) {
            cursor.set("sentAs", start);
        } else if (!usesStart && !usesState && !isWritten) {
            cursor.put("clientSide", true);
        }
    }

    /** Returns the length of a window, which may be entered. */
    private String step(@Nullable String step) {
        if (step == null) {
            return EVERYTHING.toString();
        }
        if (ENTERED_PERIOD.matcher(step).matches() && isAlwaysEntered(step)) {
            return step;
        }
        Duration window = AirbyteAuth.duration(step);
        if (window == null) {
            item.at("step").note("the step has to be constant, or a number that is entered");
            return EVERYTHING.toString();
        }
        return window.toString();
    }

    private boolean isAlwaysEntered(String text) {
        return text.contains("| default(")
                || AirbyteScope.inputsOf(text).stream().noneMatch(scope.inputs()::isOptional);
    }

    private static ObjectNode template() {
        return JsonNodeFactory.instance.objectNode().put("template", true);
    }

    /** Sets where the first poll starts: a constant, or a value that the customer enters. */
    private void start(ObjectNode trigger) {
        CatalogueItem start = item.at("start_datetime");
        CatalogueItem time = start.node().isObject() ? start.at("datetime") : start;
        String text;
        try {
            text = time.text() == null
                    ? null
                    : new JinjaPills(scope).text(time.node().asText());
        } catch (UnsupportedException e) {
            time.note("there is no counterpart of \"" + e.getMessage() + "\" in the text: "
                    + AirbyteScope.shortened(time.node().asText()));
            text = null;
        }
        if (text == null) {
            return;
        }
        if (!text.contains("{{")) {
            Instant instant = instant(text);
            if (instant == null) {
                time.note("it is no time: " + text);
            } else {
                trigger.putObject("startPosition").put("from", instant.toString());
            }
        } else if (isEntered(text)) {
            trigger.putObject("startPosition").put("from", withZone(text));
        } else {
            time.note("the start has to be a constant or a value of the configuration: "
                    + AirbyteScope.shortened(time.node().asText()));
        }
    }

    /** Ends the windows at a time that the customer enters; an end that moves with the time is that of each poll. */
    private void end() {
        CatalogueItem end = item.at("end_datetime");
        CatalogueItem time = end.node().isObject() ? end.at("datetime") : end;
        if (time.text() == null) {
            return;
        }
        boolean isClientSide = item.isSet("is_client_side_incremental");
        if (!cursor.has("windows") && !isClientSide) {
            item.ignore("no request has the end", "end_datetime");
            return;
        }
        String text;
        try {
            text = new JinjaPills(scope).text(time.node().asText());
        } catch (UnsupportedException e) {
            time.note("there is no counterpart of \"" + e.getMessage() + "\" in the text: "
                    + AirbyteScope.shortened(time.node().asText()));
            return;
        }
        Matcher moving = MOVING.matcher(text);
        if (moving.matches()) {
            settle(moving.group(1), time);
            return;
        }
        Matcher entered = ENTERED.matcher(text);
        Instant instant = text.contains("{{") ? null : instant(text);
        if (cursor.has("windows") && instant != null) {
            cursor.put("until", instant.toString());
        } else if (cursor.has("windows") && entered.matches()) {
            cursor.put("until", "{{auth." + entered.group(1) + " | iso('UTC')}}");
        } else if (isClientSide && entered.matches() && pointer() != null) {
            newest = "{{"
                    + AirbyteScope.path(
                            "record",
                            List.of(String.valueOf(pointer()).substring(1).split("/", -1)))
                    + " | default('1970-01-01') | epochSeconds | greaterThan((auth." + entered.group(1)
                    + " | default('9999-12-31', empty) | epochSeconds)) | not}}";
        } else {
            time.note("the end has to be a value of the configuration, and a time in the request: "
                    + AirbyteScope.shortened(time.node().asText()));
        }
    }

    /** Sets how long before the poll the interval ends. */
    private void settle(@Nullable String period, CatalogueItem time) {
        Duration duration = period == null ? null : AirbyteAuth.duration(period);
        if (duration != null && duration.compareTo(Duration.ofDays(1)) <= 0) {
            cursor.put("settlingTime", duration.toString());
        } else if (period != null) {
            time.note("an interval ends at most a day before the poll: "
                    + AirbyteScope.shortened(time.node().asText()));
        }
    }

    /** Returns whether a text is a single time that is entered or calculated. */
    static boolean isEntered(String text) {
        return text.matches("\\{\\{\\s*(auth\\.|now\\b)[^{}]*}}") && !isTruncated(text);
    }

    /** Returns whether a text is the time of the poll, or one that is calculated from it. */
    static boolean isNow(String text) {
        return text.matches("\\{\\{\\s*now\\b[^{}]*}}");
    }

    /** Returns the content of the pill of an entered time, without formats. */
    static String enteredTime(String text) {
        return withZone(text).replaceFirst("^\\{\\{\\s*", "").replaceFirst("\\s*}}$", "");
    }

    /** Returns whether a format leaves out the day. */
    private static boolean isTruncated(String text) {
        return FORMAT.matcher(text)
                .results()
                .anyMatch(format -> !format.group().matches("(?s).*(d|epoch|number|iso).*"));
    }

    /** Returns a start without formats of requests, in ISO 8601. */
    private static String withZone(String text) {
        String pill = FORMAT.matcher(text).replaceAll("");
        return pill.replaceAll("\\s*}}$", " | iso('UTC')}}");
    }

    /** Reads a constant time; null if it is none. */
    static @Nullable Instant instant(String text) {
        String time = text.strip()
                .replaceFirst("^(\\d{4}-\\d\\d-\\d\\d)$", "$1T00:00:00Z")
                .replaceFirst(" ", "T");
        try {
            return time.matches("\\d{1,11}")
                    ? Instant.ofEpochSecond(Long.parseLong(time))
                    : java.time.OffsetDateTime.parse(time.replaceFirst("([+-]\\d\\d)(\\d\\d)$", "$1:$2")
                                    .replaceFirst("(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?)$", "$1Z"))
                            .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
