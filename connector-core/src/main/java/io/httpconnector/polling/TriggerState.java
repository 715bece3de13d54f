package io.httpconnector.polling;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.Reason;
import io.httpconnector.state.StateLog;
import io.httpconnector.trigger.DeadLetter;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a trigger must not forget: in memory, and in its log. Changes are made in memory, noted, and stored by {@link #commit}
 * as one entry, at any time, because only what is finished is noted. When that fails, what is in memory counts no more: the state is loaded again.
 */
final class TriggerState {

    private static final long WORTH_COMPACTING = 1024 * 1024;
    private static final int BYTES_PER_KEY = 48;

    private final StateLog log;
    private final Map<String, Scope> scopes = new LinkedHashMap<>();
    private final Map<String, DeadLetter> dead = new LinkedHashMap<>();
    private @Nullable String definition;
    private Entries changes = new Entries();
    private long appended;

    private TriggerState(StateLog log) {
        this.log = log;
    }

    static TriggerState load(StateLog log) {
        TriggerState state = new TriggerState(log);
        Loader loader = state.new Loader();
        log.read(entry -> {
            state.appended += entry.length;
            try {
                Entries.read(entry, loader);
            } catch (IOException | RuntimeException e) {
                throw new StateException(
                        Reason.CORRUPT, "The state of the trigger can't be understood: " + e.getMessage(), e);
            }
        });
        return state;
    }

    @Nullable String definition() {
        return definition;
    }

    synchronized void definition(String json) {
        definition = json;
        changes.definition(json);
    }

    synchronized Scope scope(String name) {
        return scopes.computeIfAbsent(name, Scope::new);
    }

    synchronized List<DeadLetter> dead() {
        return List.copyOf(dead.values());
    }

    synchronized int countDead() {
        return dead.size();
    }

    synchronized @Nullable DeadLetter dead(String eventId) {
        return dead.get(eventId);
    }

    /** Forgets everything but the dead letters. */
    synchronized void reset() {
        scopes.clear();
        compact();
    }

    /** Forgets which records were seen, but not how far. */
    synchronized void resetKeys() {
        List<Scope> old = List.copyOf(scopes.values());
        scopes.clear();
        old.forEach(scope -> scope(scope.name()).checkpoint(scope.checkpoint()));
        compact();
    }

    synchronized void checkpoint(Scope scope, Checkpoint moved) {
        if (!moved.equals(scope.checkpoint())) {
            scope.checkpoint(moved);
            changes.checkpoint(scope.name(), moved);
        }
    }

    /** Notes a record that counts as seen in memory already. */
    synchronized void seen(Scope scope, Fingerprint key, long version, long mark) {
        changes.seen(scope.name(), key, version, mark);
    }

    synchronized void named(Scope scope, Fingerprint key, String text) {
        scope.keys().put(key, text);
        changes.named(scope.name(), key, text);
    }

    synchronized void forgotten(Scope scope, Fingerprint key) {
        scope.seen().remove(key);
        scope.keys().remove(key);
        changes.forgotten(scope.name(), key);
    }

    synchronized void died(DeadLetter letter) {
        dead.put(letter.event().id(), letter);
        changes.died(letter);
    }

    synchronized void buried(String eventId) {
        dead.remove(eventId);
        changes.buried(eventId);
    }

    /** Stores what was noted since the last time, all of it or nothing. */
    synchronized void commit() {
        if (changes.isEmpty()) {
            return;
        }
        Entries noted = changes;
        changes = new Entries();
        log.append(noted.toBytes());
        appended += noted.size();
        if (appended > WORTH_COMPACTING + 3 * live()) {
            compact();
        }
    }

    private long live() {
        long keys = scopes.values().stream()
                .mapToLong(scope -> scope.seen().size() + 2L * scope.keys().size())
                .sum();
        return keys * BYTES_PER_KEY + dead.size() * 1024L;
    }

    private void compact() {
        changes = new Entries();
        Stream<Supplier<byte[]>> parts = Stream.concat(
                Stream.of(this::writeRest),
                scopes.values().stream()
                        .flatMap(scope -> IntStream.range(0, scope.seen().parts())
                                .<Supplier<byte[]>>mapToObj(part -> () -> write(scope, part))));
        Iterator<byte[]> entries = parts.map(Supplier::get).iterator();
        log.replace(() -> entries);
        appended = live();
    }

    private byte[] writeRest() {
        Entries entry = new Entries();
        if (definition != null) {
            entry.definition(definition);
        }
        scopes.values().forEach(scope -> {
            entry.checkpoint(scope.name(), scope.checkpoint());
            scope.keys().forEach((key, text) -> entry.named(scope.name(), key, text));
        });
        dead.values().forEach(entry::died);
        return entry.toBytes();
    }

    private static byte[] write(Scope scope, int part) {
        Entries entry = new Entries();
        scope.seen().forEachIn(part, (key, version, mark) -> entry.seen(scope.name(), key, version, mark));
        return entry.toBytes();
    }

    void close() {
        log.close();
    }

    private final class Loader implements Entries.Reader {

        @Override
        public void definition(String json) {
            definition = json;
        }

        @Override
        public void checkpoint(String scope, Checkpoint checkpoint) {
            scope(scope).checkpoint(checkpoint);
        }

        @Override
        public void seen(String scope, Fingerprint key, long version, long mark) {
            scope(scope).seen().put(key, version, mark);
        }

        @Override
        public void named(String scope, Fingerprint key, String text) {
            scope(scope).keys().put(key, text);
        }

        @Override
        public void forgotten(String scope, Fingerprint key) {
            scope(scope).seen().remove(key);
            scope(scope).keys().remove(key);
        }

        @Override
        public void died(DeadLetter letter) {
            dead.put(letter.event().id(), letter);
        }

        @Override
        public void buried(String eventId) {
            dead.remove(eventId);
        }
    }
}
