package io.httpconnector.testing;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A state store in memory that fails on demand, for tests of an application whose disk is full or whose database is down.
 * Nothing is stored while it fails. Thread-safe.
 *
 * <pre>{@code
 * FailingStateStore store = new FailingStateStore();
 * store.fail();                                         // each operation throws StateException with UNAVAILABLE
 * assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
 * store.recover();
 * }</pre>
 */
public final class FailingStateStore implements StateStore {

    private final StateStore store = StateStore.inMemory();
    private volatile boolean isFailing;

    /** Creates an empty store that works. */
    public FailingStateStore() {}

    /** Lets each further operation fail. */
    public void fail() {
        isFailing = true;
    }

    /** Lets further operations succeed again. */
    public void recover() {
        isFailing = false;
    }

    private void check() {
        if (isFailing) {
            throw new StateException(
                    StateException.StateFailure.UNAVAILABLE, "The state store fails, as the test demands");
        }
    }

    @Override
    public StateLog open(String id) {
        check();
        return new FailingLog(store.open(id));
    }

    @Override
    public boolean isExclusive() {
        return store.isExclusive();
    }

    @Override
    public void reset(String id) {
        check();
        store.reset(id);
    }

    @Override
    public void close() {
        store.close();
    }

    private final class FailingLog implements StateLog {

        private final StateLog log;

        private FailingLog(StateLog log) {
            this.log = log;
        }

        @Override
        public void read(Consumer<byte[]> reader) {
            check();
            log.read(reader);
        }

        @Override
        public Optional<String> dropped() {
            return log.dropped();
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
    }
}
