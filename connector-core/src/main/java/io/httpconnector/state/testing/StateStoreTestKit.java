package io.httpconnector.state.testing;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Verifies a {@link StateStore} implementation: nothing is lost, mixed up or partially written, and of two concurrent writers
 * of the same state one is rejected.
 *
 * <pre>{@code
 * @Test
 * void keepsState() {
 *     StateStoreTestKit.of(() -> new RedisStateStore(client)).verify();
 * }
 * }</pre>
 */
public final class StateStoreTestKit {

    private static final int THREADS = 8;

    private final Supplier<StateStore> opening;
    private boolean lasting = true;

    private StateStoreTestKit(Supplier<StateStore> opening) {
        this.opening = opening;
    }

    /**
     * Creates a kit.
     *
     * @param opening opens a store, always with the same content; empty the first time
     * @return the kit
     */
    public static StateStoreTestKit of(Supplier<StateStore> opening) {
        return new StateStoreTestKit(opening);
    }

    /**
     * Declares that the store loses its content when it is closed.
     *
     * @return this
     */
    public StateStoreTestKit forgetful() {
        lasting = false;
        return this;
    }

    /**
     * Runs all checks.
     *
     * @throws AssertionError when a check fails: states which
     */
    public void verify() {
        try (StateStore store = opening.get()) {
            entriesComeBackInOrder(store);
            entriesAreCopies(store);
            replacedEntriesAreGone(store);
            idsAreKeptApart(store);
            aClosedLogRefuses(store);
            onlyOneOfTwoWrites(store);
            threadsDoNotDisturbEachOther(store);
            emptyIdsAreRefused(store);
        }
        if (lasting) {
            entriesOutliveTheStore();
        }
    }

    private void entriesComeBackInOrder(StateStore store) {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        byte[] large = new byte[3 * 1024 * 1024];
        Arrays.fill(large, (byte) 7);
        List<byte[]> entries = List.of(bytes("first"), new byte[0], all, large, bytes("last"));
        try (StateLog log = store.open("kit order")) {
            check(read(log).isEmpty(), "a new id is not empty");
            entries.forEach(log::append);
            check(same(read(log), entries), "entries are not returned as they were appended");
            log.append(bytes("one more"));
        }
        try (StateLog log = store.open("kit order")) {
            List<byte[]> found = read(log);
            check(
                    found.size() == 6,
                    "6 entries were added, and " + found.size() + " are found after it is opened again");
        }
    }

    private void entriesAreCopies(StateStore store) {
        try (StateLog log = store.open("kit copies")) {
            log.read(entry -> {});
            byte[] entry = bytes("kept");
            log.append(entry);
            entry[0] = 'X';
            read(log).get(0)[0] = 'Y';
            check(same(read(log), List.of(bytes("kept"))), "an entry changes when the caller's array does");
        }
    }

    private void replacedEntriesAreGone(StateStore store) {
        try (StateLog log = store.open("kit replace")) {
            log.read(entry -> {});
            log.append(bytes("old 1"));
            log.append(bytes("old 2"));
            log.replace(List.of(bytes("new 1"), bytes("new 2"), bytes("new 3")));
            log.append(bytes("new 4"));
            List<byte[]> expected = List.of(bytes("new 1"), bytes("new 2"), bytes("new 3"), bytes("new 4"));
            check(same(read(log), expected), "replace(...) and append(...) do not result in the expected entries");
            log.replace(List.of());
            check(read(log).isEmpty(), "replace(...) with no entries leaves entries");
        }
        Iterable<byte[]> failing = () -> {
            throw new IllegalArgumentException("kit");
        };
        try (StateLog log = store.open("kit replace")) {
            log.read(entry -> {});
            log.append(bytes("stays"));
            expectFailure(() -> log.replace(failing), "replace(...) with entries that cannot be iterated succeeds");
        }
        try (StateLog log = store.open("kit replace")) {
            check(same(read(log), List.of(bytes("stays"))), "a failed replace(...) has changed the entries");
        }
    }

    private void idsAreKeptApart(StateStore store) {
        List<String> ids =
                List.of("kit a", "kit A", "kit/a", "kit\\a", "../kit", "kit\u00e4\n", "kit".repeat(100), "kit%41");
        for (String id : ids) {
            try (StateLog log = store.open(id)) {
                log.read(entry -> {});
                log.append(bytes(id));
            }
        }
        for (String id : ids) {
            try (StateLog log = store.open(id)) {
                check(same(read(log), List.of(bytes(id))), "the id \"" + id + "\" is mixed up with another");
            }
        }
    }

