package io.httpconnector.trigger;

import java.time.Duration;
import java.util.List;

/**
 * How an attempt to get events handled has ended.
 *
 * @param end what is to be done now
 * @param backoff how long to wait before the next attempt; nothing when there is none
 * @param dead the events, when there will be no more attempt; otherwise none
 */
public record Attempted(End end, Duration backoff, List<DeadLetter> dead) {

    /** What is to be done after an attempt. */
    public enum End {
        /** Nothing: it is done. */
        HANDLED,
        /** Another attempt, after the backoff. */
        AGAIN,
        /** They are to be kept as dead letters. */
        DEAD,
        /** The thread was interrupted, and still is: it counts as no attempt. */
        INTERRUPTED
    }

    static final Attempted HANDLED = new Attempted(End.HANDLED, Duration.ZERO, List.of());
    static final Attempted INTERRUPTED = new Attempted(End.INTERRUPTED, Duration.ZERO, List.of());

    static Attempted again(Duration backoff) {
        return new Attempted(End.AGAIN, backoff, List.of());
    }

    static Attempted dead(List<DeadLetter> dead) {
        return new Attempted(End.DEAD, Duration.ZERO, dead);
    }
}
