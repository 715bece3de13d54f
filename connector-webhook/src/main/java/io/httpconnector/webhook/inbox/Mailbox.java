package io.httpconnector.webhook.inbox;

import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The part of an {@link Inbox} that belongs to one receiver. Implementations must be thread-safe. */
public interface Mailbox extends AutoCloseable {

    /**
     * Stores new events: events whose id is already stored or was handled within the deduplication window are skipped. When the
     * method returns true, the events are on durable storage, if the inbox has any, and will be handled.
     *
     * @param events the events
     * @return false if capacity is exhausted; then no event was stored
     * @throws io.httpconnector.state.StateException if the events could not be stored
     */
    boolean put(List<TriggerEvent> events);

    /**
     * Stores events like {@link #put(List)}, within a timeout. Events that were not stored in time may still be stored later:
     * when the sender retries, their ids are known. Mailboxes that do not implement timeouts are served by a thread of this
     * library, which waits instead.
     *
     * @param events the events
     * @param timeout the maximum time
     * @return false if capacity is exhausted; then no event was stored
     * @throws io.httpconnector.state.StateException if the events could not be stored, or not within the timeout
     */
    default boolean put(List<TriggerEvent> events, Duration timeout) {
        return BlockingCalls.call(() -> put(events), timeout);
    }

    /**
     * Returns the number of events that are pending or being handled.
     *
     * @return the number, without dead letters
     */
    int pendingCount();

    /**
     * Returns when the oldest event that is pending or being handled was received. Its age tells how far the handlers are behind.
     *
     * @return the time; empty if no event is pending
     */
    Optional<Instant> oldestPending();

    /**
     * Returns the events whose attempts have all failed.
     *
     * @return the dead letters, oldest first
     */
    List<DeadLetter> deadLetters();

    /**
     * Replays a dead letter, starting with the first attempt.
     *
     * @param id the id of its event
     * @return whether the dead letter exists
     */
    boolean replay(String id);

    /**
     * Discards a dead letter.
     *
     * @param id the id of its event
     * @return whether the dead letter exists
     */
    boolean discard(String id);

    /**
     * Starts no more attempts, and waits for those in progress; after 10 seconds they are interrupted. Remaining events are kept.
     */
    @Override
    void close();
}
