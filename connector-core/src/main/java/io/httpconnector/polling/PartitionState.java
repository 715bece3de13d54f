package io.httpconnector.polling;

import java.util.HashMap;
import java.util.Map;

/** The state of one partition: of one parent, or of everything when there are no parents. */
final class PartitionState {

    private final String name;
    private final DeduplicationIndex seen = new DeduplicationIndex();
    /** The keys as text, for events of deleted records; empty unless deletions are detected. */
    private final Map<Fingerprint, String> keys = new HashMap<>();

    private boolean aged;
    private boolean readEnded = true;
    private Checkpoint checkpoint = Checkpoint.NONE;

    PartitionState(String name) {
        this.name = name;
    }

    /** For marks that are the times at which records were seen: records seen by an earlier process count as seen now. */
    void refreshMarks(long millis) {
        if (!aged) {
            seen.markAll(millis);
            aged = true;
        }
    }

    /** Starts a read from a position on. */
    void startRead() {
        seen.startRead(readEnded);
        readEnded = false;
    }

    /** The read is complete: the next one is compared with it. */
    void endRead() {
        readEnded = true;
    }

    /** The read is discarded: the next one is compared with the read before it. */
    void abandonRead() {
        readEnded = false;
    }

    String name() {
        return name;
    }

    DeduplicationIndex seen() {
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
