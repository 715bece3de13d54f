package io.httpconnector.operation;

import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.limits.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The times between two status requests. Immutable.
 *
 * @param interval the time before the second status request; it doubles up to {@code max}
 * @param max the maximum time, unless the service requests a longer one
 */
record PollSettings(Duration interval, Duration max) {

    static final PollSettings DEFAULT = new PollSettings(Duration.ofSeconds(1), Duration.ofSeconds(30));

    private static final Duration MIN = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofDays(1);

    static PollSettings read(JsonObjectReader reader) {
        // "interval": The time between two status requests, which doubles up to `max`. Default: PT1S.
        Duration interval = inRange(reader, "interval");
        // "max": The maximum time between two status requests. Default: PT30S, or the interval if it is longer.
        Duration max = inRange(reader, "max");
        Duration first = interval == null ? DEFAULT.interval : interval;
        Duration last = max == null ? longer(first, DEFAULT.max) : max;
        if (interval != null && max != null && interval.compareTo(max) > 0) {
            reader.problem("max", "it is shorter than the interval, " + interval);
        }
        return new PollSettings(first, last);
    }

    private static @Nullable Duration inRange(JsonObjectReader reader, String name) {
        Duration given = reader.duration(name);
        if (given != null && (given.compareTo(MIN) < 0 || given.compareTo(MAX) > 0)) {
            reader.problem(name, given + " is out of range: use PT0.1S to P1D");
            return null;
        }
        return given;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /**
     * Returns the time before the next status request.
     *
     * @param polls the number of status requests so far
     * @param requested what the service requests; null if it does not
     */
    Duration delay(int polls, @Nullable Duration requested) {
        if (requested != null && !requested.isZero() && !requested.isNegative()) {
            return longer(requested, MIN);
        }
        Duration backoff = new Backoff(interval, max).delay(Math.max(1, polls), 1, 1);
        return Duration.ofMillis(backoff.toMillis());
    }
}
