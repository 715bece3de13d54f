package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The format of times of a service. Without a pattern the format is detected for each value: numbers since 1970 by their size,
 * the variants of ISO 8601, HTTP dates (RFC 9110, section 5.6.7).
 *
 * @param format a pattern; null to detect the format
 * @param unit the number of decimal digits of a second in numbers; -1 to detect it
 * @param zone the zone of times without an offset
 */
record TimestampFormat(@Nullable DateTimeFormatter format, int unit, ZoneId zone) {

    /**
     * The position of a record. A local time that occurs twice or never because the clocks are set may stand for two instants:
     * the earlier
     * one is used for queries, the later one decides whether the record is one of those that were requested.
     */
    record TimeRange(long earliest, long latest) {}

    static final TimestampFormat AUTO = new TimestampFormat(null, -1, ZoneOffset.UTC);

    private static final int MAX_LENGTH = 100;

    private static final String KNOWN =
            "ISO 8601 and RFC 3339 (also with a space, without an offset, with UTC or GMT), HTTP dates,"
                    + " seconds or smaller units since 1970 as numbers or texts, and /Date(1735689600000)/";

    /** The format of .NET JSON; the offset is for display only. */
    private static final Pattern DOT_NET = Pattern.compile("/Date\\((-?\\d{1,18})([+-]\\d{4})?\\)/");

    private static final Pattern WITH_OFFSET = Pattern.compile(
            "\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}(:\\d{2}([.,]\\d{1,9})?)? *(?:Z|z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)");

    /** The obsolete form of RFC 9110, section 5.6.7. */
    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss uuuu", Locale.ENGLISH);

    /** The same with an offset, as in the API of Twitter. */
    private static final DateTimeFormatter ASCTIME_WITH_OFFSET =
            DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss Z uuuu", Locale.ENGLISH);

    /** A date and a time without separators; as a number of milliseconds or microseconds it would be later than 2286. */
    private static final Pattern COMPACT = Pattern.compile(
            "((?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01]))((?:[01]\\d|2[0-3])[0-5]\\d[0-5]\\d)(\\d{3})?");

    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendPattern("[XXX][XX][X]")
            .toFormatter(Locale.ROOT);

    /** Parses a value to nanoseconds since 1970; null when there is no time. */
    @Nullable TimeRange read(JsonNode value) {
        String text = value.asText().strip();
        if (text.length() > MAX_LENGTH) {
            throw new DateTimeException("a time of " + text.length() + " characters is too long");
        }
        if (value.isMissingNode() || value.isNull() || text.isEmpty()) {
            return null;
        }
        if (format == null && unit < 0 && COMPACT.matcher(text).matches()) {
            return parse(COMPACT.matcher(text)
                    .replaceFirst(time ->
                            time.group(1) + "T" + time.group(2) + (time.group(3) == null ? "" : "." + time.group(3))));
        }
        boolean numeric = format == null && text.matches("-?\\d+(\\.\\d+)?([eE][+]?\\d{1,2})?");
        return numeric && (text.length() != 8 || unit >= 0 || value.isNumber())
                ? exactly(number(new BigDecimal(text)))
                : parse(text);
    }

