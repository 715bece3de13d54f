package io.httpconnector.trigger;

import java.time.Duration;
import java.util.List;

/**
 * How an attempt to get events handled has ended.
 *
 * @param outcome what is to be done now
 * @param backoff how long to wait before the next attempt; nothing when there is none
 * @param dead the events, when there will be no more attempt; otherwise none
 */
public record AttemptResult(Outcome outcome, Duration backoff, List<DeadLetter> dead) {

    /** What is to be done after an attempt. */
    public enum Outcome {
        /** Nothing: it is done. */
        HANDLED,
        /** Another attempt, after the backoff. */
        AGAIN,
        /** They are to be kept as dead letters. */
        DEAD,
        /** The thread was interrupted, and still is: it counts as no attempt. */
        INTERRUPTED
    }

    static final AttemptResult HANDLED = new AttemptResult(Outcome.HANDLED, Duration.ZERO, List.of());
    static final AttemptResult INTERRUPTED = new AttemptResult(Outcome.INTERRUPTED, Duration.ZERO, List.of());

    static AttemptResult again(Duration backoff) {
        return new AttemptResult(Outcome.AGAIN, backoff, List.of());
    }

    static AttemptResult dead(List<DeadLetter> dead) {
        return new AttemptResult(Outcome.DEAD, Duration.ZERO, dead);
    }
}
