package io.httpconnector.definition.registry;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Limits how many instances have an open connector: the ones that were not used for the longest time are closed. Thread-safe. */
final class OpenConnectors {

    /** An instance with an open connector. */
    interface OpenConnector {

        /** Closes the connector unless it is in use, and returns whether it is closed. */
        boolean closeIfUnused();
    }

    private final int max;
    private final Set<OpenConnector> used = new LinkedHashSet<>();

    OpenConnectors(int max) {
        this.max = max;
    }

    /** Called after the use of a connector, without locks of the instance. */
    void used(OpenConnector connector) {
        List<OpenConnector> candidates = new ArrayList<>();
        synchronized (this) {
            used.remove(connector);
            used.add(connector);
            Iterator<OpenConnector> eldest = used.iterator();
            for (int excess = used.size() - max; excess > 0; excess--) {
                candidates.add(eldest.next());
                eldest.remove();
            }
        }
        for (OpenConnector candidate : candidates) {
            if (!candidate.closeIfUnused()) {
                synchronized (this) {
                    used.add(candidate);
                }
            }
        }
    }

    synchronized void remove(OpenConnector connector) {
        used.remove(connector);
    }

    synchronized int size() {
        return used.size();
    }
}
