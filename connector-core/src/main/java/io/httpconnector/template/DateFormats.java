package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
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
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Parses timestamps in the formats that APIs use: ISO 8601 with an offset (also {@code +0000}, as in Salesforce), a local
 * date or date-time, an HTTP date (RFC 9110, section 5.6.7), and numbers of seconds or milliseconds since 1970, if the
 * template declares the unit.
 */
final class DateFormats {

    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendPattern("[XXX][XX][X]")
            .optionalStart()
            .appendLiteral('[')
            .parseCaseSensitive()
            .appendZoneRegionId()
            .appendLiteral(']')
            .toFormatter(Locale.ROOT);

    /** The unit of a numeric timestamp, if the template declares one. */
    enum Unit {
        SECONDS,
        MILLIS
    }

    private DateFormats() {}

    /**
     * Parses a value: to a ZonedDateTime if the value has an offset or a zone is given, otherwise to a LocalDateTime or
     * LocalDate.
     */
    static TemporalAccessor read(JsonNode value, @Nullable ZoneId zone, @Nullable Unit unit) {
        try {
            if (value.isNumber()) {
                return instant(value.decimalValue(), unit).atZone(zone == null ? ZoneOffset.UTC : zone);
            }
            TemporalAccessor read = parse(value.asText().strip());
            if (zone == null) {
                return read;
            }
            return read instanceof LocalDate date
                    ? date.atStartOfDay(zone)
                    : read instanceof LocalDateTime local
                            ? local.atZone(zone)
                            : ((ZonedDateTime) read).withZoneSameInstant(zone);
        } catch (DateTimeException | ArithmeticException e) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE, "is not a readable date: use ISO 8601, such as 2026-01-31T12:00:00Z");
        }
    }

    private static TemporalAccessor parse(String text) {
        if (!text.isEmpty() && Character.isLetter(text.charAt(0))) {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
        }
        String iso =
                text.length() > 10 && text.charAt(10) == ' ' ? text.substring(0, 10) + "T" + text.substring(11) : text;
        return ISO.parseBest(iso, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
    }

    private static Instant instant(BigDecimal number, @Nullable Unit unit) {
        if (unit == null) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE, "is a number without a unit: add the argument seconds or millis");
        }
        // Expanding a number with a nine-digit exponent would take minutes.
        if (Math.abs((long) number.precision() - number.scale()) > 40) {
            throw new DateTimeException("out of range");
        }
        BigDecimal seconds = unit == Unit.SECONDS ? number : number.movePointLeft(3);
        long whole = seconds.setScale(0, RoundingMode.FLOOR).longValueExact();
        long nanos =
                seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue();
        return Instant.ofEpochSecond(whole, nanos);
    }

    /** Parses a value to an instant; rejects a local date or time without a zone. */
    static Instant instant(JsonNode value, @Nullable ZoneId zone, @Nullable Unit unit) {
        if (read(value, zone, unit) instanceof ZonedDateTime zoned) {
            return zoned.toInstant();
        }
        throw needsZone();
    }

    static ValueRejectedException needsZone() {
        return new ValueRejectedException(Code.WRONG_TYPE, "has no offset: add its time zone, such as 'Europe/Berlin'");
    }
}