    private void aClosedLogRefuses(StateStore store) {
        StateLog log = store.open("kit closed");
        log.read(entry -> {});
        log.close();
        log.close();
        expectFailure(() -> log.append(bytes("too late")), "a closed log accepts entries");
        try (StateLog again = store.open("kit closed")) {
            check(read(again).isEmpty(), "a closed log has stored an entry");
        }
    }

    /** The store may reject the second writer when it opens the log, or when it writes. */
    private void onlyOneOfTwoWrites(StateStore store) {
        try (StateLog first = store.open("kit race")) {
            first.read(entry -> {});
            try (StateLog second = store.open("kit race")) {
                second.read(entry -> {});
                first.append(bytes("first"));
                expect(StateFailure.CONFLICT, () -> second.append(bytes("second")));
                expect(StateFailure.CONFLICT, () -> second.replace(List.of(bytes("second"))));
                second.read(entry -> {});
                second.append(bytes("third"));
                expect(StateFailure.CONFLICT, () -> first.append(bytes("fourth")));
            } catch (StateException e) {
                check(
                        e.reason() == StateFailure.IN_USE,
                        "an id that is open is rejected with " + e.reason() + ", not IN_USE");
            }
        }
    }

    private void threadsDoNotDisturbEachOther(StateStore store) {
        AtomicInteger added = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                String own = "kit thread " + thread;
                running.add(threads.submit(() -> addMany(store, own, added)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError("threads with separate ids interfere: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
        int found = 0;
        for (String id : ids("kit thread ", "kit shared")) {
            try (StateLog log = store.open(id)) {
                found += read(log).size();
            }
        }
        check(
                found == added.get(),
                added.get() + " entries were appended by several threads, and " + found + " were found");
    }

    private static List<String> ids(String prefix, String shared) {
        List<String> ids = new ArrayList<>(List.of(shared));
        for (int thread = 0; thread < THREADS; thread++) {
            ids.add(prefix + thread);
        }
        return ids;
    }

    /** Appends to a separate id, where all must succeed, and to a shared id, where each append may be rejected. */
    private static void addMany(StateStore store, String own, AtomicInteger added) {
        for (int i = 0; i < 50; i++) {
            try (StateLog log = store.open(own)) {
                log.read(entry -> {});
                log.append(bytes("own " + i));
                added.incrementAndGet();
            }
            try (StateLog log = store.open("kit shared")) {
                log.read(entry -> {});
                log.append(bytes(own + " " + i));
                added.incrementAndGet();
            } catch (StateException e) {
                check(
                        e.reason() == StateFailure.IN_USE || e.reason() == StateFailure.CONFLICT,
                        "one of two writers is rejected with " + e.reason() + ", neither IN_USE nor CONFLICT");
            }
        }
    }

    private void emptyIdsAreRefused(StateStore store) {
        try {
            store.open(" ").close();
        } catch (InvalidDefinitionException e) {
            return;
        }
        throw new AssertionError("an empty id is not rejected with an InvalidDefinitionException");
    }

    private void entriesOutliveTheStore() {
        try (StateStore store = opening.get();
                StateLog log = store.open("kit order")) {
            check(read(log).size() == 6, "entries are lost when the store is closed and opened again");
        }
    }

    private static List<byte[]> read(StateLog log) {
        List<byte[]> entries = new ArrayList<>();
        log.read(entries::add);
        return entries;
    }

    private static boolean same(List<byte[]> found, List<byte[]> expected) {
        boolean same = found.size() == expected.size();
        for (int i = 0; same && i < found.size(); i++) {
            same = Arrays.equals(found.get(i), expected.get(i));
        }
        return same;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void expect(StateFailure reason, Runnable step) {
        try {
            step.run();
        } catch (StateException e) {
            check(e.reason() == reason, "it is rejected with " + e.reason() + ", not with " + reason);
            return;
        }
        throw new AssertionError("a writer that has not read another writer's entry is not rejected");
    }

    private static void expectFailure(Runnable step, String problem) {
        try {
            step.run();
        } catch (StateException | IllegalArgumentException e) {
            return;
        }
        throw new AssertionError(problem);
    }

    private static void check(boolean good, String problem) {
        if (!good) {
            throw new AssertionError("The store is invalid: " + problem);
        }
    }
}
