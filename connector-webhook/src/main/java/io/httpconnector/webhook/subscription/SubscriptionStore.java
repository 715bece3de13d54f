package io.httpconnector.webhook.subscription;

import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateRetry;
import io.httpconnector.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The stored state of a subscription. It is open only for the moment of a change, so that all nodes can read and change it.
 * Thread-safe.
 */
final class SubscriptionStore {

    private static final StateRetry RETRY = new StateRetry(20, 400);

    private final StateStore store;
    private final String id;
    private volatile StoredState last = new StoredState();

    SubscriptionStore(StateStore store, String id) {
        this.store = store;
        this.id = id;
    }

    /** Returns the state that was read last, which must not be modified. */
    StoredState last() {
        return last;
    }

    /** Reads the state, which must not be modified. */
    StoredState read() {
        return update(state -> false);
    }

    /**
     * Changes the state. If another node changes it at the same time, the change is made to the state that it has left.
     *
     * @param change changes the state, and returns whether it must be stored; may be called several times
     * @return the state after the change
     */
    StoredState update(Predicate<StoredState> change) {
        return RETRY.run(() -> tryUpdate(change));
    }

    private synchronized StoredState tryUpdate(Predicate<StoredState> change) {
        try (StateLog log = store.open(id)) {
            List<byte[]> entries = new ArrayList<>();
            log.read(entries::add);
            StoredState read =
                    entries.isEmpty() ? new StoredState() : StoredStateCodec.read(id, entries.get(entries.size() - 1));
            StoredState changed = read.copy();
            if (!change.test(changed)) {
                last = read;
                return read;
            }
            changed.version = read.version + 1;
            log.replace(List.of(StoredStateCodec.write(changed)));
            last = changed;
            return changed;
        }
    }
}
