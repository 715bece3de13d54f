package io.httpconnector.internal.text;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes the dates of header fields (RFC 9110, section 5.6.7), and parses them leniently. */
public final class HttpDate {

    private static final DateTimeFormatter IMF_FIXDATE = formatter("EEE, dd MMM yyyy HH:mm:ss zzz");
    private static final DateTimeFormatter WRITTEN = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter RFC_850 = formatter("EEE, dd-MMM-yy HH:mm:ss zzz");
    private static final DateTimeFormatter ASCTIME =
            formatter("EEE MMM [ ]d HH:mm:ss yyyy").withZone(ZoneOffset.UTC);

    /** The three formats of RFC 9110, section 5.6.7, the usual one first. */
    private static final List<DateTimeFormatter> FORMATS = List.of(IMF_FIXDATE, RFC_850, ASCTIME);

    private static final Pattern EXACT = Pattern.compile("(?i)[a-z]{3}, \\d{2} [a-z]{3} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT"
            + "|[a-z]{6,9}, \\d{2}-[a-z]{3}-\\d{2} \\d{2}:\\d{2}:\\d{2} GMT"
            + "|[a-z]{3} [a-z]{3} [ \\d]\\d \\d{2}:\\d{2}:\\d{2} \\d{4}");

    private static final int MAX_FUTURE_YEARS = 50;

    private HttpDate() {}

    private static DateTimeFormatter formatter(String pattern) {
        return new DateTimeFormatterBuilder()
                .parseLenient()
                .parseCaseInsensitive()
                .appendPattern(pattern)
                .toFormatter(Locale.ENGLISH);
    }

    /** Returns the time as an IMF-fixdate, whose day always has two digits, such as {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    public static String format(Instant time) {
        return WRITTEN.format(time);
    }

    /** Returns the time, or null if the text is not a date. The date may be enclosed in single quotes. */
    public static @Nullable Instant parse(String text) {
        boolean isQuoted = text.length() > 1 && text.startsWith("'") && text.endsWith("'");
        String date = isQuoted ? text.substring(1, text.length() - 1) : text;
        for (DateTimeFormatter format : FORMATS) {
            Instant time = parse(date, format);
            if (time != null) {
                return time;
            }
        }
        return null;
    }

    /**
     * Returns the time of an exact HTTP date; null if the text is none (RFC 9111, section 4.2: only the zone GMT is valid, and the
     * case of letters is not significant).
     *
     * @param now the time to which a year of two digits is near (RFC 9110, section 5.6.7)
     */
    public static @Nullable Instant parseStrictly(String text, Instant now) {
        if (!EXACT.matcher(text).matches()) {
            return null;
        }
        Instant time = parse(text);
        if (time == null) {
            return null;
        }
        boolean isFuture = text.indexOf('-') > 0 && time.isAfter(years(now, MAX_FUTURE_YEARS));
        return isFuture ? years(time, -100) : time;
    }

    private static Instant years(Instant time, int years) {
        return time.atOffset(ZoneOffset.UTC).plusYears(years).toInstant();
    }

    private static @Nullable Instant parse(String date, DateTimeFormatter formatter) {
        try {
            return Instant.from(formatter.parse(date));
        } catch (DateTimeException e) {
            return null;
        }
    }
}
