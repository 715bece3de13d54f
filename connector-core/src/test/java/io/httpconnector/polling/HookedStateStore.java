package io.httpconnector.polling;

import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.function.Consumer;

/** A store that calls a hook before and after each append, such as one that ends the process by an error. */
record HookedStateStore(StateStore store, Runnable hook) implements StateStore {

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
                hook.run();
                log.append(entry);
                hook.run();
            }

            @Override
            public void replace(Iterable<byte[]> entries) {
                log.replace(entries);
            }

            @Override
            public void close() {
                log.close();
            }
        };
    }
}
