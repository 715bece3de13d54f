package io.httpconnector.polling;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The state of one id shared by several nodes: a node that has not read the entries of another one is rejected. */
final class SharedStore implements StateStore {

    private List<byte[]> entries = new ArrayList<>();
    private long version;

    @Override
    public StateLog open(String id) {
        return new StateLog() {
            private long read = -1;

            @Override
            public void read(Consumer<byte[]> reader) {
                synchronized (SharedStore.this) {
                    read = version;
                    entries.forEach(reader);
                }
            }

            @Override
            public void append(byte[] entry) {
                synchronized (SharedStore.this) {
                    check();
                    entries.add(entry.clone());
                }
            }

            @Override
            public void replace(Iterable<byte[]> all) {
                synchronized (SharedStore.this) {
                    check();
                    entries = new ArrayList<>();
                    all.forEach(entries::add);
                }
            }

            private void check() {
                if (read != version) {
                    throw new StateException(StateFailure.CONFLICT, "another node has written");
                }
                read = ++version;
            }

            @Override
            public void close() {
                // Other nodes that have it open are not known.
            }
        };
    }
}
