package io.httpconnector.trigger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What came of a delivery. Safe for many threads while the delivery goes on. */
public final class Delivered {

    private final Set<String> handled = Collections.synchronizedSet(new HashSet<>());
    private final List<DeadLetter> dead = Collections.synchronizedList(new ArrayList<>());

    Delivered() {}

    void handled(TriggerEvent event) {
        handled.add(event.id());
    }

    void died(DeadLetter letter) {
        dead.add(letter);
    }

    /**
     * The events that were handled.
     *
     * @return their ids; one that is neither here nor a dead letter was not finished, because the delivery was stopped
     */
    public Set<String> handled() {
        synchronized (handled) {
            return Set.copyOf(handled);
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
