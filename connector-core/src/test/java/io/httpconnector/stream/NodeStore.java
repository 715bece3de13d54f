package io.httpconnector.stream;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The view of one node of a state that several nodes share. It can fail, be suspended, and die at any operation. */
class NodeStore implements StateStore {

    /** The state of one id. */
    static final class Shared {
        private List<byte[]> entries = new ArrayList<>();
        private long version;
        private int writes;

        synchronized int writes() {
            return writes;
        }
    }

    /** Called before and after each write; it throws to simulate a crash. */
    interface Step {
        void pass();
    }

    private final Shared shared;
    private final Step step;
    volatile boolean failing;

    NodeStore(Shared shared) {
        this(shared, () -> {});
    }

    NodeStore(Shared shared, Step step) {
        this.shared = shared;
        this.step = step;
    }

    @Override
    public StateLog open(String id) {
        return new StateLog() {
            private long read = -1;

            @Override
            public void read(Consumer<byte[]> reader) {
                check();
                synchronized (shared) {
                    read = shared.version;
                    shared.entries.forEach(reader);
                }
            }

            @Override
            public void append(byte[] entry) {
                write(() -> shared.entries.add(entry.clone()));
            }

            @Override
            public void replace(Iterable<byte[]> all) {
                write(() -> {
                    shared.entries = new ArrayList<>();
                    all.forEach(shared.entries::add);
                });
            }

            private void write(Runnable change) {
                check();
                step.pass();
                synchronized (shared) {
                    if (read != shared.version) {
                        throw new StateException(StateFailure.CONFLICT, "another node has written");
                    }
                    read = ++shared.version;
                    shared.writes++;
                    change.run();
                }
                step.pass();
            }

            @Override
            public void close() {
                // Other nodes that have it open are not known.
            }
        };
    }

    private void check() {
        if (failing) {
            throw new StateException(StateFailure.UNAVAILABLE, "the database is down");
        }
    }
}
