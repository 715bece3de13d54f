package io.httpconnector.internal;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cache of values that are expensive to create, for keys that are usually repeated soon. Keys and values are kept until the next
 * garbage collection at most, so that the cache keeps no secret. Thread-safe.
 *
 * @param <V> the type of the values
 */
public final class RecentValues<V> {

    private static final int SIZE = 64;

    private final AtomicReferenceArray<@Nullable WeakReference<Remembered<V>>> entries =
            new AtomicReferenceArray<>(SIZE);

    private record Remembered<V>(Object key, V value) {}

    /**
     * Returns the value for a key.
     *
     * @param key the key, which has all on which the value depends
     * @param created creates the value if it is not known
     * @return the value
     */
    public V get(Object key, Supplier<V> created) {
        int index = Math.floorMod(key.hashCode(), SIZE);
        WeakReference<Remembered<V>> reference = entries.get(index);
        Remembered<V> entry = reference == null ? null : reference.get();
        if (entry == null || !entry.key().equals(key)) {
            entry = new Remembered<>(key, created.get());
            entries.set(index, new WeakReference<>(entry));
        }
        return entry.value();
    }
}
