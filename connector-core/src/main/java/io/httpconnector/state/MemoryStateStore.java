package io.httpconnector.state;

import io.httpconnector.state.StateException.StateFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A store in memory, with a list of entries per id. */
final class MemoryStateStore implements StateStore {

    private final Map<String, List<byte[]>> logs = new ConcurrentHashMap<>();
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    @Override
    public boolean isExclusive() {
        return true;
    }

    @Override
    public StateLog open(String id) {
        StateIds.check(id);
        if (!open.add(id)) {
            throw StateIds.inUse(id);
        }
        return new Log(id);
    }

    /** A log; it is exclusive while it is open. */
    private final class Log implements StateLog {

        private final String id;
        private boolean closed;

        Log(String id) {
            this.id = id;
        }

        @Override
        public void read(Consumer<byte[]> reader) {
            entries().forEach(entry -> reader.accept(entry.clone()));
        }

        @Override
        public void append(byte[] entry) {
            entries().add(entry.clone());
        }

        @Override
        public void replace(Iterable<byte[]> entries) {
            List<byte[]> replaced = new ArrayList<>();
            entries.forEach(entry -> replaced.add(entry.clone()));
            entries();
            logs.put(id, replaced);
        }

        private List<byte[]> entries() {
            if (closed) {
                throw new StateException(StateFailure.UNAVAILABLE, "The state of \"" + id + "\" is closed");
            }
            return logs.computeIfAbsent(id, any -> new ArrayList<>());
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.remove(id);
            }
        }
    }
}
