package io.httpconnector.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** What the value means that says when a token expires. */
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
    /** Date and time by ISO 8601, with an offset. */
    @JsonProperty("date-time")
    DATE_TIME;

    /** Further away than this no expiry is meant. */
    private static final Duration MOST = Duration.ofDays(36_500);

    private static final int MAX_TEXT = 50;
    private static final int MAX_DIGITS = 100;

    /**
     * How long a token lives. An absolute time is one of the server's clock, which its answer tells in {@code Date}: ours may
     * be an hour off.
     *
     * @param value the value in the answer
     * @param response the answer
     * @param timeSource the time source, for a response without a {@code Date} header
     * @return a positive time; empty when the value says nothing
     */
    public Optional<Duration> lifetime(String value, Response response, TimeSource timeSource) {
        if (value.length() > MAX_TEXT) {
            return Optional.empty();
        }
        try {
            Duration left = left(value, sentAt(response, timeSource.now()));
            Duration capped = left.compareTo(MOST) > 0 ? MOST : left;
            return left.isZero() || left.isNegative() ? Optional.empty() : Optional.of(capped);
        } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private Duration left(String value, Instant sentAt) {
        return switch (this) {
            case SECONDS -> seconds(number(value));
            case MINUTES -> seconds(number(value).multiply(BigDecimal.valueOf(60)));
            case MILLISECONDS -> seconds(number(value).movePointLeft(3));
            case EPOCH_SECONDS -> Duration.between(sentAt, Instant.EPOCH.plus(seconds(number(value))));
            case EPOCH_MILLISECONDS ->
                Duration.between(
                        sentAt, Instant.EPOCH.plus(seconds(number(value).movePointLeft(3))));
            case DATE_TIME ->
                Duration.between(sentAt, OffsetDateTime.parse(value).toInstant());
        };
    }

    /** Without an exponent that would take minutes to write out. */
    private static BigDecimal number(String value) {
        BigDecimal number = new BigDecimal(value);
        if (Math.abs((long) number.scale()) > MAX_DIGITS) {
            throw new NumberFormatException("an exponent of " + -number.scale());
        }
        return number;
    }

    private static Duration seconds(BigDecimal seconds) {
        return Duration.ofSeconds(seconds.min(BigDecimal.valueOf(MOST.toSeconds()))
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
