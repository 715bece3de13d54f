package io.httpconnector.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import io.httpconnector.template.PillText;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The format of a token expiry in a response. */
public enum ExpiryFormat {
    /** Seconds from now: RFC 6749, section 5.1. */
    @JsonProperty("seconds")
    SECONDS,
    /** Minutes from now. */
    @JsonProperty("minutes")
    MINUTES,
    /** Milliseconds from now. */
    @JsonProperty("milliseconds")
    MILLISECONDS,
    /** Seconds since 1970. */
    @JsonProperty("epoch-seconds")
    EPOCH_SECONDS,
    /** Milliseconds since 1970. */
    @JsonProperty("epoch-milliseconds")
    EPOCH_MILLISECONDS,
    /** ISO 8601 date and time, in UTC unless it has an offset; also an HTTP date. */
    @JsonProperty("date-time")
    DATE_TIME,
    /** Any of the absolute times: ISO 8601, or a number of seconds or milliseconds since 1970, which are told apart by their size. */
    @JsonProperty("time")
    TIME;

    /** A later expiry is reduced to this. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(36_500);

    /** A number from here on is in milliseconds: as milliseconds it is in 1973, as seconds it would be after the year 5000. */
    private static final BigDecimal MIN_MILLISECONDS = BigDecimal.valueOf(100_000_000_000L);

    private static final PillText MILLIS = PillText.compile("{{time | iso('UTC') | epochMillis}}");

    private static final int MAX_TEXT = 50;
    private static final int MAX_DIGITS = 100;

    /**
     * Returns the lifetime of a token. An absolute time is compared with the {@code Date} header of the response, as the clocks of
     * server and client may differ.
     *
     * @param value the value in the response
     * @param response the response
     * @param timeSource the time source, for a response without a {@code Date} header
     * @return a positive duration; empty if the value is invalid or in the past
     */
    public Optional<Duration> lifetime(String value, Response response, TimeSource timeSource) {
        if (value.length() > MAX_TEXT) {
            return Optional.empty();
        }
        try {
            Duration left = remaining(value, sentAt(response, timeSource.now()));
            Duration capped = left.compareTo(MAX_LIFETIME) > 0 ? MAX_LIFETIME : left;
            return left.isZero() || left.isNegative() ? Optional.empty() : Optional.of(capped);
        } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private Duration remaining(String value, Instant sentAt) {
        return switch (this) {
            case SECONDS -> seconds(number(value));
            case MINUTES -> seconds(number(value).multiply(BigDecimal.valueOf(60)));
            case MILLISECONDS -> seconds(number(value).movePointLeft(3));
            case EPOCH_SECONDS -> Duration.between(sentAt, Instant.EPOCH.plus(seconds(number(value))));
            case EPOCH_MILLISECONDS ->
                Duration.between(
                        sentAt, Instant.EPOCH.plus(seconds(number(value).movePointLeft(3))));
            case DATE_TIME -> Duration.between(sentAt, dateTime(value));
            case TIME -> formatOf(value).remaining(value, sentAt);
        };
    }

    /** Returns the format of an absolute time. */
    private static ExpiryFormat formatOf(String value) {
        if (!value.matches("[0-9.eE+]+")) {
            return DATE_TIME;
        }
        return number(value).compareTo(MIN_MILLISECONDS) < 0 ? EPOCH_SECONDS : EPOCH_MILLISECONDS;
    }

    /** Parses a time as templates do. */
    private static Instant dateTime(String value) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(String.valueOf(MILLIS.render(name -> value))));
        } catch (InvalidDefinitionException e) {
            throw new DateTimeException("not a time", e);
        }
    }

    /** Parses a number; rejects an exponent so large that the conversion would take minutes. */
    private static BigDecimal number(String value) {
        BigDecimal number = new BigDecimal(value);
        if (Math.abs((long) number.scale()) > MAX_DIGITS) {
            throw new NumberFormatException("an exponent of " + -number.scale());
        }
        return number;
    }

    private static Duration seconds(BigDecimal seconds) {
        return Duration.ofSeconds(seconds.min(BigDecimal.valueOf(MAX_LIFETIME.toSeconds()))
                .max(BigDecimal.ZERO)
                .longValue());
    }

    private static Instant sentAt(Response response, Instant now) {
        try {
            return response.headers()
                    .first("Date")
                    .map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)))
                    .orElse(now);
        } catch (DateTimeException e) {
            return now;
        }
    }
}
