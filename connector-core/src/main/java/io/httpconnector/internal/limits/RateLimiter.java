package io.httpconnector.internal.limits;

import io.httpconnector.TimeSource;
import java.time.Duration;

/** Enforces a rate limit: reserves a departure time for each request, in FIFO order. Thread-safe. */
public final class RateLimiter {

    /** The tolerance, in nanoseconds, for resets of the same window: services round the reset to seconds. */
    private static final long SAME_WINDOW = 2_000_000_000L;

    private static final Duration MAX_WAIT = Duration.ofDays(1);

    private final TimeSource time;
    private final long period;

    /** A ring buffer of the past and reserved departure times of the last requests; the oldest is at {@code next}. */
    private final long[] departures;

    private int next;
    private long counted;

    /** The number of requests that the service still permits until the reset; unlimited after that. */
    private long left = Long.MAX_VALUE;

    private long reset;

    public RateLimiter(int requests, Duration period, TimeSource time) {
        this.time = time;
        this.period = period.toNanos();
        this.departures = new long[requests];
    }

    /** Reserves a departure time and returns the delay until then. Reserves nothing if the delay exceeds the timeout. */
    public synchronized Duration reserve(Duration timeout) {
        long now = time.nanos();
        long wait = Math.max(0, afterOthers(now));
        if (wait >= timeout.toNanos()) {
            return Duration.ofNanos(wait);
        }
        if (departures.length > 0) {
            departures[next] = now + wait;
            next = (next + 1) % departures.length;
            counted++;
        }
        return Duration.ofNanos(wait);
    }

    private long afterOthers(long now) {
        boolean free = counted < departures.length || departures.length == 0;
        return free ? 0 : departures[next] + period - now;
    }

    /** Uses one of the requests that the service permits and returns zero. If none remains, returns the delay until the reset. */
    public synchronized Duration permit() {
        long untilReset = reset - time.nanos();
        if (untilReset <= 0) {
            left = Long.MAX_VALUE;
        }
        if (left > 0) {
            left--;
            return Duration.ZERO;
        }
        return Duration.ofNanos(untilReset);
    }

    /** Applies the limit that a response reports: the remaining requests, and the time until the reset. */
    public void update(long remaining, Duration untilReset) {
        update(remaining, (untilReset.compareTo(MAX_WAIT) < 0 ? untilReset : MAX_WAIT).toNanos());
    }

    private synchronized void update(long remaining, long untilReset) {
        long now = time.nanos();
        boolean sameWindow = reset > now && Math.abs(now + untilReset - reset) < SAME_WINDOW;
        // Responses may arrive out of order: within one window the smallest number is the latest.
        left = sameWindow ? Math.min(left, remaining) : remaining;
        reset = now + untilReset;
    }
}
