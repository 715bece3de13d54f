package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.time.Duration;

/** The time by which a request must have been received. Immutable. */
final class Deadline {

    private final long end;

    /** Creates a deadline that starts now. */
    Deadline(Duration time) {
        this.end = TimeSource.SYSTEM.nanos() + time.toNanos();
    }

    /** The remaining time; at least one nanosecond. */
    Duration remaining() {
        return Duration.ofNanos(Math.max(1, end - TimeSource.SYSTEM.nanos()));
    }
}
