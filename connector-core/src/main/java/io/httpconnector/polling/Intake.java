package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.polling.Identity.Item;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.trigger.Change;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivered;
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
final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);

    private static final long DELETED = -1;

    private final Definition definition;
    private final TriggerState state;
    private final Scope scope;
    private final JsonNode parent;
    private final Run run;
    private final Mode mode;
    private final boolean silent;
    /** Of the trigger and the parent. */
    private final Fingerprint origin;

    private final MessageDigest digest = Fingerprint.sha256();
    private final List<Pending> pending = new ArrayList<>();
    /** Of a silent poll, the newest: they are events in the end. The least new one is first. */
    private final PriorityQueue<Pending> newest = new PriorityQueue<>(Comparator.comparingLong(Pending::mark)
            .thenComparing(Comparator.comparingLong(Pending::index).reversed()));

    private int pages;
    private long records;
    private long handled;
    private long dead;
    private long ignored;
    private boolean warned;
    /** Of what is pending, in bytes of the answer. */
    private long weight;

    private record Pending(Item item, long mark, long index) {}

    private record Fresh(Pending pending, Change change, String eventId) {}

    Intake(
            Definition definition,
            TriggerState state,
            Scope scope,
            JsonNode parent,
            Run run,
            Mode mode,
            boolean silent) {
        this.definition = definition;
        this.state = state;
        this.scope = scope;
        this.parent = parent;
        this.run = run;
        this.mode = mode;
        this.silent = silent;
        this.origin = Fingerprint.of(definition.id() + "\n" + scope.name());
    }

    PollResult result() {
        return new PollResult(pages, records, handled, dead, ignored, false, false);
    }

    void countPage() {
        pages++;
        run.progress().page(result());
    }

    /** Takes a record, and gives back by what it is known. */
    Fingerprint take(JsonNode tree, long bytes) {
        Item item = identify(tree);
        Long mark = mark(tree);
        records++;
        if (mark == null) {
            ignored++;
        } else {
            pending.add(new Pending(item, mark, records));
            weight += bytes;
            if (pending.size() >= definition.limits().batch()
                    || weight >= definition.connection().maxResponseBytes()) {
                flush();
                state.commit();
            }
        }
        return item.print();
    }

    private Item identify(JsonNode tree) {
        try {
            return definition.identity().of(tree, digest);
        } catch (ConnectorException e) {
            throw unexpected(String.valueOf(e.getMessage()), e);
        }
    }

    private @Nullable Long mark(JsonNode tree) {
        try {
            return mode.mark(tree);
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw unexpected("A record has something at the field of the cursor that is neither time nor number", e);
        }
    }

    private static PollingException unexpected(String message, RuntimeException cause) {
        return new PollingException(Reason.UNEXPECTED_ANSWER, message, cause);
    }

    /** Finishes what is in memory, to be committed then; stops when a handler was stopped. */
    void flush() {
        List<Fresh> fresh = sift();
        pending.clear();
        weight = 0;
        if (silent) {
            fresh.forEach(this::keepNewest);
        } else {
            deliver(fresh);
        }
        if (scope.seen().size() > definition.limits().keys()) {
            mode.forget();
        }
        if (scope.seen().size() > definition.limits().keys()) {
            state.commit();
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "More than " + definition.limits().keys() + " keys would have to be remembered: raise"
                            + " rememberAtMost(...), shorten the lookback, or say that the service lists the oldest first");
        }
    }

    /** What is new counts as seen from here on; when the poll fails, what is in memory is not what is stored, and is dropped. */
    private List<Fresh> sift() {
        List<Fresh> fresh = new ArrayList<>(pending.size());
        Set<Fingerprint> here = new HashSet<>();
        for (Pending one : pending) {
            Fingerprint print = one.item.print();
            Seen.Entry known = scope.seen().get(print);
            boolean isFirst = here.add(print);
            if (known == null || isUpdated(known, one)) {
                if (!isFirst && known != null && known.mark() == one.mark) {
                    warnOfKey();
                }
                scope.seen().put(print, one.item.version(), one.mark);
                fresh.add(new Fresh(one, change(known), eventId(one.item, known)));
            } else {
                seenAgain(one, known);
            }
        }
        return fresh;
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

    private boolean isUpdated(Seen.Entry known, Pending one) {
        if (!definition.identity().hasVersions() || known.version() == one.item.version()) {
            return false;
        }
        // An older version comes from a copy that lags behind.
        return !mode.isOlder(one.mark, known.mark());
    }

    private Change change(Seen.@Nullable Entry known) {
        if (known != null) {
            return Change.UPDATED;
        }
        boolean asksForChanges =
                definition.cursor() != null && definition.identity().hasVersions();
        return asksForChanges ? Change.NEW_OR_UPDATED : Change.NEW;
    }

    /** A version that is a hash may come back, and a record that was deleted may, too: then the poll makes the difference. */
    private String eventId(Item item, Seen.@Nullable Entry known) {
        Fingerprint id = event(item.print()).with(item.version());
        return definition.identity().hashed() || definition.deletions()
                ? id.with(scope.checkpoint().polls())
                        .with(known == null ? 0 : known.version())
                        .toString()
                : id.toString();
    }

    private Fingerprint event(Fingerprint key) {
        return origin.with(key.high()).with(key.low());
    }

    private void seenAgain(Pending one, Seen.Entry known) {
        long mark = Math.max(one.mark, known.mark());
        if (mark != known.mark()) {
            scope.seen().put(one.item.print(), known.version(), mark);
            if (mode.keepsMarks()) {
                state.seen(scope, one.item.print(), known.version(), mark);
            }
        }
    }

    private void keepNewest(Fresh fresh) {
        int most = definition.first().last();
        Pending displaced = fresh.pending;
        if (most > 0) {
            newest.add(fresh.pending);
            displaced = newest.size() > most ? newest.poll() : null;
        }
        if (displaced != null) {
            note(displaced);
        }
    }

    /** The poll has failed: the newest ones, which are still to be delivered, don't count as seen. */
    void abandon() {
        newest.forEach(one -> scope.seen().remove(one.item.print()));
    }

    /** Of a silent first poll: delivers the newest after all. */
    void finishFirst() {
        List<Fresh> fresh = new ArrayList<>();
        while (!newest.isEmpty()) {
            Pending one = newest.remove();
            fresh.add(new Fresh(one, change(null), eventId(one.item, null)));
        }
        deliver(fresh);
        state.commit();
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
                note(one.pending);
            }
        }
        endUnless(finished);
    }

    /** Delivers that records are gone. */
    void deliverDeleted(List<Fingerprint> keys) {
        Map<String, Fingerprint> byEvent = new LinkedHashMap<>();
        List<TriggerEvent> events = new ArrayList<>();
        for (Fingerprint key : keys) {
            String text = scope.keys().getOrDefault(key, key.toString());
            String id =
                    event(key).with(DELETED).with(scope.checkpoint().polls()).toString();
            byEvent.put(id, key);
            events.add(event(
                    id,
                    Change.DELETED,
                    text,
                    MissingNode.getInstance(),
                    run.time().now()));
        }
        Finished finished = finished(events);
        byEvent.forEach((id, key) -> {
            if (finished.contains(id)) {
                state.forgotten(scope, key);
            }
        });
        endUnless(finished);
    }

    private void endUnless(Finished finished) {
        if (!finished.isAll()) {
            state.commit();
            if (run.isStopped()) {
                throw new Run.StoppedException();
            }
            if (finished.retryAfter != null) {
                throw new PollingException(finished.retryAfter);
            }
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "There are " + state.countDead() + " dead letters, which is the limit: replay or discard them");
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
        Delivered delivered = run.deadline()
                .handling(() -> definition.delivery().deliver(events, run.time(), run.stop(), run.helpers()));
        List<TriggerEvent> done = delivered.handled();
        handled += done.size();
        if (done.size() == events.size()) {
            return new Finished(null, null);
        }
        Set<String> ids = new HashSet<>();
        done.forEach(event -> ids.add(event.id()));
        for (DeadLetter letter : delivered.dead()) {
            if (state.countDead() < definition.limits().deadLetters()) {
                state.died(letter);
                ids.add(letter.event().id());
                dead++;
            }
        }
        return new Finished(
                ids.size() == events.size() ? null : ids, delivered.retryAfter().orElse(null));
    }

    private TriggerEvent event(String id, Change change, String key, JsonNode payload, Instant now) {
        return new TriggerEvent(id, definition.id(), change, key, payload, parent, now);
    }

    private void note(Pending one) {
        state.seen(scope, one.item.print(), one.item.version(), one.mark);
        if (definition.deletions()) {
            state.named(scope, one.item.print(), one.item.key());
        }
    }
}
