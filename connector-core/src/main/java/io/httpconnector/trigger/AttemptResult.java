package io.httpconnector.trigger;

import java.time.Duration;
import java.util.List;

/**
 * The result of one attempt to handle events.
 *
 * @param outcome the outcome
 * @param backoff the delay before the next attempt; zero when there is none
 * @param deadLetters the events as dead letters after the last attempt; otherwise empty
 */
public record AttemptResult(Outcome outcome, Duration backoff, List<DeadLetter> deadLetters) {

    /** The outcome of an attempt. */
    public enum Outcome {
        /** The events were handled. */
        HANDLED,
        /** Another attempt follows after the backoff. */
        RETRY,
        /** The events cannot be handled yet, such as those of a stopped instance: after the backoff, the same attempt is made again. */
        POSTPONED,
        /** The events must be kept as dead letters. */
        DEAD_LETTER,
        /** The thread was interrupted and is still interrupted: the attempt does not count. */
        INTERRUPTED
    }

    static final AttemptResult HANDLED = new AttemptResult(Outcome.HANDLED, Duration.ZERO, List.of());
    static final AttemptResult INTERRUPTED = new AttemptResult(Outcome.INTERRUPTED, Duration.ZERO, List.of());

    static AttemptResult retryAfter(Duration backoff) {
        return new AttemptResult(Outcome.RETRY, backoff, List.of());
    }

    static AttemptResult postponed(Duration backoff) {
        return new AttemptResult(Outcome.POSTPONED, backoff, List.of());
    }

    static AttemptResult deadLetters(List<DeadLetter> dead) {
        return new AttemptResult(Outcome.DEAD_LETTER, Duration.ZERO, dead);
    }
}
