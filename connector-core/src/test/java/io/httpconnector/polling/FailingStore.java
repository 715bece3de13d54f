package io.httpconnector.polling;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.function.Consumer;

/** A store in memory that simulates a full disk, and a lost connection. */
final class FailingStore implements StateStore {

    volatile boolean full;
    /** Whether entries are stored, but the confirmation is lost. */
    volatile boolean silent;

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
                if (silent) {
                    throw new StateException(StateFailure.UNAVAILABLE, "The connection was closed");
                }
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