    /** The nanoseconds since 1970 of a text in ISO 8601 with an offset; null for any other value. */
    static @Nullable Long instantWithOffset(JsonNode value) {
        if (!value.isTextual() || !WITH_OFFSET.matcher(value.textValue()).matches()) {
            return null;
        }
        try {
            TimeRange at = AUTO.read(value);
            return at == null ? null : at.earliest();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static TimeRange exactly(long nanos) {
        return new TimeRange(nanos, nanos);
    }

    private long number(BigDecimal number) {
        int digits = unit >= 0 ? unit : fraction(number);
        return clamp(number.movePointRight(9 - digits).setScale(0, RoundingMode.FLOOR));
    }

    /** Seconds until the year 5138, milliseconds since 1973, and so on. */
    private static int fraction(BigDecimal number) {
        int length = number.abs().setScale(0, RoundingMode.FLOOR).precision();
        return length <= 11 ? 0 : (length <= 14 ? 3 : (length <= 17 ? 6 : 9));
    }

    private static long clamp(BigDecimal nanos) {
        BigDecimal limited =
                nanos.max(BigDecimal.valueOf(Long.MIN_VALUE / 2)).min(BigDecimal.valueOf(Long.MAX_VALUE / 2));
        return limited.longValue();
    }

    private TimeRange parse(String text) {
        try {
            return format == null ? found(text) : matching(format, text);
        } catch (DateTimeException e) {
            // Reports only the shape: a wrong field may contain anything.
            String shape = text.replaceAll("\\d", "9").replaceAll("\\p{L}", "a");
            throw new DateTimeException(
                    format == null
                            ? "a time like \"" + shape + "\" is not recognized; recognized formats are " + KNOWN
                                    + "; set the pattern of other formats, such as"
                                    + " Cursor.timestamp(...).format(\"dd/MM/yyyy HH:mm\")"
                            : "a time like \"" + shape + "\" does not match the format of the cursor",
                    e);
        }
    }

    /** Reads a time in the format of the cursor; or in a common one, because a query may have another format than the records. */
    private TimeRange matching(DateTimeFormatter own, String text) {
        try {
            return span(own.parseBest(text, ZonedDateTime::from, LocalDateTime::from, LocalDate::from));
        } catch (DateTimeException e) {
            try {
                return found(text);
            } catch (DateTimeException unknown) {
                e.addSuppressed(unknown);
                throw e;
            }
        }
    }

    /** Detects the format; ambiguous times, such as 01/02/2026, are rejected. */
    private TimeRange found(String text) {
        Matcher date = DOT_NET.matcher(text);
        if (date.matches()) {
            return exactly(clamp(new BigDecimal(date.group(1)).movePointRight(6)));
        }
        if (Character.isLetter(text.charAt(0)) || text.matches("\\d{1,2} \\p{L}{3} \\d{4} .*")) {
            String http = text.replaceFirst("(?i) (UTC|Z)$", " GMT").replaceFirst("([+-]\\d{2}):(\\d{2})$", "$1$2");
            if (http.matches("\\p{L}{3} \\p{L}{3} .* [+-]\\d{4} \\d{4}")) {
                return span(ZonedDateTime.parse(http.replaceAll(" +", " "), ASCTIME_WITH_OFFSET));
            }
            return http.matches("\\p{L}{3} \\p{L}{3} .*")
                    ? span(LocalDateTime.parse(http.replaceAll(" +", " "), ASCTIME)
                            .atZone(ZoneOffset.UTC))
                    : span(ZonedDateTime.parse(http, DateTimeFormatter.RFC_1123_DATE_TIME));
        }
        if (text.matches("\\d{8}")) {
            return span(LocalDate.parse(text, DateTimeFormatter.BASIC_ISO_DATE));
        }
        return span(ISO.parseBest(iso(text), ZonedDateTime::from, LocalDateTime::from, LocalDate::from));
    }

    /** Converts common variants of ISO 8601 to the one that the JDK parses. */
    private static String iso(String text) {
        String iso = text.replaceFirst("([Zz]|[+-]\\d{2}:?\\d{2})\\[[\\w/+-]+]$", "$1")
                .replaceFirst("^(\\d{4}-\\d{2}-\\d{2}) +", "$1T")
                .replaceFirst("^(\\d{4})(\\d{2})(\\d{2})[Tt](\\d{2})(\\d{2})(\\d{2})?", "$1-$2-$3T$4:$5:$6")
                .replaceFirst("(T\\d{2}:\\d{2}):(?!\\d)", "$1")
                .replaceFirst("(:\\d{2}),(\\d)", "$1.$2")
                .replaceFirst("(\\.\\d{9})\\d+", "$1")
                // A leap second counts as the last second of its minute.
                .replaceFirst("([Tt]\\d{2}:\\d{2}):60", "$1:59");
        return iso.replaceFirst("(?i) *(UTC|GMT|Z)$", "Z").replaceFirst(" +([+-]\\d{2}(:?\\d{2})?)$", "$1");
    }

    private TimeRange span(TemporalAccessor time) {
        if (time instanceof LocalDate date) {
            return span(date.atStartOfDay());
        }
        return time instanceof LocalDateTime local ? span(local) : exactly(nanos(((ZonedDateTime) time).toInstant()));
    }

    /** When clocks are set back a local time occurs twice, when they are set forward it never occurs: both offsets are used. */
    private TimeRange span(LocalDateTime local) {
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        if (change == null) {
            return exactly(nanos(local.atZone(zone).toInstant()));
        }
        long one = nanos(local.toInstant(change.getOffsetBefore()));
        long other = nanos(local.toInstant(change.getOffsetAfter()));
        return new TimeRange(Math.min(one, other), Math.max(one, other));
    }

    /**
     * A time whose text is not later than that of any later time: where the clocks are about to be set back, a time before
     * that hour.
     */
    long unambiguous(long nanos, long resolution) {
        if (format == null) {
            return nanos;
        }
        ZoneOffsetTransition change = zone.getRules().nextTransition(instant(nanos));
        if (change == null || !change.isOverlap()) {
            return nanos;
        }
        long repeated = nanos(change.getInstant().plus(change.getDuration()));
        return nanos < repeated ? nanos : Math.min(nanos, repeated - resolution);
    }

    static long nanos(Instant time) {
        BigDecimal seconds = BigDecimal.valueOf(time.getEpochSecond());
        return clamp(seconds.movePointRight(9).add(BigDecimal.valueOf(time.getNano())));
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    /** Formats a time by the pattern, or as ISO 8601 in UTC. */
    String write(long nanos) {
        if (unit >= 0) {
            return BigDecimal.valueOf(nanos)
                    .movePointLeft(9 - unit)
                    .setScale(0, RoundingMode.FLOOR)
                    .toPlainString();
        }
        Instant time = instant(nanos);
        return format == null ? time.toString() : format.format(time.atZone(zone));
    }

    static DateTimeFormatter pattern(String pattern) {
        try {
            return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        } catch (IllegalArgumentException e) {
            throw new DateTimeException("\"" + pattern + "\" is not a valid date pattern: " + e.getMessage(), e);
        }
    }
}
