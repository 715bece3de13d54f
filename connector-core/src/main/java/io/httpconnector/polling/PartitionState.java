package io.httpconnector.polling;

import java.util.HashMap;
import java.util.Map;

/** What is known below one parent; or of the whole, when there are no parents. */
final class PartitionState {

    private final String name;
    private final SeenKeyIndex seen = new SeenKeyIndex();
    /** The keys as text, for events of what was deleted; empty unless somebody asks for them. */
    private final Map<Fingerprint, String> keys = new HashMap<>();

    private boolean aged;
    private boolean readEnded = true;
    private Checkpoint checkpoint = Checkpoint.NONE;

    PartitionState(String name) {
        this.name = name;
    }

    /** Where marks are times at which records were seen: what an earlier process has seen counts as seen just now. */
    void refresh(long millis) {
        if (!aged) {
            seen.markAll(millis);
            aged = true;
        }
    }

    /** Begins to read everything from some position on. */
    void beginRead() {
        seen.beginRead(readEnded);
        readEnded = false;
    }

    /** The read has come to its end: the next one is compared with it. */
    void endRead() {
        readEnded = true;
    }

    /** The read has found nothing out: the next one is compared with the one before it. */
    void abandonRead() {
        readEnded = false;
    }

    String name() {
        return name;
    }

    SeenKeyIndex seen() {
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
