package io.httpconnector.trigger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What came of a delivery. Safe for many threads while the delivery goes on. */
public final class DeliveryResult {

    private final List<TriggerEvent> handled = Collections.synchronizedList(new ArrayList<>());
    private final List<DeadLetter> dead = Collections.synchronizedList(new ArrayList<>());

    private @Nullable Duration retryAfter;

    DeliveryResult() {}

    void handled(TriggerEvent event) {
        handled.add(event);
    }

    void died(DeadLetter letter) {
        dead.add(letter);
    }

    synchronized void postponed(Duration wait) {
        retryAfter = retryAfter == null || retryAfter.compareTo(wait) < 0 ? wait : retryAfter;
    }

    /**
     * How long to wait before what was not finished is delivered again, because a service that the handler calls wants it.
     *
     * @return the time; empty when no service has asked for so much
     */
    public synchronized Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * The events that were handled.
     *
     * @return the events, in the order in which they were finished; one that is neither here nor a dead letter was not finished,
     *     because the delivery was stopped or postponed
     */
    public List<TriggerEvent> handled() {
        synchronized (handled) {
            return List.copyOf(handled);
        }
    }

    /**
     * The events that no attempt could get handled.
     *
     * @return dead letters, to be stored before the events count as finished
     */
    public List<DeadLetter> dead() {
        synchronized (dead) {
            return List.copyOf(dead);
        }
    }
}
