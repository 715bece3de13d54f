package io.httpconnector.definition.imports;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time interval of a stream of Airbyte whose records are parents: each poll lists them from the start to the time of the poll.
 * Not thread-safe.
 */
final class AirbyteInterval {

    private final CatalogueItem sync;
    private final AirbyteScope scope;
    private final @Nullable String start;
    private final @Nullable String end;

    /** Creates an interval; it has no pills if its start or its format has no counterpart. */
    AirbyteInterval(CatalogueItem sync, AirbyteScope scope) {
        this.sync = sync;
        this.scope = scope.of(sync);
        String format = sync.has("datetime_format") ? this.scope.known(sync.at("datetime_format")) : null;
        String filter = format == null ? null : StrftimePattern.filter(format);
        boolean isSupported = "DatetimeBasedCursor".equals(sync.text("type", "")) && filter != null;
        this.start = isSupported && filter != null && format != null ? start(filter, format) : null;
        this.end = isSupported && start != null && isNow() ? "now | " + filter : null;
    }

    private @Nullable String start(String filter, String format) {
        String text = time("start_datetime");
        if (text == null) {
            return null;
        }
        if (AirbyteCursor.isEntered(text)) {
            String pill = AirbyteCursor.enteredTime(text);
            return pill + " | " + filter;
        }
        Instant instant = text.contains("{{") ? null : AirbyteCursor.instant(text);
        return instant == null ? null : JinjaConstants.quoted(written(instant, format));
    }

    private static String written(Instant instant, String format) {
        return switch (format) {
            case "%s" -> Long.toString(instant.getEpochSecond());
            case "%ms" -> Long.toString(instant.toEpochMilli());
            default ->
                DateTimeFormatter.ofPattern(String.valueOf(StrftimePattern.pattern(format)), Locale.ENGLISH)
                        .withZone(ZoneOffset.UTC)
                        .format(instant);
        };
    }

    private @Nullable String time(String member) {
        CatalogueItem time = sync.at(member);
        return scope.known(time.node().isObject() ? time.at("datetime") : time);
    }

    private boolean isNow() {
        String text = time("end_datetime");
        return !sync.has("end_datetime") || (text != null && AirbyteCursor.isNow(text));
    }

    /** Returns the pills of the start and the end, by their names in a partition. */
    Map<String, String> pills() {
        Map<String, String> pills = new LinkedHashMap<>();
        if (start != null) {
            pills.put(sync.text("partition_field_start", "start_time"), start);
        }
        if (end != null) {
            pills.put(sync.text("partition_field_end", "end_time"), end);
        }
        return pills;
    }

    /** Returns the options that send the start and the end, and the pill of each. */
    Map<CatalogueItem, String> options() {
        Map<CatalogueItem, String> options = new LinkedHashMap<>();
        if (start != null && sync.has("start_time_option")) {
            options.put(sync.at("start_time_option"), start);
        }
        if (end != null && sync.has("end_time_option")) {
            options.put(sync.at("end_time_option"), end);
        }
        return options;
    }
}
