package io.httpconnector;

import java.time.Duration;
import java.time.Instant;

/** One call of {@code send}: from when on it counts, how long it may take, and how often it was tried. Used by one thread. */
final class Call {

    private final Time time;
    private final long start;
    private final Instant startedAt;
    private final Duration total;
    private int attempts = 1;
    private int stale;
    private boolean refreshed;

    Call(Time time, Duration total) {
        this.time = time;
        this.start = time.nanos();
        this.startedAt = time.now();
        this.total = total;
    }

    Duration total() {
        return total;
    }

    Duration took() {
        return Duration.ofNanos(time.nanos() - start);
    }

    Exchange.Moment moment() {
        return new Exchange.Moment(startedAt, took(), attempts);
    }

    /** The time that is left, negative when there is none. */
    Duration left() {
        return total.minus(took());
    }

    /** How many times a request was sent, or is being sent, redirects not counted. */
    int attempts() {
        return attempts;
    }

    void again() {
        attempts++;
    }

    /** It was not in vain: the attempts are counted anew. */
    void progresses() {
        attempts = 1;
    }

    /** Counts a connection that was found closed when it was used again, and says how many there were. */
    int countStale() {
        return ++stale;
    }

    /** Whether this call may ask for other credentials: once. */
    boolean refreshes() {
        boolean first = !refreshed;
        refreshed = true;
        return first;
    }
}
