package io.httpconnector.definition.registry;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Limits how many instances have an open connector: the ones that were not used for the longest time are closed. Thread-safe. */
final class OpenConnectors {

    private final int max;
    private final Set<InstanceRuntime> used = new LinkedHashSet<>();

    OpenConnectors(int max) {
        this.max = max;
    }

    /** Called after the use of a connector, without locks of the instance. */
    void used(InstanceRuntime runtime) {
        List<InstanceRuntime> candidates = new ArrayList<>();
        synchronized (this) {
            used.remove(runtime);
            used.add(runtime);
            Iterator<InstanceRuntime> eldest = used.iterator();
            for (int excess = used.size() - max; excess > 0; excess--) {
                candidates.add(eldest.next());
                eldest.remove();
            }
        }
        for (InstanceRuntime candidate : candidates) {
            if (!candidate.closeIfUnused()) {
                synchronized (this) {
                    used.add(candidate);
                }
            }
        }
    }

    synchronized void remove(InstanceRuntime runtime) {
        used.remove(runtime);
    }

    synchronized int size() {
        return used.size();
    }
}
