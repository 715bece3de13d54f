package io.httpconnector.polling;

import io.httpconnector.polling.DeduplicationIndex.KeyEntry;
import io.httpconnector.polling.RecordIdentity.Item;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the recent occurrences whether a record is an event, where polls and pushes bring the same records in any order; and
 * records the occurrences whose events are finished. Not thread-safe.
 *
 * <p>The id of an event is stored before the event is delivered: after a crash the event has the same id, whichever source brings it
 * again, and whatever the other has brought in the meantime.
 */
final class PushJudge {

    /** A decision about a record. */
    enum Verdict {
        /** The known records decide, as without pushes. */
        UNDECIDED,
        /** It was delivered before, but is not remembered as the current version. */
        KNOWN,
        /** It is no event, and changes nothing. */
        IGNORED,
        /** It is an event, but not the current version of the record. */
        OLDER
    }

    private final PushSettings settings;
    private final PollTransaction transaction;
    private final PushState state;
    private final ChangeDetection detection;
    private final boolean isPush;
    private final boolean isCurrent;
    private final boolean isFirst;
    private final long now;
    private final Set<Fingerprint> finished = new HashSet<>();
    private long known;
    private long outdated;

    private PushJudge(
            PushSettings settings,
            PollTransaction transaction,
            ChangeDetection detection,
            boolean isPush,
            boolean isCurrent,
            long now) {
        this.settings = settings;
        this.transaction = transaction;
        this.state = transaction.pushes();
        this.detection = detection;
        this.isPush = isPush;
        this.isCurrent = isCurrent;
        this.isFirst = !transaction.checkpoint().started();
        this.now = now;
    }

    /** A judge of the records of a poll; null when the trigger accepts no pushes. */
    static @Nullable PushJudge ofPoll(
            @Nullable PushSettings settings, PollTransaction transaction, ChangeDetection detection, long now) {
        return settings == null ? null : new PushJudge(settings, transaction, detection, false, false, now);
    }

    /** A judge of pushed records. */
    static PushJudge ofPush(
            PushSettings settings,
            PollTransaction transaction,
            ChangeDetection detection,
            boolean isCurrent,
            long now) {
        return new PushJudge(settings, transaction, detection, true, isCurrent, now);
    }

    boolean isPush() {
        return isPush;
    }

    /** The number of pushed records whose version was delivered before. */
    long known() {
        return known;
    }

    /** The number of pushed records that are outdated. */
    long outdated() {
        return outdated;
    }

    Verdict judge(Item item, long mark, @Nullable KeyEntry current) {
        Occurrence hit = state.find(item.print(), item.version());
        Occurrence delivered = hit != null && hit.isDelivered() ? hit : null;
        Occurrence deletion = state.deletion(item.print());
        long order = order(item, mark);
        return isPush
                ? judgePushed(item, mark, order, current, delivered, deletion)
                : judgePolled(item, order, current, delivered, deletion);
    }

    private Verdict judgePolled(
            Item item,
            long order,
            @Nullable KeyEntry current,
            @Nullable Occurrence delivered,
            @Nullable Occurrence deletion) {
        if (current != null && current.version() == item.version()) {
            return Verdict.UNDECIDED;
        }
        if (deletion != null && current == null) {
            boolean isBefore = isComparable(order, deletion.order()) && order <= deletion.order();
            return isBefore || detection.isReadSince(deletion.time()) ? Verdict.IGNORED : Verdict.UNDECIDED;
        }
        if (delivered == null) {
            return Verdict.UNDECIDED;
        }
        if (current == null) {
            return order == delivered.order() ? Verdict.KNOWN : Verdict.UNDECIDED;
        }
        long currentOrder = order(item.print(), current);
        boolean isOrdered = isComparable(order, currentOrder) && order == delivered.order() && order != currentOrder;
        if (!isOrdered) {
            // What was delivered last is not what the service has: the record has this version once more.
            return Verdict.UNDECIDED;
        }
        return order > currentOrder ? Verdict.KNOWN : Verdict.IGNORED;
    }

    private Verdict judgePushed(
            Item item,
            long mark,
            long order,
            @Nullable KeyEntry current,
            @Nullable Occurrence delivered,
            @Nullable Occurrence deletion) {
        if (isCurrent) {
            confirmAll(item.print());
        }
        if (deletion != null && current == null) {
            boolean isBefore = isComparable(order, deletion.order()) && order <= deletion.order();
            Occurrence ended = state.findEnded(item.print(), item.version());
            if (ended != null && ended.isPushExpected()) {
                confirm(ended);
                return knownOne();
            }
            return isCurrent && !isBefore ? Verdict.UNDECIDED : outdatedOne();
        }
        if (delivered != null && order == delivered.order()) {
            boolean isAgain = isCurrent
                    && order == Occurrence.UNORDERED
                    && current != null
                    && current.version() != item.version();
            if (isAgain) {
                return Verdict.UNDECIDED;
            }
            confirm(delivered);
            return knownOne();
        }
        if (current != null && current.version() == item.version()) {
            state.countDuplicate();
            return knownOne();
        }
        boolean isOlder = current != null
                ? isComparable(order, order(item.print(), current)) && order < order(item.print(), current)
                : detection.isOutsideQuery(mark);
        if (!isOlder) {
            return Verdict.UNDECIDED;
        }
        if (state.findEnded(item.print(), item.version()) != null) {
            state.countDuplicate();
            return knownOne();
        }
        return state.isBeyondHorizon(order) ? outdatedOne() : Verdict.OLDER;
    }

