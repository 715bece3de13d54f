package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The durable state of a trigger that accepts pushed records: the recent occurrences, and the statistics of its pushes. Thread-safe.
 */
final class PushState {

    /** The number of pushes after which the time between them is meaningful. */
    private static final int ENOUGH_GAPS = 10;

    /** The time in which the longest pause between pushes loses half of its weight. */
    private static final double HALF_LIFE = Duration.ofDays(14).toMillis();

    /** The identity of an occurrence. */
    private record Id(Fingerprint key, long version) {}

    private final Map<Id, Occurrence> recent = new LinkedHashMap<>();
    private final Map<Fingerprint, List<Long>> versions = new HashMap<>();
    private final Map<Id, Occurrence> awaited = new LinkedHashMap<>();
    private boolean changed;

    /** Occurrences up to this order may have been forgotten. */
    private long horizon = Occurrence.UNORDERED;

    private long received;
    private long pushedFirst;
    private long polledFirst;
    private long missed;
    private long late;
    private long duplicates;
    private long outdated;
    private long lastPush;
    private int gaps;
    private double longestGap;
    /** The duration of the silence that a poll has explained: nothing had happened. */
    private long explainedSilence;

    private long silentSince;

    synchronized @Nullable Occurrence find(Fingerprint key, long version) {
        Occurrence one = recent.get(new Id(key, version));
        return one == null || one.is(Occurrence.ENDED) ? null : one;
    }

    /** A version that was delivered before its record was deleted; null when there is none. */
    synchronized @Nullable Occurrence findEnded(Fingerprint key, long version) {
        Occurrence one = recent.get(new Id(key, version));
        return one != null && one.is(Occurrence.ENDED) ? one : null;
    }

    /** The deletion of a record that has not been seen since. */
    synchronized @Nullable Occurrence deletion(Fingerprint key) {
        Occurrence deletion = find(key, Occurrence.DELETION);
        return deletion != null && deletion.isDelivered() ? deletion : null;
    }

    /** Returns the greatest order of the delivered versions of a record; {@link Occurrence#UNORDERED} if there is none. */
    synchronized long latestOrder(Fingerprint key) {
        long latest = Occurrence.UNORDERED;
        for (long version : versions.getOrDefault(key, List.of())) {
            Occurrence one = find(key, version);
            if (one != null && one.isDelivered() && !one.isDeletion() && one.order() != Occurrence.UNORDERED) {
                latest = latest == Occurrence.UNORDERED ? one.order() : Math.max(latest, one.order());
            }
        }
        return latest;
    }

    /** Adds or replaces an occurrence. A deletion replaces all versions of its record, and a version the deletion. */
    synchronized void put(Occurrence one) {
        if (one.isDelivered()) {
            for (long other : List.copyOf(versions.getOrDefault(one.key(), List.of()))) {
                boolean isReplaced = one.isDeletion()
                        ? other != one.version()
                        : other == Occurrence.DELETION && deletion(one.key()) != null;
                if (isReplaced && !one.is(Occurrence.ENDED)) {
                    replace(new Id(one.key(), other));
                }
            }
        }
        Id id = new Id(one.key(), one.version());
        if (recent.put(id, one) == null) {
            versions.computeIfAbsent(one.key(), key -> new ArrayList<>(2)).add(one.version());
        }
        if (one.isAwaited()) {
            awaited.put(id, one);
        } else {
            awaited.remove(id);
        }
    }

    /** Ends an occurrence in its place: the first one that is overdue, or to be forgotten, is found by the order of their times. */
    private void replace(Id id) {
        Occurrence ended = recent.get(id);
        boolean isDelivered = ended != null && ended.isDelivered() && !ended.isDeletion();
        if (ended != null && (isDelivered || ended.isPushExpected())) {
            put(ended.with(Occurrence.ENDED));
        } else {
            remove(id);
        }
    }

    private void remove(Id id) {
        recent.remove(id);
        removeFromIndexes(id);
    }

    private void removeFromIndexes(Id id) {
        awaited.remove(id);
        List<Long> left = versions.get(id.key);
        if (left != null) {
            left.remove(id.version);
            if (left.isEmpty()) {
                versions.remove(id.key);
            }
        }
    }

    /** Forgets occurrences that are older than a time, and the oldest above a maximum number. */
    synchronized void forget(long before, int max) {
        Iterator<Occurrence> oldest = recent.values().iterator();
        while (oldest.hasNext()) {
            Occurrence one = oldest.next();
            if (one.time() >= before && recent.size() <= max) {
                return;
            }
            oldest.remove();
            removeFromIndexes(new Id(one.key(), one.version()));
            raiseHorizon(one.order());
        }
    }

    synchronized void raiseHorizon(long order) {
        if (order > horizon && order < Long.MAX_VALUE) {
            horizon = order;
            changed = true;
        }
    }

    /** Whether an occurrence of this order may have been forgotten, so that it is not known whether it was delivered. */
    synchronized boolean isBeyondHorizon(long order) {
        return order <= horizon;
    }

    /** Called when the event of an occurrence is finished. */
    synchronized void countDelivered(Occurrence one) {
        changed = true;
        if (one.is(Occurrence.PUSHED)) {
            pushedFirst++;
        } else if (!one.is(Occurrence.BASELINE)) {
            polledFirst++;
        }
    }

