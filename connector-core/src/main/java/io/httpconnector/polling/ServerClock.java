package io.httpconnector.polling;

import io.httpconnector.Response;
import io.httpconnector.Time;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The time of a service, by the {@code Date} header of its last answer (RFC 9110, section 6.6.1); until then our own. */
final class ServerClock {

    private final Time time;
    private Instant date;
    private long seenAt;

    ServerClock(Time time) {
        this.time = time;
        this.date = time.now();
        this.seenAt = time.nanos();
    }

    void observe(Response answer) {
        // Without the header our own clock counts again, which may have been set in the meantime.
        date = answer.headers().first("Date").map(this::parsed).orElseGet(time::now);
        seenAt = time.nanos();
    }

    private Instant parsed(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return time.now();
        }
    }

    /** What the last answer said. */
    Instant date() {
        return date;
    }

    Instant now() {
        return date.plus(Duration.ofNanos(time.nanos() - seenAt));
    }
}