    private Verdict knownOne() {
        known++;
        return Verdict.IGNORED;
    }

    private Verdict outdatedOne() {
        outdated++;
        state.countOutdated();
        return Verdict.IGNORED;
    }

    private void confirm(Occurrence delivered) {
        Occurrence confirmed = state.confirm(delivered);
        if (confirmed != null) {
            transaction.addOccurrence(confirmed);
        }
    }

    /** A push whose record was read now announces all versions that were read before. */
    private void confirmAll(Fingerprint key) {
        state.awaitedOf(key).forEach(this::confirm);
    }

    private static boolean isComparable(long order, long other) {
        return order != Occurrence.UNORDERED && other != Occurrence.UNORDERED;
    }

    /** The order of a record. */
    private long order(Item item, long mark) {
        if (settings.hasOrder()) {
            return settings.order(item.tree());
        }
        return detection.isOrdered() && mark < Long.MAX_VALUE ? mark : Occurrence.UNORDERED;
    }

    /** The order of the current version of a record. */
    private long order(Fingerprint key, KeyEntry current) {
        Occurrence known = state.find(key, current.version());
        if (known != null && known.order() != Occurrence.UNORDERED) {
            return known.order();
        }
        boolean isMarked = !settings.hasOrder() && detection.isOrdered() && current.mark() < Long.MAX_VALUE;
        return isMarked ? current.mark() : Occurrence.UNORDERED;
    }

    /** Decides whether the event of a deleted record is to be delivered. */
    boolean isDeletionNew(Item item, @Nullable KeyEntry current) {
        if (current == null && state.deletion(item.print()) != null) {
            confirm(deletionOf(item.print()));
            known++;
            return false;
        }
        long order = deletionOrder(item);
        // The polls forget a record that is older than their position.
        long latest = current == null ? state.latestOrder(item.print()) : order(item.print(), current);
        if (!isCurrent && isComparable(order, latest) && order < latest) {
            outdated++;
            state.countOutdated();
            return false;
        }
        return true;
    }

    /** The order of the record in a deletion, which may lack the field of the cursor. */
    private long deletionOrder(Item item) {
        if (settings.hasOrder()) {
            return settings.order(item.tree());
        }
        return detection.isOrdered()
                ? detection.positionOf(item.tree()).orElse(Occurrence.UNORDERED)
                : Occurrence.UNORDERED;
    }

    private Occurrence deletionOf(Fingerprint key) {
        Occurrence deletion = state.deletion(key);
        if (deletion == null) {
            throw new IllegalStateException("the record was not deleted");
        }
        return deletion;
    }

    /** The id that was stored before its event was delivered, or the given one. */
    String eventId(Fingerprint key, long version, String computed) {
        Occurrence hit = state.find(key, version);
        return hit != null && !hit.isDelivered() ? hit.event().toString() : computed;
    }

    /** Stores the id of an event before it is delivered; the caller commits. */
    void reserve(Item item, long mark, String eventId) {
        reserve(item.print(), item.version(), order(item, mark), eventId);
    }

    /** Stores the id of the event of a deleted record before it is delivered; the caller commits. */
    void reserveDeletion(Fingerprint key, String eventId) {
        reserve(key, Occurrence.DELETION, Occurrence.UNORDERED, eventId);
    }

    private void reserve(Fingerprint key, long version, long order, String eventId) {
        Occurrence hit = state.find(key, version);
        // An id that is reserved is written again, so that a conflict with another process is noticed before the
        // delivery.
        transaction.addOccurrence(
                hit != null && !hit.isDelivered() ? hit : new Occurrence(key, version, print(eventId), order, now, 0));
    }

    /** Called when the event of a record is finished. */
    void finish(Item item, long mark, String eventId) {
        finish(item.print(), item.version(), order(item, mark), eventId);
    }

    /** Called when the event of a deleted record is finished, before its key is forgotten. */
    void finishDeletion(Fingerprint key, @Nullable Item item, String eventId) {
        KeyEntry current = transaction.seen().get(key);
        long order = item == null ? Occurrence.UNORDERED : deletionOrder(item);
        long before = current == null ? Occurrence.UNORDERED : order(key, current);
        finish(key, Occurrence.DELETION, Math.max(order, before), eventId);
    }

    private void finish(Fingerprint key, long version, long order, String eventId) {
        int source =
                isPush ? Occurrence.PUSHED : (isFirst ? Occurrence.POLLED | Occurrence.BASELINE : Occurrence.POLLED);
        Occurrence done = new Occurrence(key, version, print(eventId), order, now, Occurrence.DELIVERED | source);
        transaction.addOccurrence(done);
        state.countDelivered(done);
        finished.add(key);
    }

    /** Whether the event of a key is finished. */
    boolean isFinished(Fingerprint key) {
        return finished.contains(key);
    }

    /** Called for a record that counts as seen without an event. */
    void skip(Item item, long mark) {
        state.raiseHorizon(order(item, mark));
    }

    private static Fingerprint print(String eventId) {
        Fingerprint print = Fingerprint.read(eventId);
        if (print == null) {
            throw new IllegalStateException("not the id of an event: " + eventId);
        }
        return print;
    }
}
