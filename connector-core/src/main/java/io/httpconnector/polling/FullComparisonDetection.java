package io.httpconnector.polling;

import io.httpconnector.polling.Reading.End;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Detection by comparing a complete read with the known records (snapshot comparison). A missing record counts as deleted when
 * the read is proven; where pages may have shifted, everything is read again immediately, a few times.
 */
final class FullComparisonDetection extends TimeOfPollDetection {

    private static final int MAX_READS = 5;

    private final boolean first;
    private final boolean silent;
    private int reads;
    private boolean again;
    private boolean proven;
    private Reading reading;
    private @Nullable Reading previousReading;

    FullComparisonDetection(TriggerDefinition definition, PollTransaction transaction, long now) {
        super(definition, transaction, now);
        this.first = !transaction.checkpoint().started();
        this.silent = first && definition.first().isSilent();
        this.reading = newReading();
        transaction.refreshMarks(now);
    }

    private Reading newReading() {
        return new Reading(definition.pagination().isStable());
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if (reads > 0 && !again) {
            return null;
        }
        again = false;
        reads++;
        reading = newReading();
        transaction.startRead();
        return Map.of();
    }

    @Override
    public boolean isProof() {
        return reads > 1;
    }

    @Override
    public Reading reading() {
        return reading;
    }

    @Override
    public boolean persistsMarks() {
        return false;
    }

    @Override
    public boolean isReadSince(long millis) {
        return millis >= startTime;
    }

    @Override
    public boolean continuesAfter(Page page, int number, boolean hasNext) {
        return hasNext;
    }

    @Override
    public void endQuery(End end) {
        reading.end(end);
        if (end != End.COMPLETE && end != End.REPEATED) {
            return;
        }
        boolean confirmed =
                previousReading != null && reading.foundTheOrderOf(previousReading) && reading.foundTheSame();
        // Of a read that an earlier poll began, it is not known which records were seen: it proves no deletion.
        proven = !reading.isResumed() && (reading.isComplete() || confirmed);
        previousReading = reading;
        transaction.endRead();
        boolean matters = silent
                || (definition.deletions()
                        && !first
                        && reading.showsLists()
                        && !missing().isEmpty());
        again = !proven && matters && reads < MAX_READS && !reading.isResumed();
    }

    private List<Fingerprint> missing() {
        List<Fingerprint> gone = new ArrayList<>();
        transaction.seen().forEach((key, known) -> {
            if (!known.inCurrentRead()) {
                gone.add(key);
            }
        });
        return gone;
    }

    @Override
    public void finish(DeletionHandler deletions) {
        boolean isOneRead = reading.isResumed() && reading.isComplete() && !definition.deletions();
        if (!proven && !isOneRead) {
            return;
        }
        if (definition.deletions()) {
            if (!reading.showsLists()) {
                return;
            }
            List<Fingerprint> gone = missing();
            if (!gone.isEmpty()) {
                deletions.deliverDeleted(gone);
                transaction.setCheckpoint(transaction.checkpoint().withNextGeneration());
            }
        } else {
            long forgotten = retentionStart();
            transaction.forgetIf((key, mark, reach) -> mark < forgotten);
        }
    }

    @Override
    public @Nullable String warning() {
        if (definition.deletions()
                && !first
                && !reading.showsLists()
                && !missing().isEmpty()) {
            return "a response did not contain its list of records: missing records are not proven to be"
                    + " deleted; where the service omits an empty list, use RecordSelector.emptyWhen(...) or"
                    + " Pagination.total(...) to recognize an empty list";
        }
        if (reading.isResumed() && definition.deletions() && !first) {
            return "a limit divided the last read among several polls: missing records are not proven to be deleted";
        }
        return again || proven || !(silent || definition.deletions())
                ? null
                : "records have moved or changed during each read of the last poll: missing records are not"
                        + " proven to be deleted";
    }
}
