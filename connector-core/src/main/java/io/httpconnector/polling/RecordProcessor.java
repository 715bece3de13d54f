package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Response;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.RecordIdentity.Item;
import io.httpconnector.polling.SeenKeyIndex.KeyEntry;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.DeliveryResult;
import io.httpconnector.trigger.TriggerEvent;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the records of one poll, finds out which of them are new or updated, has their events delivered, and notes what was
 * finished. A limited number is in memory at a time.
 */
final class RecordProcessor implements PageReader.Taker, ChangeDetection.DeletionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    private static final long DELETED = -1;

    private final TriggerDefinition definition;
    private final PollTransaction transaction;
    private final JsonNode parent;
    private final PollContext run;
    private final ServerClock clock;
    private final ChangeDetection mode;
    private final boolean silent;
    /** Of the trigger and the parent. */
    private final Fingerprint origin;

    private final MessageDigest digest = Fingerprint.sha256();
    private final List<Pending> pending = new ArrayList<>();
    /** Of a silent poll, the newest: they are events in the end. The least new one is first. */
    private final PriorityQueue<Fresh> newest = new PriorityQueue<>(Comparator.comparingLong(Fresh::mark)
            .thenComparing(Comparator.comparingLong(Fresh::index).reversed()));

    private int pages;
    private long records;
    private long handled;
    private long dead;
    private long ignored;
    private boolean warned;
    private boolean hasFresh;
    /** Of what is pending, in bytes of the answer. */
    private long weight;

    private record Pending(Item item, long mark, long index) {}

    private record Fresh(Pending pending, KeyEntry entry, ChangeType change, String eventId) {
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
            boolean silent) {
        this.definition = definition;
        this.transaction = transaction;
        this.parent = parent;
        this.run = run;
        this.clock = clock;
        this.mode = mode;
        this.silent = silent;
        this.origin = Fingerprint.of(definition.id() + "\n" + transaction.partitionName());
    }

    /** Whether a record was new or updated. */
    boolean hasFresh() {
        return hasFresh;
    }

    PollResult result() {
        return new PollResult(pages, records, handled, dead, ignored, false, false);
    }

    void countPage() {
        pages++;
        run.progress().page(result());
    }

    @Override
    public void answered(Response response) {
        clock.observe(response);
        mode.answered();
    }

    @Override
    public void skip(JsonNode item) {
        other(Fingerprint.of(item).low());
    }

    @Override
    public Fingerprint take(JsonNode tree, long bytes) {
        // The last record of a page is delivered after the page was read: what a handler does to it has no influence on
        // the next page.
        if (pending.size() >= definition.limits().batch()
                || weight + bytes > definition.connection().maxResponseBytes()) {
            flush();
            transaction.commit();
        }
        Item item = identify(tree);
        long mark = mark(tree);
        records++;
        pending.add(new Pending(item, mark, records));
        weight += bytes;
        return item.print();
    }

    private Item identify(JsonNode tree) {
        try {
            return definition.identity().of(tree, digest);
        } catch (ConnectorException e) {
            throw unexpected(String.valueOf(e.getMessage()), e);
        }
    }

    private long mark(JsonNode tree) {
        try {
            return mode.mark(tree);
        } catch (DateTimeException e) {
            throw unexpected(
                    "A record has something at the field of the cursor that is neither time nor number: "
                            + e.getMessage(),
                    e);
        } catch (ArithmeticException | NumberFormatException e) {
            throw unexpected("A record has something at the field of the cursor that is neither time nor number", e);
        }
    }

    private static PollingException unexpected(String message, RuntimeException cause) {
        return new PollingException(Reason.UNEXPECTED_RESPONSE, message, cause);
    }

    /** Finishes what is in memory, to be committed then; stops when a handler was stopped. */
    void flush() {
        List<Fresh> fresh = selectNewOrUpdated();
        hasFresh |= !fresh.isEmpty();
        pending.clear();
        weight = 0;
        if (silent) {
            fresh.stream().filter(one -> mode.wasThere(one.pending.mark)).forEach(this::keepNewest);
            deliver(fresh.stream()
                    .filter(one -> !mode.wasThere(one.pending.mark))
                    .toList());
        } else {
            deliver(fresh);
        }
        if (transaction.seen().size() > definition.limits().keys()) {
            mode.forget();
        }
        if (transaction.seen().size() > definition.limits().keys()) {
            transaction.commit();
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "More than " + definition.limits().keys() + " keys would have to be remembered: raise"
                            + " rememberAtMost(...), shorten the lookback, or say that the service lists the oldest first");
        }
    }

    /**
     * Finds out which are new or updated: those that are not known, and those that are known in another version, whichever of the two
     * is the later one. What is new counts as seen from here on; when the poll fails, what is in memory is not what is stored, and is
     * dropped.
     */
    private List<Fresh> selectNewOrUpdated() {
        List<Fresh> fresh = new ArrayList<>(pending.size());
        Set<Fingerprint> here = new HashSet<>();
        for (Pending one : pending) {
            Fingerprint print = one.item.print();
            KeyEntry remembered = transaction.seen().get(print);
            // By what is stored, and not by when memory was tidied up, so that ids are the same after a crash.
            KeyEntry known = remembered == null || mode.isForgotten(remembered) ? null : remembered;
            long mark = mode.kept(one.mark);
            if (known == null && mode.isOutside(one.mark)) {
                ignored++;
                if (mode.countsOutside()) {
                    other(print.with(one.item.version()).low());
                }
                continue;
            }
            mode.reading().record(print, known, one.item.version(), mark);
            boolean isFirst = here.add(print);
            if (known == null) {
                KeyEntry first = KeyEntry.first(one.item.version(), mark);
                transaction.seen().put(print, first);
                fresh.add(fresh(one, first, change(null)));
            } else if (definition.identity().hasVersions() && known.version() != one.item.version()) {
                if (!isFirst && known.mark() == mark) {
                    warnOfKey();
                }
                KeyEntry next = mode.updated(known, one.item.version(), one.mark);
                transaction.seen().put(print, next);
                fresh.add(fresh(one, next, change(known)));
            } else {
                seenAgain(print, known, mode.again(known, one.mark));
            }
        }
        return fresh;
    }

    /** A record that does not count takes a place on its page all the same. */
    private void other(long fingerprint) {
        mode.reading().other(fingerprint);
    }

    /** Whoever reads both in the next poll again finds two changes again. */
    private void warnOfKey() {
        if (!warned) {
            warned = true;
            LOG.warn(
                    "{}: records next to each other have the same key and different versions, so that each poll that reads"
                            + " them makes events of both: add a field to key(...) that tells them apart",
                    definition.id());
        }
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
     * With the id of the occurrence: a version that comes back, or a record that was deleted and comes again, is another one. It follows
     * from what is stored and from the record alone, so that an event that is repeated after a crash has the same.
     */
    private Fresh fresh(Pending one, KeyEntry entry, ChangeType change) {
        String id = event(one.item.print())
                .with(entry.version())
                .with(entry.count())
                .with(mode.occurrence(one.mark, entry))
                .toString();
        return new Fresh(one, entry, change, id);
    }

    private Fingerprint event(Fingerprint key) {
        return origin.with(key.high()).with(key.low());
    }

    private void seenAgain(Fingerprint print, KeyEntry known, KeyEntry again) {
        transaction.seen().put(print, again);
        boolean wasGone = mode.comparesPolls() && !known.here() && !known.before();
        if (mode.keepsMarks() && (again.mark() != known.mark() || wasGone)) {
            transaction.addSeen(print, again);
        }
    }

    private void keepNewest(Fresh fresh) {
        int max = definition.first().last();
        Fresh displaced = fresh;
        if (max > 0) {
            newest.add(fresh);
            displaced = newest.size() > max ? newest.poll() : null;
        }
        if (displaced != null) {
            note(displaced);
        }
    }

    /** The poll has failed: the newest ones, which are still to be delivered, don't count as seen. */
    void abandon() {
        newest.forEach(one -> transaction.seen().remove(one.pending.item.print()));
        newest.clear();
    }

    /** Of a silent first poll: delivers the newest after all. */
    void finishFirst() {
        List<Fresh> fresh = new ArrayList<>();
        while (!newest.isEmpty()) {
            fresh.add(newest.remove());
        }
        deliver(fresh);
        transaction.commit();
    }

    private void deliver(List<Fresh> fresh) {
        Instant now = run.time().now();
        List<TriggerEvent> events = new ArrayList<>(fresh.size());
        for (Fresh one : fresh) {
            Item item = one.pending.item;
            events.add(event(one.eventId, one.change, item.key(), item.tree(), now));
        }
        Finished finished = finished(events);
        for (Fresh one : fresh) {
            if (finished.contains(one.eventId)) {
                note(one);
            }
        }
        endUnless(finished);
    }

    /** Delivers that records are gone. */
    @Override
    public void deliverDeleted(List<Fingerprint> keys) {
        Map<String, Fingerprint> byEvent = new LinkedHashMap<>();
        List<TriggerEvent> events = new ArrayList<>();
        for (Fingerprint key : keys) {
            String text = transaction.keyTexts().getOrDefault(key, key.toString());
            KeyEntry known = transaction.seen().get(key);
            String id = event(key)
                    .with(DELETED)
                    .with(known == null ? 0 : known.version())
                    .with(known == null ? 0 : known.count())
                    .with(transaction.checkpoint().generation())
                    .toString();
            byEvent.put(id, key);
            events.add(event(
                    id,
                    ChangeType.DELETED,
                    text,
                    MissingNode.getInstance(),
                    run.time().now()));
        }
        Finished finished = finished(events);
        byEvent.forEach((id, key) -> {
            if (finished.contains(id)) {
                transaction.forget(key);
            }
        });
        endUnless(finished);
    }

    private void endUnless(Finished finished) {
        if (!finished.isAll()) {
            transaction.commit();
            if (run.isStopped()) {
                throw new PollContext.StoppedException();
            }
            if (finished.retryAfter != null) {
                throw new PollingException(finished.retryAfter);
            }
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "There are " + transaction.deadLetterCount()
                            + " dead letters, which is the limit: replay or discard them");
        }
    }

    /**
     * What came of a delivery.
     *
     * @param ids the events that were handled, or are kept as dead letters; null for all
     * @param retryAfter when the others are to be delivered
     */
    private record Finished(
            @Nullable Set<String> ids, @Nullable Duration retryAfter) {

        boolean isAll() {
            return ids == null;
        }

        boolean contains(String eventId) {
            return ids == null || ids.contains(eventId);
        }
    }

    private Finished finished(List<TriggerEvent> events) {
        if (events.isEmpty()) {
            return new Finished(null, null);
        }
        DeliveryResult delivered = run.deadline()
                .handling(() -> definition.delivery().deliver(events, run.time(), run.stop(), run.helpers()));
        List<TriggerEvent> done = delivered.handled();
        handled += done.size();
        if (done.size() == events.size()) {
            return new Finished(null, null);
        }
        Set<String> ids = new HashSet<>();
        done.forEach(event -> ids.add(event.id()));
        for (DeadLetter letter : delivered.dead()) {
            if (transaction.deadLetterCount() < definition.limits().deadLetters()) {
                transaction.addDeadLetter(letter);
                ids.add(letter.event().id());
                dead++;
            }
        }
        return new Finished(
                ids.size() == events.size() ? null : ids, delivered.retryAfter().orElse(null));
    }

    private TriggerEvent event(String id, ChangeType change, String key, JsonNode payload, Instant now) {
        return new TriggerEvent(id, definition.id(), change, key, payload, parent, now);
    }

    private void note(Fresh one) {
        Item item = one.pending.item;
        transaction.addSeen(item.print(), one.entry);
        if (definition.deletions()) {
            transaction.addKeyText(item.print(), item.key());
        }
    }
}
