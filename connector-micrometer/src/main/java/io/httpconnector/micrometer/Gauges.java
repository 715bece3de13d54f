package io.httpconnector.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Creates gauges. A name that is not known by the limiter has none. */
final class Gauges {

    private final MeterRegistry meters;
    private final NameLimiter connections;
    private final NameLimiter destinations;

    Gauges(MeterRegistry meters, NameLimiter connections, NameLimiter destinations) {
        this.meters = meters;
        this.connections = connections;
        this.destinations = destinations;
    }

    Group ofConnection(String name) {
        return new Group(meters, Tag.CONNECTION, connections.tag(name));
    }

    /** Returns the gauges of the instances of a connector. */
    static Group ofConnector(MeterRegistry meters, String tag) {
        return new Group(meters, Tag.CONNECTOR, tag);
    }

    Group ofDestination(String name) {
        return new Group(meters, Tag.DESTINATION, destinations.tag(name));
    }

    /** The gauges, and counters, of one object. */
    static final class Group implements ConnectorMetrics.Monitor {

        private final MeterRegistry meters;
        private final String key;
        private final String name;
        private final List<Meter.Id> added = new ArrayList<>();

        Group(MeterRegistry meters, String key, String name) {
            this.meters = meters;
            this.key = key;
            this.name = name;
        }

        /** Adds a gauge, which becomes NaN when the object is no longer in memory. */
        synchronized <T> Group add(ConnectorMeter meter, T object, ToDoubleFunction<T> value, String... moreTags) {
            if (!name.equals(NameLimiter.OTHER)) {
                added.add(meter.gauge(meters, object, value, tags(moreTags)).getId());
            }
            return this;
        }

        /** Adds a counter whose value is that of an object, and is the last one when it is no longer in memory. */
        synchronized <T> Group addCounter(
                ConnectorMeter meter, T object, ToDoubleFunction<T> value, String... moreTags) {
            if (!name.equals(NameLimiter.OTHER)) {
                added.add(meter.counter(meters, object, value, tags(moreTags)).getId());
            }
            return this;
        }

        private String[] tags(String... moreTags) {
            List<String> tags = new ArrayList<>(List.of(key, name));
            tags.addAll(List.of(moreTags));
            return tags.toArray(String[]::new);
        }

        @Override
        public synchronized void close() {
            added.forEach(meters::remove);
            added.clear();
        }
    }
}