    /**
     * Called when a push has brought an occurrence whose event is finished.
     *
     * @return the changed occurrence; null when nothing has changed
     */
    synchronized @Nullable Occurrence confirm(Occurrence one) {
        changed = true;
        if (one.is(Occurrence.PUSHED)) {
            duplicates++;
            return null;
        }
        if (one.is(Occurrence.MISSED)) {
            late++;
        }
        return one.with(Occurrence.PUSHED);
    }

    /** The awaited occurrences of a record. */
    synchronized List<Occurrence> awaitedOf(Fingerprint key) {
        return awaited.values().stream().filter(one -> one.key().equals(key)).toList();
    }

    synchronized void countDuplicate() {
        duplicates++;
        changed = true;
    }

    synchronized void countOutdated() {
        outdated++;
        changed = true;
    }

    /** Returns the awaited occurrences that were first seen before a time: they are missed. */
    synchronized List<Occurrence> overdue(long before) {
        List<Occurrence> overdue = new ArrayList<>(0);
        for (Occurrence one : awaited.values()) {
            if (one.time() >= before) {
                break;
            }
            overdue.add(one.with(Occurrence.MISSED));
        }
        return overdue;
    }

    /** Counts missed occurrences. */
    synchronized void countMissed(List<Occurrence> overdue) {
        changed |= !overdue.isEmpty();
        missed += overdue.size();
        overdue.forEach(this::put);
    }

    /** The time of the first awaited occurrence; null when there is none. */
    synchronized @Nullable Long firstAwaited() {
        return awaited.isEmpty()
                ? null
                : Long.valueOf(awaited.values().iterator().next().time());
    }

    /** Called when records were pushed; returns whether the pushes had been silent. */
    synchronized boolean pushed(int records, long now) {
        changed = true;
        received += records;
        if (lastPush > 0 && now > lastPush) {
            double gap = (double) (now - lastPush);
            longestGap = Math.max(gap, longestGap * Math.pow(0.5, gap / HALF_LIFE));
            gaps = Math.min(ENOUGH_GAPS, gaps + 1);
        }
        lastPush = Math.max(lastPush, now);
        explainedSilence = 0;
        boolean wasSilent = silentSince > 0;
        silentSince = 0;
        return wasSilent;
    }

    /** The duration of a silence that is not to be expected from the history; null without a history. */
    synchronized @Nullable Long suspiciousSilence(long min) {
        if (gaps < ENOUGH_GAPS) {
            return null;
        }
        long suspicious = Math.max(min, (long) (2 * longestGap));
        return Math.max(suspicious, 2 * explainedSilence);
    }

    /** Called when a poll has succeeded and found nothing that a push had to bring. */
    synchronized void explainSilence(long now) {
        explainedSilence = now - lastPush;
        changed = true;
    }

    /** Called when the pushes are found to be silent. */
    synchronized void silent(long now) {
        silentSince = now;
        changed = true;
    }

    synchronized boolean isSilent() {
        return silentSince > 0;
    }

    /** The time of the last push, in milliseconds since 1970; 0 when there was none. */
    synchronized long lastPush() {
        return lastPush;
    }

    /** Whether the statistics have changed since the last call. */
    synchronized boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    synchronized PushStatus status(long overdueBefore) {
        return new PushStatus(
                received,
                pushedFirst,
                polledFirst,
                missed + overdue(overdueBefore).size(),
                late,
                duplicates,
                outdated,
                lastPush,
                silentSince);
    }

    /** Forgets the occurrences, but not the statistics. */
    synchronized void clear() {
        recent.clear();
        versions.clear();
        awaited.clear();
    }

    synchronized int size() {
        return recent.size();
    }

    synchronized void forEach(Consumer<Occurrence> visitor) {
        recent.values().forEach(visitor);
    }

    /** Whether there is anything to store. */
    synchronized boolean isUsed() {
        return !recent.isEmpty() || received > 0 || polledFirst > 0 || horizon > Occurrence.UNORDERED;
    }

    synchronized ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("horizon", horizon)
                .put("received", received)
                .put("pushedFirst", pushedFirst)
                .put("polledFirst", polledFirst)
                .put("missed", missed)
                .put("late", late)
                .put("duplicates", duplicates)
                .put("outdated", outdated)
                .put("lastPush", lastPush)
                .put("gaps", gaps)
                .put("longestGap", longestGap)
                .put("explainedSilence", explainedSilence)
                .put("silentSince", silentSince);
    }

    synchronized void read(JsonNode json) {
        horizon = json.path("horizon").asLong(Occurrence.UNORDERED);
        received = json.path("received").asLong();
        pushedFirst = json.path("pushedFirst").asLong();
        polledFirst = json.path("polledFirst").asLong();
        missed = json.path("missed").asLong();
        late = json.path("late").asLong();
        duplicates = json.path("duplicates").asLong();
        outdated = json.path("outdated").asLong();
        lastPush = json.path("lastPush").asLong();
        gaps = json.path("gaps").asInt();
        longestGap = json.path("longestGap").asDouble();
        explainedSilence = json.path("explainedSilence").asLong();
        silentSince = json.path("silentSince").asLong();
    }
}
