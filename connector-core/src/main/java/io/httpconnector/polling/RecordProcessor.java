package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Response;
import io.httpconnector.internal.Hashing;
import io.httpconnector.polling.DeduplicationIndex.KeyEntry;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.PushJudge.Verdict;
import io.httpconnector.polling.RecordIdentity.Item;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes the records of one poll: determines which are new or updated, delivers their events, and records what was
 * finished. Holds a limited number of records in memory.
 */
final class RecordProcessor implements PageReader.RecordConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    private final TriggerDefinition definition;
    private final PollTransaction transaction;
    private final PollContext context;
    private final ServerClock clock;
    private final ChangeDetection detection;
    private final boolean silent;
    private final @Nullable PushJudge judge;
    private final EventDelivery delivery;
    /** The fingerprint of the trigger and the parent. */
    private final Fingerprint origin;

    private final MessageDigest digest = Hashing.sha256();
    private final List<Pending> pending = new ArrayList<>();
    /** The newest records of a silent poll, the oldest of them first. Their events are delivered at the end. */
    private final PriorityQueue<NewOrUpdated> newest = new PriorityQueue<>(Comparator.comparingLong(NewOrUpdated::mark)
            .thenComparing(Comparator.comparingLong(NewOrUpdated::index).reversed()));

    private int pages;
    private long records;
    private long ignored;
    private boolean warned;
    private boolean hasNewOrUpdated;
    private boolean hasValid;
    private @Nullable PollingException firstProblem;
    private long invalid;
    /** The size of the pending records, in bytes of the response. */
    private long pendingBytes;

    /**
     * A record that was read.
     *
     * @param problem why it is invalid; null for a valid record
     */
    private record Pending(
            Item item, long mark, long index, @Nullable String problem) {}

    /**
     * A record whose event is to be delivered.
     *
     * @param entry the key entry to remember; null when the key is not remembered
     */
    private record NewOrUpdated(Pending pending, @Nullable KeyEntry entry, ChangeType change, String eventId) {
        long mark() {
            return pending.mark;
        }

        long index() {
            return pending.index;
        }
    }

    RecordProcessor(
            TriggerDefinition definition,
            PollTransaction transaction,
            JsonNode parent,
            PollContext run,
            ServerClock clock,
            ChangeDetection mode,
            boolean silent,
            @Nullable PushJudge judge,
            Set<String> handledBefore) {
        this.definition = definition;
        this.transaction = transaction;
        this.context = run;
        this.clock = clock;
        this.detection = mode;
        this.silent = silent;
        this.judge = judge;
        this.delivery = new EventDelivery(definition, transaction, parent, run, handledBefore);
        this.origin = Fingerprint.of(definition.id() + "\n" + transaction.partitionName());
    }

    /** The deliveries of the events of deleted records. */
    DeletedRecords deletions() {
        return new DeletedRecords(transaction, context, delivery, detection, origin, judge);
    }

    /** Whether any record was new or updated. */
    boolean hasNewOrUpdated() {
        return hasNewOrUpdated;
    }

    PollResult result() {
        return new PollResult(pages, records, delivery.handled(), delivery.deadLetters(), ignored, false, false);
    }

    /** Whether records wait for the end of the read. */
    boolean holdsRecords() {
        return !newest.isEmpty();
    }

    void countPage() {
        pages++;
        context.progress().page(result());
    }

    @Override
    public void onResponse(Response response) {
        clock.observe(response);
        detection.onResponse();
    }

    @Override
    public void skip(JsonNode item) {
        recordOther(Fingerprint.of(item).low());
    }

    @Override
    public Fingerprint accept(JsonNode tree, long bytes) {
        // The last record of a page is delivered after the page was read: changes by a handler do not affect the
        // next page.
        if (pending.size() >= definition.limits().batch()
                || pendingBytes + bytes > definition.connection().maxResponseBytes()) {
            flush();
            transaction.commit();
        }
        records++;
        Pending one = pending(tree);
        hasValid |= one.problem == null;
        pending.add(one);
        pendingBytes += bytes;
        return one.item.print();
    }

    @Override
    public boolean isIdentified() {
        return definition.identity().hasKey();
    }

    private Pending pending(JsonNode tree) {
        Item item;
        try {
            item = definition.identity().of(tree, digest);
        } catch (ConnectorException e) {
            // Without a key it could be any record: none is known to be missing.
            detection.reading().markListMissing();
            return invalid(tree, unexpected(String.valueOf(e.getMessage()), e));
        }
        try {
            return new Pending(item, mark(tree), records, null);
        } catch (PollingException e) {
            return invalid(tree, e);
        }
    }

    /** An invalid record is identified by its whole content, so that it becomes one dead letter however often it is read. */
    private Pending invalid(JsonNode tree, PollingException problem) {
        invalid++;
        firstProblem = firstProblem == null ? problem : firstProblem;
        Fingerprint print = Fingerprint.of("invalid\n" + Fingerprint.of(tree));
        Item item = new Item(tree, print.toString(), print, 0);
        return new Pending(
                item, detection.mark(MissingNode.getInstance()), records, String.valueOf(problem.getMessage()));
    }

    /** Where no record has ever been valid, the definition does not fit the service. */
    private void requireValidRecord() {
        boolean isEarlier =
                transaction.checkpoint().started() || transaction.seen().size() > 0;
        if (firstProblem != null && !hasValid && !isEarlier) {
            pending.clear();
            throw firstProblem;
        }
    }

    /** A warning for the status; null when there is none. */
    @Nullable String warning() {
        return invalid == 0
                ? null
                : "invalid records in the last poll: " + invalid
                        + "; each is a dead letter with the reason, unless it was"
                        + " known before";
    }

    private long mark(JsonNode tree) {
        try {
            return detection.mark(tree);
        } catch (DateTimeException e) {
            throw unexpected("The cursor field of a record is neither a time nor a number: " + e.getMessage(), e);
        } catch (ArithmeticException | NumberFormatException e) {
            throw unexpected("The cursor field of a record is neither a time nor a number", e);
        }
    }

    private static PollingException unexpected(String message, RuntimeException cause) {
        return new PollingException(Reason.UNEXPECTED_RESPONSE, message, cause);
    }

    /** Delivers the pending records; the caller commits. Throws when the delivery was stopped. */
    void flush() {
        requireValidRecord();
        List<NewOrUpdated> fresh = selectNewOrUpdated();
        hasNewOrUpdated |= !fresh.isEmpty();
        pending.clear();
        pendingBytes = 0;
        if (silent) {
            fresh.stream()
                    .filter(one -> detection.existedAtStart(one.pending.mark))
                    .forEach(this::keepNewest);
            deliver(fresh.stream()
                    .filter(one -> !detection.existedAtStart(one.pending.mark))
                    .toList());
        } else {
            deliver(fresh);
        }
        if (transaction.seen().size() > definition.limits().keys()) {
            detection.forgetOldKeys();
        }
        if (transaction.seen().size() > definition.limits().keys()) {
            transaction.commit();
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "More than " + definition.limits().keys() + " keys would have to be remembered: "
                            + detection.adviceOnKeys());
        }
    }

    /**
     * Selects the new and updated records: those whose key is unknown, and those known in another version, whichever of the
     * two is later. New keys count as seen from here on; when the poll fails, memory differs from what is stored and is discarded.
     */
    private List<NewOrUpdated> selectNewOrUpdated() {
        List<NewOrUpdated> fresh = new ArrayList<>(pending.size());
        for (int i = 0; i < pending.size(); i++) {
            Pending one = pending.get(i);
            Fingerprint print = one.item.print();
            KeyEntry remembered = transaction.seen().get(print);
            // Decided by the stored state, not by when memory was cleaned up, so that event ids are the same after a
            // crash.
            KeyEntry known = remembered == null || detection.isForgotten(remembered) ? null : remembered;
            long mark = detection.markToStore(one.mark);
            Verdict verdict =
                    judge == null || one.problem != null ? Verdict.UNDECIDED : judge.judge(one.item, one.mark, known);
            if (verdict != Verdict.UNDECIDED) {
                applyVerdict(verdict, one, known, fresh);
                continue;
            }
            if (known == null && !isPush() && detection.isOutsideQuery(one.mark)) {
                ignored++;
                if (detection.recordsOutsideQuery()) {
                    recordOther(print.with(one.item.version()).low());
                }
                continue;
            }
            detection.reading().record(print, known, one.item.version(), mark);
            if (known == null) {
                KeyEntry first = entry(null, KeyEntry.first(one.item.version(), mark));
                transaction.seen().put(print, first);
                fresh.add(newOrUpdated(one, first, first, change(null)));
            } else if (one.problem == null
                    && definition.identity().hasVersions()
                    && known.version() != one.item.version()) {
                if (!warned && known.mark() == mark && isRepeatedInBatch(i)) {
                    warnOfKey();
                }
                KeyEntry next = entry(known, detection.updated(known, one.item.version(), one.mark));
                transaction.seen().put(print, next);
                fresh.add(newOrUpdated(one, next, next, change(known)));
            } else {
                seenAgain(print, known, detection.seenAgain(known, one.mark));
            }
        }
        return fresh;
    }

    private boolean isPush() {
        return judge != null && judge.isPush();
    }

    private KeyEntry entry(@Nullable KeyEntry known, KeyEntry next) {
        return isPush() ? detection.pushed(next, known) : next;
    }

    /** Applies the decision about a record of which polls and pushes have brought several versions. */
    private void applyVerdict(Verdict verdict, Pending one, @Nullable KeyEntry known, List<NewOrUpdated> fresh) {
        Fingerprint print = one.item.print();
        long version = one.item.version();
        KeyEntry next = known == null
                ? KeyEntry.first(version, detection.markToStore(one.mark))
                : detection.updated(known, version, one.mark);
        if (verdict == Verdict.OLDER) {
            // The id of another event of this version must differ.
            KeyEntry counted = known == null ? null : known.withCount(next.count());
            if (counted != null) {
                transaction.seen().put(print, counted);
            }
            fresh.add(newOrUpdated(one, next, counted, change(known)));
        } else if (verdict == Verdict.KNOWN) {
            detection.reading().record(print, known, version, next.mark());
            transaction.seen().put(print, next);
            remember(one, next);
        } else if (!isPush() && known != null) {
            detection.reading().record(print, known, version, next.mark());
            transaction.seen().put(print, known.withReads(true, known.inPreviousRead()));
        } else if (!isPush()) {
            recordOther(print.with(version).low());
        }
    }

    /** Adds a record that is not processed to the read: it is part of its page nevertheless. */
    private void recordOther(long fingerprint) {
        detection.reading().recordOther(fingerprint);
    }

    /** Whether an earlier record of the batch has the same key. */
    private boolean isRepeatedInBatch(int index) {
        Fingerprint print = pending.get(index).item.print();
        return pending.subList(0, index).stream()
                .anyMatch(other -> other.item.print().equals(print));
    }

    /** A poll that reads both records again detects two changes again. */
    private void warnOfKey() {
        warned = true;
        LOG.warn(
                "{}: records in the same batch have the same key and different versions, so that each poll"
                        + " that reads them emits events for both: add a field to key(...) that"
                        + " distinguishes them",
                definition.id());
    }

    private ChangeType change(@Nullable KeyEntry known) {
        if (known != null) {
            return ChangeType.UPDATED;
        }
        boolean asksForChanges =
                definition.cursor() != null && definition.identity().hasVersions();
        return asksForChanges ? ChangeType.NEW_OR_UPDATED : ChangeType.NEW;
    }

    /**
     * Adds the id of the occurrence: a version that recurs, or a record that was deleted and created again, has another id.
     * The id depends only on the stored state and the record, so that an event that is repeated after a crash has the same id.
     */
    private NewOrUpdated newOrUpdated(Pending one, KeyEntry entry, @Nullable KeyEntry remembered, ChangeType change) {
        String id = eventFingerprint(one.item.print())
                .with(entry.version())
                .with(entry.count())
                .with(detection.occurrence(one.mark, entry))
                .toString();
        String stored = judge == null ? id : judge.eventId(one.item.print(), one.item.version(), id);
        return new NewOrUpdated(one, remembered, change, stored);
    }

    private Fingerprint eventFingerprint(Fingerprint key) {
        return origin.with(key.high()).with(key.low());
    }

    private void seenAgain(Fingerprint print, KeyEntry known, KeyEntry again) {
        transaction.seen().put(print, again);
        boolean wasGone = detection.comparesPolls() && !known.inCurrentRead() && !known.inPreviousRead();
        if (detection.persistsMarks() && (again.mark() != known.mark() || wasGone)) {
            transaction.addSeen(print, again);
        }
    }

    private void keepNewest(NewOrUpdated fresh) {
        int max = definition.first().last();
        NewOrUpdated displaced = fresh;
        if (max > 0) {
            newest.add(fresh);
            displaced = newest.size() > max ? newest.poll() : null;
        }
        if (displaced != null) {
            remember(displaced.pending, displaced.entry);
            if (judge != null) {
                judge.skip(displaced.pending.item, displaced.pending.mark);
            }
        }
    }

    /** Called when the poll has failed: the newest records, which were not delivered, do not count as seen. */
    void abandon() {
        newest.forEach(one -> transaction.seen().remove(one.pending.item.print()));
    }

    /** Delivers the events of the newest records of a silent first poll. */
    void deliverNewest() {
        List<NewOrUpdated> fresh = new ArrayList<>();
        while (!newest.isEmpty()) {
            fresh.add(newest.remove());
        }
        deliver(fresh);
        transaction.commit();
    }

    private void deliver(List<NewOrUpdated> fresh) {
        Instant now = context.time().now();
        List<TriggerEvent> events = new ArrayList<>(fresh.size());
        List<NewOrUpdated> valid = new ArrayList<>(fresh.size());
        List<NewOrUpdated> broken = new ArrayList<>(0);
        for (NewOrUpdated one : fresh) {
            Item item = one.pending.item;
            if (one.pending.problem == null) {
                valid.add(one);
                events.add(delivery.event(one.eventId, one.change, item.key(), item.tree(), now));
            } else {
                broken.add(one);
            }
        }
        reserve(valid);
        EventDelivery.DeliveryOutcome finished = delivery.deliver(events);
        for (NewOrUpdated one : valid) {
            if (finished.contains(one.eventId)) {
                markSeen(one);
                if (judge != null) {
                    judge.finish(one.pending.item, one.pending.mark, one.eventId);
                }
            }
        }
        delivery.requireAllFinished(finished);
        for (NewOrUpdated one : broken) {
            Item item = one.pending.item;
            TriggerEvent event = delivery.event(one.eventId, one.change, item.key(), item.tree(), now);
            delivery.keep(event, String.valueOf(one.pending.problem), now);
            markSeen(one);
        }
    }

    /** Stores the ids of events before they are delivered, where another source may bring the same records. */
    private void reserve(List<NewOrUpdated> events) {
        if (judge != null && !events.isEmpty()) {
            events.forEach(one -> judge.reserve(one.pending.item, one.pending.mark, one.eventId));
            transaction.commit();
        }
    }

    private void markSeen(NewOrUpdated one) {
        remember(one.pending, one.entry);
    }

    private void remember(Pending one, @Nullable KeyEntry entry) {
        Item item = one.item;
        if (entry == null) {
            return;
        }
        transaction.addSeen(item.print(), entry);
        if (definition.deletions()) {
            transaction.addKeyText(item.print(), one.problem == null ? item.key() : DeletedRecords.INVALID);
        }
    }
}
