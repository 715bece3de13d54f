package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.time.Duration;

/** The time by which a request must have been received. Immutable. */
final class Deadline {

    private final Duration time;
    private final boolean isWatched;
    private final long end;

    private Deadline(Duration time, boolean isWatched) {
        this.time = time;
        this.isWatched = isWatched;
        this.end = isWatched ? 0 : TimeSource.SYSTEM.nanos() + time.toNanos();
    }

    /** Creates a deadline that starts now. */
    Deadline(Duration time) {
        this(time, false);
    }

    /** Creates a deadline that limits each wait, for a thread that is interrupted when the time is over. Costs no clock reading. */
    static Deadline watched(Duration time) {
        return new Deadline(time, true);
    }

    /** The remaining time; at least one nanosecond. */
    Duration remaining() {
        return isWatched ? time : Duration.ofNanos(Math.max(1, end - TimeSource.SYSTEM.nanos()));
    }
}
