package io.httpconnector.internal.text;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the dates of cookies (RFC 6265, section 5.1.1): the tokens of a date may have any order and any delimiters, and
 * unknown tokens, such as the name of the day or a time zone, are ignored.
 */
public final class CookieDate {

    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    private int @Nullable [] time;
    private int day = -1;
    private int month = -1;
    private int year = -1;

    private CookieDate() {}

    /** Returns the time, or null if the text is not a date. */
    public static @Nullable Instant parse(String text) {
        CookieDate date = new CookieDate();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || isDelimiter(text.charAt(i))) {
                if (i > start) {
                    date.accept(text.substring(start, i));
                }
                start = i + 1;
            }
        }
        return date.toInstant();
    }

    private static boolean isDelimiter(char c) {
        return c == '\t'
                || (c >= ' ' && c <= '/')
                || (c >= ';' && c <= '@')
                || (c >= '[' && c <= '`')
                || (c >= '{' && c <= '~');
    }

    /** Uses a token for the first part of the date that it can be and that is not known yet. */
    private void accept(String token) {
        if (time == null && acceptTime(token)) {
            return;
        }
        if (day < 0 && isNumber(token, 1, 2)) {
            day = number(token, 0, 2);
        } else if (month < 0 && monthOf(token) > 0) {
            month = monthOf(token);
        } else if (year < 0 && isNumber(token, 2, 4)) {
            int given = number(token, 0, 4);
            year = given >= 70 && given <= 99 ? given + 1900 : given <= 69 ? given + 2000 : given;
        }
    }

    private boolean acceptTime(String token) {
        int[] parts = new int[3];
        int position = 0;
        for (int i = 0; i < parts.length; i++) {
            int digits = digits(token, position);
            boolean isEnd = i == parts.length - 1;
            boolean isPart = digits >= 1
                    && digits <= 2
                    && (isEnd || (position + digits < token.length() && token.charAt(position + digits) == ':'));
            if (!isPart) {
                return false;
            }
            parts[i] = number(token, position, digits);
            position += digits + 1;
        }
        time = parts;
        return true;
    }

    /** Returns whether a token starts with a number of so many digits; other characters may follow the digits. */
    private static boolean isNumber(String token, int min, int max) {
        int digits = digits(token, 0);
        return digits >= min && digits <= max;
    }

    private static int digits(String token, int start) {
        int end = start;
        while (end < token.length() && token.charAt(end) >= '0' && token.charAt(end) <= '9') {
            end++;
        }
        return end - start;
    }

    private static int number(String token, int start, int max) {
        return Integer.parseInt(token.substring(start, start + Math.min(max, digits(token, start))));
    }

    /** Returns the month, 1 to 12; 0 if the token is not the name of a month. */
    private static int monthOf(String token) {
        return token.length() < 3 ? 0 : 1 + MONTHS.indexOf(Ascii.lowerCase(token.substring(0, 3)));
    }

    private @Nullable Instant toInstant() {
        if (time == null || day < 1 || month < 1 || year < 1601) {
            return null;
        }
        try {
            return OffsetDateTime.of(year, month, day, time[0], time[1], time[2], 0, ZoneOffset.UTC)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
