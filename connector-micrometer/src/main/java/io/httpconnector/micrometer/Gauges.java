package io.httpconnector.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Creates gauges, and counters that read an object. Objects of the same name, such as the instances of a trigger for all tenants,
 * share a gauge, which combines their values ({@link ConnectorMeter#combine}). A name that is not known by the limiter has none.
 * Thread-safe.
 */
final class Gauges {

    private final MeterRegistry meters;
    private final NameLimiter connections;
    private final NameLimiter destinations;
    private final Map<List<String>, Combined> gauges = new HashMap<>();

    Gauges(MeterRegistry meters, NameLimiter connections, NameLimiter destinations) {
        this.meters = meters;
        this.connections = connections;
        this.destinations = destinations;
    }

    Group ofConnection(String name) {
        return new Group(Tag.CONNECTION, connections.tag(name));
    }

    /** Returns the gauges of connections whose name was changed to a tag already. */
    Group ofConnectionTag(String tag) {
        return new Group(Tag.CONNECTION, tag);
    }

    /** Returns the gauges of the instances of a connector. */
    Group ofConnector(String tag) {
        return new Group(Tag.CONNECTOR, tag);
    }

    Group ofDestination(String name) {
        return new Group(Tag.DESTINATION, destinations.tag(name));
    }

    /** The value of an object, to which it has a weak reference. */
    private static final class Measured<T> {

        private final WeakReference<T> object;
        private final ToDoubleFunction<T> value;

        /** The count that was read last; NaN before the first reading. */
        private double counted = Double.NaN;

        Measured(T object, ToDoubleFunction<T> value) {
            this.object = new WeakReference<>(object);
            this.value = value;
        }

        double value() {
            T present = object.get();
            try {
                return present == null ? Double.NaN : value.applyAsDouble(present);
            } catch (RuntimeException e) {
                // The values of other objects are known.
                return Double.NaN;
            }
        }
    }

    /** A gauge or counter of all objects with the same name. */
    private static final class Combined {

        private final ConnectorMeter meter;
        private final boolean isCounter;
        private final List<Measured<?>> sources = new ArrayList<>();
        private Meter.@Nullable Id id;

        /** The count; NaN before the first reading. */
        private double total = Double.NaN;

        Combined(ConnectorMeter meter, boolean isCounter) {
            this.meter = meter;
            this.isCounter = isCounter;
        }

        synchronized void add(Measured<?> source) {
            if (!sources.isEmpty()) {
                // What it has counted before is no increase.
                source.counted = source.value();
            }
            sources.add(source);
        }

        /** Removes a source; returns whether none is left. */
        synchronized boolean remove(Measured<?> source) {
            if (sources.contains(source)) {
                count(source);
            }
            sources.remove(source);
            return sources.isEmpty();
        }

        /** Adds what a source has counted since the last reading. A counter never decreases. */
        private void count(Measured<?> source) {
            double now = source.value();
            if (isCounter && !Double.isNaN(now)) {
                double before = Double.isNaN(source.counted) ? 0 : source.counted;
                total = (Double.isNaN(total) ? 0 : total) + Math.max(0, now - before);
                source.counted = now;
            }
        }

        synchronized double value() {
            if (isCounter) {
                sources.forEach(this::count);
                return total;
            }
            double all = Double.NaN;
            for (Measured<?> source : sources) {
                double one = source.value();
                if (!Double.isNaN(one)) {
                    all = Double.isNaN(all) ? one : meter.combine(all, one);
                }
            }
            return all;
        }
    }

    private synchronized Measured<?> add(ConnectorMeter meter, boolean isCounter, Measured<?> source, String... tags) {
        Combined combined = gauges.computeIfAbsent(key(meter, tags), key -> new Combined(meter, isCounter));
        combined.add(source);
        if (combined.id == null) {
            combined.id = isCounter
                    ? meter.counter(meters, combined, Combined::value, tags).getId()
                    : meter.gauge(meters, combined, Combined::value, tags).getId();
        }
        return source;
    }

    private synchronized void remove(List<String> key, Measured<?> source) {
        Combined combined = gauges.get(key);
        if (combined != null && combined.remove(source)) {
            gauges.remove(key);
            if (combined.id != null) {
                meters.remove(combined.id);
            }
        }
    }

    private static List<String> key(ConnectorMeter meter, String... tags) {
        List<String> key = new ArrayList<>(Arrays.asList(tags));
        key.add(meter.meterName());
        return key;
    }

    /** The gauges, and counters, of one object. */
    final class Group implements ConnectorMetrics.Monitor {

        private final String key;
        private final String name;
        private final List<Runnable> removals = new ArrayList<>();

        Group(String key, String name) {
            this.key = key;
            this.name = name;
        }

        /** Adds a gauge, which becomes NaN when the object is no longer in memory. */
        <T> Group add(ConnectorMeter meter, T object, ToDoubleFunction<T> value, String... moreTags) {
            return add(meter, false, new Measured<>(object, value), moreTags);
        }

        /** Adds a counter whose value is that of an object. */
        <T> Group addCounter(ConnectorMeter meter, T object, ToDoubleFunction<T> value, String... moreTags) {
            return add(meter, true, new Measured<>(object, value), moreTags);
        }

        private synchronized Group add(
                ConnectorMeter meter, boolean isCounter, Measured<?> source, String... moreTags) {
            if (!name.equals(NameLimiter.OTHER)) {
                List<String> all = new ArrayList<>(List.of(key, name));
                all.addAll(List.of(moreTags));
                String[] tags = all.toArray(String[]::new);
                Measured<?> added = Gauges.this.add(meter, isCounter, source, tags);
                onClose(() -> remove(key(meter, tags), added));
            }
            return this;
        }

        /** Adds an action for the end of the group. */
        synchronized Group onClose(Runnable action) {
            removals.add(action);
            return this;
        }

        @Override
        public synchronized void close() {
            removals.forEach(Runnable::run);
            removals.clear();
        }
    }
}
