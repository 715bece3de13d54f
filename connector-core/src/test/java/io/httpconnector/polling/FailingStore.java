package io.httpconnector.polling;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.function.Consumer;

/** A store in memory that simulates a full disk. */
final class FailingStore implements StateStore {

    volatile boolean full;
    private final StateStore store = StateStore.inMemory();

    @Override
    public StateLog open(String id) {
        StateLog log = store.open(id);
        return new StateLog() {
            @Override
            public void read(Consumer<byte[]> reader) {
                log.read(reader);
            }

            @Override
            public void append(byte[] entry) {
                check();
                log.append(entry);
            }

            @Override
            public void replace(Iterable<byte[]> entries) {
                check();
                log.replace(entries);
            }

            @Override
            public void close() {
                log.close();
            }
        };
    }

    private void check() {
        if (full) {
            throw new StateException(StateFailure.UNAVAILABLE, "The disk is full");
        }
    }
}
