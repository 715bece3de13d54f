package io.httpconnector.micrometer;

import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A status that is expensive to read, such as one in a database, for several gauges that are read one after the other. Does not
 * refer to the object between two readings. Thread-safe.
 *
 * @param <T> the type of the object
 * @param <S> the type of its status
 */
final class Sampled<T, S> {

    /** The gauges of one scrape share a status, those of the next one do not. */
    private static final long LIFETIME = Duration.ofSeconds(5).toNanos();

    private final Clock clock;
    private final Function<T, S> reader;

    // Guarded by this.
    private @Nullable S status;
    private long time;

    Sampled(Clock clock, Function<T, S> reader) {
        this.clock = clock;
        this.reader = reader;
    }

    /** Returns the status; the last known one if it cannot be read now. */
    synchronized S of(T object) {
        long now = clock.monotonicTime();
        S known = status;
        if (known == null || now - time > LIFETIME) {
            known = read(object, known);
            status = known;
            time = now;
        }
        return known;
    }

    private S read(T object, @Nullable S known) {
        try {
            return reader.apply(object);
        } catch (RuntimeException e) {
            if (known == null) {
                throw e;
            }
            return known;
        }
    }
}
