package io.httpconnector.operation;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * OperationState that several nodes share: a node that has not read the last change is rejected. A test can observe each write, and fail
 * it.
 */
final class CrashingStore implements StateStore {

    private final Map<String, List<byte[]>> logs = new ConcurrentHashMap<>();
    private long version;
    volatile Runnable beforeWrite = () -> {};
    volatile Runnable afterWrite = () -> {};

    @Override
    public StateLog open(String id) {
        return new StateLog() {
            private long read = -1;

            @Override
            public void read(Consumer<byte[]> reader) {
                synchronized (CrashingStore.this) {
                    read = version;
                    logs.getOrDefault(id, List.of()).forEach(reader);
                }
            }

            @Override
            public void append(byte[] entry) {
                List<byte[]> all = new ArrayList<>(logs.getOrDefault(id, List.of()));
                all.add(entry.clone());
                write(all);
            }

            @Override
            public void replace(Iterable<byte[]> entries) {
                List<byte[]> all = new ArrayList<>();
                entries.forEach(all::add);
                write(all);
            }

            private void write(List<byte[]> all) {
                beforeWrite.run();
                synchronized (CrashingStore.this) {
                    if (read != version) {
                        throw new StateException(StateFailure.CONFLICT, "another node has written");
                    }
                    read = ++version;
                    logs.put(id, all);
                }
                afterWrite.run();
            }

            @Override
            public void close() {
                // Other nodes that have it open are not known.
            }
        };
    }
}
