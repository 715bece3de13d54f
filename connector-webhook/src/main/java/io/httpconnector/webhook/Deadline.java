package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.time.Duration;

/** The time until which a request must have been received. Immutable. */
final class Deadline {

    private final long end;

    /** The deadline of a request that starts now. */
    Deadline(Duration time) {
        this.end = TimeSource.SYSTEM.nanos() + time.toNanos();
    }

    /** The time that is left: a nanosecond if there is none. */
    Duration left() {
        return Duration.ofNanos(Math.max(1, end - TimeSource.SYSTEM.nanos()));
    }
}
