package io.httpconnector.internal.limits;

import io.httpconnector.Headers;
import io.httpconnector.internal.text.HttpDate;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the delay that a service requests: {@code Retry-After} (RFC 9110, section 10.2.3), and the many spellings of a rate
 * limit's reset, in seconds from now, seconds of the epoch or milliseconds of the epoch.
 */
public final class RetryAfter {

    private static final List<String> RESETS =
            List.of("RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset", "X-RateLimit-Reset-After");
    /** The rate of a plan in requests per second, which the service may state with an exceeded limit. */
    private static final List<String> RATES = List.of("x-amzn-RateLimit-Limit");

    private static final List<String> REMAINING =
            List.of("RateLimit-Remaining", "X-RateLimit-Remaining", "X-Rate-Limit-Remaining");
    /** The field of the IETF draft: the parameter r is the number of remaining requests, and t the seconds until the reset. */
    private static final Pattern DRAFT =
            Pattern.compile("(?:;\\s*|,\\s*|^)(?:r|remaining)=(\\d{1,18}).*?[;,]\\s*(?:t|reset)=(\\d{1,9})");

    /** The maximum length of a field that is searched. A longer value is not valid and would take long. */
    private static final int MAX_FIELD = 1000;

    /**
     * The smallest number that is read as seconds since the epoch and not as a delay: 10^9 seconds are 31 years as a delay, and
     * the year 2001 since the epoch.
     */
    private static final long EPOCH_SECONDS = 1_000_000_000L;

    private static final long EPOCH_MILLIS = 100_000_000_000L;

    /** The delay for a number that has too many digits: 31 years. */
    private static final Duration MAX_DELAY = Duration.ofSeconds(EPOCH_SECONDS - 1);

    private static final Pattern HUGE = Pattern.compile("\\d{16,1000}+(\\.\\d{1,1000})?+");

    private RetryAfter() {}

    /**
     * Returns the delay of {@code Retry-After}, or null. A date is compared with the service's own clock if the response has a
     * {@code Date}. A number with too many digits is a delay of 31 years.
     */
    public static @Nullable Duration of(Headers headers, Instant now) {
        Duration millis = first(headers, List.of("Retry-After-Ms"), text -> clamped(text, number(text, 3)));
        return millis != null
                ? millis
                : first(headers, List.of("Retry-After"), text -> clamped(text, time(text, headers, now)));
    }

    /** Returns the delay; the maximum for a number that has too many digits. */
    private static @Nullable Duration clamped(String text, @Nullable Duration delay) {
        return delay == null && HUGE.matcher(text).matches() ? MAX_DELAY : delay;
    }

    /**
     * Returns the delay in a header field that a service uses instead, or null.
     *
     * @param name the name of the field
     * @see #in
     */
    public static @Nullable Duration named(
            Headers headers, String name, @Nullable Pattern pattern, @Nullable ChronoUnit unit, Instant now) {
        return first(headers, List.of(name), text -> in(text, headers, pattern, unit, now));
    }

    /**
     * Returns the delay in a text, or null: a number, seconds or milliseconds since 1970, an HTTP date or an ISO 8601 instant.
     *
     * @param pattern finds the value in the text, as its first group if it has one; null for the whole text
     * @param unit the unit of a number; null for seconds, or seconds or milliseconds since 1970
     */
    public static @Nullable Duration in(
            String text, Headers headers, @Nullable Pattern pattern, @Nullable ChronoUnit unit, Instant now) {
        String found = pattern == null ? text : found(pattern, text);
        String value = found == null ? "" : found.strip();
        Duration number = unit == null ? null : number(value, unit);
        return number != null ? number : time(value, headers, now);
    }

    private static @Nullable Duration number(String text, ChronoUnit unit) {
        Duration number = number(text, unit == ChronoUnit.MILLIS ? 3 : 0);
        return number == null || unit != ChronoUnit.MINUTES ? number : number.multipliedBy(60);
    }

    private static @Nullable String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text.length() > MAX_FIELD ? "" : text);
        return matcher.find() ? matcher.group(Math.min(1, matcher.groupCount())) : null;
    }

    /** Returns the time until the reset if the rate-limit headers report an exhausted limit, or null. */
    public static @Nullable Duration ofLimit(Headers headers, Instant now) {
        Duration asked = of(headers, now);
        if (asked != null) {
            return asked;
        }
        Long remaining = remaining(headers);
        Duration reset = remaining != null && remaining > 0 ? null : reset(headers, now);
        return reset != null || remaining != null ? reset : first(headers, RATES, RetryAfter::period);
    }

    /** Returns the time between two requests at a rate in requests per second; null for another text. */
    private static @Nullable Duration period(String rate) {
        if (!rate.matches("\\d{1,9}(\\.\\d{1,9})?") || new BigDecimal(rate).signum() == 0) {
            return null;
        }
        return Duration.ofMillis(BigDecimal.valueOf(1000)
                .divide(new BigDecimal(rate), 0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(MAX_DELAY.toMillis()))
                .longValueExact());
    }

    /** Returns the time until the reset of the rate limit, or null if the response does not report it. */
    public static @Nullable Duration reset(Headers headers, Instant now) {
        Matcher draft = draft(headers);
        return draft.find()
                ? Duration.ofSeconds(Long.parseLong(draft.group(2)))
                : first(headers, RESETS, text -> time(text, headers, now));
    }

    /** Returns the number of requests that remain in this period, or null if the response does not report it. */
    public static @Nullable Long remaining(Headers headers) {
        Matcher draft = draft(headers);
        if (draft.find()) {
            return Long.valueOf(draft.group(1));
        }
        return first(headers, REMAINING, text -> text.matches("\\d{1,18}") ? Long.valueOf(text) : null);
    }

    private static Matcher draft(Headers headers) {
        String field = headers.first("RateLimit").orElse("");
        return DRAFT.matcher(field.length() > MAX_FIELD ? "" : field);
    }

    private static <T> @Nullable T first(Headers headers, List<String> names, Function<String, @Nullable T> reader) {
        for (String name : names) {
            T value = headers.first(name).map(String::strip).map(reader).orElse(null);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable Duration time(String text, Headers headers, Instant now) {
        Instant clock = headers.first("Date").map(HttpDate::parse).orElse(now);
        Instant date = date(text);
        if (date != null) {
            return notNegative(Duration.between(clock, date));
        }
        Duration given = number(text, 0);
        if (given == null || given.toSeconds() < EPOCH_SECONDS) {
            return given;
        }
        Instant reset =
                given.toSeconds() < EPOCH_MILLIS ? Instant.EPOCH.plus(given) : Instant.ofEpochMilli(given.toSeconds());
        return notNegative(Duration.between(clock, reset));
    }

    private static @Nullable Instant date(String text) {
        Instant date = HttpDate.parse(text);
        if (date != null || !text.matches("\\d{4}-\\d{2}-\\d{2}[Tt ].{5,30}")) {
            return date;
        }
        try {
            return OffsetDateTime.parse(text.replaceFirst(" ", "T").replaceFirst("([+-]\\d{2})(\\d{2})$", "$1:$2"))
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Parses a number, divides it by 10 to the power of {@code shift}, and rounds it up to a millisecond. */
    private static @Nullable Duration number(String text, int shift) {
        if (!text.matches("\\d{1,15}(\\.\\d{1,9})?")) {
            return null;
        }
        BigDecimal seconds = new BigDecimal(text).movePointLeft(shift);
        return Duration.ofMillis(
                seconds.movePointRight(3).setScale(0, RoundingMode.CEILING).longValueExact());
    }

    private static Duration notNegative(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }
}
