package io.httpconnector.polling;

import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The clock of a service, by the {@code Date} header of its last response (RFC 9110, section 6.6.1); before the first
 * response, the local clock.
 */
final class ServerClock {

    private final TimeSource time;
    private String text = "";
    private @Nullable Instant parsed;
    private Instant date;
    private long seenAt;

    ServerClock(TimeSource time) {
        this.time = time;
        this.date = time.now();
        this.seenAt = time.nanos();
    }

    void observe(Response response) {
        // Without the header the local clock is used again, which may have been adjusted in the meantime.
        String header = response.headers().first("Date").orElse("");
        if (!header.equals(text) || parsed == null) {
            text = header;
            parsed = parsed(header);
        }
        date = parsed == null ? time.now() : parsed;
        seenAt = time.nanos();
    }

    /** Parses an HTTP date; null when it is invalid. */
    static @Nullable Instant parsed(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The time of the last response. */
    Instant date() {
        return date;
    }

    /** Converts an earlier time of the local clock to the clock of the service; the local clock may be wrong. */
    long serviceTime(long ourNanos) {
        long passed = Math.max(0, TimestampFormat.nanos(time.now()) - ourNanos);
        return TimestampFormat.nanos(now()) - passed;
    }

    Instant now() {
        return date.plus(Duration.ofNanos(time.nanos() - seenAt));
    }
}
