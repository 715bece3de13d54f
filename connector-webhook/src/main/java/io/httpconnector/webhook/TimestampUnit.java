package io.httpconnector.webhook;

import io.httpconnector.internal.text.HttpDate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Formats of a timestamp. */
enum TimestampUnit {
    SECONDS,
    MILLIS,
    SECONDS_OR_MILLIS,
    ISO,
    HTTP_DATE;

    /** A smaller number counts seconds: as milliseconds, it would be in the year 1973 or before. */
    private static final long MIN_MILLIS = 100_000_000_000L;

    /** Returns the time in milliseconds since 1970; throws an unchecked exception if the text has another format. */
    long millis(String text) {
        return switch (this) {
            case SECONDS -> Math.multiplyExact(Long.parseLong(text), 1000);
            case MILLIS -> Long.parseLong(text);
            case SECONDS_OR_MILLIS -> {
                long number = Long.parseLong(text);
                yield number < MIN_MILLIS ? number * 1000 : number;
            }
            case ISO -> OffsetDateTime.parse(text).toInstant().toEpochMilli();
            case HTTP_DATE -> {
                Instant date = HttpDate.parse(text);
                if (date == null) {
                    throw new DateTimeException("not an HTTP date");
                }
                yield date.toEpochMilli();
            }
        };
    }
}
