package io.httpconnector.webhook.inbox;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.Delivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Keeps events until they are handled, so that a sender can be answered before that, and need not send again when a handler
 * fails. Safe for many threads.
 *
 * <p>Write your own for a database or a queue that you have already.
 */
public interface Inbox extends AutoCloseable {

    /**
     * What a receiver asks of its inbox.
     *
     * @param receiver the name of the receiver
     * @param delivery handles the events, and says how often and how many at once
     * @param window how long it is remembered which events have been handled
     * @param maxIds how many of them at most
     * @param time what time it is, and waits between attempts
     */
    record Settings(String receiver, Delivery delivery, Duration window, int maxIds, TimeSource time) {}

    /**
     * Opens the part of a receiver, and begins to handle what is still there.
     *
     * @param terms what the receiver asks
     * @return its mailbox, to be closed by the receiver
     * @throws io.httpconnector.state.StateException when it is in use, or can't be read
     */
    Mailbox open(Settings terms);

    /** Gives back what the inbox holds, after its mailboxes were closed. Inboxes that hold nothing need not do anything. */
    @Override
    default void close() {}

    /**
     * An inbox that forgets everything with the process: an answered event that was not handled yet is lost then.
     *
     * @return an inbox for up to 10,000 events of 64 MB
     */
    static Inbox inMemory() {
        return in(StateStore.inMemory(), 10_000, 64L << 20);
    }

    /**
     * An inbox in a directory, for one process at a time: an event is on the disk before its sender is answered. Many events that come
     * at once share one write.
     *
     * @param directory the directory, made when it is missing; on a local disk
     * @return an inbox for up to 10,000 events of 64 MB
     * @throws io.httpconnector.state.StateException when another process uses the directory, or it can't be used
     */
    static Inbox file(Path directory) {
        return in(StateStore.file(directory), 10_000, 64L << 20);
    }

    /**
     * An inbox in a store of states. Each receiver keeps the events that are not handled in memory too.
     *
     * @param store the store, which is closed with the inbox
     * @param mostEvents how many events a receiver may keep, dead letters among them, 1 to 10 million; more are refused, so that
     *     the sender tries again later
     * @param mostBytes how large they may be together, at least 1 MB
     * @return the inbox
     * @throws InvalidDefinitionException when a limit is out of range
     */
    static Inbox in(StateStore store, int mostEvents, long mostBytes) {
        if (store == null || mostEvents < 1 || mostEvents > 10_000_000 || mostBytes < 1 << 20) {
            throw new InvalidDefinitionException(
                    "inbox",
                    List.of("it needs a store, 1 to 10 million events and at least 1 MB; not " + mostEvents
                            + " events and " + mostBytes + " bytes"));
        }
        return new StateStoreInbox(store, mostEvents, mostBytes);
    }
}
