package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A detection without positions: the mark of a record is the start time of the poll that saw it last, in milliseconds since
 * 1970. Occurrences are distinguished by the generation.
 */
abstract class TimeOfPollDetection implements ChangeDetection {

    final TriggerDefinition definition;
    final PollTransaction transaction;
    final long startTime;

    TimeOfPollDetection(TriggerDefinition definition, PollTransaction transaction, long now) {
        this.definition = definition;
        this.transaction = transaction;
        this.startTime = now;
    }

    @Override
    public final long mark(JsonNode item) {
        return startTime;
    }

    @Override
    public final long occurrence(long mark, DeduplicationIndex.KeyEntry entry) {
        return transaction.checkpoint().generation();
    }

    /** The time before which a record must have been seen last for its key to be forgotten. */
    final long retentionStart() {
        return startTime - definition.limits().memory().toMillis();
    }
}
