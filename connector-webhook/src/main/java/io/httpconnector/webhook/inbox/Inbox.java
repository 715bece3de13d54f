package io.httpconnector.webhook.inbox;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.Delivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Stores events until they are handled, so that the sender receives its response immediately and need not retry when a handler
 * fails. Implementations must be thread-safe.
 *
 * <p>Implement this interface for an existing database or queue.
 */
public interface Inbox extends AutoCloseable {

    /**
     * The settings of a receiver's mailbox.
     *
     * @param receiver the name of the receiver
     * @param delivery handles the events; determines attempts and concurrency
     * @param window the deduplication window: how long handled events are remembered
     * @param maxIds the maximum number of remembered events
     * @param time the time source, also used to wait between attempts
     */
    record Settings(String receiver, Delivery delivery, Duration window, int maxIds, TimeSource time) {}

    /**
     * Opens the mailbox of a receiver and starts to handle its pending events.
     *
     * @param terms the settings
     * @return the mailbox, to be closed by the receiver
     * @throws io.httpconnector.state.StateException if the mailbox is in use or cannot be read
     */
    Mailbox open(Settings terms);

    /** Releases the resources of the inbox, after its mailboxes are closed. Does nothing by default. */
    @Override
    default void close() {}

    /**
     * Creates an inbox in memory: if the process ends, acknowledged events that are not yet handled are lost.
     *
     * @return an inbox for up to 10,000 events and 64 MB
     */
    static Inbox inMemory() {
        return in(StateStore.inMemory(), 10_000, 64L << 20);
    }

    /**
     * Creates an inbox in a directory, for one process at a time: an event is on the disk before its sender receives the
     * response. Events that arrive concurrently share one write.
     *
     * @param directory the directory, created if it is missing; on a local disk
     * @return an inbox for up to 10,000 events and 64 MB
     * @throws io.httpconnector.state.StateException if another process uses the directory, or it is not accessible
     */
    static Inbox file(Path directory) {
        return in(StateStore.file(directory), 10_000, 64L << 20);
    }

    /**
     * Creates an inbox in a state store. Each receiver also keeps its unhandled events in memory.
     *
     * @param store the store, which is closed with the inbox
     * @param mostEvents the maximum number of events per receiver, including dead letters, 1 to 10 million; further events are
     *     rejected, so that the sender retries later
     * @param mostBytes the maximum total size of these events in bytes, at least 1 MB
     * @return the inbox
     * @throws InvalidDefinitionException if a limit is out of range
     */
    static Inbox in(StateStore store, int mostEvents, long mostBytes) {
        if (store == null || mostEvents < 1 || mostEvents > 10_000_000 || mostBytes < 1 << 20) {
            throw new InvalidDefinitionException(
                    "inbox",
                    List.of("use a store, 1 to 10 million events and at least 1 MB; not " + mostEvents + " events and "
                            + mostBytes + " bytes"));
        }
        return new StateStoreInbox(store, mostEvents, mostBytes);
    }
}
