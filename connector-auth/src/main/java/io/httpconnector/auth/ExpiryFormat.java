package io.httpconnector.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.text.HttpDate;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    /** Seconds since 1970; a number from 100,000,000,000 on is in milliseconds. */
    @JsonProperty("epoch-seconds")
    EPOCH_SECONDS,
    /** Milliseconds since 1970; a smaller number than 100,000,000,000 is in seconds. */
    @JsonProperty("epoch-milliseconds")
    EPOCH_MILLISECONDS,
    /** ISO 8601 date and time, in UTC unless it has an offset; also an HTTP date, or a .NET date. */
    @JsonProperty("date-time")
    DATE_TIME,
    /** Any of the absolute times: ISO 8601, or a number of seconds or milliseconds since 1970, which are told apart by their size. */
    @JsonProperty("time")
    TIME;

    /** A later expiry is reduced to this. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(36_500);

    /** A number from here on is in milliseconds: as milliseconds it is in 1973, as seconds it would be after the year 5000. */
    private static final BigDecimal MIN_MILLISECONDS = BigDecimal.valueOf(100_000_000_000L);

    /** The lifetime of a token whose expiry is not understood. */
    private static final Duration UNKNOWN_LIFETIME = Duration.ofMinutes(5);

    /** A longer lifetime may be a time. */
    private static final Duration MAX_PLAUSIBLE = Duration.ofDays(3_650);

    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");
    private static final Logger LOG = LoggerFactory.getLogger(ExpiryFormat.class);

    private static final int MAX_TEXT = 50;
    private static final int MAX_DIGITS = 100;

    /**
     * Returns the lifetime of a token. An absolute time is compared with the {@code Date} header of the response, as the clocks of
     * server and client may differ. A number is understood by this format, unless it would be a lifetime of more than ten years and
     * is a time of the next ten years in seconds or milliseconds since 1970. A text that is not a number has the same meaning
     * whatever the format: ISO 8601, extended or basic (in UTC unless it has an offset), an HTTP date (also of RFC 850 and asctime), {@code /Date(1764075600000)/}, {@code PT1H},
     * {@code 3600 seconds}.
     *
     * <p>A number of zero or less means that the token does not expire. For a value that is not understood, or a time in the past,
     * a warning is logged, and the token is used for five minutes.
     *
     * @param value the value in the response
     * @param configured the lifetime in place of one that the value does not have; null if none is configured
     * @param isRenewable whether a token can be replaced without its user; otherwise, one whose expiry is not understood is used
     *     until the service rejects it
     * @param response the response
     * @param timeSource the time source, for a response without a {@code Date} header
     * @return a positive duration; empty if the token does not expire
     */
    public Optional<Duration> lifetime(
            String value,
            @Nullable Duration configured,
            boolean isRenewable,
            Response response,
            TimeSource timeSource) {
        Duration left = remaining(value, response, timeSource);
        if (left != null && left.compareTo(Duration.ZERO) > 0) {
            return Optional.of(left.compareTo(MAX_LIFETIME) > 0 ? MAX_LIFETIME : left);
        }
        if (isNever(value)) {
            return Optional.ofNullable(configured);
        }
        Duration used = configured != null ? configured : isRenewable ? UNKNOWN_LIFETIME : null;
        LOG.warn(
                "{} {}: the expiry of the token in the response is {}. The token is used {}. Set where the response has"
                        + " the expiry (expiresPath), its format (expiresAs), or a lifetime",
                response.exchange().method(),
                response.exchange().url(),
                left == null ? "neither a number nor a time" : "in the past",
                used == null ? "until the service rejects it" : "for " + used.toSeconds() + " seconds");
        return Optional.ofNullable(used);
    }

    /** Returns whether a number means that a token does not expire. */
    private static boolean isNever(String value) {
        try {
            return value.length() <= MAX_TEXT && number(value.strip()).signum() <= 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Returns the time that is left; null if the value is invalid. */
    private @Nullable Duration remaining(String value, Response response, TimeSource timeSource) {
        if (value.length() > MAX_TEXT) {
            return null;
        }
        try {
            Instant sentAt = sentAt(response, timeSource.now());
            String text = value.strip();
            return NUMBER.matcher(text).matches()
                    ? remaining(number(text), sentAt)
                    : ExpiryText.remaining(text, sentAt);
        } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
            return null;
        }
    }

    private Duration remaining(BigDecimal number, Instant sentAt) {
        boolean isMillis = number.compareTo(MIN_MILLISECONDS) >= 0;
        return switch (this) {
            case SECONDS -> fromNow(number, number, sentAt);
            case MINUTES -> fromNow(number.multiply(BigDecimal.valueOf(60)), number, sentAt);
            case MILLISECONDS -> fromNow(number.movePointLeft(3), number, sentAt);
            case EPOCH_SECONDS, EPOCH_MILLISECONDS, DATE_TIME, TIME ->
                Duration.between(sentAt, since1970(isMillis ? number.movePointLeft(3) : number));
        };
    }

    /** Returns a lifetime in seconds, unless the number is a time by which the lifetime is more plausible. */
    private static Duration fromNow(BigDecimal lifetime, BigDecimal number, Instant sentAt) {
        Duration left = seconds(lifetime);
        if (left.compareTo(MAX_PLAUSIBLE) > 0) {
            for (Instant time : List.of(since1970(number), since1970(number.movePointLeft(3)))) {
                Duration until = Duration.between(sentAt, time);
                if (until.abs().compareTo(MAX_PLAUSIBLE) < 0) {
                    return until;
                }
            }
        }
        return left;
    }

    private static Instant since1970(BigDecimal seconds) {
        return Instant.EPOCH.plus(seconds(seconds));
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
        return response.headers().first("Date").map(HttpDate::parse).orElse(now);
    }
}
