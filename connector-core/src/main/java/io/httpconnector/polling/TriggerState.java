package io.httpconnector.polling;

import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.trigger.DeadLetter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable state of a trigger, in memory and in its log. Changes are made in memory, recorded, and stored as one entry by
 * {@link #commit}; this is possible at any time, because only finished work is recorded. When a commit fails, memory is
 * discarded and the state is loaded again.
 */
final class TriggerState {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);
    private static final long WORTH_COMPACTING = 1024 * 1024;
    private static final int BYTES_PER_KEY = 48;
    private static final int BYTES_PER_OCCURRENCE = 80;

    private final StateLog log;
    private final Map<String, PartitionState> partitions = new LinkedHashMap<>();
    private final Map<String, DeadLetter> dead = new LinkedHashMap<>();
    private final PushState pushes = new PushState();
    private @Nullable String definition;
    private StateEntryCodec changes = new StateEntryCodec();
    private long appended;
    private long compactAbove = WORTH_COMPACTING;
    private final Unsaved unsaved;
    private long sum;

    /**
     * Finished changes that could not be stored: they are stored before anything else is delivered, so that no event is
     * delivered twice.
     *
     * @param before the checksum of what was stored before
     * @param entries the entries to store
     */
    record Unsaved(long before, List<byte[]> entries) {
        static final Unsaved NOTHING = new Unsaved(0, List.of());

        boolean isEmpty() {
            return entries.isEmpty();
        }
    }

    private TriggerState(StateLog log) {
        this.log = log;
        this.unsaved = new Unsaved(0, new ArrayList<>());
    }

    /**
     * Loads the state, and stores changes that could not be stored before.
     *
     * @throws StateException when they still cannot be stored: then nothing may be delivered
     */
    static TriggerState load(StateLog log, Unsaved before) {
        TriggerState state = new TriggerState(log);
        Loader loader = state.new Loader();
        log.read(entry -> state.read(entry, loader));
        if (!before.isEmpty() && (state.sum == before.before || state.sum == sum(before))) {
            for (byte[] entry : before.entries) {
                log.append(entry);
                state.read(entry, loader);
            }
        } else if (!before.isEmpty()) {
            LOG.warn("Another process has written the state since it could not be written here: events may be"
                    + " repeated");
        }
        return state;
    }

    private void read(byte[] entry, Loader loader) {
        appended += entry.length;
        sum = sum(sum, entry);
        try {
            StateEntryCodec.read(entry, loader);
        } catch (IOException | RuntimeException e) {
            throw new StateException(StateFailure.CORRUPT, "The state of the trigger is invalid: " + e.getMessage(), e);
        }
    }

    /** The checksum in case the entry was stored but its confirmation was lost. */
    private static long sum(Unsaved before) {
        return sum(before.before, before.entries.get(0));
    }

    private static long sum(long sum, byte[] entry) {
        CRC32C checksum = new CRC32C();
        checksum.update(entry);
        return sum * 31 + checksum.getValue() + entry.length;
    }

    /** The finished changes that are not stored. */
    synchronized Unsaved unsaved() {
        List<byte[]> entries = new ArrayList<>(unsaved.entries);
        if (!changes.isEmpty()) {
            entries.add(changes.toBytes());
        }
        return new Unsaved(sum, entries);
    }

    @Nullable String definition() {
        return definition;
    }

    synchronized void definition(String json) {
        definition = json;
        changes.definition(json);
    }

    synchronized PartitionState partition(String name) {
        return partitions.computeIfAbsent(name, PartitionState::new);
    }

    synchronized List<DeadLetter> deadLetters() {
        return List.copyOf(dead.values());
    }

    synchronized int deadLetterCount() {
        return dead.size();
    }

    synchronized @Nullable DeadLetter deadLetter(String eventId) {
        return dead.get(eventId);
    }

    /** The recent occurrences, and the statistics of pushes. */
    PushState pushes() {
        return pushes;
    }

    synchronized void addOccurrence(Occurrence one) {
        pushes.put(one);
        changes.occurrence(one);
    }

    /** Records the statistics of pushes if they have changed. */
    synchronized void recordPushStatistics() {
        if (pushes.takeChanged()) {
            changes.pushStatistics(pushes.toJson().toString());
        }
    }

    /** Deletes everything except the dead letters and the statistics of pushes. */
    synchronized void reset() {
        partitions.clear();
        pushes.clear();
        compact();
    }

    /** Deletes the known keys, but not the checkpoints. */
    synchronized void resetKeys() {
        List<PartitionState> old = List.copyOf(partitions.values());
        partitions.clear();
        pushes.clear();
        old.forEach(
                scope -> partition(scope.name()).checkpoint(scope.checkpoint().withPaused(null)));
        compact();
    }

    synchronized void checkpoint(PartitionState scope, Checkpoint moved) {
        if (!moved.equals(scope.checkpoint())) {
            scope.checkpoint(moved);
            changes.checkpoint(scope.name(), moved);
        }
    }

    /** Records a key that counts as seen in memory already. */
    synchronized void addSeen(PartitionState scope, Fingerprint key, DeduplicationIndex.KeyEntry entry) {
        changes.seen(scope.name(), key, entry);
    }

    synchronized void addKeyText(PartitionState scope, Fingerprint key, String text) {
        scope.keys().put(key, text);
        changes.keyText(scope.name(), key, text);
    }

    synchronized void forget(PartitionState scope, Fingerprint key) {
        scope.seen().remove(key);
        scope.keys().remove(key);
        changes.forgotten(scope.name(), key);
    }

    /** Forgets the keys that match. */
    synchronized void forget(PartitionState scope, DeduplicationIndex.Test test) {
        List<Fingerprint> old = new ArrayList<>();
        scope.seen().forEach((key, known) -> {
            if (test.test(key, known.mark(), known.reach())) {
                old.add(key);
            }
        });
        if (!old.isEmpty()) {
            old.forEach(key -> changes.forgotten(scope.name(), key));
            scope.seen().removeIf(test);
            checkpoint(scope, scope.checkpoint().withNextGeneration());
        }
    }

    synchronized void addDeadLetter(DeadLetter letter) {
        dead.put(letter.event().id(), letter);
        changes.deadLetterAdded(letter);
    }

    synchronized void removeDeadLetter(String eventId) {
        dead.remove(eventId);
        changes.deadLetterRemoved(eventId);
    }

    /** Stores the changes since the last commit, all of them or none. */
    synchronized void commit() {
        if (changes.isEmpty()) {
            return;
        }
        StateEntryCodec noted = changes;
        changes = new StateEntryCodec();
        byte[] entry = noted.toBytes();
        try {
            log.append(entry);
        } catch (RuntimeException | Error e) {
            unsaved.entries.add(entry);
            throw e;
        }
        sum = sum(sum, entry);
        appended += noted.size();
        if (appended > compactAbove + 3 * live()) {
            tryToCompact();
        }
    }

    /** Compacts the log; if this fails, appending continues. */
    private void tryToCompact() {
        try {
            compact();
            compactAbove = WORTH_COMPACTING;
        } catch (StateException e) {
            if (e.reason() != StateFailure.UNAVAILABLE) {
                throw e;
            }
            compactAbove = 2 * appended;
            LOG.warn("The state could not be compacted and keeps growing", e);
            log.read(entry -> {});
        }
    }

    private long live() {
        long keys = partitions.values().stream()
                .mapToLong(scope -> scope.seen().size() + 2L * scope.keys().size())
                .sum();
        return keys * BYTES_PER_KEY + dead.size() * 1024L + (long) pushes.size() * BYTES_PER_OCCURRENCE;
    }

    private void compact() {
        changes = new StateEntryCodec();
        Stream<Supplier<byte[]>> parts = Stream.concat(
                Stream.of(this::writeRest),
                partitions.values().stream()
                        .flatMap(scope -> IntStream.range(0, scope.seen().parts())
                                .<Supplier<byte[]>>mapToObj(part -> () -> write(scope, part))));
        Iterator<byte[]> entries = parts.map(Supplier::get).iterator();
        long[] replaced = {0};
        log.replace(() -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public byte[] next() {
                byte[] entry = entries.next();
                replaced[0] = sum(replaced[0], entry);
                return entry;
            }
        });
        sum = replaced[0];
        appended = live();
    }

    private byte[] writeRest() {
        StateEntryCodec entry = new StateEntryCodec();
        if (definition != null) {
            entry.definition(definition);
        }
        partitions.values().forEach(scope -> {
            entry.checkpoint(scope.name(), scope.checkpoint());
            scope.keys().forEach((key, text) -> entry.keyText(scope.name(), key, text));
        });
        dead.values().forEach(entry::deadLetterAdded);
        if (pushes.isUsed()) {
            entry.pushStatistics(pushes.toJson().toString());
            pushes.forEach(entry::occurrence);
        }
        return entry.toBytes();
    }

    private static byte[] write(PartitionState scope, int part) {
        StateEntryCodec entry = new StateEntryCodec();
        scope.seen().forEachIn(part, (key, known) -> entry.seen(scope.name(), key, known));
        return entry.toBytes();
    }

    void close() {
        log.close();
    }

    private final class Loader implements StateEntryCodec.Reader {

        @Override
        public void definition(String json) {
            definition = json;
        }

        @Override
        public void checkpoint(String scope, Checkpoint checkpoint) {
            partition(scope).checkpoint(checkpoint);
        }

        @Override
        public void seen(String scope, Fingerprint key, DeduplicationIndex.KeyEntry entry) {
            partition(scope).seen().put(key, entry);
        }

        @Override
        public void keyText(String scope, Fingerprint key, String text) {
            partition(scope).keys().put(key, text);
        }

        @Override
        public void forgotten(String scope, Fingerprint key) {
            partition(scope).seen().remove(key);
            partition(scope).keys().remove(key);
        }

        @Override
        public void deadLetterAdded(DeadLetter letter) {
            dead.put(letter.event().id(), letter);
        }

        @Override
        public void deadLetterRemoved(String eventId) {
            dead.remove(eventId);
        }

        @Override
        public void occurrence(Occurrence occurrence) {
            pushes.put(occurrence);
        }

        @Override
        public void pushStatistics(String json) {
            pushes.read(JsonSupport.parse(json));
        }
    }
}
