package io.httpconnector.webhook.inbox;

import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.List;

/** The part of an {@link Inbox} that belongs to one receiver. Safe for many threads. */
public interface Mailbox extends AutoCloseable {

    /**
     * Stores events, those that are new: one whose id is there, or was handled lately, is left out. When it returns true, they are on
     * durable storage, if the inbox has any, and will be handled.
     *
     * @param events the events
     * @return false when there is no room: then none was stored
     * @throws io.httpconnector.state.StateException when they could not be stored
     */
    boolean put(List<TriggerEvent> events);

    /**
     * Stores events as {@link #put(List)} does, within a time. What was not stored in time may be stored later all the same: the sender
     * repeats it, and its id is known then. Where a mailbox does not do this by itself, a thread of the library waits for it.
     *
     * @param events the events
     * @param timeout how long it may take
     * @return false when there is no room: then none was stored
     * @throws io.httpconnector.state.StateException when they could not be stored, or not in time
     */
    default boolean put(List<TriggerEvent> events, Duration timeout) {
        return InTime.call(() -> put(events), timeout);
    }

    /**
     * How many events are waiting, or being handled.
     *
     * @return without dead letters
     */
    int pendingCount();

    /**
     * The events that no attempt could get handled.
     *
     * @return the oldest first
     */
    List<DeadLetter> deadLetters();

    /**
     * Has a dead letter handled once more, from the first attempt on.
     *
     * @param id the id of its event
     * @return whether there is such a dead letter
     */
    boolean replay(String id);

    /**
     * Gives up a dead letter.
     *
     * @param id the id of its event
     * @return whether there is such a dead letter
     */
    boolean discard(String id);

    /** Begins no more attempts, and waits for those that run; after 10 seconds they are interrupted. What is left is kept. */
    @Override
    void close();
}
