package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.HttpDate;
import io.httpconnector.template.PillText;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses a token expiry that is not a number, and thus has one meaning whatever format is configured: a date and time, a .NET date,
 * an ISO 8601 duration, or a number with a unit.
 */
final class ExpiryText {

    private static final PillText MILLIS = PillText.compile("{{time | iso('UTC') | epochMillis}}");
    private static final Pattern NET_DATE = Pattern.compile("/Date\\((-?[0-9]{1,17})(?:[+-][0-9]{4})?\\)/");
    private static final Pattern WITH_UNIT = Pattern.compile(
            "([0-9]{1,15}(?:\\.[0-9]{1,9})?) ?"
                    + "(ms|millisec(?:ond)?s?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hrs?|hours?|d|days?)",
            Pattern.CASE_INSENSITIVE);
    /** A zone after white space, or one that ISO 8601 does not have. */
    private static final Pattern ZONE =
            Pattern.compile("(?<=[0-9]) ?(?:UTC|GMT|(?<= )Z)$|(?<=[0-9]) (?=[+-][0-9]{2}:?[0-9]{2}$)");

    /** The basic format of ISO 8601. */
    private static final Pattern BASIC = Pattern.compile(
            "([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})?([.,][0-9]+)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?");

    private ExpiryText() {}

    /**
     * Returns the time that is left.
     *
     * @param sentAt the time when the response was sent
     * @throws DateTimeException if the text is neither a time nor a duration
     */
    static Duration remaining(String text, Instant sentAt) {
        Matcher net = NET_DATE.matcher(text);
        if (net.matches()) {
            return Duration.between(sentAt, Instant.ofEpochMilli(Long.parseLong(net.group(1))));
        }
        Matcher withUnit = WITH_UNIT.matcher(text);
        if (withUnit.matches()) {
            BigDecimal millis =
                    new BigDecimal(withUnit.group(1)).multiply(BigDecimal.valueOf(millis(withUnit.group(2))));
            return Duration.ofMillis(millis.longValue());
        }
        return text.startsWith("P") ? Duration.parse(text) : Duration.between(sentAt, dateTime(text));
    }

    /** Returns a time in the extended format of ISO 8601 if it is in the basic one. */
    private static String extended(String text) {
        Matcher basic = BASIC.matcher(text);
        if (!basic.matches()) {
            return text;
        }
        String zone = Objects.requireNonNullElse(basic.group(8), "");
        return basic.group(1) + "-" + basic.group(2) + "-" + basic.group(3) + "T" + basic.group(4) + ":"
                + basic.group(5) + ":" + Objects.requireNonNullElse(basic.group(6), "00")
                + Objects.requireNonNullElse(basic.group(7), "").replace(',', '.')
                + (zone.length() == 3 ? zone + ":00" : zone);
    }

    private static long millis(String unit) {
        String lower = unit.toLowerCase(Locale.ROOT);
        if (lower.startsWith("ms") || lower.startsWith("milli")) {
            return 1;
        }
        return switch (lower.charAt(0)) {
            case 's' -> 1000;
            case 'm' -> 60_000;
            case 'h' -> 3_600_000;
            default -> 86_400_000;
        };
    }

    /** Parses an HTTP date, or a time as templates do. */
    private static Instant dateTime(String given) {
        Instant httpDate = HttpDate.parse(given);
        if (httpDate != null) {
            return httpDate;
        }
        String text = extended(given);
        boolean isIso = !text.isEmpty() && Character.isDigit(text.charAt(0));
        Matcher zone = ZONE.matcher(text);
        String normalized = !isIso || !zone.find()
                ? text.replaceFirst(" UTC$", " GMT")
                : zone.replaceFirst(zone.end() == text.length() ? "Z" : "");
        try {
            return Instant.ofEpochMilli(Long.parseLong(String.valueOf(MILLIS.render(name -> normalized))));
        } catch (InvalidDefinitionException e) {
            throw new DateTimeException("not a time", e);
        }
    }
}
