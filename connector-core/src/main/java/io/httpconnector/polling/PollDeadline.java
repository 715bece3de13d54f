package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import io.httpconnector.polling.PollingException.Reason;
import java.time.Duration;
import java.util.function.Supplier;

/** The remaining time that one poll may wait for the service, excluding the time in handlers. Not thread-safe. */
final class PollDeadline {

    static final Duration DEFAULT = Duration.ofHours(1);

    private final TimeSource time;
    private final Duration max;
    private final long start;
    private long handling;

    PollDeadline(TimeSource time, Duration max) {
        this.time = time;
        this.max = max;
        this.start = time.nanos();
    }

    /**
     * The remaining time for the next request.
     *
     * @throws PollingException when there is none
     */
    Duration left() {
        Duration left = remaining();
        if (isOver()) {
            throw new PollingException(
                    Reason.TIMED_OUT,
                    "The poll has waited for the service for " + max + " in total: narrow the query, or raise"
                            + " pollTimeout(...)");
        }
        return left;
    }

    /** Whether no time is left for another request. */
    boolean isOver() {
        return remaining().toMillis() < 1;
    }

    private Duration remaining() {
        return max.minusNanos(time.nanos() - start - handling);
    }

    /** Runs work whose time does not count. */
    <T> T handling(Supplier<T> work) {
        long start = time.nanos();
        try {
            return work.get();
        } finally {
            handling += time.nanos() - start;
        }
    }
}
