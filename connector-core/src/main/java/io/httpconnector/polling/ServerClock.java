package io.httpconnector.polling;

import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** The time of a service, by the {@code Date} header of its last answer (RFC 9110, section 6.6.1); until then our own. */
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
        // Without the header our own clock counts again, which may have been set in the meantime.
        String header = response.headers().first("Date").orElse("");
        if (!header.equals(text) || parsed == null) {
            text = header;
            parsed = parsed(header);
        }
        date = parsed == null ? time.now() : parsed;
        seenAt = time.nanos();
    }

    /** A date of HTTP; null when it is none. */
    static @Nullable Instant parsed(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** What the last answer said. */
    Instant date() {
        return date;
    }

    /** What the service's clock showed when ours showed a time before now; our clock itself may be wrong. */
    long serviceTime(long ourNanos) {
        long passed = Math.max(0, TimestampFormat.nanos(time.now()) - ourNanos);
        return TimestampFormat.nanos(now()) - passed;
    }

    Instant now() {
        return date.plus(Duration.ofNanos(time.nanos() - seenAt));
    }
}
