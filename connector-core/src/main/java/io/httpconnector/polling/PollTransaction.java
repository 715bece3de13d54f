package io.httpconnector.polling;

import io.httpconnector.trigger.DeadLetter;
import java.util.Map;

/**
 * The state changes of one poll in one partition. A change takes effect in memory at once; {@link #commit} stores all changes made
 * since the last commit, or none of them. A poll changes and commits its checkpoint only through this object. Not thread-safe.
 */
final class PollTransaction {

    private final TriggerState state;
    private final PartitionState partition;

    PollTransaction(TriggerState state, PartitionState partition) {
        this.state = state;
        this.partition = partition;
    }

    /** The name of the partition; empty when the trigger has no parents. */
    String partitionName() {
        return partition.name();
    }

    Checkpoint checkpoint() {
        return partition.checkpoint();
    }

    void setCheckpoint(Checkpoint next) {
        state.checkpoint(partition, next);
    }

    DeduplicationIndex seen() {
        return partition.seen();
    }

    /** The keys as text; empty unless the trigger detects deletions. */
    Map<Fingerprint, String> keyTexts() {
        return partition.keys();
    }

    /** Sets the marks of all keys that an earlier process has seen to this time; does nothing when called again. */
    void refreshMarks(long millis) {
        partition.refreshMarks(millis);
    }

    void startRead() {
        partition.startRead();
    }

    void endRead() {
        partition.endRead();
    }

    void abandonRead() {
        partition.abandonRead();
    }

    /** Records a key that counts as seen in memory already. */
    void addSeen(Fingerprint key, DeduplicationIndex.KeyEntry entry) {
        state.addSeen(partition, key, entry);
    }

    void addKeyText(Fingerprint key, String text) {
        state.addKeyText(partition, key, text);
    }

    void forget(Fingerprint key) {
        state.forget(partition, key);
    }

    /** Forgets the keys that match. */
    void forgetIf(DeduplicationIndex.Test test) {
        state.forget(partition, test);
    }

    /** The recent occurrences, and the statistics of pushes. */
    PushState pushes() {
        return state.pushes();
    }

    void addOccurrence(Occurrence one) {
        state.addOccurrence(one);
    }

    void recordPushStatistics() {
        state.recordPushStatistics();
    }

    void addDeadLetter(DeadLetter letter) {
        state.addDeadLetter(letter);
    }

    int deadLetterCount() {
        return state.deadLetterCount();
    }

    /** Stores the changes since the last commit, all of them or none. */
    void commit() {
        state.commit();
    }
}
