package io.httpconnector.trigger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What came of a delivery. Safe for many threads while the delivery goes on. */
public final class Delivered {

    private final List<TriggerEvent> handled = Collections.synchronizedList(new ArrayList<>());
    private final List<DeadLetter> dead = Collections.synchronizedList(new ArrayList<>());

    Delivered() {}

    void handled(TriggerEvent event) {
        handled.add(event);
    }

    void died(DeadLetter letter) {
        dead.add(letter);
    }

    /**
     * The events that were handled.
     *
     * @return the events, in the order in which they were finished; one that is neither here nor a dead letter was not finished, because the delivery was stopped
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
