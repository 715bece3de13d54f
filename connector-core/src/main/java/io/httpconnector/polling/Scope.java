package io.httpconnector.polling;

import java.util.HashMap;
import java.util.Map;

/** What is known below one parent; or of the whole, when there are no parents. */
final class Scope {

    private static final long NONE_YET = Long.MIN_VALUE;

    private final String name;
    private final Seen seen = new Seen();
    /** The keys as text, for events of what was deleted; empty unless somebody asks for them. */
    private final Map<Fingerprint, String> keys = new HashMap<>();

    private long round;
    private long roundBefore = NONE_YET;
    private Checkpoint checkpoint = Checkpoint.NONE;

    Scope(String name) {
        this.name = name;
    }

    /** Begins to compare with everything; gives a mark that is later than all before. */
    long beginRound(long millis) {
        if (roundBefore == NONE_YET) {
            // What an earlier process has seen counts as seen just now.
            seen.markAll(millis);
            roundBefore = millis;
        }
        round = Math.max(millis, roundBefore + 1);
        return round;
    }

    /** The mark of the last round that came to its end. */
    long roundBefore() {
        return roundBefore;
    }

    void endRound() {
        roundBefore = round;
    }

    String name() {
        return name;
    }

    Seen seen() {
        return seen;
    }

    Map<Fingerprint, String> keys() {
        return keys;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    void checkpoint(Checkpoint moved) {
        checkpoint = moved;
    }
}
