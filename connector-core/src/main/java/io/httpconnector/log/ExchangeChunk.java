package io.httpconnector.log;

import io.httpconnector.Exchange;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.recording.ExchangePacker;
import io.httpconnector.internal.recording.RawExchange;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some entries of a log in memory, in the order in which they were added. Most of them are bytes in one array. Guarded by the
 * {@link MemoryExchangeStore}; a {@link View} needs no guard.
 */
final class ExchangeChunk {

    private static final int INITIAL_ENTRIES = 16;
    private static final int NOT_PACKED = -1;

    private final UUID firstId;
    private byte @Nullable [] packed;
    private int packedBytes;
    private int[] starts = new int[INITIAL_ENTRIES];
    /** For each entry the secrets of its bytes, or the entry itself if it is not packed. */
    private Object[] objects = new Object[INITIAL_ENTRIES];

    private int count;
    private long size;
    private Instant latest;

    /**
     * Creates an empty chunk.
     *
     * @param firstId the id of the first entry; those of the others follow
     */
    ExchangeChunk(UUID firstId, Instant createdAt) {
        this.firstId = firstId;
        this.latest = createdAt;
    }

    /** Returns the approximate size in bytes. */
    long size() {
        return size;
    }

    /** Returns when the latest entry was added. */
    Instant latest() {
        return latest;
    }

    /** Returns the array of the packed entries; null if there are none. */
    byte @Nullable [] packed() {
        return packed;
    }

    /** Sets the array for packed entries. */
    void use(byte[] array) {
        packed = array;
        size += array.length;
    }

    boolean hasSpaceFor(ExchangePacker packer) {
        return packed != null && packer.length() <= packed.length - packedBytes;
    }

    void add(ExchangePacker packer, List<NameValuePair> secrets, Instant time) {
        System.arraycopy(packer.bytes(), 0, packed, packedBytes, packer.length());
        add(packedBytes, secrets, time);
        packedBytes += packer.length();
    }

    void add(LoggedExchange entry, long entrySize, Instant time) {
        add(NOT_PACKED, entry, time);
        size += entrySize;
    }

    private void add(int start, Object object, Instant time) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            objects = Arrays.copyOf(objects, 2 * count);
        }
        starts[count] = start;
        objects[count] = object;
        count++;
        latest = time;
    }

    View view() {
        return new View(firstId, packed == null ? new byte[0] : packed, starts, objects, count);
    }

    /** The entries of a chunk at a point in time. Later ones do not change what it refers to. */
    @SuppressWarnings("ArrayRecordComponent") // never compared or changed
    record View(UUID firstId, byte[] packed, int[] starts, Object[] objects, int count) {

        /** Returns an entry if it fulfils the conditions and is recent enough, otherwise null. */
        @Nullable LoggedExchange find(int index, ExchangeQuery query, Instant oldest, Function<RawExchange, Exchange> redaction) {
            if (objects[index] instanceof LoggedExchange entry) {
                return !entry.time().isBefore(oldest) && query.matches(entry) ? entry : null;
            }
            ExchangePacker.Head head = ExchangePacker.head(packed, starts[index]);
            if (head.startedAt().isBefore(oldest)
                    || !query.matches(head.connection(), head.source(), head.status(), false, head.startedAt())) {
                return null;
            }
            // The array will be used again.
            byte[] copy = Arrays.copyOfRange(packed, starts[index], starts[index] + head.length());
            @SuppressWarnings("unchecked")
            List<NameValuePair> secrets = (List<NameValuePair>) objects[index];
            UUID id = new UUID(firstId.getMostSignificantBits(), firstId.getLeastSignificantBits() + index);
            return new LoggedExchange(
                    id.toString(),
                    head.connection(),
                    head.source(),
                    null,
                    head.startedAt(),
                    head.status(),
                    copy.length,
                    () -> redaction.apply(ExchangePacker.read(copy, secrets)));
        }
    }
}
