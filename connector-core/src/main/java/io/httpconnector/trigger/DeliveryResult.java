package io.httpconnector.trigger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The result of a delivery. Thread-safe while the delivery is running. */
public final class DeliveryResult {

    private final List<TriggerEvent> handled = Collections.synchronizedList(new ArrayList<>());
    private final List<DeadLetter> deadLetters = Collections.synchronizedList(new ArrayList<>());

    private @Nullable Duration retryAfter;

    DeliveryResult() {}

    void handled(TriggerEvent event) {
        handled.add(event);
    }

    void addDeadLetter(DeadLetter letter) {
        deadLetters.add(letter);
    }

    synchronized void postpone(Duration wait) {
        retryAfter = retryAfter == null || retryAfter.compareTo(wait) < 0 ? wait : retryAfter;
    }

    /**
     * Returns the delay before unfinished events are delivered again, as requested by a service that the handler called.
     *
     * @return the delay; empty when no service has requested a long delay
     */
    public synchronized Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Returns the events that were handled.
     *
     * @return the events, in the order of completion; an event that is neither here nor a dead letter was not finished,
     *     because the delivery was stopped or postponed
     */
    public List<TriggerEvent> handled() {
        synchronized (handled) {
            return List.copyOf(handled);
        }
    }

    /**
     * Returns the events that failed in all attempts.
     *
     * @return the dead letters, to be stored before the events count as finished
     */
    public List<DeadLetter> deadLetters() {
        synchronized (deadLetters) {
            return List.copyOf(deadLetters);
        }
    }
}
