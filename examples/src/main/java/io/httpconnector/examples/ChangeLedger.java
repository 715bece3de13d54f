package io.httpconnector.examples;

import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A record of all changes of a service, and of the events that have arrived for each of them. Thread-safe. */
final class ChangeLedger {

    /** The ids of events by the key and the version of the record. */
    private final Map<String, List<String>> events = new TreeMap<>();

    private final Set<String> unknown = new HashSet<>();
    private int lost;
    private int unsubscribed;

    synchronized void changed(String key, String version) {
        events.put(key + " " + version, new ArrayList<>());
    }

    /**
     * Records that the webhook of a change was lost.
     *
     * @param isSent whether it was sent; otherwise there was no subscription
     */
    synchronized void lost(boolean isSent) {
        if (isSent) {
            lost++;
        } else {
            unsubscribed++;
        }
    }

    synchronized void received(TriggerEvent event, String version) {
        String change = event.key() + " " + version;
        List<String> ids = events.get(change);
        if (ids == null) {
            unknown.add(change);
        } else {
            ids.add(event.id());
        }
    }

    synchronized int changes() {
        return events.size();
    }

    /** The number of webhooks that were lost on the way. */
    synchronized int lost() {
        return lost;
    }

    /** The number of changes for which there was no subscription. */
    synchronized int unsubscribed() {
        return unsubscribed;
    }

    /** The number of changes with a number of events. */
    synchronized long withEvents(int count) {
        return events.values().stream().filter(ids -> ids.size() == count).count();
    }

    /** Whether each change has exactly one event, with an id of its own, and nothing else has one. */
    synchronized boolean isExact() {
        Set<String> ids = new HashSet<>();
        events.values().forEach(ids::addAll);
        return unknown.isEmpty() && withEvents(1) == events.size() && ids.size() == events.size();
    }
}
